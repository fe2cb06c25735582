use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nohop_types::{Result, Secret};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde::Serialize;

use super::wrong;

/// Signs claims with an account's own key (RS256).
pub(super) struct Signer {
    key: RsaKeyPair,
    /// Which of the account's keys it is.
    id: Option<String>,
}

/// What is asserted, and for how long.
#[derive(Serialize)]
pub(super) struct Claims<'a> {
    pub(super) aud: &'a str,
    pub(super) exp: u64,
    pub(super) iat: u64,
    pub(super) iss: &'a str,
    pub(super) scope: &'a str,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
    typ: &'a str,
}

impl Signer {
    /// The signer with `pem`, a private key in PKCS#8.
    ///
    /// # Errors
    ///
    /// `Auth` when it is none.
    pub(super) fn new(pem: &Secret, id: Option<String>) -> Result<Self> {
        let bad = || wrong("the account's private_key is no RSA key in PKCS#8");
        let lines = pem.expose().lines().map(str::trim);
        let text: String = lines.filter(|line| !line.starts_with("-----")).collect();
        let der = STANDARD.decode(text).map_err(|_| bad())?;
        let key = RsaKeyPair::from_pkcs8(&der).map_err(|_| bad())?;
        Ok(Self { key, id })
    }

    /// The claims with their signature.
    ///
    /// # Errors
    ///
    /// `Auth` when the key does not sign.
    pub(super) fn sign(&self, claims: &Claims<'_>) -> Result<String> {
        let header = Header { alg: "RS256", kid: self.id.as_deref(), typ: "JWT" };
        // Nothing in either can fail to be written.
        let mut token = String::new();
        URL_SAFE_NO_PAD.encode_string(serde_json::to_vec(&header).unwrap_or_default(), &mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(serde_json::to_vec(claims).unwrap_or_default(), &mut token);
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature)
            .map_err(|_| wrong("the account's private_key does not sign"))?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }
}
