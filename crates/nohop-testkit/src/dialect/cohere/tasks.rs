//! Cohere's embed and rerank, in the second version of its API.

use nohop_types::Usage;
use serde_json::Value;

use super::Cohere;
use super::check::{self, invalid};
use crate::dialect::tasks::{Asked, Told, bytes, numbers, read, texts};
use crate::dialect::{Refusal, Speech, quoted};

/// The most texts of one request.
pub(in crate::dialect) const MOST: usize = 96;

/// How many documents one unit of search has.
const UNIT: usize = 100;

const PURPOSES: [&str; 5] =
    ["search_document", "search_query", "classification", "clustering", "image"];

const EMBED: [&str; 7] = [
    "model",
    "texts",
    "input_type",
    "embedding_types",
    "output_dimension",
    "truncate",
    "max_tokens",
];

const RERANK: [&str; 6] =
    ["model", "query", "documents", "top_n", "max_tokens_per_doc", "priority"];

pub(super) fn told(asked: &Asked<'_>) -> Result<Told, Refusal> {
    let rerank = asked.path().ends_with("/v2/rerank");
    let Some(fields) = asked.body.as_object() else {
        return Err(invalid("invalid json syntax: the body is not an object"));
    };
    check::known(fields.keys(), if rerank { &RERANK } else { &EMBED })?;
    check::model(asked.script, asked.body)?;
    if rerank { order(asked) } else { vectors(asked) }
}

fn vectors(asked: &Asked<'_>) -> Result<Told, Refusal> {
    let body = asked.body;
    let texts = texts(&body["texts"]).filter(|texts| !texts.is_empty());
    let Some(texts) = texts else {
        return Err(invalid("invalid request: texts must be provided"));
    };
    if texts.len() > MOST {
        let message = format!(
            "invalid request: total number of texts must be at most {MOST} - received {}",
            texts.len()
        );
        return Err(invalid(message));
    }
    if !body["input_type"].as_str().is_some_and(|purpose| PURPOSES.contains(&purpose)) {
        return Err(invalid(
            "invalid request: valid input_type must be provided with the provided model",
        ));
    }
    let floats =
        |types: &Value| types.as_array().is_some_and(|types| types.contains(&"float".into()));
    if !body["embedding_types"].is_null() && !floats(&body["embedding_types"]) {
        return Err(invalid(
            "invalid request: the emulator makes embeddings of the type float only",
        ));
    }
    let dimensions = asked.dimensions(&body["output_dimension"], |wanted, most| {
        invalid(format!(
            "invalid request: output_dimension {wanted} is not supported, it must be at most {most}"
        ))
    })?;
    let vectors = asked.vectors(&texts, dimensions, |_, vector| numbers(vector));
    let tokens = asked.tokens(bytes(&texts));
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    let body = format!(
        r#"{{"id":"{}","texts":[{}],"embeddings":{{"float":[{vectors}]}},"meta":{{"api_version":{{"version":"2"}},"billed_units":{{"input_tokens":{tokens}}}}},"response_type":"embeddings_by_type"}}"#,
        Cohere.id(asked.number),
        texts.join(","),
    );
    Ok(Told { body, usage: read(tokens), headers: Vec::new() })
}

fn order(asked: &Asked<'_>) -> Result<Told, Refusal> {
    let body = asked.body;
    let Some(query) = body["query"].as_str().filter(|query| !query.is_empty()) else {
        return Err(invalid("invalid request: query must not be empty"));
    };
    let documents = texts(&body["documents"]).filter(|documents| !documents.is_empty());
    let Some(documents) = documents else {
        return Err(invalid("invalid request: list of documents must not be empty"));
    };
    if body["top_n"].as_u64() == Some(0) {
        return Err(invalid("invalid request: top_n must be greater than 0"));
    }
    let results = asked.order(query, &documents, body["top_n"].as_u64());
    let mut usage = Usage::default();
    let units = documents.len().div_ceil(UNIT) as u64;
    usage.search_units = Some(units);
    let body = format!(
        r#"{{"id":"{}","results":[{results}],"meta":{{"api_version":{{"version":"2"}},"billed_units":{{"search_units":{units}}}}}}}"#,
        Cohere.id(asked.number),
    );
    Ok(Told { body, usage, headers: Vec::new() })
}
