//! Requests for orders of documents.

use nohop_types::{RerankRequest, Result};
use nohop_wire::dialect::{Cohere, JinaRerank};

use super::{Fields, wrong};

/// Reads a request in Jina's shape.
///
/// # Errors
///
/// `InvalidRequest` when it is none, or has documents that are no texts.
pub fn jina(body: &[u8]) -> Result<RerankRequest> {
    read(JinaRerank::NAME, body)
}

/// Reads Cohere's request.
///
/// # Errors
///
/// `InvalidRequest` when it is none, or has documents that are no texts.
pub fn cohere(body: &[u8]) -> Result<RerankRequest> {
    read(Cohere::NAME, body)
}

fn read(dialect: &'static str, body: &[u8]) -> Result<RerankRequest> {
    let body = serde_json::from_slice(body).map_err(|error| wrong(&error.to_string()))?;
    let mut body = Fields::of(dialect, body)?;
    let mut request = RerankRequest::new(
        body.text("model").unwrap_or_default(),
        body.text("query").unwrap_or_default(),
    );
    let documents = body.list("documents").unwrap_or_default();
    let texts = documents.iter().map(|document| document.as_str().map(str::to_owned));
    let texts: Option<Vec<String>> = texts.collect();
    request.documents = texts.ok_or_else(|| wrong("a document is no text"))?;
    request.top = body.maybe("top_n", |count| u32::try_from(count.as_u64()?).ok());
    request.extra.extend(body.rest(""));
    Ok(request)
}
