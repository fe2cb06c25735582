use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;

use nohop_types::{Error, ErrorKind, Result};
use tokio::sync::Notify;

/// How many answers, attempts and copies have not ended, and whether there may be more.
#[derive(Debug, Default)]
pub(crate) struct Flight {
    answers: AtomicUsize,
    attempts: AtomicUsize,
    shadows: AtomicUsize,
    closed: AtomicBool,
    landed: Notify,
    closing: Notify,
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

    /// Lets one more copy of a request begin, unless no more may.
    pub(crate) fn shadow(self: &Arc<Self>) -> Option<Permit> {
        let permit = self.permit(Of::Shadows);
        (!self.closed.load(Ordering::SeqCst)).then_some(permit)
    }

    /// Counts what is asked on behalf of an answer, which has a permit already.
    pub(crate) fn beside(self: &Arc<Self>) -> Permit {
        self.permit(Of::Answers)
    }

    pub(crate) fn attempts(&self) -> usize {
        self.attempts.load(Ordering::SeqCst)
    }

    /// Lets no more answer begin, ends copies, and waits until all that has begun is over.
    pub(crate) async fn drain(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.closing.notify_waiters();
        loop {
            let landed = self.landed.notified();
            let counts = [&self.answers, &self.shadows];
            if counts.iter().all(|count| count.load(Ordering::SeqCst) == 0) {
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
            Of::Shadows => &self.shadows,
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
    Shadows,
}

impl Permit {
    /// What `work` comes to, unless the router is drained before it is done.
    pub(crate) async fn unless_closed<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let (mut work, mut closing) = (pin!(work), pin!(self.flight.closing.notified()));
        // Looked at once the notice would be heard, so that none is missed.
        if self.flight.closed.load(Ordering::SeqCst) {
            return None;
        }
        poll_fn(|cx| match closing.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending => work.as_mut().poll(cx).map(Some),
        })
        .await
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let left = self.flight.count(self.of).fetch_sub(1, Ordering::SeqCst) - 1;
        if left == 0 && !matches!(self.of, Of::Attempts) {
            self.flight.landed.notify_waiters();
        }
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::Config, "the router is drained: it takes no more requests; build another")
}
