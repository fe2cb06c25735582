use nohop_types::{Effort, Error, ErrorKind, Result};

use crate::loss::Losses;

/// What the called model can do of what its dialect can say.
///
/// The same dialect carries models that refuse a temperature, a forced tool or an unfinished last
/// turn. What is known of the model arrives with the call; nothing known means everything allowed.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Abilities {
    /// Temperature and its kin: top-p, top-k, min-p, the penalties.
    pub sampling: Ability,
    /// Words that end the answer.
    pub stop: Ability,
    /// A tool choice that makes the model call a tool.
    pub forced_tools: Ability,
    /// A last turn of the model's own, for it to go on from.
    pub prefill: Ability,
    /// A turn of the application amid the conversation.
    pub late_system: Ability,
    /// The efforts it knows, if it knows only some; another becomes the nearest of them.
    pub efforts: Option<Vec<Effort>>,
}

/// What becomes of something in a request that the model may not be able to do.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Ability {
    /// The model can do it.
    #[default]
    Able,
    /// The model can not: leave it out, and say so.
    Drop,
    /// The model can not: refuse the request.
    Refuse,
}

impl Ability {
    /// Whether `field` may be said; a loss where it is left out.
    pub(crate) fn allows(self, field: &'static str, losses: &mut Losses) -> Result<bool> {
        match self {
            Self::Able => Ok(true),
            Self::Drop => {
                losses.dropped(field, "the model does not take it");
                Ok(false)
            }
            Self::Refuse => {
                let message = format!("{field}: the model does not take it; leave it out");
                Err(Error::new(ErrorKind::Unsupported, message))
            }
        }
    }
}
