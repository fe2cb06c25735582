//! Google's embedContent and batchEmbedContents, and Vertex AI's predict.

use serde_json::{Map, Value};

use super::check::{self, invalid};
use crate::dialect::tasks::{Asked, Told, bytes, numbers, read};
use crate::dialect::{Refusal, Speech};

pub(super) const ONE: &str = ":embedContent";
pub(super) const BATCH: &str = ":batchEmbedContents";
pub(super) const PREDICT: &str = ":predict";

/// The most requests of a batch, and the most instances of a prediction.
const MOST: usize = 100;
const MOST_INSTANCES: usize = 250;

const TASKS: [&str; 8] = [
    "CLASSIFICATION",
    "CLUSTERING",
    "CODE_RETRIEVAL_QUERY",
    "FACT_VERIFICATION",
    "QUESTION_ANSWERING",
    "RETRIEVAL_DOCUMENT",
    "RETRIEVAL_QUERY",
    "SEMANTIC_SIMILARITY",
];

pub(super) fn told(asked: &Asked<'_>) -> Result<Told, Refusal> {
    let model = super::Gemini.model(asked.head, asked.body);
    check::model(asked.script, model)?;
    let Some(fields) = asked.body.as_object() else {
        return Err(invalid("Invalid JSON payload received. Expected an object."));
    };
    let path = asked.path();
    match path {
        _ if path.ends_with(PREDICT) => predict(asked, fields),
        _ if path.ends_with(BATCH) => batch(asked, model, fields),
        _ => one(asked, fields),
    }
}

