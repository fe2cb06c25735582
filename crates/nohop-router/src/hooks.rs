use std::fmt;
use std::sync::Arc;

use nohop_types::{Event, Request, Result};

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
        let request = Arc::make_mut(request);
        self.before.iter().try_for_each(|hook| hook(request))
    }

    /// Shows `event` to those who want to see it before the caller does.
    ///
    /// # Errors
    ///
    /// Whatever the first of them ends the answer with.
    pub(crate) fn after(&self, request: &Request, event: &mut Event) -> Result<()> {
        self.after.iter().try_for_each(|hook| hook(request, event))
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before, after } = self;
        write!(f, "Hooks({} before, {} after)", before.len(), after.len())
    }
}
