use nohop_types::{Error, ErrorKind, Request, Response};

mod checks;
mod mend;
#[cfg(feature = "schema")]
mod schemas;
#[cfg(test)]
mod tests;

pub use checks::{calls, json, not_cut, not_empty, not_refused};
pub use mend::mend;
#[cfg(feature = "schema")]
pub use schemas::{fitting_calls, follows, shaped};

/// Judges the answer to a request, once it is whole.
///
/// A closure does: it says [`Verdict::Accept`], or why not. Whoever judges may mend the answer, and what it leaves is what is
/// told.
///
/// ```
/// use nohop_policy::{Accept, Verdict, not_cut, not_empty};
/// use nohop_types::{Request, Response};
///
/// let polite = |_: &Request, response: &Response| match response.text().contains("please") {
///     true => Verdict::Accept,
///     false => Verdict::elsewhere("it does not say please"),
/// };
/// let accept = not_empty().and(not_cut()).and(polite);
/// assert_eq!(accept.name(), "not empty, and not cut, and a closure");
/// ```
pub trait Accept: Send + Sync + 'static {
    /// Says whether `response` will do for `request`.
    fn judge(&self, request: &Request, response: &mut Response) -> Verdict;

    /// What it asks of an answer, in a few words.
    fn name(&self) -> &str {
        "a closure"
    }

    /// Judges by this, and where this accepts by `other` as well.
    fn and<B: Accept>(self, other: B) -> And<Self, B>
    where
        Self: Sized,
    {
        let name = format!("{}, and {}", self.name(), other.name());
        And { first: self, second: other, name }
    }

    /// Lets the same candidate try again where this would go elsewhere; another that is ready goes before it.
    fn or_again(self) -> Again<Self>
    where
        Self: Sized,
    {
        Again(self)
    }
}

/// What becomes of an answer.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "the router must act upon every verdict")]
pub enum Verdict {
    /// It is the answer.
    Accept,
    /// It has failed, and the same candidate may do better if it is asked again.
    Retry(Error),
    /// It has failed, and only another candidate may do better.
    Elsewhere(Error),
}

impl Verdict {
    /// The same candidate may do better.
    pub fn retry(why: impl Into<String>) -> Self {
        Self::Retry(Error::new(ErrorKind::Unaccepted, why))
    }

    /// Only another candidate may do better.
    pub fn elsewhere(why: impl Into<String>) -> Self {
        Self::Elsewhere(Error::new(ErrorKind::Unaccepted, why))
    }
}

impl<F: Fn(&Request, &Response) -> Verdict + Send + Sync + 'static> Accept for F {
    fn judge(&self, request: &Request, response: &mut Response) -> Verdict {
        self(request, response)
    }
}

/// Two that both must accept.
#[derive(Clone, Debug)]
pub struct And<A, B> {
    first: A,
    second: B,
    name: String,
}

impl<A: Accept, B: Accept> Accept for And<A, B> {
    fn judge(&self, request: &Request, response: &mut Response) -> Verdict {
        match self.first.judge(request, response) {
            Verdict::Accept => self.second.judge(request, response),
            no => no,
        }
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// One that lets the same candidate try again.
#[derive(Clone, Debug)]
pub struct Again<A>(A);

impl<A: Accept> Accept for Again<A> {
    fn judge(&self, request: &Request, response: &mut Response) -> Verdict {
        match self.0.judge(request, response) {
            Verdict::Elsewhere(why) => Verdict::Retry(why),
            verdict => verdict,
        }
    }

    fn name(&self) -> &str {
        self.0.name()
    }
}
