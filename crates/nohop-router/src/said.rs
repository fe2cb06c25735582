use std::collections::VecDeque;
use std::sync::Arc;

use nohop_types::{
    Content, Error, ErrorKind, Event, Message, Part, Piece, Request, Response, Result,
};

/// What was delivered of an answer that may go on elsewhere when it breaks.
pub(crate) struct Said {
    response: Response,
    /// Whether it may begin anew where it can not go on.
    restarts: bool,
    /// Whether it has more than text and thinking, so that nobody can go on from there.
    whole_parts: bool,
    /// What is held back until the calls are complete that it is behind.
    held: VecDeque<Event>,
    /// The calls that are not.
    calls: Vec<usize>,
    /// The white space that whoever goes on was not told of, and may say again.
    untold: String,
    /// The part that may say it.
    text: Option<usize>,
}

/// How whoever comes next answers.
pub(crate) struct Onward {
    pub(crate) request: Arc<Request>,
    /// Whether what was said is to be discarded.
    pub(crate) anew: bool,
}

impl Said {
    pub(crate) fn new(restarts: bool) -> Self {
        Self {
            response: Response::default(),
            restarts,
            whole_parts: false,
            held: VecDeque::new(),
            calls: Vec::new(),
            untold: String::new(),
            text: None,
        }
    }

    /// Hands on `event`, unless a call is not complete: half of one is never told.
    ///
    /// From then on it may be that nobody can go on: `false`.
    pub(crate) fn pass(&mut self, mut event: Event, ready: &mut VecDeque<Event>) -> bool {
        self.skip(&mut event);
        match &event {
            Event::Open { part, start, .. } if matches!(start.content, Content::ToolCall(_)) => {
                self.calls.push(*part);
            }
            Event::Close { part } => self.calls.retain(|call| call != part),
            _ => {}
        }
        self.held.push_back(event);
        if self.calls.is_empty() {
            self.whole_parts |= self.held.iter().any(is_whole);
            ready.append(&mut self.held);
        }
        !self.whole_parts || self.restarts
    }

    /// How the next candidate is asked: to go on from what was said where it is `able` to, or for all of it again.
    ///
    /// White space at the end of what was said is left out, for there are providers that refuse it.
    ///
    /// # Errors
    ///
    /// `Unsupported` when it can not go on, and must not begin anew.
    pub(crate) fn onward(&mut self, asked: &Arc<Request>, able: bool) -> Result<Onward> {
        self.held.clear();
        self.calls.clear();
        self.text = None;
        let said = self.response.text();
        let told = said.trim_end();
        said[told.len()..].clone_into(&mut self.untold);
        let nothing = told.is_empty() && !self.whole_parts;
        if !nothing && (!able || self.whole_parts) {
            if self.restarts {
                return Ok(Onward { request: asked.clone(), anew: true });
            }
            let message = "the model can not go on from what another has said";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let request = match nothing {
            true => asked.clone(),
            false => Arc::new(Request::clone(asked).message(Message::assistant(Part::text(told)))),
        };
        Ok(Onward { request, anew: false })
    }

    /// What was said is discarded.
    pub(crate) fn forget(&mut self) {
        self.whole_parts = false;
        self.untold.clear();
    }

    /// Remembers what the caller was told.
    pub(crate) fn note(&mut self, event: &Event) {
        self.response.extend([event]);
    }

    /// Takes from the text of `event` what was said already.
    fn skip(&mut self, event: &mut Event) {
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
}

/// Whether nobody can go on behind `event`: only from text and thinking, from one choice, and not from its end.
fn is_whole(event: &Event) -> bool {
    match event {
        Event::Open { choice: 0, start, .. } => {
            !matches!(start.content, Content::Reasoning(_) | Content::Text(_))
        }
        Event::Open { .. } | Event::End { .. } => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
