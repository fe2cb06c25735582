use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{process, thread};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nohop_types::{ErrorKind, Secret};
use ring::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde_json::{Value, json};

use super::*;
use crate::Http;

/// A key that everybody knows.
const KEY: &str = include_str!("tests/key.pem");

/// The signature of the claims below, as another implementation makes it:
/// `openssl dgst -sha256 -sign key.pem`.
const SIGNED: &str = "Pfinnp2J_f-HAdzl8bYG6E060-vgcBR2XBw9cKtTJ5M_qXjYF4F14xPMYChoqnEBPIktxb5PkooS6XHQ5w4MB3NcByExCKjf0TK2l7DJKdhnOnuC-1qFmeLiME1-6-CK68K-6OUfys7H3eZ0N16fuN4DbPUkz2jBNfmTkcVcapeOdGI2mvW7GN8BRIMLdPudHx81sd-fBeoayS6jrmj9TGlE90AZE8zSXhMEhAp0zhzpQFoqjfdPStmzHeQ9ULjhbdwWfyC1flh8BC4tmLDBvNHZjGuoIihD3WSPE5UVGfuZMyRlwP2CUtDypcjFDLsRukZHZUzLU2IOIpJn5bfmPA";

/// A service on loopback that answers each request by its first line, its headers in lower case and its
/// body; and how many there were.
fn service(
    answer: impl Fn(&str, &str, &str) -> (u16, String) + Send + 'static,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut read, mut piece) = (Vec::new(), [0; 4096]);
            let (head, body) = loop {
                let text = String::from_utf8_lossy(&read).into_owned();
                let length = |head: &str| -> usize {
                    let head = head.to_lowercase();
                    let line = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                    line.map_or(0, |length| length.parse().unwrap())
                };
                match text.split_once("\r\n\r\n") {
                    Some((head, body)) if body.len() >= length(head) => {
                        break (head.to_owned(), body.to_owned());
                    }
                    _ => {
                        let count = stream.read(&mut piece).unwrap();
                        read.extend_from_slice(&piece[..count]);
                    }
                }
            };
            counter.fetch_add(1, Ordering::SeqCst);
            let (line, headers) = head.split_once("\r\n").unwrap();
            let (status, body) = answer(line, &headers.to_lowercase(), &body);
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}");
            let _ = stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
        }
    });
    (address, count)
}

fn handed_out(token: &str, seconds: u64) -> (u16, String) {
    (200, json!({"access_token": token, "expires_in": seconds, "token_type": "Bearer"}).to_string())
}

/// The file of a service account whose tokens are handed out at `uri`.
fn robot(uri: &str) -> String {
    let email = "robot@acme.example";
    json!({
        "type": "service_account",
        "project_id": "acme",
        "private_key_id": "k1",
        "private_key": KEY,
        "client_email": email,
        "token_uri": uri,
    })
    .to_string()
}

/// The claims of the assertion in a form, if its signature is right.
fn claims(form: &str) -> Option<Value> {
    let (_, assertion) = form.split_once("&assertion=")?;
    let (signed, signature) = assertion.rsplit_once('.')?;
    let der: String = KEY.lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(der).unwrap();
    let public = RsaKeyPair::from_pkcs8(&der).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public.public_key());
    public.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    let (_, claims) = signed.split_once('.')?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

#[test]
fn claims_are_signed_as_others_sign_them() {
    let signer = jwt::Signer::new(&Secret::new(KEY), Some("k1".to_owned())).unwrap();
    let token = signer.sign(&jwt::Claims {
        aud: "https://oauth2.googleapis.com/token",
        exp: 1_780_003_600,
        iat: 1_780_000_000,
        iss: "robot@acme.example",
        scope: "https://www.googleapis.com/auth/cloud-platform",
    });
    assert_eq!(token.unwrap().rsplit('.').next().unwrap(), SIGNED);
}

