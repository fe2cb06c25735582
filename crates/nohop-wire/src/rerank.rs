use std::fmt;

use nohop_types::{Error, ErrorKind, Ranked, Ranking, RerankRequest, Result};

use crate::call::address::address;
use crate::{Dialect, Encoded, Head, Mode};

/// The part of a [`Dialect`] that puts documents in the order of their relevance.
///
/// Give it a [`RerankCall`] and it returns bytes; the answer, which is always whole, is read by
/// [`ranking`].
pub trait Rerank: fmt::Debug + Send + Sync {
    /// Writes the call's request as this dialect would send it.
    ///
    /// # Errors
    ///
    /// `InvalidRequest` when the path names the model, and there is none.
    fn encode(&self, call: &RerankCall<'_>) -> Result<Encoded>;

    /// Reads the answer `body`, which begins with `head` and whose status is a success.
    ///
    /// # Errors
    ///
    /// Whatever error the provider put in the answer's place; `Protocol` when the body is not what the
    /// dialect says, `Truncated` when it ends too soon.
    fn read(&self, call: &RerankCall<'_>, head: &Head, body: &str) -> Result<Ranking>;
}

/// One request for an order on its way to one target: all a dialect may look at.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RerankCall<'a> {
    /// What the caller wants put in order.
    pub request: &'a RerankRequest,
    /// The model, as the provider names it.
    pub model: &'a str,
    /// The path of a way, below the endpoint's base URL, be it for orders or for another task: where the
    /// dialect knows what is beside it, it asks there.
    pub path: &'a str,
    /// The endpoint that is asked, whose own extra fields are written.
    pub endpoint: &'a str,
}

impl<'a> RerankCall<'a> {
    /// A call for the documents of `request`.
    pub fn new(request: &'a RerankRequest, model: &'a str, path: &'a str) -> Self {
        Self { request, model, path, endpoint: "" }
    }

    /// Names the endpoint.
    #[must_use]
    pub fn endpoint(mut self, endpoint: &'a str) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// The path `way` with its places filled.
    pub(crate) fn address(&self, way: &str) -> Result<String> {
        address(way, self.model, Mode::Whole)
    }
}

/// Reads the whole answer to `call`, which begins with `head`.
///
/// ```
/// use nohop_types::RerankRequest;
/// use nohop_wire::{Head, RerankCall, dialect::Cohere};
///
/// let request = RerankRequest::new("m", "a tree").documents(["a car", "an oak"]).top(1);
/// let call = RerankCall::new(&request, "m", "/v2/chat");
/// let head = Head::new(http::StatusCode::OK, http::HeaderMap::new());
/// let body = br#"{"results":[{"index":1,"relevance_score":0.9}]}"#;
///
/// let answer = nohop_wire::ranking(&Cohere::PLAIN, &call, &head, body)?;
/// assert_eq!(answer.results[0].index, 1);
/// # Ok::<(), nohop_types::Error>(())
/// ```
///
/// # Errors
///
/// The provider's own, by [`Dialect::error`] where the status is not a success; `Protocol` when the body
/// is not what the dialect says, or has not each wanted document once; `Truncated` when it ends too
/// soon, `Unsupported` when the dialect puts nothing in order.
pub fn ranking(
    dialect: &dyn Dialect,
    call: &RerankCall<'_>,
    head: &Head,
    body: &[u8],
) -> Result<Ranking> {
    let Some(rerank) = dialect.rerank() else {
        let message = format!("the dialect {} puts no documents in order", dialect.name());
        return Err(Error::new(ErrorKind::Unsupported, message));
    };
    if !head.status.is_success() {
        return Err(dialect.error(head, body));
    }
    let text = std::str::from_utf8(body).map_err(|source| {
        Error::new(ErrorKind::Protocol, "the body is not UTF-8").with_source(source)
    })?;
    let mut answer = rerank.read(call, head, text)?;
    let mut ordered = Ranking::new(std::mem::take(&mut answer.results)).results;
    whole(&ordered, call.request)?;
    // Some hosts answer with all of them, however few are wanted.
    ordered.truncate(call.request.wanted());
    answer.results = ordered;
    Ok(answer)
}

/// Holds the results to what every caller takes for granted.
fn whole(results: &[Ranked], request: &RerankRequest) -> Result<()> {
    let wrong = |what: String| Err(Error::new(ErrorKind::Protocol, what));
    let mut found = vec![false; request.documents.len()];
    for result in results {
        match found.get_mut(result.index) {
            None => {
                return wrong(format!("a result is said to be of the document {}", result.index));
            }
            Some(true) => {
                return wrong(format!("two results are of the document {}", result.index));
            }
            Some(found) => *found = true,
        }
        if !result.score.is_finite() {
            return wrong(format!("the score of the document {} is no number", result.index));
        }
    }
    let (count, wanted) = (results.len(), request.wanted());
    match count < wanted {
        true => wrong(format!("the answer has {count} results where {wanted} are wanted")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
