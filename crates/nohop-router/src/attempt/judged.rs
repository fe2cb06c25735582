//! Whether an answer is one, before any of it is told.

use nohop_policy::{Taken, Verdict, Window};
use nohop_types::{Error, ErrorKind, Recovery, Response, Result};
use nohop_wire::State;

use super::Attempt;
use crate::replay::replay;
use crate::safely::safely;

impl Attempt {
    /// Looks at what came so far, if none of it was told.
    ///
    /// # Errors
    ///
    /// Why it has failed, with the whole answer where it was there to be judged.
    pub(super) fn judge(&mut self, state: State) -> Result<()> {
        if self.hold.is_told() || !self.asked.work.is_chat() {
            return Ok(());
        }
        let Window { empty, refused, .. } = self.asked.limits.window;
        if refused == Taken::AsFailure && self.listener.is_refused() {
            return Err(Error::new(ErrorKind::ContentFilter, "the model refused to answer"));
        }
        if state != State::Done {
            return Ok(());
        }
        if empty == Taken::AsFailure && self.shown.first_content.is_none() {
            let error = Error::new(ErrorKind::Unaccepted, "the answer is empty");
            return Err(error.with_recovery(Recovery::Retry));
        }
        self.accept()
    }

    /// Has the whole answer judged, where its route says by whom.
    fn accept(&mut self) -> Result<()> {
        let Some(accept) = self.asked.resolved.slots.accept.clone() else { return Ok(()) };
        let mut response = Response::default();
        response.extend(&self.events);
        let told = response.clone();
        let judge = || accept.judge(&self.asked.request, &mut response);
        // It may be a guard: what it could not judge does not pass.
        let panicked = || Verdict::elsewhere("the judge of answers panicked");
        match safely("the judge of answers", judge).unwrap_or_else(panicked) {
            Verdict::Accept => {
                if response != told {
                    self.shown.mended = true;
                    self.events = replay(&response).into();
                }
                Ok(())
            }
            Verdict::Retry(why) => Err(why.with_recovery(Recovery::Retry).with_response(told)),
            Verdict::Elsewhere(why) => {
                Err(why.with_recovery(Recovery::Elsewhere).with_response(told))
            }
        }
    }
}
