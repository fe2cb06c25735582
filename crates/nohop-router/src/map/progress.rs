use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nohop_types::{Money, Response, Result};

use crate::clock::now;

/// How far a batch is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// How many requests are answered, those that a file knew included.
    pub done: u64,
    /// How many of these a file knew.
    pub known: u64,
    /// How many failed, those that were refused included.
    pub failed: u64,
    /// How many of these were never sent: the budget had no money for them, or the file was not theirs.
    pub refused: u64,
    /// How many are under way.
    pub running: usize,
    /// How many are neither over nor under way, if it is known how many there are.
    pub left: Option<u64>,
    /// What they cost, as far as prices are known; what a file says was spent before is in it.
    pub cost: Money,
    /// How many tokens those have that were asked and answered: prompts and answers.
    pub tokens: u64,
    /// How long it takes so far.
    pub took: Duration,
    /// Why no more requests begin; `None` while more do.
    pub ended: Option<Ended>,
}

/// Why no more requests of a batch begin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Ended {
    /// There are no more.
    All,
    /// The deadline has passed.
    Deadline,
    /// The file to go on from is of other requests, or can not be written to.
    File,
}

/// Reads how far a batch is, from anywhere and at any time.
///
/// Clones watch the same batch, and outlive it.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<Mutex<State>>);

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) progress: Progress,
    /// How many requests there are, where that is known.
    pub(super) total: Option<u64>,
    pub(super) began: Option<Instant>,
    /// When the last was over, once no more are under way.
    over: Option<Instant>,
}

impl Progress {
    /// How many requests were sent and are over, in a second.
    pub fn rate(&self) -> Option<f64> {
        let over = (self.done + self.failed) - (self.known + self.refused);
        let rate = over as f64 / self.took.as_secs_f64();
        (over > 0 && rate.is_finite()).then_some(rate)
    }

    /// How long it will take from now on, at the rate of now.
    pub fn remaining(&self) -> Option<Duration> {
        let left = self.left? + self.running as u64;
        Duration::try_from_secs_f64(left as f64 / self.rate()?).ok()
    }
}

impl Watch {
    /// How far the batch is now.
    pub fn progress(&self) -> Progress {
        let state = self.state();
        let Progress { done, failed, running, .. } = state.progress;
        let gone = done + failed + running as u64;
        let until = state.over.unwrap_or_else(now);
        Progress {
            left: state.total.map(|total| total.saturating_sub(gone)),
            took: state
                .began
                .map_or(Duration::ZERO, |began| until.saturating_duration_since(began)),
            ..state.progress
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// No more requests begin.
    pub(super) fn end(&mut self, why: Ended) {
        self.progress.ended.get_or_insert(why);
        self.rest();
    }

    /// One was told from a file.
    pub(super) fn know(&mut self) {
        self.progress.known += 1;
        self.progress.done += 1;
    }

    /// One is over that was under way.
    pub(super) fn settle(&mut self, result: &Result<Response>, cost: Option<Money>) {
        let progress = &mut self.progress;
        progress.running -= 1;
        progress.cost = progress.cost + cost.unwrap_or_default();
        match result {
            Ok(response) => {
                progress.done += 1;
                progress.tokens += response.usage.total().unwrap_or_default();
            }
            Err(_) => progress.failed += 1,
        }
        self.rest();
    }

    /// One was told an error that was never sent.
    pub(super) fn refuse(&mut self) {
        self.progress.failed += 1;
        self.progress.refused += 1;
    }

    /// All that was under way is dropped.
    pub(super) fn drop_all(&mut self) {
        self.progress.running = 0;
        self.over.get_or_insert_with(now);
    }

    /// Stops the clock where all is over.
    fn rest(&mut self) {
        if self.progress.ended.is_some() && self.progress.running == 0 {
            self.over.get_or_insert_with(now);
        }
    }
}
