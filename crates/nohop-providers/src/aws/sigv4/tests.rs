use std::path::{Path, PathBuf};
use std::{env, fs};

use bytes::Bytes;
use nohop_types::Secret;
use serde_json::Value;

use super::*;

const EXAMPLE: (&str, &str) = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

#[test]
fn a_request_is_signed_as_another_implementation_signs_it() {
    let at = Moment::new(1_795_280_400);
    let key = || AwsKey::new("AKIAPARROT", "polly/wants+a/cracker");
    let check = |url: &str, body: &'static str, service, key: AwsKey, signed: &str| {
        let request = http::Request::post(url).header("content-type", "application/json");
        // What the transport or a proxy may change is not signed.
        let request = request.header("user-agent", "nohop").header("x-team", "birds");
        let mut request = request.body(Bytes::from(body)).unwrap();
        sign(&mut request, &key, Scope { region: "eu-west-3", service, at }).unwrap();
        assert_eq!(request.headers()["x-amz-date"], "20261121T170000Z");
        assert_eq!(request.headers()["authorization"], signed);
        assert!(request.headers()["authorization"].is_sensitive());
        let shown = format!("{request:?} {key:?}");
        assert!(!shown.contains("polly") && !shown.contains("perch"), "{shown}");
    };
    check(
        "https://bedrock-runtime.eu-west-3.amazonaws.com:443/model/acme.parrot-v2%3A0/converse",
        r#"{"messages":[]}"#,
        "bedrock",
        key(),
        "AWS4-HMAC-SHA256 Credential=AKIAPARROT/20261121/eu-west-3/bedrock/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=4ce9c5fce0eed16c2bf4f350224ba16b4bcf2be96a03b94c7d7bed20fe83851a",
    );
    check(
        "https://bedrock-mantle.eu-west-3.api.aws/v1/chat/completions",
        r#"{"model":"ü"}"#,
        "bedrock-mantle",
        key().token("perch//=="),
        "AWS4-HMAC-SHA256 Credential=AKIAPARROT/20261121/eu-west-3/bedrock-mantle/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=05cc67c0890aaa10cc2fc7d525c9e356996f72a683744def261be1d35bbd1dc5",
    );
}

#[test]
fn a_key_that_fits_in_no_header_is_refused_and_not_shown() {
    for key in [AwsKey::new("AKIA\n", "polly"), AwsKey::new("AKIA", "polly").token("per\nch")] {
        let mut request = http::Request::post("http://localhost/").body(Bytes::new()).unwrap();
        let scope = Scope { region: "r", service: "s", at: Moment::new(0) };
        let error = sign(&mut request, &key, scope).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth);
        assert!(!format!("{error:?}").contains("per\\n"), "{error:?}");
    }
}

#[test]
fn a_path_has_no_detours_and_is_encoded_once_more() {
    let cases = [
        ("", "/"),
        ("/", "/"),
        ("//", "/"),
        ("/./", "/"),
        ("/a/../b/", "/b/"),
        ("/a//b", "/a/b"),
        ("/..", "/"),
        ("/a b/%3A", "/a%20b/%253A"),
    ];
    for (sent, signed) in cases {
        assert_eq!(path(sent), signed, "{sent}");
    }
}

#[test]
fn a_query_is_sorted_and_spelled_in_one_way() {
    assert_eq!(query("b=2&a=%7e&a=1&c&=x&%zz"), "=x&%25zz=&a=1&a=~&b=2&c=");
}

#[test]
fn every_case_of_the_reference_is_signed_as_there() {
    let Some(folder) = shared("sigv4") else { return };
    let cases = entries(&folder);
    assert_eq!(cases.len(), 40);
    let mut whole = 0;
    for case in cases {
        let read = |name: &str| fs::read_to_string(case.join(name)).ok();
        let context =
            read("context.json").map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
        let mut told = Sent::read(&read("request.txt").unwrap());
        // One case is signed as S3 wants it, which encodes a path once: what was sent is what it says
        // after that.
        if case.ends_with("get-space-normalized") {
            told.path = String::from_utf8(decoded(&told.path)).unwrap();
        }
        let text = |path: &str| context.pointer(path).and_then(Value::as_str);
        let credentials = |name| text(&format!("/credentials/{name}"));
        let mut key = AwsKey::new(
            credentials("access_key_id").unwrap_or(EXAMPLE.0),
            credentials("secret_access_key").unwrap_or(EXAMPLE.1),
        );
        key.token = credentials("token")
            .filter(|_| context["omit_session_token"] != true)
            .map(Secret::from);
        let extra =
            (context["sign_body"] == true).then(|| ("x-amz-content-sha256", hash(&told.body)));
        let signed = read("header-signed-request.txt").unwrap();
        let credential = after(&signed, "Credential=").split([',', '/']).collect::<Vec<_>>();
        let stamp = told_in(&read("header-canonical-request.txt").unwrap(), "x-amz-date");
        let found = told.signed(
            &key,
            credential[2],
            credential[3],
            &stamp,
            extra,
            context["normalize"] != false,
        );
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(found.0, read("header-canonical-request.txt").unwrap(), "{name}");
        if let Some(text) = read("header-string-to-sign.txt") {
            assert_eq!(found.1, text.trim_end(), "{name}");
        }
        // The keys of two cases are nobody's.
        if let Some(signature) = read("header-signature.txt") {
            assert_eq!(after(&found.2, "Signature="), signature, "{name}");
            whole += 1;
        }
    }
    assert_eq!(whole, 38);
}