fn one(asked: &Asked<'_>, fields: &Map<String, Value>) -> Result<Told, Refusal> {
    // Vertex AI keeps all but the content in an object of its own.
    let vertex = asked.path().contains("/publishers/");
    let (text, dimensions) = match vertex {
        false => content(asked, fields, "EmbedContentRequest")?,
        true => {
            known(fields, &["content", "embedContentConfig"])?;
            let config = asked.body["embedContentConfig"].as_object().cloned();
            let mut config = config.unwrap_or_default();
            config.insert("content".to_owned(), asked.body["content"].clone());
            content(asked, &config, "EmbedContentRequest")?
        }
    };
    let texts = [text];
    let vector = asked.vectors(&texts, dimensions, |_, vector| {
        format!(r#""embedding":{{"values":{}}},"#, numbers(vector))
    });
    let tokens = asked.tokens(bytes(&texts));
    let body = format!(r#"{{{vector}"usageMetadata":{}}}"#, usage(tokens));
    Ok(Told { body, usage: read(tokens), headers: Vec::new() })
}

fn batch(asked: &Asked<'_>, model: &str, fields: &Map<String, Value>) -> Result<Told, Refusal> {
    known(fields, &["requests"])?;
    let requests = asked.body["requests"].as_array().filter(|requests| !requests.is_empty());
    let Some(requests) = requests else {
        return Err(invalid("* BatchEmbedContentsRequest.requests: requests is not specified"));
    };
    if requests.len() > MOST {
        return Err(invalid(format!(
            "* BatchEmbedContentsRequest.requests: at most {MOST} requests can be in one batch"
        )));
    }
    let (mut texts, mut length) = (Vec::new(), asked.script.dimensions);
    for (place, request) in requests.iter().enumerate() {
        let at = format!("BatchEmbedContentsRequest.requests[{place}]");
        if request["model"].as_str().and_then(|name| name.strip_prefix("models/")) != Some(model) {
            return Err(invalid(format!(
                "* {at}.model: the model must match the one in the URL, models/{model}"
            )));
        }
        let none = Map::new();
        let (text, dimensions) = content(asked, request.as_object().unwrap_or(&none), &at)?;
        texts.push(text);
        length = dimensions;
    }
    let vectors =
        asked.vectors(&texts, length, |_, vector| format!(r#"{{"values":{}}}"#, numbers(vector)));
    let tokens = asked.tokens(bytes(&texts));
    let body = format!(r#"{{"embeddings":[{vectors}],"usageMetadata":{}}}"#, usage(tokens));
    Ok(Told { body, usage: read(tokens), headers: Vec::new() })
}

fn predict(asked: &Asked<'_>, fields: &Map<String, Value>) -> Result<Told, Refusal> {
    known(fields, &["instances", "parameters", "labels"])?;
    let instances = asked.body["instances"].as_array().filter(|instances| !instances.is_empty());
    let Some(instances) = instances else {
        return Err(invalid("Invalid payload: instances must not be empty."));
    };
    if instances.len() > MOST_INSTANCES {
        return Err(invalid(format!(
            "{} instance(s) is over the maximum of {MOST_INSTANCES} instances per prediction.",
            instances.len()
        )));
    }
    let mut texts = Vec::new();
    for instance in instances {
        let text = instance["content"].as_str().filter(|text| !text.is_empty());
        let Some(text) = text else {
            return Err(invalid("The text content is empty."));
        };
        task(&instance["task_type"], "instances.task_type")?;
        texts.push(text.to_owned());
    }
    let dimensions = asked.dimensions(&asked.body["parameters"]["outputDimensionality"], long)?;
    let vectors = asked.vectors(&texts, dimensions, |place, vector| {
        let tokens = texts[place].len().div_ceil(4);
        format!(
            r#"{{"embeddings":{{"statistics":{{"truncated":false,"token_count":{tokens}}},"values":{}}}}}"#,
            numbers(vector)
        )
    });
    let tokens = texts.iter().map(|text| text.len().div_ceil(4) as u64).sum();
    let body = format!(
        r#"{{"predictions":[{vectors}],"metadata":{{"billableCharacterCount":{}}}}}"#,
        bytes(&texts)
    );
    Ok(Told { body, usage: read(tokens), headers: Vec::new() })
}

/// The text of a request for one vector, and how long that is to be.
fn content(
    asked: &Asked<'_>,
    fields: &Map<String, Value>,
    at: &str,
) -> Result<(String, usize), Refusal> {
    known(
        fields,
        &["model", "content", "taskType", "title", "outputDimensionality", "autoTruncate"],
    )?;
    let content = fields.get("content").unwrap_or(&Value::Null);
    let parts = content["parts"].as_array().into_iter().flatten();
    let text: String = parts.filter_map(|part| part["text"].as_str()).collect();
    if text.is_empty() {
        return Err(invalid(format!("* {at}.content: contents is not specified")));
    }
    task(fields.get("taskType").unwrap_or(&Value::Null), at)?;
    let dimensions = fields.get("outputDimensionality").unwrap_or(&Value::Null);
    Ok((text, asked.dimensions(dimensions, long)?))
}

fn task(word: &Value, at: &str) -> Result<(), Refusal> {
    match word.as_str() {
        Some(word) if !TASKS.contains(&word) => Err(invalid(format!(
            "Invalid value at '{at}' (type.googleapis.com/google.ai.generativelanguage.v1beta.TaskType), \"{word}\""
        ))),
        _ => Ok(()),
    }
}

fn long(wanted: &Value, most: usize) -> Refusal {
    invalid(format!("* output_dimensionality: {wanted} is not in the range of 1 to {most}"))
}

fn known(fields: &Map<String, Value>, names: &[&str]) -> Result<(), Refusal> {
    match fields.keys().find(|key| !names.contains(&&***key)) {
        None => Ok(()),
        Some(unknown) => Err(invalid(format!(
            "Invalid JSON payload received. Unknown name \"{unknown}\": Cannot find field."
        ))),
    }
}

fn usage(tokens: u64) -> String {
    format!(
        r#"{{"promptTokenCount":{tokens},"promptTokenDetails":[{{"modality":"TEXT","tokenCount":{tokens}}}]}}"#
    )
}
