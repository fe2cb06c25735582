//! How an answer ends that is not complete.

use nohop_types::{Error, Response, Trace};

use super::Answer;

impl Answer {
    /// The error that ends it, with what was told.
    pub(super) fn broken(&mut self, error: Error) -> Error {
        match self.folded.take() {
            Some(folded) => self.partial(error, folded.response()),
            None => error,
        }
    }

    /// Ends the answer where it stands.
    pub(crate) fn abandon(&mut self) {
        self.over = true;
        self.permit = None;
        self.room = None;
        self.ready.clear();
        #[cfg(feature = "cache")]
        self.keep_nothing();
        for attempt in &mut self.attempts {
            attempt.cancel();
        }
        self.forget();
        self.attempts.clear();
    }

    /// Attaches what the caller was told before an answer broke, and what that consumed.
    pub(super) fn partial(&self, error: Error, mut response: Response) -> Error {
        let Some(id) = self.delivered else { return error };
        let running = self.attempts.iter().find(|attempt| attempt.id == id);
        let shown = running.map_or(&self.ended[id.index()], |attempt| &attempt.shown);
        response.usage = shown.usage.clone();
        response.cost = error.trace().and_then(Trace::cost);
        error.with_response(response)
    }
}