#[test]
fn every_case_of_the_older_suite_is_signed_as_there() {
    let Some(folder) = shared("sigv4-classic") else { return };
    let mut count = 0;
    for case in entries(&folder) {
        let inner: Vec<_> = entries(&case).into_iter().filter(|path| path.is_dir()).collect();
        count += 1;
        for case in if inner.is_empty() { vec![case] } else { inner } {
            let name = case.file_name().unwrap().to_string_lossy().into_owned();
            let read = |end: &str| fs::read_to_string(case.join(format!("{name}.{end}"))).unwrap();
            let told = Sent::read(&read("req"));
            let mut key = AwsKey::new(EXAMPLE.0, EXAMPLE.1);
            let token = told_in(&read("creq"), "x-amz-security-token");
            let added = !token.is_empty()
                && !told.headers.iter().any(|(name, _)| name == "x-amz-security-token");
            key.token = added.then(|| Secret::new(token));
            let stamp = told_in(&read("req"), "x-amz-date");
            let found = told.signed(&key, "us-east-1", "service", &stamp, None, true);
            let tidy = |text: String| text.replace('\r', "");
            assert_eq!(found.0, tidy(read("creq")), "{name}");
            assert_eq!(found.1, tidy(read("sts")), "{name}");
            assert_eq!(found.2, tidy(read("authz")), "{name}");
        }
    }
    assert_eq!(count, 26);
}

#[test]
fn requests_to_bedrock_are_signed_as_amazons_own_client_signs_them() {
    let Some(file) = shared("bedrock_sigv4_vectors.json") else { return };
    let vectors: Vec<Value> = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    assert_eq!(vectors.len(), 9);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap().to_owned();
        let mut key = AwsKey::new(text("access_key"), text("secret_key"));
        key.token = vector["session_token"].as_str().map(Secret::from);
        let request = http::Request::post(text("url")).header("content-type", "application/json");
        let mut request = request.body(Bytes::from(text("body"))).unwrap();
        let at = read_stamp(&text("timestamp"));
        let scope = Scope { region: &text("region"), service: &text("service"), at };
        sign(&mut request, &key, scope).unwrap();
        for (name, value) in vector["headers"].as_object().unwrap() {
            let sent = &request.headers()[name.as_str()];
            assert_eq!(sent, value.as_str().unwrap(), "{} {name}", vector["name"]);
        }
    }
}

/// A request of a suite, as it stands there.
struct Sent {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Sent {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let line = lines.next().unwrap();
        let (method, rest) = line.split_once(' ').unwrap();
        let (target, _) = rest.rsplit_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines.filter(|line| !line.is_empty()) {
            match line.split_once(':') {
                Some((name, value)) if !line.starts_with(' ') => {
                    headers.push((name.to_lowercase(), value.to_owned()));
                }
                _ => headers.last_mut().unwrap().1.push_str(line),
            }
        }
        let (method, path, query) = (method.into(), path.into(), query.into());
        Self { method, path, query, headers, body: body.into() }
    }

    /// The canonical request, what is signed, and the header.
    fn signed(
        &self,
        key: &AwsKey,
        region: &str,
        service: &str,
        stamp: &str,
        extra: Option<(&'static str, String)>,
        normalized: bool,
    ) -> (String, String, String) {
        let own = self.headers.iter().filter(|(name, _)| name != "x-amz-date");
        let mut headers: Vec<(&str, &str)> = own.map(|(name, value)| (&**name, &**value)).collect();
        headers.push(("x-amz-date", stamp));
        if let Some(token) = &key.token {
            headers.push(("x-amz-security-token", token.expose()));
        }
        headers.extend(extra.iter().map(|(name, value)| (*name, &**value)));
        let path = if normalized { path(&self.path) } else { encoded(&self.path, "/") };
        let told = Told {
            method: &self.method,
            path: &path,
            query: &self.query,
            headers: &headers,
            body: &self.body,
        };
        let scope = Scope { region, service, at: read_stamp(stamp) };
        let (text, header) = authorization(&told, key, scope, stamp);
        (canonical(&told).0, text, header)
    }
}

/// The moment that a stamp tells, which has to tell it again.
fn read_stamp(stamp: &str) -> Moment {
    let part = |from: usize, to: usize| &stamp[from..to];
    let (date, time) = (
        [part(0, 4), part(4, 6), part(6, 8)].join("-"),
        [part(9, 11), part(11, 13), part(13, 15)].join(":"),
    );
    let moment = Moment::read(&format!("{date}T{time}Z")).unwrap();
    assert_eq!(moment.stamp(), stamp);
    moment
}

/// The rest of the line behind `mark`.
fn after<'a>(text: &'a str, mark: &str) -> &'a str {
    let rest = text.split_once(mark).map_or("", |(_, rest)| rest);
    rest.lines().next().unwrap_or_default()
}

/// The value of the header `name` in a request or a canonical one.
fn told_in(text: &str, name: &str) -> String {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let mut found = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
    found.next().map_or(String::new(), |(_, value)| value.trim().to_owned())
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.is_dir());
    paths.sort();
    paths
}

/// The shared vectors at `path`, which are no part of the project.
fn shared(path: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let shared = env::var_os("NOHOP_SHARED").map_or_else(beside, PathBuf::from);
    let found = Some(shared.join("specs/aws").join(path)).filter(|path| path.exists());
    if found.is_none() {
        skipped(path);
    }
    found
}

#[allow(clippy::print_stderr, reason = "a test that looked at nothing has to say so")]
fn skipped(path: &str) {
    eprintln!("skipped: there is no specs/aws/{path} in the shared folder");
}
