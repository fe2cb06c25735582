//! Requests for vectors.

use nohop_types::{EmbedInput, EmbedRequest, Purpose, Result};
use nohop_wire::dialect::{Cohere, Converse, Gemini, Ollama, OpenAiEmbeddings};
use serde_json::{Value, json};

use super::{Fields, extra, wrong};

/// Reads the request that `body` is, as one to a host that speaks `dialect`.
///
/// # Errors
///
/// `InvalidRequest` when it is none, or has inputs that the vocabulary has no word for.
pub fn openai(body: &[u8], dialect: &OpenAiEmbeddings) -> Result<EmbedRequest> {
    const NAME: &str = OpenAiEmbeddings::NAME;
    let body = serde_json::from_slice(body).map_err(|error| wrong(&error.to_string()))?;
    let mut body = Fields::of(NAME, body)?;
    let mut request = EmbedRequest::new(body.text("model").unwrap_or_default());
    let input = body.take("input").unwrap_or_default();
    request.inputs = inputs(&input)?;
    request.extra.extend(input.is_string().then(|| extra(NAME, "input", json!(""))));
    request.dimensions = count(&mut body, dialect.dimensions);
    if let Some(field) = dialect.purpose {
        request.purpose = body.text(field).map(|word| Purpose::from(&*word));
    }
    request.user = body.text("user");
    request.extra.extend(body.rest(""));
    Ok(request)
}

/// Reads Cohere's request.
///
/// # Errors
///
/// `InvalidRequest` when it is none.
pub fn cohere(body: &[u8]) -> Result<EmbedRequest> {
    let body = serde_json::from_slice(body).map_err(|error| wrong(&error.to_string()))?;
    let mut body = Fields::of(Cohere::NAME, body)?;
    let mut request = EmbedRequest::new(body.text("model").unwrap_or_default());
    request.inputs = inputs(&body.take("texts").unwrap_or_default())?;
    request.dimensions = count(&mut body, "output_dimension");
    request.purpose = body.text("input_type").map(|word| match &*word {
        "search_document" => Purpose::Document,
        "search_query" => Purpose::Query,
        other => Purpose::from(other),
    });
    request.extra.extend(body.rest(""));
    Ok(request)
}

/// Reads Gemini's request for one vector, or for those of a batch.
///
/// # Errors
///
/// `InvalidRequest` when it is none, or an input has several parts.
pub fn gemini(body: &[u8]) -> Result<EmbedRequest> {
    const NAME: &str = Gemini::NAME;
    let body = serde_json::from_slice(body).map_err(|error| wrong(&error.to_string()))?;
    let mut body = Fields::of(NAME, body)?;
    let items = body.list("requests").unwrap_or_else(|| vec![body.map.clone().into()]);
    let mut request = EmbedRequest::default();
    for (place, item) in items.into_iter().enumerate() {
        let mut item = Fields::of(NAME, item)?;
        let mut content = Fields::of(NAME, item.take("content").unwrap_or_default())?;
        let parts = content.take("parts").unwrap_or_default();
        let text = |parts: &Value| match parts.as_array()?.as_slice() {
            [part] if part.as_object()?.len() == 1 => part["text"].as_str().map(str::to_owned),
            _ => None,
        };
        let text = text(&parts).ok_or_else(|| wrong("an input is not one text"))?;
        request.inputs.push(EmbedInput::Text(text));
        if place > 0 {
            continue;
        }
        let model = item.text("model").unwrap_or_default();
        request.model = model.strip_prefix("models/").unwrap_or(&model).to_owned();
        request.dimensions = count(&mut item, "outputDimensionality");
        if let Some(dimensions) = count(&mut item, "output_dimensionality") {
            request.dimensions = Some(dimensions);
            request.extra.extend([extra(NAME, "output_dimensionality", Value::Null)]);
        }
        request.purpose = item.text("taskType").map(|word| purpose(&word));
        request.extra.extend(content.rest("content."));
        request.extra.extend(item.rest(""));
    }
    Ok(request)
}

