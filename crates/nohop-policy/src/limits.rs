use std::time::Duration;

use nohop_types::Money;

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
    /// The silence after which a second candidate is called as well; `None` never does.
    pub hedge: Option<Duration>,
    /// What to do when an answer breaks after its first content.
    pub broken: Broken,
    /// How long an attempt may keep silent.
    pub clocks: Clocks,
}

impl Limits {
    /// Four attempts in ten minutes; no limit on money, no hedging, no resuming.
    pub const DEFAULT: Self = Self {
        attempts: 4,
        total: Duration::from_secs(600),
        money: None,
        backoff: Duration::from_millis(200),
        patience: Duration::from_secs(10),
        hedge: None,
        broken: Broken::Fail,
        clocks: Clocks::DEFAULT,
    };

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

/// What to do when an answer breaks after its first content.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Broken {
    /// Fail; the caller keeps what it has.
    Fail,
    /// Go on at the next candidate, behind a seam, as long as there is nothing but text and thinking.
    Resume,
}
