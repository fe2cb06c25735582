use bytes::Bytes;

use crate::dialect::Frame;
use crate::{Departure, Script};

/// Frames events as a script's server does.
pub(super) struct Sse {
    line_end: &'static str,
    space: &'static str,
    says_names: bool,
}

impl Sse {
    pub(super) fn new(script: &Script) -> Self {
        let crlf = script.has(Departure::Crlf) || script.dialect.speech().ends_in_crlf();
        Self {
            line_end: if crlf { "\r\n" } else { "\n" },
            space: if script.has(Departure::NoSpace) { "" } else { " " },
            says_names: !script.has(Departure::Nameless),
        }
    }

    /// The bytes of one frame, with the empty line after it.
    pub(super) fn write(&self, frame: &Frame) -> Bytes {
        let Self { line_end, space, .. } = self;
        let Some(data) = &frame.data else {
            return format!(": OPENROUTER PROCESSING{line_end}{line_end}").into();
        };
        let name = frame
            .name
            .filter(|_| self.says_names)
            .map(|name| format!("event:{space}{name}{line_end}"));
        format!("{}data:{space}{data}{line_end}{line_end}", name.unwrap_or_default()).into()
    }
}
