use std::sync::Arc;

use nohop_types::{Content, Event, Message, Part, Piece, Request, Response};

/// What was delivered of an answer that may go on elsewhere when it breaks.
#[derive(Default)]
pub(crate) struct Said {
    response: Response,
    /// The white space that whoever goes on was not told of, and may say again.
    untold: String,
    /// The part that may say it.
    text: Option<usize>,
}

impl Said {
    /// Whether an answer can go on elsewhere behind `event`: half a call can not, nor several choices.
    pub(crate) fn goes_on_from(event: &Event) -> bool {
        let Event::Open { choice, start, .. } = event else { return true };
        *choice == 0 && matches!(start.content, Content::Reasoning(_) | Content::Text(_))
    }

    /// The request to go on with: it ends with what was said already.
    ///
    /// White space at its end is left out, for there are providers that refuse it.
    pub(crate) fn request(&mut self, asked: &Arc<Request>) -> Arc<Request> {
        let said = self.response.text();
        let told = said.trim_end();
        said[told.len()..].clone_into(&mut self.untold);
        self.text = None;
        if told.is_empty() {
            return asked.clone();
        }
        Arc::new(Request::clone(asked).message(Message::assistant(Part::text(told))))
    }

    /// Takes from the text of `event` what was said already.
    pub(crate) fn skip(&mut self, event: &mut Event) {
        if self.untold.is_empty() {
            return;
        }
        let text = match event {
            Event::Open { part, start, .. } => match &mut start.content {
                Content::Text(text) => {
                    self.text = Some(*part);
                    text
                }
                _ => return,
            },
            Event::Delta { part, piece: Piece::Text(text) } if self.text == Some(*part) => text,
            _ => return,
        };
        let pairs = self.untold.chars().zip(text.chars());
        let same = pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum::<usize>();
        let over = same < text.len();
        text.drain(..same);
        self.untold.drain(..same);
        if over {
            self.untold.clear();
        }
    }

    /// Remembers what the caller was told.
    pub(crate) fn note(&mut self, event: &Event) {
        self.response.extend([event.clone()]);
    }
}

#[cfg(test)]
mod tests;
