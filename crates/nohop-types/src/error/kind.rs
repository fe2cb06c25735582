use std::fmt;

/// What went wrong, in words that mean the same for every provider.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The key is missing, wrong or not allowed.
    Auth,
    /// Our own budget forbids the call.
    Budget,
    /// The router is misconfigured, or the name resolves to nothing.
    Config,
    /// The provider's filter stopped the prompt or the answer.
    ContentFilter,
    /// The prompt does not fit the model.
    ContextLength,
    /// The request is malformed, and would be malformed anywhere.
    InvalidRequest,
    /// The model does not exist there.
    NotFound,
    /// The provider is shedding load.
    Overloaded,
    /// The provider sent bytes its own dialect forbids.
    Protocol,
    /// The account is out of credit, or over a limit that does not pass soon.
    Quota,
    /// Too many requests.
    RateLimit,
    /// The provider failed.
    Server,
    /// The answer is not what its schema says.
    Shape,
    /// A clock ran out.
    Timeout,
    /// The connection failed.
    Transport,
    /// The answer ended before it was complete.
    Truncated,
    /// The answer is whole, and not good enough.
    Unaccepted,
    /// The target can not do what the request asks, though another may.
    Unsupported,
}

impl ErrorKind {
    /// How far trouble of this kind usually reaches.
    pub fn scope(self) -> Scope {
        match self {
            Self::Auth => Scope::Key,
            Self::Budget | Self::Config => Scope::Us,
            Self::InvalidRequest => Scope::Request,
            Self::ContentFilter
            | Self::ContextLength
            | Self::NotFound
            | Self::Shape
            | Self::Unaccepted
            | Self::Unsupported => Scope::Model,
            Self::Quota | Self::RateLimit => Scope::Account,
            Self::Timeout | Self::Transport | Self::Truncated => Scope::Network,
            Self::Overloaded | Self::Protocol | Self::Server => Scope::Endpoint,
        }
    }

    /// What may be done about trouble of this kind that reaches as far as `scope`.
    pub fn recovery(self, scope: Scope) -> Recovery {
        match (self, scope) {
            (_, Scope::Request) => Recovery::Abort,
            // An answer that was cut on its way may arrive the next time, whether the end was orderly or not.
            (
                Self::Overloaded
                | Self::RateLimit
                | Self::Server
                | Self::Transport
                | Self::Truncated,
                _,
            ) => Recovery::Retry,
            _ => Recovery::Elsewhere,
        }
    }

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Budget => "budget",
            Self::Config => "config",
            Self::ContentFilter => "content filter",
            Self::ContextLength => "context length",
            Self::InvalidRequest => "invalid request",
            Self::NotFound => "not found",
            Self::Overloaded => "overloaded",
            Self::Protocol => "protocol",
            Self::Quota => "quota",
            Self::RateLimit => "rate limit",
            Self::Server => "server",
            Self::Shape => "shape",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::Truncated => "truncated",
            Self::Unaccepted => "unaccepted",
            Self::Unsupported => "unsupported",
        }
    }
}

impl ErrorKind {
    pub(crate) const ALL: [Self; 18] = [
        Self::Auth,
        Self::Budget,
        Self::Config,
        Self::ContentFilter,
        Self::ContextLength,
        Self::InvalidRequest,
        Self::NotFound,
        Self::Overloaded,
        Self::Protocol,
        Self::Quota,
        Self::RateLimit,
        Self::Server,
        Self::Shape,
        Self::Timeout,
        Self::Transport,
        Self::Truncated,
        Self::Unaccepted,
        Self::Unsupported,
    ];

    /// The kind called `word`.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How far trouble reaches: what else it condemns.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Scope {
    /// Every key of the account.
    Account,
    /// The whole endpoint.
    Endpoint,
    /// This key only.
    Key,
    /// This model at this endpoint.
    Model,
    /// The way there.
    Network,
    /// This request, wherever it is sent.
    Request,
    /// Our own limits or configuration.
    Us,
}

/// What may be done about an error.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "there is no fourth thing to do")]
pub enum Recovery {
    /// Give up: every candidate would answer the same.
    Abort,
    /// Leave this candidate; it will not do better.
    Elsewhere,
    /// This candidate again, unless another is ready sooner.
    Retry,
}
