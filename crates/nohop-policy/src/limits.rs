use std::time::Duration;

use nohop_types::{Error, ErrorKind, Money, Result};

use crate::{Percentile, Percentiles};

/// How far a plan may go.
///
/// ```
/// use std::time::Duration;
/// use nohop_policy::Limits;
///
/// let limits = Limits { attempts: 2, total: Duration::from_secs(30), ..Limits::DEFAULT };
/// ```
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal that ends in `..`")]
pub struct Limits {
    /// Attempts in all, hedges included.
    pub attempts: usize,
    /// The time for all of them, to the end of the answer.
    pub total: Duration,
    /// The money for all of them, by their estimates; what has no price does not fit.
    pub money: Option<Money>,
    /// The longest pause before a candidate is called again the first time; it doubles each time.
    ///
    /// The pause is drawn evenly from nothing to that, so that those who failed together do not
    /// come back together. A provider that says how long to wait is waited for exactly.
    pub backoff: Duration,
    /// The longest wait for a candidate, whoever asks for it: who wants more is left.
    pub patience: Duration,
    /// When a second candidate is called beside the first, which is silent; `None` never does.
    pub hedge: Option<Hedge>,
    /// What is held back of an answer before it is told.
    pub window: Window,
    /// What to do when an answer breaks that the caller has begun to read.
    pub broken: Broken,
    /// How long an attempt may keep silent.
    pub clocks: Clocks,
}

impl Limits {
    /// Four attempts in ten minutes; no limit on money, no hedging, no window, no resuming.
    pub const DEFAULT: Self = Self {
        attempts: 4,
        total: Duration::from_secs(600),
        money: None,
        backoff: Duration::from_millis(200),
        patience: Duration::from_secs(10),
        hedge: None,
        window: Window::NONE,
        broken: Broken::Fail,
        clocks: Clocks::DEFAULT,
    };

    /// Checks that they do not contradict themselves.
    ///
    /// # Errors
    ///
    /// `Config`, with the limit that is wrong.
    pub fn check(&self) -> Result<()> {
        match self.window {
            Window { floor: 1.., time: Duration::ZERO, .. } => Err(Error::new(
                ErrorKind::Config,
                "the limit `window.floor` counts over `window.time`, which is nothing; set both",
            )),
            _ => Ok(()),
        }
    }

    /// How many candidates a plan looks at, at most: those behind need no order.
    ///
    /// More than the attempts, because what our own side refuses is no attempt. With a limit on
    /// money it is all of them: the only one that fits may be the last.
    pub fn front(&self) -> usize {
        match self.money {
            Some(_) => usize::MAX,
            None => self.attempts.saturating_mul(4),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How long an attempt may keep silent; the clock over all attempts is among the limits.
///
/// The plan does not read them: whoever makes the attempts does, and reports a `Timeout`. A whole
/// answer keeps silent until it is there, so it has a clock of its own, or only the one over all attempts.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal that ends in `..`")]
pub struct Clocks {
    /// From the call to the first content.
    pub first_content: Duration,
    /// Between any two pieces of the body after that.
    pub silence: Duration,
    /// From a complete answer to the end of its body, where the usage may come.
    pub grace: Duration,
    /// From the call to the end of an answer that arrives whole; `None` leaves it to the total.
    pub whole: Option<Duration>,
}

impl Clocks {
    /// Patient enough for a model that thinks before it speaks.
    pub const DEFAULT: Self = Self {
        first_content: Duration::from_secs(120),
        silence: Duration::from_secs(60),
        grace: Duration::from_secs(1),
        whole: None,
    };
}

impl Default for Clocks {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// When a second candidate is called beside the first.
///
/// The one that has something to tell first is the answer, and the other is cancelled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Hedge {
    /// When the first has been silent for so long.
    After(Duration),
    /// When the first has been silent for longer than it is at this percentile; where that is not known, than `unknown`.
    Beyond {
        /// Of its own latencies.
        percentile: Percentile,
        /// The silence to bear with whoever has no figures yet.
        unknown: Duration,
    },
}

impl Hedge {
    /// When the first has been silent for longer than nineteen times of twenty, and than two seconds where that is
    /// not known.
    pub const DEFAULT: Self =
        Self::Beyond { percentile: Percentile::P95, unknown: Duration::from_secs(2) };

    /// The silence to bear with a candidate of these latencies.
    pub fn silence(self, latencies: Option<&Percentiles<Duration>>) -> Duration {
        match self {
            Self::After(silence) => silence,
            Self::Beyond { percentile, unknown } => {
                latencies.map_or(unknown, |latencies| percentile.of(latencies))
            }
        }
    }
}

/// What is held back of an answer before it is told: until then any failure falls over unseen.
///
/// It is told as soon as so many events or bytes of content have come, or `time` is over since the first of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal that ends in `..`")]
pub struct Window {
    /// For how long; nothing tells an answer from its first content on.
    pub time: Duration,
    /// The most events of content that are held.
    pub events: usize,
    /// The most bytes of content that are held.
    pub bytes: usize,
    /// The fewest bytes of content in a second: who has brought less when `time` is over has failed.
    pub floor: u32,
    /// What an answer is that ends without content.
    pub empty: Taken,
    /// What an answer is that was refused or filtered, before any of it is told.
    pub refused: Taken,
}

impl Window {
    /// Nothing is held, and every answer is one; with a time, no more than 64 KiB are held.
    pub const NONE: Self = Self {
        time: Duration::ZERO,
        events: usize::MAX,
        bytes: 64 << 10,
        floor: 0,
        empty: Taken::AsAnswer,
        refused: Taken::AsAnswer,
    };
}

impl Default for Window {
    fn default() -> Self {
        Self::NONE
    }
}

/// What becomes of an answer that says nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Taken {
    /// It is the answer.
    AsAnswer,
    /// It has failed, and another candidate is called.
    AsFailure,
}

/// What to do when an answer breaks that the caller has begun to read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Broken {
    /// Fail; the caller keeps what it has, and the error has it as one.
    Fail,
    /// Go on at the next candidate that can go on from an unfinished turn, behind a seam, as long as there is nothing but
    /// text and thinking.
    Resume,
    /// Resume where that can be; where it can not, begin anew behind a seam that says so, and the caller discards what
    /// came before it.
    Restart,
}
