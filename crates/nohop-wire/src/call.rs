pub(crate) mod address;

use http::{HeaderMap, HeaderValue, StatusCode, header};
use nohop_types::{Issuer, Request};

use crate::{Abilities, Loss};

/// One request on its way to one target: all a dialect may look at.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Call<'a> {
    /// What the caller wants answered.
    pub request: &'a Request,
    /// The model, as the provider names it.
    pub model: &'a str,
    /// The path of the way, below the endpoint's base URL; `{model}` in it is the model, and of
    /// `{this|that}` the first is for whole answers and the second for streams.
    pub path: &'a str,
    /// Whether the answer arrives whole or as it is made.
    pub mode: Mode,
    /// Who will have issued the answer's reasoning.
    pub issuer: &'a Issuer,
    /// What the model can do.
    pub abilities: &'a Abilities,
}

impl<'a> Call<'a> {
    /// A call for a whole answer to `request`, of a model that can do everything.
    pub fn new(request: &'a Request, model: &'a str, path: &'a str, issuer: &'a Issuer) -> Self {
        static ABLE: Abilities = Abilities {
            sampling: crate::Ability::Able,
            stop: crate::Ability::Able,
            forced_tools: crate::Ability::Able,
            prefill: crate::Ability::Able,
            late_system: crate::Ability::Able,
            efforts: None,
        };
        Self { request, model, path, mode: Mode::Whole, issuer, abilities: &ABLE }
    }

    /// Sets how the answer arrives.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets what the model can do.
    #[must_use]
    pub fn abilities(mut self, abilities: &'a Abilities) -> Self {
        self.abilities = abilities;
        self
    }
}

/// Whether an answer arrives whole or as it is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Mode {
    /// As it is made.
    Stream,
    /// In one piece.
    Whole,
}

/// A request, ready to be addressed and signed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Encoded {
    /// The path below the endpoint's base URL.
    pub path: String,
    /// Headers the dialect requires.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// What of the request the dialect could not say.
    pub losses: Vec<Loss>,
}

impl Encoded {
    /// The JSON `body`, for `path`.
    pub fn json(path: impl Into<String>, body: Vec<u8>, losses: Vec<Loss>) -> Self {
        // The key, who asks and what the transport says are to come: the map need not grow for them.
        let mut headers = HeaderMap::with_capacity(6);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self { path: path.into(), headers, body, losses }
    }

    /// No body, for `path`.
    pub fn empty(path: impl Into<String>) -> Self {
        let (headers, body, losses) = (HeaderMap::new(), Vec::new(), Vec::new());
        Self { path: path.into(), headers, body, losses }
    }

    /// Adds a header; one whose value no header can have is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

/// What precedes the body of an answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Head {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
}

impl Head {
    /// The head with `status` and `headers`.
    pub fn new(status: StatusCode, headers: HeaderMap) -> Self {
        Self { status, headers }
    }

    /// The text of the header `name`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the body is labelled as `kind`, such as `application/json`; `None` without a label.
    pub fn is(&self, kind: &str) -> Option<bool> {
        let label = self.headers.get(header::CONTENT_TYPE)?.to_str().ok()?.trim_start();
        Some(label.get(..kind.len()).is_some_and(|start| start.eq_ignore_ascii_case(kind)))
    }
}
