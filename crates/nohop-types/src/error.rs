mod kind;
mod redact;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

pub use kind::{ErrorKind, Recovery, Scope};

use crate::{Response, Trace};

/// A `Result` whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request, or one attempt at it, failed.
///
/// One word wide: the details live behind a box, so `Result<T>` stays small on the hot path. What
/// the provider said is kept as it said it, bounded; a request's own text is never part of it.
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    scope: Scope,
    message: String,
    code: Option<String>,
    target: Option<String>,
    status: Option<u16>,
    retry_after: Option<Duration>,
    recovery: Option<Recovery>,
    request_id: Option<String>,
    headers: Vec<(String, String)>,
    body: Option<String>,
    /// Whether there was more of the body than is kept.
    cut: bool,
    earlier: Vec<Error>,
    trace: Option<Box<Trace>>,
    response: Option<Unshown>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// The most bytes of a provider's body that are kept.
    pub const MOST_BODY: usize = 16 << 10;

    /// An error of `kind`, in the scope that kind usually has.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                scope: kind.scope(),
                message: message.into(),
                code: None,
                target: None,
                status: None,
                retry_after: None,
                recovery: None,
                request_id: None,
                headers: Vec::new(),
                body: None,
                cut: false,
                earlier: Vec::new(),
                trace: None,
                response: None,
                source: None,
            }),
        }
    }

    /// Says how far the trouble reaches, where that differs from the usual.
    #[must_use]
    pub fn with_scope(mut self, scope: Scope) -> Self {
        self.inner.scope = scope;
        self
    }

    /// Records the provider's own word for the error.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<Option<String>>) -> Self {
        self.inner.code = code.into();
        self
    }

    /// Names the target that was being tried.
    #[must_use]
    pub fn with_target(mut self, target: impl Into<String>) -> Self {
        self.inner.target = Some(target.into());
        self
    }

    /// Records the HTTP status the provider answered with.
    #[must_use]
    pub fn with_status(mut self, status: impl Into<Option<u16>>) -> Self {
        self.inner.status = status.into();
        self
    }

    /// Records how long the provider asked us to wait.
    #[must_use]
    pub fn with_retry_after(mut self, delay: impl Into<Option<Duration>>) -> Self {
        self.inner.retry_after = delay.into();
        self
    }

    /// Records the provider's own advice, which goes before what the kind suggests.
    #[must_use]
    pub fn with_recovery(mut self, recovery: Recovery) -> Self {
        self.inner.recovery = Some(recovery);
        self
    }

    /// Records the provider's id for the request.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<Option<String>>) -> Self {
        self.inner.request_id = id.into();
        self
    }

    /// Records the headers of the answer.
    #[must_use]
    pub fn with_headers(mut self, headers: Vec<(String, String)>) -> Self {
        self.inner.headers = headers;
        self
    }

    /// Records the body of the answer, as much of it as is kept.
    #[must_use]
    pub fn with_body(mut self, body: &[u8]) -> Self {
        let kept = &body[..body.len().min(Self::MOST_BODY)];
        self.inner.body = Some(String::from_utf8_lossy(kept).into_owned());
        self.inner.cut = kept.len() < body.len();
        self
    }

    /// Attaches the errors of the attempts before this one, oldest first.
    #[must_use]
    pub fn with_earlier(mut self, earlier: Vec<Self>) -> Self {
        self.inner.earlier = earlier;
        self
    }

    /// Attaches what the router did for the request.
    #[must_use]
    pub fn with_trace(mut self, trace: Trace) -> Self {
        self.inner.trace = Some(Box::new(trace));
        self
    }

    /// Attaches what was answered: as much of it as came, or all of it where it was not accepted.
    #[must_use]
    pub fn with_response(mut self, response: Response) -> Self {
        self.inner.response = Some(Unshown(Box::new(response)));
        self
    }

    /// Attaches the underlying cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    /// Puts where it happened in front of the message.
    #[must_use]
    pub fn at(mut self, path: impl fmt::Display) -> Self {
        self.inner.message = format!("{path}: {}", self.inner.message);
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// How far the trouble reaches.
    pub fn scope(&self) -> Scope {
        self.inner.scope
    }

    /// What went wrong, in a sentence: the provider's own where it gave one.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// The provider's own word for the error.
    pub fn code(&self) -> Option<&str> {
        self.inner.code.as_deref()
    }

    /// The target that was being tried, if the error belongs to one.
    pub fn target(&self) -> Option<&str> {
        self.inner.target.as_deref()
    }

    /// The HTTP status the provider answered with, if it answered.
    pub fn status(&self) -> Option<u16> {
        self.inner.status
    }

    /// How long the provider asked us to wait, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// The provider's id for the request.
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &[(String, String)] {
        &self.inner.headers
    }

    /// The body of the answer, at most [`Error::MOST_BODY`] bytes of it.
    pub fn body(&self) -> Option<&str> {
        self.inner.body.as_deref()
    }

    /// The errors of the attempts before this one, oldest first.
    pub fn earlier(&self) -> &[Self] {
        &self.inner.earlier
    }

    /// What the router did for the request that failed.
    pub fn trace(&self) -> Option<&Trace> {
        self.inner.trace.as_deref()
    }

    /// What was answered, where that is not a whole answer, or not one that is accepted.
    ///
    /// What it consumed is estimated where the provider did not come to say it.
    pub fn response(&self) -> Option<&Response> {
        self.inner.response.as_ref().map(|Unshown(response)| &**response)
    }

    /// What may be done about it before anything reached the caller.
    pub fn recovery(&self) -> Recovery {
        self.inner.recovery.unwrap_or_else(|| self.kind().recovery(self.scope()))
    }
}

/// What was answered is not shown.
struct Unshown(Box<Response>);

impl fmt::Debug for Unshown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(target) = &self.inner.target {
            write!(f, "{target}: ")?;
        }
        write!(f, "{}: {}", self.inner.kind, self.inner.message)
    }
}

/// What a person reads whose `main` returned it: the sentence, and the trace behind it. `{:#?}` has every field.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            return self.inner.fmt(f);
        }
        fmt::Display::fmt(self, f)?;
        self.trace().map_or(Ok(()), |trace| write!(f, "\n\n{trace}"))
    }
}

#[cfg(test)]
mod tests;
