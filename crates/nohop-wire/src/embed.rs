use std::fmt;

use nohop_types::{EmbedInput, EmbedRequest, Error, ErrorKind, Result, Vectors};

use crate::call::address::address;
use crate::{Dialect, Encoded, Head, Mode};

/// The part of a [`Dialect`] that makes vectors of texts.
///
/// Give it an [`EmbedCall`] and it returns bytes; the answer, which is always whole, is read by
/// [`vectors`].
pub trait Embed: fmt::Debug + Send + Sync {
    /// How many inputs one call of `model` may have at the most; [`EmbedCall::split`] heeds it.
    fn most(&self, model: &str) -> usize;

    /// Writes the call's request as this dialect would send it.
    ///
    /// # Errors
    ///
    /// `Unsupported` when the dialect has no word for an input, `InvalidRequest` when the path names the
    /// model, and there is none.
    fn encode(&self, call: &EmbedCall<'_>) -> Result<Encoded>;

    /// Reads the answer `body`, which begins with `head` and whose status is a success, into vectors in
    /// the order of the inputs.
    ///
    /// # Errors
    ///
    /// Whatever error the provider put in the answer's place; `Protocol` when the body is not what the
    /// dialect says, `Truncated` when it ends too soon.
    fn read(&self, call: &EmbedCall<'_>, head: &Head, body: &str) -> Result<Vectors>;
}

/// One request for vectors, or a part of it, on its way to one target: all a dialect may look at.
///
/// What a request has too many inputs for is split into several calls, whose answers are one again:
///
/// ```
/// use nohop_types::{EmbedRequest, Vectors};
/// use nohop_wire::EmbedCall;
///
/// let request = EmbedRequest::new("m").texts(["a", "b", "c"]);
/// let calls = EmbedCall::new(&request, "m", "/embeddings").split(2);
/// let answers = calls.map(|call| Vectors::new(vec![vec![1.0]; call.inputs.len()]));
/// assert_eq!(Vectors::from_iter(answers).vectors.len(), 3);
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct EmbedCall<'a> {
    /// What the caller wants vectors for.
    pub request: &'a EmbedRequest,
    /// Those of its inputs that this call is about.
    pub inputs: &'a [EmbedInput],
    /// The model, as the provider names it.
    pub model: &'a str,
    /// The path of a way, below the endpoint's base URL, be it for vectors or for another task: where the
    /// dialect knows what is beside it, it asks there.
    pub path: &'a str,
    /// The endpoint that is asked, whose own extra fields are written.
    pub endpoint: &'a str,
}

impl<'a> EmbedCall<'a> {
    /// A call for all inputs of `request`.
    pub fn new(request: &'a EmbedRequest, model: &'a str, path: &'a str) -> Self {
        Self { request, inputs: &request.inputs, model, path, endpoint: "" }
    }

    /// Names the endpoint.
    #[must_use]
    pub fn endpoint(mut self, endpoint: &'a str) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// Calls for at the most `most` inputs each, in the order of the inputs.
    pub fn split(self, most: usize) -> impl Iterator<Item = Self> {
        self.inputs.chunks(most.max(1)).map(move |inputs| Self { inputs, ..self })
    }

    /// The path `way` with its places filled.
    pub(crate) fn address(&self, way: &str) -> Result<String> {
        address(way, self.model, Mode::Whole)
    }

    /// The texts of the inputs, for a dialect that takes nothing else.
    pub(crate) fn texts(&self) -> Result<Vec<&'a str>> {
        let text = |(place, input): (usize, &'a EmbedInput)| match input {
            EmbedInput::Text(text) => Ok(&**text),
            _ => Err(Error::new(
                ErrorKind::Unsupported,
                format!("inputs[{place}]: the dialect takes texts only; send the text itself"),
            )),
        };
        self.inputs.iter().enumerate().map(text).collect()
    }
}

/// Reads the whole answer to `call`, which begins with `head`.
///
/// ```
/// use nohop_types::EmbedRequest;
/// use nohop_wire::{EmbedCall, Head, dialect::OpenAiChat};
///
/// let request = EmbedRequest::new("m").texts(["a", "b"]);
/// let call = EmbedCall::new(&request, "m", "/embeddings");
/// let head = Head::new(http::StatusCode::OK, http::HeaderMap::new());
/// let body = br#"{"data":[{"index":1,"embedding":[3,4]},{"index":0,"embedding":[1,2]}]}"#;
///
/// let answer = nohop_wire::vectors(&OpenAiChat::PLAIN, &call, &head, body)?;
/// assert_eq!(answer.vectors, [[1.0, 2.0], [3.0, 4.0]]);
/// # Ok::<(), nohop_types::Error>(())
/// ```
///
/// # Errors
///
/// The provider's own, by [`Dialect::error`] where the status is not a success; `Protocol` when the body
/// is not what the dialect says or has not one vector for each input, `Truncated` when it ends too soon,
/// `Unsupported` when the dialect makes no vectors.
pub fn vectors(
    dialect: &dyn Dialect,
    call: &EmbedCall<'_>,
    head: &Head,
    body: &[u8],
) -> Result<Vectors> {
    let Some(embed) = dialect.embed() else {
        let message = format!("the dialect {} makes no vectors", dialect.name());
        return Err(Error::new(ErrorKind::Unsupported, message));
    };
    if !head.status.is_success() {
        return Err(dialect.error(head, body));
    }
    let text = std::str::from_utf8(body).map_err(|source| {
        Error::new(ErrorKind::Protocol, "the body is not UTF-8").with_source(source)
    })?;
    let answer = embed.read(call, head, text)?;
    whole(&answer.vectors, call.inputs.len())?;
    Ok(answer)
}

/// Holds the vectors to what every caller takes for granted.
fn whole(vectors: &[Vec<f32>], inputs: usize) -> Result<()> {
    let wrong = |what: String| Err(Error::new(ErrorKind::Protocol, what));
    if vectors.len() != inputs {
        return wrong(format!("the answer has {} vectors for {inputs} inputs", vectors.len()));
    }
    let length = vectors.first().map_or(0, Vec::len);
    for (place, vector) in vectors.iter().enumerate() {
        if vector.is_empty() {
            return wrong(format!("the vector of the input {place} is empty"));
        }
        if vector.len() != length {
            let found = vector.len();
            return wrong(format!(
                "one vector has {length} numbers, that of the input {place} {found}"
            ));
        }
        if vector.iter().any(|number| !number.is_finite()) {
            return wrong(format!("the vector of the input {place} holds what is no number"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
