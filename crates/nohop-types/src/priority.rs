use serde::{Deserialize, Serialize};

/// How soon a request goes before others that wait for the same room, here and not at the provider.
///
/// What a provider serves sooner for more money is the request's [tier](crate::Request::tier). A lower
/// priority is overtaken for a while, never for ever; one that would give up before that goes first while
/// it can.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Behind all that came no more than a minute later.
    Low,
    /// Before what is low, and behind what is high and came no more than five seconds later.
    #[default]
    Normal,
    /// Before all others.
    High,
}

impl Priority {
    /// Whether nothing is said of it.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub(crate) fn is_normal(&self) -> bool {
        *self == Self::Normal
    }
}
