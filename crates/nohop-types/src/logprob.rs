use serde::{Deserialize, Serialize};

/// A token of the answer, how likely it was, and what else was likely.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Logprob {
    /// The token the model chose.
    pub chosen: TokenLogprob,
    /// The likeliest tokens at its place, the chosen one among them if it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub top: Vec<TokenLogprob>,
}

impl Logprob {
    /// The token `chosen` among `top`.
    pub fn new(chosen: TokenLogprob, top: Vec<TokenLogprob>) -> Self {
        Self { chosen, top }
    }
}

/// A token and the logarithm of its probability.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TokenLogprob {
    /// The token as text.
    pub token: String,
    /// The natural logarithm of its probability.
    pub logprob: f64,
    /// The token's bytes: a character may span several tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Vec<u8>>,
}

impl TokenLogprob {
    /// The token with its logarithm and, if known, its bytes.
    pub fn new(token: impl Into<String>, logprob: f64, bytes: Option<Vec<u8>>) -> Self {
        Self { token: token.into(), logprob, bytes }
    }
}
