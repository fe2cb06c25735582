use std::fmt;
use std::sync::Arc;

use nohop_types::{Error, ErrorKind, Event, Request, Result};

use crate::safely::safely;

type Before = dyn Fn(&mut Request) -> Result<()> + Send + Sync;
type After = dyn Fn(&Request, &mut Event) -> Result<()> + Send + Sync;

/// What the application does to every request and every event.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) before: Vec<Arc<Before>>,
    pub(crate) after: Vec<Arc<After>>,
}

impl Hooks {
    /// Shows `request` to those who want to see it first.
    ///
    /// # Errors
    ///
    /// Whatever the first of them refuses it with; `Config` when it panics, for what a guard has not seen
    /// to its end does not pass.
    pub(crate) fn before(&self, request: &mut Arc<Request>) -> Result<()> {
        if self.before.is_empty() {
            return Ok(());
        }
        let request = Arc::make_mut(request);
        self.before.iter().try_for_each(|hook| {
            safely("a hook", || hook(request)).unwrap_or_else(|| Err(panicked()))
        })
    }

    /// Shows `event` to those who want to see it before the caller does.
    ///
    /// # Errors
    ///
    /// Whatever the first of them ends the answer with.
    pub(crate) fn after(&self, request: &Request, event: &mut Event) -> Result<()> {
        self.after
            .iter()
            .try_for_each(|hook| safely("a hook", || hook(request, event)).unwrap_or(Ok(())))
    }
}

fn panicked() -> Error {
    let message =
        "a hook panicked before it had seen the request, which is not sent; mend the hook";
    Error::new(ErrorKind::Config, message)
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before, after } = self;
        write!(f, "Hooks({} before, {} after)", before.len(), after.len())
    }
}
