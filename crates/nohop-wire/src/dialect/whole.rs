use nohop_types::{Error, Event, Response};

use crate::Encoder;
use crate::json::Writer;

/// Writes an answer in one piece, once it is complete.
pub(super) struct Whole<W> {
    write: W,
    fail: fn(&mut Writer, &Error),
    response: Response,
}

impl<W: Fn(&mut Writer, &Response)> Whole<W> {
    /// Writes an answer with `write`, and a failure in its place with `fail`.
    pub(super) fn new(write: W, fail: fn(&mut Writer, &Error)) -> Self {
        Self { write, fail, response: Response::default() }
    }
}

impl<W: Fn(&mut Writer, &Response) + Send> Encoder for Whole<W> {
    fn content_type(&self) -> &'static str {
        "application/json"
    }

    fn event(&mut self, event: &Event, out: &mut Vec<u8>) {
        self.response.extend([event.clone()]);
        if matches!(event, Event::Finish { .. }) {
            let mut writer = Writer::default();
            (self.write)(&mut writer, &self.response);
            out.extend(writer.into_bytes());
        }
    }

    fn fail(&mut self, error: &Error, out: &mut Vec<u8>) {
        let mut writer = Writer::default();
        (self.fail)(&mut writer, error);
        out.extend(writer.into_bytes());
    }
}
