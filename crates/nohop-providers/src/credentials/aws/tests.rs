#[cfg(unix)]
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use std::{env, fs, process, thread};

#[cfg(unix)]
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::*;
use crate::Http;
use crate::aws::Moment;

/// A service on loopback that answers each request by its first line and its headers, in lower case;
/// nothing is a 401. Its address, and how many requests there were.
fn service(
    answer: impl Fn(&str, &str) -> Option<String> + Send + 'static,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut head, mut piece) = (Vec::new(), [0; 4096]);
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut piece) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => head.extend_from_slice(&piece[..count]),
                }
            }
            counter.fetch_add(1, Ordering::SeqCst);
            let head = String::from_utf8(head).unwrap();
            let (line, headers) = head.split_once("\r\n").unwrap_or((&head, ""));
            let (status, body) = match answer(line, &headers.to_lowercase()) {
                Some(body) => ("200 OK", body),
                None => ("401 Unauthorized", "the token perch is wrong".to_owned()),
            };
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}");
            let _ = stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
        }
    });
    (address, count)
}

/// A key as a service prints it, which lives for so many seconds.
fn printed(id: &str, seconds: u64) -> String {
    let now = Moment::now().since(Moment::new(0)).as_secs();
    let stamp = Moment::new(now + seconds).stamp();
    let end = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &stamp[..4],
        &stamp[4..6],
        &stamp[6..8],
        &stamp[9..11],
        &stamp[11..13],
        &stamp[13..15]
    );
    format!(
        r#"{{"Code":"Success","AccessKeyId":"{id}","SecretAccessKey":"polly","Token":"perch","Expiration":"{end}"}}"#
    )
}

async fn key(credentials: &dyn Credentials) -> String {
    credentials.secret().await.unwrap().expose().to_owned()
}

