use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Uri};
use nohop_types::{Result, Secret};
use serde::Deserialize;

use super::{SERVICE, issued, jwt, wrong};
use crate::{Issued, Transport};

const TOKENS: &str = "https://oauth2.googleapis.com/token";
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// How long what we assert is to be believed, which is the longest that there is.
const HOUR: Duration = Duration::from_secs(3_600);

/// An account, as its file tells it.
pub(super) struct Account {
    /// Where its tokens are handed out.
    service: Uri,
    proof: Proof,
}

/// What an account shows for a token.
enum Proof {
    /// A service account signs.
    Signed { signer: Box<jwt::Signer>, email: String },
    /// A person has signed in before.
    Refreshed { client: String, secret: Secret, token: Secret },
}

/// The file; it has no debug text, for most of it is secret.
#[derive(Deserialize)]
struct Row {
    r#type: Option<String>,
    token_uri: Option<String>,
    client_email: Option<String>,
    private_key: Option<String>,
    private_key_id: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    refresh_token: Option<String>,
}

impl Account {
    /// The account that `json` tells.
    ///
    /// # Errors
    ///
    /// `Auth` when it tells none, or one of a sort that is not known here.
    pub(super) fn read(json: &str) -> Result<Self> {
        // Nothing of it is shown: it is mostly a key.
        let row: Row = serde_json::from_str(json).map_err(|_| wrong("the account is no JSON"))?;
        let lacks = |field: &str| wrong(&format!("the account has no {field}"));
        let service = trusted(row.token_uri.as_deref().unwrap_or(TOKENS))?;
        let proof = match row.r#type.as_deref() {
            Some("service_account") => {
                let key = row.private_key.ok_or_else(|| lacks("private_key"))?;
                Proof::Signed {
                    signer: Box::new(jwt::Signer::new(&Secret::new(key), row.private_key_id)?),
                    email: row.client_email.ok_or_else(|| lacks("client_email"))?,
                }
            }
            Some("authorized_user") => Proof::Refreshed {
                client: row.client_id.ok_or_else(|| lacks("client_id"))?,
                secret: Secret::new(row.client_secret.ok_or_else(|| lacks("client_secret"))?),
                token: Secret::new(row.refresh_token.ok_or_else(|| lacks("refresh_token"))?),
            },
            Some(other) => {
                return Err(wrong(&format!(
                    "an account of type {other:?} is not known; give a service_account or an authorized_user, or credentials of your own"
                )));
            }
            None => return Err(lacks("type")),
        };
        Ok(Self { service, proof })
    }

    /// What is asked for a token, at this time.
    fn form(&self, now: SystemTime) -> Result<String> {
        Ok(match &self.proof {
            Proof::Signed { signer, email } => {
                let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
                let claims = jwt::Claims {
                    aud: &self.service.to_string(),
                    exp: (since + HOUR).as_secs(),
                    iat: since.as_secs(),
                    iss: email,
                    scope: SCOPE,
                };
                form(&[
                    ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                    ("assertion", &signer.sign(&claims)?),
                ])
            }
            Proof::Refreshed { client, secret, token } => form(&[
                ("grant_type", "refresh_token"),
                ("client_id", client),
                ("client_secret", secret.expose()),
                ("refresh_token", token.expose()),
            ]),
        })
    }
}

/// Fetches a token for `account`.
pub(super) async fn token(transport: &dyn Transport, account: &Account) -> Result<Issued> {
    let form = account.form(SystemTime::now())?;
    let request = Request::post(account.service.clone())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Bytes::from(form));
    let (status, text) = SERVICE.ask(transport, request).await?;
    issued(status, &text)
}

/// A service to which a proof may be sent: over TLS, or on this machine.
fn trusted(uri: &str) -> Result<Uri> {
    let parsed: Uri = uri.parse().map_err(|_| wrong("the account's token_uri is no URL"))?;
    let host = parsed.host().unwrap_or_default();
    let number = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    let near = host == "localhost" || number.is_ok_and(|number| number.is_loopback());
    match near || parsed.scheme_str() == Some("https") {
        true => Ok(parsed),
        false => Err(wrong("the account's token_uri is another machine's, and not https")),
    }
}

/// Fields, as a form sends them.
fn form(fields: &[(&str, &str)]) -> String {
    let mut form = String::new();
    for (name, value) in fields {
        if !form.is_empty() {
            form.push('&');
        }
        form.push_str(name);
        form.push('=');
        for byte in value.bytes() {
            match byte {
                b'-' | b'.' | b'_' | b'~' => form.push(char::from(byte)),
                byte if byte.is_ascii_alphanumeric() => form.push(char::from(byte)),
                byte => form.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    form
}
