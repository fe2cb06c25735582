use bytes::Bytes;

use crate::dialect::Frame;
use crate::{Departure, Script};

/// Frames events as a script's server does.
pub(super) struct Sse {
    line_end: &'static str,
    space: &'static str,
}

impl Sse {
    pub(super) fn new(script: &Script) -> Self {
        Self {
            line_end: if script.has(Departure::Crlf) { "\r\n" } else { "\n" },
            space: if script.has(Departure::NoSpace) { "" } else { " " },
        }
    }

    /// The bytes of one frame, with the empty line after it.
    pub(super) fn write(&self, frame: &Frame) -> Bytes {
        let Self { line_end, space } = self;
        let Some(data) = &frame.data else {
            return format!(": OPENROUTER PROCESSING{line_end}{line_end}").into();
        };
        let name = frame.name.map(|name| format!("event:{space}{name}{line_end}"));
        format!("{}data:{space}{data}{line_end}{line_end}", name.unwrap_or_default()).into()
    }
}
