use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use nohop_types::{Error, ErrorKind, Result};
use tokio::sync::Notify;

/// How many answers and attempts have not ended, and whether there may be more.
#[derive(Debug, Default)]
pub(crate) struct Flight {
    answers: AtomicUsize,
    attempts: AtomicUsize,
    closed: AtomicBool,
    landed: Notify,
}

impl Flight {
    /// Lets one more answer begin.
    pub(crate) fn answer(self: &Arc<Self>) -> Result<Permit> {
        let permit = self.permit(Of::Answers);
        // Counted first, so that nobody who drains misses it.
        match self.closed.load(Ordering::SeqCst) {
            false => Ok(permit),
            true => Err(closed()),
        }
    }

    /// Counts one more attempt.
    pub(crate) fn attempt(self: &Arc<Self>) -> Permit {
        self.permit(Of::Attempts)
    }

    pub(crate) fn attempts(&self) -> usize {
        self.attempts.load(Ordering::SeqCst)
    }

    /// Lets no more answer begin, and waits until those that have begun are over.
    pub(crate) async fn drain(&self) {
        self.closed.store(true, Ordering::SeqCst);
        loop {
            let landed = self.landed.notified();
            if self.answers.load(Ordering::SeqCst) == 0 {
                return;
            }
            landed.await;
        }
    }

    fn permit(self: &Arc<Self>, of: Of) -> Permit {
        self.count(of).fetch_add(1, Ordering::SeqCst);
        Permit { flight: self.clone(), of }
    }

    fn count(&self, of: Of) -> &AtomicUsize {
        match of {
            Of::Answers => &self.answers,
            Of::Attempts => &self.attempts,
        }
    }
}

/// One that is counted until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    flight: Arc<Flight>,
    of: Of,
}

#[derive(Clone, Copy, Debug)]
enum Of {
    Answers,
    Attempts,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let left = self.flight.count(self.of).fetch_sub(1, Ordering::SeqCst) - 1;
        if left == 0 && matches!(self.of, Of::Answers) {
            self.flight.landed.notify_waiters();
        }
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::Config, "the router is drained: it takes no more requests; build another")
}
