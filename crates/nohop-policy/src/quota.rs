use std::fmt;
use std::time::Duration;

use nohop_types::{Error, ErrorKind, Money, Result};

#[cfg(test)]
mod tests;

/// What all requests together may use of something, by your own word.
///
/// Each thing that is said holds by itself, and for any window of its length: sixty requests a minute are
/// at most sixty within any sixty seconds, whenever those begin.
///
/// ```
/// use std::time::Duration;
/// use nohop_policy::Quota;
/// use nohop_types::Money;
///
/// let (minute, day) = (Duration::from_secs(60), Duration::from_secs(24 * 3600));
/// let account = Quota::endpoint("openai").requests(500, minute).tokens(200_000, minute).running(64);
/// let person = Quota::tag("user").requests(20, minute).money(Money::DOLLAR, day);
/// assert_eq!(person.to_string(), "each value of the tag \"user\"");
/// # account.check()?;
/// # Ok::<(), nohop_types::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Quota {
    subject: Subject,
    pub(crate) rates: Vec<Rate>,
    pub(crate) running: Option<u64>,
}

/// What a quota is on.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Subject {
    /// Everything.
    All,
    /// The endpoint of this name.
    Endpoint(String),
    /// One of an endpoint's keys, counted from zero.
    Key(String, u32),
    /// Each of an endpoint's keys, by itself.
    Keys(String),
    /// The model that callers name so, wherever it is.
    Model(String),
    /// The route of this name.
    Route(String),
    /// Each value of the tag of this name, by itself.
    Tag(String),
    /// The target of this name.
    Target(String),
}

/// So much within any window of a length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    pub(crate) measure: Measure,
    pub(crate) most: u128,
    pub(crate) span: Duration,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Measure {
    Money,
    Requests,
    Tokens,
}

impl Quota {
    /// The longest window there may be.
    pub const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

    /// On everything there is.
    pub fn all() -> Self {
        Self::on(Subject::All)
    }

    /// On an endpoint, whatever is asked of it and with whichever key.
    pub fn endpoint(name: impl Into<String>) -> Self {
        Self::on(Subject::Endpoint(name.into()))
    }

    /// On one of an endpoint's keys, counted from zero.
    pub fn key(endpoint: impl Into<String>, key: u32) -> Self {
        Self::on(Subject::Key(endpoint.into(), key))
    }

    /// On each of an endpoint's keys, by itself.
    pub fn keys(endpoint: impl Into<String>) -> Self {
        Self::on(Subject::Keys(endpoint.into()))
    }

    /// On a model, `author/slug`, at all endpoints together.
    pub fn model(name: impl Into<String>) -> Self {
        Self::on(Subject::Model(name.into()))
    }

    /// On a route, by whatever name its targets go elsewhere.
    pub fn route(name: impl Into<String>) -> Self {
        Self::on(Subject::Route(name.into()))
    }

    /// On each value of a tag, by itself; requests without the tag are not counted.
    ///
    /// Values are the callers' own words, so there is no end to them: where more than
    /// [`Quotas::MOST_VALUES`](crate::Quotas::MOST_VALUES) are in use at once, those beyond are counted as
    /// one.
    pub fn tag(name: impl Into<String>) -> Self {
        Self::on(Subject::Tag(name.into()))
    }

    /// On a target, `model@endpoint`.
    pub fn target(name: impl Into<String>) -> Self {
        Self::on(Subject::Target(name.into()))
    }

    /// Allows so many requests within any `window`; what was never sent is none.
    #[must_use]
    pub fn requests(self, most: u64, window: Duration) -> Self {
        self.rate(Measure::Requests, most.into(), window)
    }

    /// Allows so many tokens within any `window`, prompts and answers together.
    ///
    /// The estimate is held when an attempt begins, and what it used counts from then; what it used
    /// beyond its estimate counts from when that is known.
    #[must_use]
    pub fn tokens(self, most: u64, window: Duration) -> Self {
        self.rate(Measure::Tokens, most.into(), window)
    }

    /// Allows so much money within any `window`, counted as tokens are; what has no price is refused.
    #[must_use]
    pub fn money(self, most: Money, window: Duration) -> Self {
        self.rate(Measure::Money, most.as_atto(), window)
    }

    /// Allows so many attempts at once, each to the end of its answer.
    #[must_use]
    pub fn running(mut self, most: u64) -> Self {
        self.running = Some(most);
        self
    }

    /// What it is on.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Finds what would admit nobody, or says nothing.
    ///
    /// # Errors
    ///
    /// `Config`, which says what to do.
    pub fn check(&self) -> Result<()> {
        let wrong =
            |what: &str| Err(Error::new(ErrorKind::Config, format!("the quota on {self}: {what}")));
        if self.rates.is_empty() && self.running.is_none() {
            return wrong("it allows everything; say requests, tokens, money or how many may run");
        }
        if self.rates.iter().any(|rate| rate.most == 0) || self.running == Some(0) {
            return wrong("it would admit nobody; allow more than nothing");
        }
        if self.rates.iter().any(|rate| rate.span.is_zero() || rate.span > Self::LONGEST) {
            return wrong("its window is of no length, or of more than a year; say how long it is");
        }
        if matches!(&self.subject, Subject::Tag(name) if name.is_empty()) {
            return wrong("no tag is called so; name one");
        }
        Ok(())
    }

    fn on(subject: Subject) -> Self {
        Self { subject, rates: Vec::new(), running: None }
    }

    fn rate(mut self, measure: Measure, most: u128, span: Duration) -> Self {
        self.rates.push(Rate { measure, most, span });
        self
    }
}

/// What it is on, in words.
impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::All => f.write_str("everything"),
            Subject::Endpoint(name) => write!(f, "the endpoint {name:?}"),
            Subject::Key(endpoint, key) => write!(f, "key {key} of {endpoint:?}"),
            Subject::Keys(endpoint) => write!(f, "each key of {endpoint:?}"),
            Subject::Model(name) => write!(f, "the model {name:?}"),
            Subject::Route(name) => write!(f, "the route {name:?}"),
            Subject::Tag(name) => write!(f, "each value of the tag {name:?}"),
            Subject::Target(name) => write!(f, "the target {name:?}"),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { measure, most, span } = self;
        match measure {
            Measure::Money => write!(f, "{} in {span:?}", Money::from_atto(*most)),
            Measure::Requests => write!(f, "{most} requests in {span:?}"),
            Measure::Tokens => write!(f, "{most} tokens in {span:?}"),
        }
    }
}