#[tokio::test]
async fn a_machine_hands_its_key_to_a_session_alone_and_once() {
    let (root, count) = service(|line, headers| match line {
        "PUT /latest/api/token HTTP/1.1" => headers
            .contains("x-aws-ec2-metadata-token-ttl-seconds: 21600")
            .then(|| "session".into()),
        _ if !headers.contains("x-aws-ec2-metadata-token: session") => None,
        "GET /latest/meta-data/iam/security-credentials/ HTTP/1.1" => Some("birds\n".into()),
        "GET /latest/meta-data/iam/security-credentials/birds HTTP/1.1" => {
            Some(printed("ASIAPARROT", 3_600))
        }
        _ => None,
    });
    let credentials = Arc::new(AwsInstance::at(Http::new(), root));
    let mut waiting = JoinSet::new();
    for _ in 0..20 {
        let credentials = Arc::clone(&credentials);
        waiting.spawn(async move { key(&*credentials).await });
    }
    assert!(waiting.join_all().await.iter().all(|key| key == "ASIAPARROT:polly:perch"));
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_key_that_is_about_to_end_is_fetched_again_before_it_does() {
    let served = AtomicUsize::new(0);
    let (uri, count) = service(move |_, headers| {
        let number = served.fetch_add(1, Ordering::SeqCst);
        headers.contains("authorization: nest").then(|| printed(&format!("ASIA{number}"), 4))
    });
    let token = Some(Secret::new("nest\n"));
    let credentials = AwsContainer::at(Http::new(), uri, token);
    assert_eq!(key(&credentials).await, "ASIA0:polly:perch");
    assert_eq!(key(&credentials).await, "ASIA0:polly:perch");
    // Half of its life is as far ahead as it goes.
    tokio::time::sleep(Duration::from_millis(2_600)).await;
    assert_eq!(key(&credentials).await, "ASIA1:polly:perch");
    assert_eq!(count.load(Ordering::SeqCst), 2);
    credentials.refused(&Secret::new("ASIA1:polly:perch"));
    assert_eq!(key(&credentials).await, "ASIA2:polly:perch");
}

#[tokio::test]
async fn a_service_that_refuses_is_told_of_and_what_it_says_is_not() {
    let (uri, _) = service(|_, _| None);
    let error = AwsContainer::at(Http::new(), &*uri, None).secret().await.unwrap_err();
    assert_eq!(error.message(), "there is no key of Amazon's: the service answers with 401");
    let error = AwsInstance::at(Http::new(), uri).secret().await.unwrap_err();
    assert!(!format!("{error:?}").contains("perch"), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_is_no_key_is_refused() {
    let past = printed("ASIA", 0);
    for (body, why) in [
        ("perch", "is no access key"),
        ("{}", "is no access key"),
        (&*past, "has ended"),
        (
            r#"{"AccessKeyId":"A","SecretAccessKey":"perch","Expiration":"soon"}"#,
            "does not say when it ends",
        ),
    ] {
        let body = body.to_owned();
        let (uri, _) = service(move |_, _| Some(body.clone()));
        let error = AwsContainer::at(Http::new(), uri, None).secret().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth);
        assert!(error.message().contains(why), "{error}");
        assert!(!format!("{error:#?}").contains("perch"), "{error:#?}");
    }
}

#[tokio::test]
async fn a_container_asks_no_stranger() {
    for uri in ["http://example.com/key", "http://10.0.0.1/", "http://127.example.com:80/", "nest"]
    {
        let error = AwsContainer::at(Http::new(), uri, None).secret().await.unwrap_err();
        assert!(error.message().contains("container's address"), "{uri}: {error}");
    }
}

/// A folder of this test's own, with files in it.
fn files(name: &str, credentials: &str, config: &str) -> (PathBuf, PathBuf) {
    let folder = env::temp_dir().join(format!("nohop-profile-{}-{name}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    let paths = (folder.join("credentials"), folder.join("config"));
    fs::write(&paths.0, credentials).unwrap();
    fs::write(&paths.1, config).unwrap();
    paths
}

#[tokio::test]
async fn a_profile_is_read_from_both_files_the_credentials_before_the_other() {
    let (credentials, config) = files(
        "both",
        "# birds\n[default]\naws_access_key_id = AKIA1\naws_secret_access_key=polly # a parrot\n\n\
         [work]\nAWS_ACCESS_KEY_ID=AKIA2\naws_secret_access_key = a=b\naws_session_token = perch\n",
        "[default]\nregion = eu-west-3\naws_secret_access_key = other\n[profile  work]\n\
         aws_access_key_id = other\ns3 =\n  aws_access_key_id = set in\n[profile home]\n\
         aws_access_key_id = AKIA3\naws_secret_access_key = home\n[home]\n\
         aws_access_key_id = no profile\n",
    );
    let profile = |name: &str| {
        AwsProfile::new().name(name).credentials_file(&credentials).config_file(&config)
    };
    assert_eq!(key(&profile("default")).await, "AKIA1:polly");
    assert_eq!(key(&profile("work")).await, "AKIA2:a=b:perch");
    assert_eq!(key(&profile("home")).await, "AKIA3:home");
    let error = profile("beach").secret().await.unwrap_err();
    assert!(error.message().contains("\"beach\" of Amazon's files is not there"), "{error}");
}

#[tokio::test]
async fn a_profile_is_read_again_when_its_key_is_refused() {
    let first = "[default]\naws_access_key_id=AKIA1\naws_secret_access_key=polly\n";
    let (credentials, config) = files("again", first, "");
    let profile = AwsProfile::new().name("default").credentials_file(&credentials);
    let profile = profile.config_file(config);
    let old = profile.secret().await.unwrap();
    fs::write(credentials, first.replace("AKIA1", "AKIA2")).unwrap();
    assert_eq!(key(&profile).await, "AKIA1:polly");
    profile.refused(&old);
    assert_eq!(key(&profile).await, "AKIA2:polly");
}

#[cfg(unix)]
#[tokio::test]
async fn a_profile_may_name_a_command_that_prints_its_key() {
    let json = r#"{"Version":1,"AccessKeyId":"AKIA4","SecretAccessKey":"polly"}"#;
    let config = format!(
        "[profile told]\ncredential_process = echo '{json}'\n[profile sso]\nsso_session = x\n"
    );
    let (credentials, config) = files("command", "", &config);
    let profile = |name: &str| {
        AwsProfile::new().name(name).credentials_file(&credentials).config_file(&config)
    };
    assert_eq!(key(&profile("told")).await, "AKIA4:polly");
    let error = profile("sso").secret().await.unwrap_err();
    assert!(error.message().contains("credential_process = aws configure"), "{error}");
}

/// The keys that two thousand tasks are given, which all ask at once, after each of them was refused `old`.
#[cfg(unix)]
async fn at_once(profile: &Arc<AwsProfile>, old: Option<&str>) -> BTreeMap<String, usize> {
    const TASKS: usize = 2_000;
    let gate = Arc::new(Barrier::new(TASKS));
    let mut waiting = JoinSet::new();
    for _ in 0..TASKS {
        let (profile, gate, old) = (Arc::clone(profile), Arc::clone(&gate), old.map(Secret::new));
        waiting.spawn(async move {
            gate.wait().await;
            if let Some(old) = old {
                profile.refused(&old);
            }
            key(&*profile).await
        });
    }
    let mut given = BTreeMap::new();
    for key in waiting.join_all().await {
        *given.entry(key).or_default() += 1;
    }
    given
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_profiles_command_runs_once_for_two_thousand_tasks_and_once_more_when_all_are_refused() {
    let (credentials, config) = files("load", "", "");
    let script = credentials.with_file_name("script");
    let runs = credentials.with_file_name("script.runs");
    let _ = fs::remove_file(&runs);
    let key = r#"{\"Version\":1,\"AccessKeyId\":\"AKIA$number\",\"SecretAccessKey\":\"polly\"}"#;
    let said = "echo run >> \"$0.runs\"; sleep 0.2; number=$(grep -c run \"$0.runs\")";
    fs::write(&script, format!("{said}\necho \"{key}\"\n")).unwrap();
    let line = format!("sh '{}'", script.display());
    fs::write(&config, format!("[profile load]\ncredential_process = {line}\n")).unwrap();
    let profile = AwsProfile::new().name("load").credentials_file(credentials).config_file(config);
    let profile = Arc::new(profile);

    let first = at_once(&profile, None).await;
    assert_eq!(first, BTreeMap::from([("AKIA1:polly".to_owned(), 2_000)]));
    let second = at_once(&profile, Some("AKIA1:polly")).await;
    assert_eq!(second, BTreeMap::from([("AKIA2:polly".to_owned(), 2_000)]));
    assert_eq!(fs::read_to_string(runs).unwrap(), "run\nrun\n");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_profiles_file_is_read_once_for_two_thousand_tasks() {
    let text = "[default]\naws_access_key_id=AKIA6\naws_secret_access_key=polly\n";
    let (credentials, config) = files("pipe", "", "");
    fs::remove_file(&credentials).unwrap();
    let made = process::Command::new("mkfifo").arg(&credentials).status().unwrap();
    assert!(made.success());
    // A pipe is read once for each time that it is written: who reads twice waits, or finds nothing.
    let path = credentials.clone();
    let writer = thread::spawn(move || fs::write(path, text).unwrap());
    let profile =
        AwsProfile::new().name("default").credentials_file(&credentials).config_file(config);
    let profile = Arc::new(profile);
    let given = tokio::time::timeout(Duration::from_secs(60), at_once(&profile, None)).await;
    if given.is_err() {
        // Whoever still waits would keep the test from its end.
        fs::write(&credentials, "").unwrap();
    }
    fs::remove_file(credentials).unwrap();
    assert_eq!(given.unwrap(), BTreeMap::from([("AKIA6:polly".to_owned(), 2_000)]));
    writer.join().unwrap();
}
