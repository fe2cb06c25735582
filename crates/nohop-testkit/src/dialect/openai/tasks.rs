//! OpenAI's embeddings, and the rerankings that some hosts have beside its chat.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::check;
use crate::dialect::tasks::{Asked, Told, bytes, numbers, read, texts};
use crate::dialect::{Refusal, quoted};

/// The most inputs of one request.
const MOST: usize = 2_048;

pub(super) fn does(path: &str) -> bool {
    path.ends_with("/embeddings") || path.ends_with("/rerank")
}

pub(super) fn told(asked: &Asked<'_>) -> Result<Told, Refusal> {
    let model = check::model(asked.script, asked.body)?;
    match asked.path().ends_with("/rerank") {
        true => order(asked, model),
        false => vectors(asked, model),
    }
}

fn vectors(asked: &Asked<'_>, model: &str) -> Result<Told, Refusal> {
    let inputs = inputs(&asked.body["input"])?;
    let dimensions = asked.dimensions(&asked.body["dimensions"], |wanted, most| {
        let message =
            format!("Invalid value for 'dimensions' = {wanted}. Must be between 1 and {most}.");
        check::invalid(&message).param("dimensions")
    })?;
    let packed = match asked.body["encoding_format"].as_str() {
        Some("base64") => true,
        None | Some("float") => false,
        Some(_) => {
            let message =
                "Invalid value for 'encoding_format': expected one of 'base64' and 'float'.";
            return Err(check::invalid(message).param("encoding_format"));
        }
    };
    let data = asked.vectors(&inputs, dimensions, |place, vector| {
        let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
        let vector = if packed { quoted(&STANDARD.encode(bytes)) } else { numbers(vector) };
        format!(r#"{{"object":"embedding","index":{place},"embedding":{vector}}}"#)
    });
    let tokens = asked.tokens(bytes(&inputs));
    let body = format!(
        r#"{{"object":"list","data":[{data}],"model":{},"usage":{{"prompt_tokens":{tokens},"total_tokens":{tokens}}}}}"#,
        quoted(model),
    );
    Ok(Told { body, usage: read(tokens), headers: Vec::new() })
}

/// What becomes a vector each: texts, or lists of tokens as text.
fn inputs(input: &Value) -> Result<Vec<String>, Refusal> {
    let list = match input {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) if list.iter().all(Value::is_u64) => vec![input.to_string()],
        Value::Array(list) => {
            let tokens = |item: &Value| item.as_array().map(|_| item.to_string());
            let text = |item: &Value| item.as_str().map(str::to_owned).or_else(|| tokens(item));
            list.iter().map(text).collect::<Option<_>>().unwrap_or_default()
        }
        _ => Vec::new(),
    };
    if list.len() > MOST {
        let message = format!(
            "Invalid 'input': array too long. Expected an array with maximum length {MOST}, but got an array with length {} instead.",
            list.len()
        );
        return Err(check::invalid(&message).param("input").code("array_above_max_length"));
    }
    if list.is_empty() || input == &Value::Array(Vec::new()) {
        let message = "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference.";
        return Err(check::invalid(message));
    }
    match list.iter().position(String::is_empty) {
        Some(_) => Err(check::invalid("Invalid 'input': input cannot be an empty string.")
            .param("input")
            .code("empty_string")),
        None => Ok(list),
    }
}

fn order(asked: &Asked<'_>, model: &str) -> Result<Told, Refusal> {
    let body = asked.body;
    let Some(query) = body["query"].as_str().filter(|query| !query.is_empty()) else {
        return Err(check::invalid("\"query\" must be provided"));
    };
    let documents = texts(&body["documents"]).filter(|documents| !documents.is_empty());
    let Some(documents) = documents else {
        return Err(check::invalid("\"documents\" must be a non-empty string array"));
    };
    let results = asked.order(query, &documents, body["top_n"].as_u64());
    let tokens = asked.tokens(query.len() * documents.len() + bytes(&documents));
    let body = format!(
        r#"{{"model":{},"object":"list","usage":{{"prompt_tokens":{tokens},"total_tokens":{tokens}}},"results":[{results}]}}"#,
        quoted(model),
    );
    Ok(Told { body, usage: read(tokens), headers: Vec::new() })
}
