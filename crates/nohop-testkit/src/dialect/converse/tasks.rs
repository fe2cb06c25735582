//! Vectors and orders of Bedrock's models, by InvokeModel: Amazon's Titan and Rerank, and Cohere's.

use serde_json::{Map, Value};

use super::check::{self, invalid};
use crate::dialect::tasks::{Asked, Told, bytes, numbers, read, texts};
use crate::dialect::{Refusal, Speech, cohere, quoted};

pub(super) fn told(asked: &Asked<'_>) -> Result<Told, Refusal> {
    let model = super::Converse.model(asked.head, asked.body);
    check::model(asked.script, model)?;
    let Some(fields) = asked.body.as_object() else {
        return Err(malformed("expected type: JSONObject, found: Null"));
    };
    let (body, tokens) = match model {
        _ if model.contains("cohere.embed") => cohere_vectors(asked, fields)?,
        _ if model.contains("cohere.rerank") => {
            keys(fields, &["query", "documents", "api_version"], &["top_n", "max_tokens_per_doc"])?;
            order(asked)?
        }
        _ if model.contains("amazon.rerank") => {
            keys(fields, &["query", "documents"], &["top_n"])?;
            order(asked)?
        }
        _ if model.contains("amazon.titan-embed") => titan(asked, fields)?,
        _ => return Err(malformed("required key [messages] not found")),
    };
    let headers = vec![
        ("x-amzn-bedrock-input-token-count", tokens.to_string()),
        ("x-amzn-bedrock-invocation-latency", "75".to_owned()),
    ];
    Ok(Told { body, usage: read(tokens), headers })
}

fn titan(asked: &Asked<'_>, fields: &Map<String, Value>) -> Result<(String, u64), Refusal> {
    keys(fields, &["inputText"], &["dimensions", "normalize", "embeddingTypes"])?;
    let Some(text) = asked.body["inputText"].as_str() else {
        return Err(malformed("/inputText: expected type: String"));
    };
    if text.is_empty() {
        return Err(malformed("/inputText: expected minLength: 1, actual: 0"));
    }
    let dimensions = asked.dimensions(&asked.body["dimensions"], |wanted, _| {
        malformed(&format!("/dimensions: {wanted} is not a valid enum value"))
    })?;
    let tokens = asked.tokens(text.len());
    let vector = asked.vectors(&[text.to_owned()], dimensions, |_, vector| {
        let vector = numbers(vector);
        format!(r#""embedding":{vector},"embeddingsByType":{{"float":{vector}}},"#)
    });
    Ok((format!(r#"{{{vector}"inputTextTokenCount":{tokens}}}"#), tokens))
}

fn cohere_vectors(
    asked: &Asked<'_>,
    fields: &Map<String, Value>,
) -> Result<(String, u64), Refusal> {
    let known = ["embedding_types", "truncate", "output_dimension", "max_tokens"];
    keys(fields, &["texts", "input_type"], &known)?;
    let Some(list) = texts(&asked.body["texts"]) else {
        return Err(malformed("/texts: expected type: JSONArray"));
    };
    if list.len() > cohere::MOST_TEXTS {
        let most = cohere::MOST_TEXTS;
        let found = list.len();
        return Err(malformed(&format!(
            "/texts: expected maximum item count: {most}, found: {found}"
        )));
    }
    let dimensions = asked.dimensions(&asked.body["output_dimension"], |wanted, _| {
        malformed(&format!("/output_dimension: {wanted} is not a valid enum value"))
    })?;
    let vectors = asked.vectors(&list, dimensions, |_, vector| numbers(vector));
    let tokens = asked.tokens(bytes(&list));
    let typed = !asked.body["embedding_types"].is_null();
    let vectors =
        if typed { format!(r#"{{"float":[{vectors}]}}"#) } else { format!("[{vectors}]") };
    let said: Vec<String> = list.iter().map(|text| quoted(text)).collect();
    let kind = if typed { "embeddings_by_type" } else { "embeddings_floats" };
    let body = format!(
        r#"{{"id":"{}","texts":[{}],"embeddings":{vectors},"response_type":"{kind}"}}"#,
        super::Converse.id(asked.number),
        said.join(","),
    );
    Ok((body, tokens))
}

fn order(asked: &Asked<'_>) -> Result<(String, u64), Refusal> {
    let body = asked.body;
    let query = body["query"].as_str().unwrap_or_default();
    let documents = texts(&body["documents"]).filter(|documents| !documents.is_empty());
    let Some(documents) = documents else {
        return Err(malformed("/documents: expected minimum item count: 1, found: 0"));
    };
    let results = asked.order(query, &documents, body["top_n"].as_u64());
    let tokens = asked.tokens(query.len() * documents.len() + bytes(&documents));
    Ok((format!(r#"{{"results":[{results}]}}"#), tokens))
}

/// Refuses a body that lacks one of the keys that `must` be there, or has others than those that `may`.
fn keys(fields: &Map<String, Value>, must: &[&str], may: &[&str]) -> Result<(), Refusal> {
    if let Some(missing) = must.iter().find(|key| !fields.contains_key(**key)) {
        return Err(malformed(&format!("required key [{missing}] not found")));
    }
    let unknown = fields.keys().find(|key| !must.contains(&&***key) && !may.contains(&&***key));
    match unknown {
        Some(unknown) => Err(malformed(&format!("extraneous key [{unknown}] is not permitted"))),
        None => Ok(()),
    }
}

fn malformed(what: &str) -> Refusal {
    invalid(format!(
        "Malformed input request: #{}{what}, please reformat your input and try again.",
        if what.starts_with('/') { "" } else { ": " }
    ))
}
