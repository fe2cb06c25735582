use serde::{Deserialize, Serialize};

use super::spelled;
use crate::Money;

/// The most that may be charged, in dollars: in JSON numbers or texts.
///
/// ```
/// use nohop_types::{MaxPrice, Money};
///
/// let price: MaxPrice = serde_json::from_str(r#"{"prompt":1,"completion":"2.50"}"#)?;
/// assert_eq!(price.prompt, Some(Money::DOLLAR));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal that ends in `..`")]
#[serde(default, deny_unknown_fields)]
pub struct MaxPrice {
    /// For a million tokens of the prompt.
    #[serde(with = "spelled::dollars", skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Money>,
    /// For a million tokens of the answer.
    #[serde(with = "spelled::dollars", skip_serializing_if = "Option::is_none")]
    pub completion: Option<Money>,
    /// For the request itself.
    #[serde(with = "spelled::dollars", skip_serializing_if = "Option::is_none")]
    pub request: Option<Money>,
    /// For a picture that is read.
    #[serde(with = "spelled::dollars", skip_serializing_if = "Option::is_none")]
    pub image: Option<Money>,
    /// For a million tokens of sound that is heard.
    #[serde(with = "spelled::dollars", skip_serializing_if = "Option::is_none")]
    pub audio: Option<Money>,
}
