//! Amazon's signature, version 4, in a header.
//!
//! The path is encoded once more than it is sent, as every service but S3 wants it. The time comes in.
//!
//! Reference: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>.

use std::collections::BTreeMap;
use std::fmt::Write;

use http::HeaderValue;
use http::header::HOST;
use nohop_types::{Error, ErrorKind, Result};
use ring::{digest, hmac};

use super::{AwsKey, Moment};

/// What a signature is good for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
    pub(crate) at: Moment,
}

/// Signs `request` as it stands: its body, where it goes, and of its headers the type of the body, and
/// whatever is Amazon's own.
///
/// # Errors
///
/// `Auth` when a part of the key fits in no header.
pub(crate) fn sign<B: AsRef<[u8]>>(
    request: &mut http::Request<B>,
    key: &AwsKey,
    scope: Scope<'_>,
) -> Result<()> {
    let stamp = scope.at.stamp();
    put(request, "x-amz-date", &stamp)?;
    if let Some(token) = &key.token {
        put(request, "x-amz-security-token", token.expose())?;
    }
    let signed = |name: &str| name == "content-type" || name.starts_with("x-amz-");
    let mut headers: Vec<(&str, &str)> = vec![(HOST.as_str(), host(request.uri()))];
    let own = request.headers().iter().filter(|(name, _)| signed(name.as_str()));
    headers.extend(own.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))));
    let uri = request.uri();
    let told = Told {
        method: request.method().as_str(),
        path: &path(uri.path()),
        query: uri.query().unwrap_or_default(),
        headers: &headers,
        body: request.body().as_ref(),
    };
    let (_, authorization) = authorization(&told, key, scope, &stamp);
    put(request, "authorization", &authorization)
}

/// Sets a header; all but the time is hidden.
fn put<B>(request: &mut http::Request<B>, name: &'static str, text: &str) -> Result<()> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        let message = "the access key has a line break or another character in it that no key has; \
            look at both ends of its parts";
        Error::new(ErrorKind::Auth, message)
    })?;
    value.set_sensitive(name != "x-amz-date");
    request.headers_mut().insert(name, value);
    Ok(())
}

/// The host as it is sent: a port that goes without saying is not said.
fn host(uri: &http::Uri) -> &str {
    let authority = uri.authority().map_or("", http::uri::Authority::as_str);
    let usual = match uri.scheme_str() {
        Some("http") => ":80",
        _ => ":443",
    };
    authority.strip_suffix(usual).unwrap_or(authority)
}

/// What of a request is signed.
struct Told<'a> {
    method: &'a str,
    /// The path, as [`path`] makes it.
    path: &'a str,
    query: &'a str,
    /// Each header to be signed, under a name in lower case.
    headers: &'a [(&'a str, &'a str)],
    body: &'a [u8],
}

/// The text that is signed, and the header that holds the signature.
fn authorization(told: &Told<'_>, key: &AwsKey, scope: Scope<'_>, stamp: &str) -> (String, String) {
    let (canonical, names) = canonical(told);
    let Scope { region, service, .. } = scope;
    let date = &stamp[..8];
    let place = format!("{date}/{region}/{service}/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{stamp}\n{place}\n{}", hash(canonical.as_bytes()));
    let first = ["AWS4", key.secret.expose()].concat();
    let mixed = [date, region, service, "aws4_request", &text].into_iter().fold(
        first.into_bytes(),
        |key, text| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
            hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
        },
    );
    let id = &key.id;
    let header = format!(
        "AWS4-HMAC-SHA256 Credential={id}/{place}, SignedHeaders={names}, Signature={}",
        hex(&mixed)
    );
    (text, header)
}

/// The request in the one form that both sides sign, and the names of the headers in it.
fn canonical(told: &Told<'_>) -> (String, String) {
    let mut headers: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in told.headers {
        let value = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        let said = headers.entry(name).or_default();
        if !said.is_empty() {
            said.push(',');
        }
        said.push_str(&value);
    }
    let names = headers.keys().copied().collect::<Vec<_>>().join(";");
    let mut text = format!("{}\n{}\n{}\n", told.method, told.path, query(told.query));
    for (name, value) in &headers {
        // Writing to a string never fails.
        let _ = writeln!(text, "{name}:{value}");
    }
    let _ = write!(text, "\n{names}\n{}", hash(told.body));
    (text, names)
}

/// The path without detours, encoded once more.
fn path(sent: &str) -> String {
    let mut segments = Vec::new();
    for segment in sent.split('/') {
        match segment {
            "" | "." => (),
            ".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    let last = sent.rsplit('/').next().unwrap_or_default();
    let folder = !segments.is_empty() && matches!(last, "" | "." | "..");
    let end = if folder { "/" } else { "" };
    encoded(&format!("/{}{end}", segments.join("/")), "/")
}

/// The pairs of a query in their order, each spelled in one way.
fn query(sent: &str) -> String {
    let spelled = |text: &str| encoded_bytes(&decoded(text), "");
    let pairs = sent.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut pairs: Vec<_> = pairs.map(|(name, value)| (spelled(name), spelled(value))).collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn encoded(text: &str, kept: &str) -> String {
    encoded_bytes(text.as_bytes(), kept)
}

/// The bytes with `%` before all but letters, digits, `-._~` and those that are `kept`.
fn encoded_bytes(bytes: &[u8], kept: &str) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            byte if kept.as_bytes().contains(&byte) => text.push(char::from(byte)),
            byte => drop(write!(text, "%{byte:02X}")),
        }
    }
    text
}

/// The bytes that a query spells with `%`.
fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |place: usize| char::from(*tail.get(place)?).to_digit(16);
        (bytes, rest) = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => (with(bytes, (high * 16 + low) as u8), &tail[2..]),
            _ => (with(bytes, *first), tail),
        };
    }
    bytes
}

fn with(mut bytes: Vec<u8>, byte: u8) -> Vec<u8> {
    bytes.push(byte);
    bytes
}

fn hash(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
