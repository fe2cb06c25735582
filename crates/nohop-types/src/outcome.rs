use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::ErrorKind;

#[cfg(test)]
mod tests;

/// How an attempt ended; serialized as words, such as `failed: rate limit`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was given up: another was faster, or the time was over.
    Cancelled,
    /// The caller dropped the answer.
    Dropped,
    /// It failed.
    Failed(ErrorKind),
    /// It was delivered whole.
    Finished,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled => f.write_str("cancelled"),
            Self::Dropped => f.write_str("dropped"),
            Self::Failed(kind) => write!(f, "{FAILED}{kind}"),
            Self::Finished => f.write_str("finished"),
        }
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        match &*text {
            "cancelled" => Ok(Self::Cancelled),
            "dropped" => Ok(Self::Dropped),
            "finished" => Ok(Self::Finished),
            text => {
                let kind =
                    text.strip_prefix(FAILED).and_then(ErrorKind::from_word).map(Self::Failed);
                kind.ok_or_else(|| de::Error::custom(format!("{text:?} is no outcome")))
            }
        }
    }
}

const FAILED: &str = "failed: ";
