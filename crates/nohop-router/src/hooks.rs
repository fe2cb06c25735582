use std::fmt;
use std::sync::Arc;

use nohop_types::{Event, Request, Result};

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
    /// Whatever the first of them refuses it with.
    pub(crate) fn before(&self, request: &mut Arc<Request>) -> Result<()> {
        if self.before.is_empty() {
            return Ok(());
        }
        self.before.iter().try_for_each(|hook| {
            // What a hook that panics has changed is not believed.
            let kept = request.clone();
            let seen = safely("a hook", || hook(Arc::make_mut(request)));
            seen.unwrap_or_else(|| {
                *request = kept;
                Ok(())
            })
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

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before, after } = self;
        write!(f, "Hooks({} before, {} after)", before.len(), after.len())
    }
}
