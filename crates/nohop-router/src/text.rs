use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use nohop_types::{Content, Cost, Error, ErrorKind, Event, Piece, Result, Trace};

use crate::Answer;

/// Only the text of an answer, as it is made: a stream of strings.
///
/// It is the text of the first choice. Thinking, calls and everything else is passed over. Text that was told can not be
/// taken back: where the answer breaks and begins anew it ends with an error.
///
/// ```
/// # async fn check(router: nohop_router::Router) -> nohop_types::Result<()> {
/// # use nohop_types::Request;
/// let mut text = router.stream(Request::new("fast").user("Tell me a story.")).await?.text();
/// while let Some(piece) = text.next().await {
///     print!("{}", piece?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Text {
    answer: Answer,
    /// The parts of text that are open.
    parts: VecDeque<usize>,
    /// Whether any text was told.
    told: bool,
}

impl Text {
    pub(crate) fn new(answer: Answer) -> Self {
        Self { answer, parts: VecDeque::new(), told: false }
    }

    /// The next piece; `None` when there is none left.
    pub async fn next(&mut self) -> Option<Result<String>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// What was considered, dropped and tried so far.
    pub fn trace(&self) -> Trace {
        self.answer.trace()
    }

    /// What the request cost so far, if the prices are known.
    pub fn cost(&self) -> Option<Cost> {
        self.answer.cost()
    }

    /// The text of `event`, if it has any.
    fn piece(&mut self, event: Event) -> Option<String> {
        match event {
            Event::Open { part, choice: 0, start } => {
                let Content::Text(text) = start.content else { return None };
                self.parts.push_back(part);
                Some(text)
            }
            Event::Delta { part, piece: Piece::Text(text) } if self.parts.contains(&part) => {
                Some(text)
            }
            Event::Close { part } => {
                self.parts.retain(|open| *open != part);
                None
            }
            Event::Seam { .. } => {
                self.parts.clear();
                None
            }
            _ => None,
        }
        .filter(|text| !text.is_empty())
    }
}

impl Stream for Text {
    type Item = Result<String>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let Some(event) = ready!(Pin::new(&mut self.answer).poll_next(cx)?) else {
                return Poll::Ready(None);
            };
            if self.told && matches!(event, Event::Seam { restart: true, .. }) {
                self.answer.abandon();
                return Poll::Ready(Some(Err(anew().with_trace(self.answer.trace()))));
            }
            if let Some(text) = self.piece(event) {
                self.told = true;
                return Poll::Ready(Some(Ok(text)));
            }
        }
    }
}

fn anew() -> Error {
    let message = "the answer broke and begins anew, which text alone can not say; read its events, or let the route \
                   resume without restarting";
    Error::new(ErrorKind::Truncated, message)
}
