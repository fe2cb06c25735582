use std::time::Duration;

use nohop_types::{Error, ErrorKind, Result, Secret};
use serde::Deserialize;

use crate::aws::Moment;
use crate::{AwsKey, Issued};

/// How long a key is believed that does not say how long it lives.
pub(super) const BELIEVED: Duration = Duration::from_secs(15 * 60);

/// A key as Amazon's services and commands print it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Printed {
    access_key_id: String,
    secret_access_key: String,
    #[serde(alias = "Token")]
    session_token: Option<String>,
    expiration: Option<String>,
}

/// The key that `json` is; `whose` it is, an error says.
pub(super) fn read(json: &str, whose: &str, now: Moment) -> Result<Issued> {
    let wrong = |what: &str| Error::new(ErrorKind::Auth, format!("{whose} {what}"));
    // What it is instead may be half of a key, so nothing of it is shown.
    let printed: Printed = serde_json::from_str(json).map_err(|_| wrong("is no access key"))?;
    let lifetime = match printed.expiration.filter(|text| !text.is_empty()) {
        Some(text) => {
            Moment::read(&text).ok_or_else(|| wrong("does not say when it ends"))?.since(now)
        }
        None => BELIEVED,
    };
    if lifetime.is_zero() {
        return Err(wrong("has ended"));
    }
    let key = AwsKey::new(printed.access_key_id, printed.secret_access_key);
    let token = printed.session_token.filter(|token| !token.is_empty());
    let key = match token {
        Some(token) => key.token(token),
        None => key,
    };
    Ok(Issued::new(Secret::from(key), lifetime))
}