/// Reads Vertex AI's request for a prediction.
///
/// # Errors
///
/// `InvalidRequest` when it is none.
pub fn vertex(body: &[u8]) -> Result<EmbedRequest> {
    const NAME: &str = Gemini::NAME;
    let body = serde_json::from_slice(body).map_err(|error| wrong(&error.to_string()))?;
    let mut body = Fields::of(NAME, body)?;
    let mut request = EmbedRequest::default();
    for (place, instance) in body.list("instances").unwrap_or_default().into_iter().enumerate() {
        let mut instance = Fields::of(NAME, instance)?;
        request = request.text(instance.text("content").unwrap_or_default());
        if place == 0 {
            request.purpose = instance.text("task_type").map(|word| purpose(&word));
            request.extra.extend(instance.rest(""));
        }
    }
    if let Some(parameters) = body.take("parameters") {
        let mut parameters = Fields::of(NAME, parameters)?;
        request.dimensions = count(&mut parameters, "outputDimensionality");
        request.extra.extend(parameters.rest("parameters."));
    }
    Ok(request)
}

/// Reads a request to one of Bedrock's models: Cohere's, or Amazon's own.
///
/// # Errors
///
/// `InvalidRequest` when it is none.
pub fn bedrock(body: &[u8]) -> Result<EmbedRequest> {
    const NAME: &str = Converse::NAME;
    let value: Value = serde_json::from_slice(body).map_err(|error| wrong(&error.to_string()))?;
    if value.get("texts").is_some() {
        return cohere(body);
    }
    let mut body = Fields::of(NAME, value)?;
    let mut request = EmbedRequest::default();
    request.dimensions = count(&mut body, "dimensions");
    match body.take("singleEmbeddingParams") {
        None => request = request.text(body.text("inputText").unwrap_or_default()),
        Some(own) => {
            body.take("taskType");
            let mut own = Fields::of(NAME, own)?;
            let mut text = Fields::of(NAME, own.take("text").unwrap_or_default())?;
            request = request.text(text.text("value").unwrap_or_default());
            request.purpose = own.text("embeddingPurpose").map(|word| Purpose::from(&*word));
            request.dimensions = count(&mut own, "embeddingDimension");
            request.extra.extend(text.rest("singleEmbeddingParams.text."));
            request.extra.extend(own.rest("singleEmbeddingParams."));
        }
    }
    request.extra.extend(body.rest(""));
    Ok(request)
}

/// Google's word for a purpose, in ours.
fn purpose(word: &str) -> Purpose {
    match word {
        "RETRIEVAL_DOCUMENT" => Purpose::Document,
        "RETRIEVAL_QUERY" => Purpose::Query,
        "SEMANTIC_SIMILARITY" => Purpose::Similarity,
        "CLASSIFICATION" => Purpose::Classification,
        "CLUSTERING" => Purpose::Clustering,
        other => Purpose::from(other),
    }
}

/// Reads Ollama's request.
///
/// # Errors
///
/// `InvalidRequest` when it is none, or is one of the older kind.
pub fn ollama(body: &[u8]) -> Result<EmbedRequest> {
    let body = serde_json::from_slice(body).map_err(|error| wrong(&error.to_string()))?;
    let mut body = Fields::of(Ollama::NAME, body)?;
    let mut request = EmbedRequest::new(body.text("model").unwrap_or_default());
    let input = body.take("input").unwrap_or_default();
    request.inputs = inputs(&input)?;
    request.extra.extend(input.is_string().then(|| extra(Ollama::NAME, "input", json!(""))));
    request.dimensions = count(&mut body, "dimensions");
    request.extra.extend(body.rest(""));
    Ok(request)
}

fn count(body: &mut Fields, key: &str) -> Option<u32> {
    body.maybe(key, |count| u32::try_from(count.as_u64()?).ok())
}

/// A text, or a list of texts or of lists of tokens.
fn inputs(input: &Value) -> Result<Vec<EmbedInput>> {
    let one = |input: &Value| match input {
        Value::String(text) => Some(EmbedInput::Text(text.clone())),
        Value::Array(tokens) => {
            let token = |token: &Value| u32::try_from(token.as_u64()?).ok();
            tokens.iter().map(token).collect::<Option<_>>().map(EmbedInput::Tokens)
        }
        _ => None,
    };
    let list = match input {
        Value::Array(list) => list.iter().map(one).collect(),
        alone => one(alone).map(|input| vec![input]),
    };
    list.ok_or_else(|| wrong("an input is neither text nor tokens"))
}
