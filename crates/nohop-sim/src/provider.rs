use std::time::Duration;

use nohop_types::ErrorKind;

use crate::Spread;

/// A made-up provider: how fast it is, what it allows, and what goes wrong with it when.
///
/// ```
/// use std::time::Duration;
/// use nohop_sim::{Provider, Spread, Trouble};
///
/// let hour = Duration::from_secs(3_600);
/// let provider = Provider {
///     first_content: Spread::of(300.0, 2_000.0),
///     errors: 5,
///     troubles: vec![Trouble::outage(hour * 6, hour * 10)],
///     ..Provider::new("fast")
/// };
/// ```
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal that ends in `..`")]
pub struct Provider {
    /// The name of the endpoint.
    pub name: String,
    /// Milliseconds from a call to the first content.
    pub first_content: Spread,
    /// Tokens of the answer in a second.
    pub throughput: Spread,
    /// Milliseconds that it takes to refuse or to fail.
    pub refusal: Spread,
    /// How many of a thousand calls fail.
    pub errors: u32,
    /// How many of a thousand answers break after their first content.
    pub breaks: u32,
    /// How many keys there are; each is limited by itself.
    pub keys: u32,
    /// What a key allows.
    pub limits: Vec<Limit>,
    /// How many calls it serves at once; whoever comes beyond that is told that it is overloaded.
    pub capacity: Option<u32>,
    /// How long it remembers the beginning of a conversation; nothing for no cache.
    pub cache: Duration,
    /// What goes wrong when.
    pub troubles: Vec<Trouble>,
}

impl Provider {
    /// One of the usual speed with nothing wrong: half a second to the first content, 60 tokens in a second.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            first_content: Spread::of(500.0, 2_000.0),
            throughput: Spread::of(60.0, 120.0),
            refusal: Spread::of(60.0, 200.0),
            errors: 0,
            breaks: 0,
            keys: 1,
            limits: Vec::new(),
            capacity: None,
            cache: Duration::ZERO,
            troubles: Vec::new(),
        }
    }
}

/// What a key allows in a window of time; who is over it is told when the next window begins.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal that ends in `..`")]
pub struct Limit {
    /// Requests.
    pub requests: u64,
    /// Tokens of prompts and answers.
    pub tokens: u64,
    /// How long a window is.
    pub window: Duration,
}

impl Limit {
    /// Anything, in windows of a minute.
    pub const NONE: Self =
        Self { requests: u64::MAX, tokens: u64::MAX, window: Duration::from_secs(60) };
}

/// Something that goes wrong for a time.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Trouble {
    /// From when on, counted from the beginning.
    pub from: Duration,
    /// Until when.
    pub until: Duration,
    /// What it is.
    pub what: Fault,
}

impl Trouble {
    /// All calls fail, and answers under way break.
    pub const fn outage(from: Duration, until: Duration) -> Self {
        Self { from, until, what: Fault::Down(ErrorKind::Server) }
    }

    /// Everything takes so many times as long.
    pub const fn slow(from: Duration, until: Duration, times: f64) -> Self {
        Self { from, until, what: Fault::Slow(times) }
    }

    /// So many of a thousand calls are told that there were too many, and maybe when to come back.
    pub const fn storm(
        from: Duration,
        until: Duration,
        of_a_thousand: u32,
        retry_after: Option<Duration>,
    ) -> Self {
        Self { from, until, what: Fault::Limits { of_a_thousand, retry_after } }
    }

    pub(crate) fn is_at(&self, now: Duration) -> bool {
        self.from <= now && now < self.until
    }
}

/// What goes wrong.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// All calls fail so, and answers under way break.
    Down(ErrorKind),
    /// Calls are taken and never answered.
    Hangs,
    /// So many of a thousand calls fail.
    Fails(u32),
    /// So many of a thousand answers break after their first content.
    Breaks(u32),
    /// Everything takes so many times as long.
    Slow(f64),
    /// Answers come with so many tokens in a second.
    Drips(f64),
    /// So many of a thousand calls are told that there were too many.
    Limits {
        /// How many.
        of_a_thousand: u32,
        /// After which time they may come back, if that is said.
        retry_after: Option<Duration>,
    },
}