#[tokio::test]
async fn a_service_account_signs_for_its_token() {
    let (host, _) = service(|line, headers, form| {
        assert_eq!(line, "POST /token HTTP/1.1");
        assert!(headers.contains("content-type: application/x-www-form-urlencoded"));
        let grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&";
        assert!(form.starts_with(grant), "{form}");
        let claims = claims(form).unwrap();
        let number = |key: &str| claims[key].as_u64().unwrap();
        assert_eq!(number("exp") - number("iat"), 3_600);
        assert_eq!(claims["iss"], "robot@acme.example");
        assert_eq!(claims["scope"], "https://www.googleapis.com/auth/cloud-platform");
        assert!(claims["aud"].as_str().unwrap().ends_with("/token"));
        handed_out("ya29.robot", 3_600)
    });
    let uri = format!("http://{host}/token");
    let token = GoogleToken::json(Http::new(), &robot(&uri)).unwrap();
    assert_eq!(token.secret().await.unwrap().expose(), "ya29.robot");

    let path = env::temp_dir().join(format!("nohop-google-{}.json", process::id()));
    fs::write(&path, robot(&uri)).unwrap();
    let token = GoogleToken::file(Http::new(), &path);
    assert_eq!(token.secret().await.unwrap().expose(), "ya29.robot");
    fs::remove_file(&path).unwrap();
    assert_eq!(token.secret().await.unwrap().expose(), "ya29.robot");
}

#[tokio::test]
async fn a_person_who_has_signed_in_needs_no_key() {
    let (host, _) = service(|_, _, form| {
        let wanted =
            "grant_type=refresh_token&client_id=c&client_secret=s%2F1&refresh_token=1%2F%2Fr";
        assert_eq!(form, wanted);
        handed_out("ya29.person", 3_600)
    });
    let account = json!({
        "type": "authorized_user",
        "client_id": "c",
        "client_secret": "s/1",
        "refresh_token": "1//r",
        "token_uri": format!("http://{host}/token"),
    });
    let token = GoogleToken::json(Http::new(), &account.to_string()).unwrap();
    assert_eq!(token.secret().await.unwrap().expose(), "ya29.person");
}

#[tokio::test]
async fn a_machine_hands_out_the_token_of_its_account() {
    let (host, _) = service(|line, headers, _| {
        let path = "/computeMetadata/v1/instance/service-accounts/default/token";
        assert_eq!(line, format!("GET {path} HTTP/1.1"));
        assert!(headers.contains("metadata-flavor: google"));
        handed_out("ya29.machine", 3_600)
    });
    let issued = machine::token(&Http::new(), &format!("http://{host}")).await.unwrap();
    assert!(format!("{issued:?}").contains("3600s"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn however_many_wait_a_token_is_fetched_once() {
    let (host, count) = service(|_, _, _| handed_out("ya29.robot", 3_600));
    let uri = format!("http://{host}/token");
    let token = Arc::new(GoogleToken::json(Http::new(), &robot(&uri)).unwrap());
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..2_000 {
        let token = Arc::clone(&token);
        waiting.spawn(async move { token.secret().await.unwrap().expose().to_owned() });
    }
    assert!(waiting.join_all().await.iter().all(|token| token == "ya29.robot"));
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_is_no_account_says_what_is_wrong_and_shows_nothing_of_it() {
    let check = |json: Value, words: &str| {
        let error = GoogleToken::json(Http::new(), &json.to_string()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth);
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(words) && !shown.contains("parrot"), "{shown}");
    };
    check(json!("parrot"), "the account is no JSON");
    check(json!({}), "the account has no type");
    check(json!({"type": "external_account"}), "external_account");
    check(json!({"type": "service_account", "client_email": "e"}), "has no private_key");
    let pem = "-----BEGIN PRIVATE KEY-----\nparrot\n-----END PRIVATE KEY-----\n";
    check(json!({"type": "service_account", "private_key": pem, "client_email": "e"}), "PKCS#8");
    check(json!({"type": "service_account", "private_key": KEY}), "has no client_email");
    let far = "http://tokens.example/parrot";
    check(json!({"type": "service_account", "token_uri": far}), "not https");
    let nowhere = GoogleToken::file(Http::new(), "/no/such/file").secret().await.unwrap_err();
    assert!(nowhere.message().contains("/no/such/file can not be read"), "{nowhere}");
}

#[tokio::test]
async fn a_service_that_refuses_is_told_of_and_only_its_word_is_shown() {
    let said = r#"{"error":"invalid_grant","error_description":"parrot"}"#;
    for (status, body, words) in [
        (400, said, r#"the service says "invalid_grant""#),
        (403, "parrot", "the service answers with 403"),
        (200, r#"{"id_token":"parrot"}"#, "the service answers without a token"),
    ] {
        let (host, _) = service(move |_, _, _| (status, body.to_owned()));
        let token = GoogleToken::json(Http::new(), &robot(&format!("http://{host}"))).unwrap();
        let error = token.secret().await.unwrap_err();
        assert_eq!(error.message(), format!("there is no key of Google's: {words}"));
        assert!(!format!("{error:?} {token:?}").contains("parrot"), "{error:?}");
    }
}
