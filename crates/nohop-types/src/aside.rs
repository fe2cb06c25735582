use std::fmt;

use serde::{Deserialize, Serialize};

/// What the router asked beside what its caller asked for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Aside {
    /// What kind of request it is.
    Classification,
    /// The same, of another target; nobody waits for the answer.
    Shadow,
}

impl Aside {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::Shadow => "shadow",
        }
    }
}

impl fmt::Display for Aside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
