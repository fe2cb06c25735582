use bytes::Bytes;

use super::aws;
use crate::dialect::{Frame, Framing};
use crate::{Departure, Script};

/// Frames events as a script's server does.
pub(super) struct Writer {
    framing: Framing,
    line_end: &'static str,
    space: &'static str,
    says_names: bool,
}

impl Writer {
    pub(super) fn new(script: &Script) -> Self {
        let speech = script.speech();
        let crlf = script.has(Departure::Crlf) || speech.ends_in_crlf();
        Self {
            framing: speech.framing(),
            line_end: if crlf { "\r\n" } else { "\n" },
            space: if script.has(Departure::NoSpace) { "" } else { " " },
            says_names: !script.has(Departure::Nameless),
        }
    }

    /// The bytes of one frame; none where the framing has no comments.
    pub(super) fn write(&self, frame: &Frame) -> Bytes {
        match (self.framing, &frame.data) {
            (Framing::Events, None) => self.comment(),
            (Framing::Events, Some(data)) => self.event(frame.name, data),
            (Framing::Lines | Framing::Messages, None) => Bytes::new(),
            (Framing::Lines, Some(data)) => format!("{data}{}", self.line_end).into(),
            (Framing::Messages, Some(data)) => message(frame.name, data),
        }
    }

    fn comment(&self) -> Bytes {
        let line_end = self.line_end;
        format!(": OPENROUTER PROCESSING{line_end}{line_end}").into()
    }

    /// An event, with the empty line after it.
    fn event(&self, name: Option<&str>, data: &str) -> Bytes {
        let Self { line_end, space, .. } = self;
        let name =
            name.filter(|_| self.says_names).map(|name| format!("event:{space}{name}{line_end}"));
        format!("{}data:{space}{data}{line_end}{line_end}", name.unwrap_or_default()).into()
    }
}

/// A message; one without a name is torn from a delta.
fn message(name: Option<&str>, data: &str) -> Bytes {
    let name = name.unwrap_or("contentBlockDelta");
    let (kind, key) = match name.ends_with("Exception") {
        true => ("exception", ":exception-type"),
        false => ("event", ":event-type"),
    };
    let headers = [(key, name), (":content-type", "application/json"), (":message-type", kind)];
    aws::message(&headers, data.as_bytes())
}
