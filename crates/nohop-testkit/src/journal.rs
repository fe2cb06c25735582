mod received;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nohop_types::ErrorKind;
use tokio::sync::Notify;

pub use received::{Received, Served};

use crate::Outcome;

/// What an emulator received, and what it served.
///
/// Clones show the same journal. It outlives the emulator.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

struct Inner {
    pages: Mutex<Pages>,
    changed: Notify,
    most: usize,
}

#[derive(Default)]
struct Pages {
    requests: VecDeque<Received>,
    forgotten: u64,
    calls: u64,
}

impl Journal {
    pub(crate) fn new(most: usize) -> Self {
        let pages = Mutex::default();
        Self { inner: Arc::new(Inner { pages, changed: Notify::new(), most: most.max(1) }) }
    }

    /// Every request so far, in the order in which they were read.
    pub fn requests(&self) -> Vec<Received> {
        self.pages().requests.iter().cloned().collect()
    }

    /// The last request.
    pub fn last(&self) -> Option<Received> {
        self.pages().requests.back().cloned()
    }

    /// Takes out the oldest requests, up to the first that is still being served: what runs for long judges them as it goes,
    /// and the journal stays small.
    ///
    /// They are numbered and counted on.
    pub fn take(&self) -> Vec<Received> {
        let mut pages = self.pages();
        let over = pages.requests.iter().take_while(|received| received.is_over).count();
        pages.forgotten += over as u64;
        pages.requests.drain(..over).collect()
    }

    /// How many calls there were: requests for an answer, refused or not.
    pub fn calls(&self) -> u64 {
        self.pages().calls
    }

    /// Waits until there were so many calls.
    pub async fn wait_for(&self, calls: u64) {
        self.wait_until(|journal| journal.calls() >= calls).await;
    }

    /// Waits until the journal is as wanted; it is looked at whenever something happens.
    ///
    /// Whatever else runs on the runtime's clock goes on meanwhile; put a timeout around it.
    pub async fn wait_until(&self, mut is_wanted: impl FnMut(&Self) -> bool) {
        loop {
            let changed = self.inner.changed.notified();
            tokio::pin!(changed);
            // Enabled before looking, so that a change between looking and waiting is not missed.
            changed.as_mut().enable();
            if is_wanted(self) {
                return;
            }
            changed.await;
        }
    }

    /// Judges what a client made of the calls it sent here: the text it took for a whole answer,
    /// or the error it ended with.
    ///
    /// It holds the client to two things: an answer is one that was served whole, and a failure is
    /// no failure to read one. Which error it is, is left to the test.
    ///
    /// # Errors
    ///
    /// A sentence that says what does not fit.
    pub fn judge(&self, seen: Result<&str, ErrorKind>) -> Result<(), String> {
        let pages = self.pages();
        let outcomes = || pages.requests.iter().filter(|r| r.call.is_some()).map(Received::outcome);
        match seen {
            Ok(seen) => {
                let mut nearest = None;
                for (call, outcome) in (1..).zip(outcomes()) {
                    match outcome {
                        Outcome::Answered { text, .. } if text == seen => return Ok(()),
                        Outcome::Undecided => return Ok(()),
                        Outcome::Cut { text } if seen.starts_with(&text) => nearest = Some(call),
                        _ => {}
                    }
                }
                Err(nearest.map_or_else(
                    || format!("the client has the answer {seen:?}, which no call served"),
                    |call| format!("the client has the answer {seen:?}, but call {call} was cut"),
                ))
            }
            Err(kind) => match outcomes().last() {
                Some(Outcome::Answered { text, .. }) => {
                    Err(format!("the client failed ({kind}), but {text:?} was served whole"))
                }
                _ => Ok(()),
            },
        }
    }

    /// Opens an entry, whose number it sets.
    pub(crate) fn open(&self, mut received: Received) -> u64 {
        let mut pages = self.pages();
        received.number = pages.forgotten + pages.requests.len() as u64 + 1;
        let number = received.number;
        pages.calls += u64::from(received.call.is_some());
        pages.requests.push_back(received);
        if pages.requests.len() > self.inner.most {
            pages.requests.pop_front();
            pages.forgotten += 1;
        }
        drop(pages);
        self.inner.changed.notify_waiters();
        number
    }

    /// Changes what was served, if the entry is still there.
    pub(crate) fn note(&self, number: u64, change: impl FnOnce(&mut Served)) {
        self.change(number, |received| change(&mut received.served));
    }

    /// Notes that nothing more is served, however it ended.
    pub(crate) fn close(&self, number: u64) {
        self.change(number, |received| received.is_over = true);
    }

    fn change(&self, number: u64, change: impl FnOnce(&mut Received)) {
        let mut pages = self.pages();
        let index = number.checked_sub(pages.forgotten + 1).map(|index| index as usize);
        index.and_then(|index| pages.requests.get_mut(index)).map(change);
        drop(pages);
        self.inner.changed.notify_waiters();
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        // A panic elsewhere leaves whole entries behind.
        self.inner.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.pages().requests).finish()
    }
}
