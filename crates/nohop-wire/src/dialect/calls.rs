//! Calls in dialects that want more of them than a text, or less: arguments that are an object, and ids
//! that are not there.
//!
//! Whoever answers a call has to name it. A call without an id gets one of our own making: the same
//! for the same answer, unlike those of other answers, and never sent back.

use std::borrow::Cow;
use std::fmt::Display;

use nohop_types::{Error, ErrorKind, Input, Result, ToolCall};
use serde::de::IgnoredAny;

use crate::loss::Losses;

const MADE: &str = "nohop_";

/// An id for the call `number` of what `told` names.
pub(super) fn make(told: impl Display, number: usize) -> String {
    let mut id = format!("{MADE}{told}_{number}");
    // Other dialects know only these characters in an id, and a conversation may go on there.
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        id = id.chars().map(plain).collect();
    }
    id
}

/// Whether an id is of our own making.
pub(super) fn is_made(id: &str) -> bool {
    id.starts_with(MADE)
}

/// The JSON object that a call's arguments are; `None` where it has none.
///
/// # Errors
///
/// `InvalidRequest` when they are something else.
pub(super) fn object<'a>(call: &'a ToolCall, losses: &mut Losses) -> Result<Option<Cow<'a, str>>> {
    if call.input == Input::Text {
        losses.translated("tool_call", "the dialect has no calls in free text");
        let text = serde_json::Value::from(&*call.arguments);
        return Ok(Some(Cow::Owned(format!("{{\"input\":{text}}}"))));
    }
    match call.arguments.trim() {
        "" | "null" => Ok(None),
        text if is_object(text) => Ok(Some(Cow::Borrowed(text))),
        _ => {
            let (id, name) = (&call.id, &call.name);
            let message = format!("the arguments of call {id:?} of {name:?} are no JSON object");
            Err(Error::new(ErrorKind::InvalidRequest, message))
        }
    }
}

/// Whether a text is a JSON object.
pub(super) fn is_object(text: &str) -> bool {
    text.starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok()
}
