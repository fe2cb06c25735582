//! Replays one recorded exchange about vectors.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nohop_types::{EmbedRequest, Vectors};
use nohop_wire::{EmbedCall, laws, vectors};
use serde_json::Value;

use crate::held;
use crate::hosts::Embedder;
use crate::lists::Lists;
use crate::recording::Recording;
use crate::replay::{Outcome, Return, Status};

/// Replays `recording`, which holds a request to `embedder`.
pub(crate) fn replay(
    recording: &Recording,
    embedder: &Embedder,
    lists: &Lists,
    outcome: &mut Outcome,
) {
    let body = &recording.request.body;
    let asked = (!body.is_null()).then(|| {
        let asked = (embedder.asked)(body.to_string().as_bytes());
        asked.map(|asked| match asked.model.is_empty() {
            true => named(asked, model(recording.path())),
            false => asked,
        })
    });
    let inputs = asked.as_ref().and_then(|asked| asked.as_ref().ok().cloned());
    if let Err(why) = answer(recording, embedder, inputs, lists, outcome) {
        outcome.status = Status::Failed;
        outcome.why = Some(why);
    }
    match asked {
        None => (),
        Some(Err(error)) => {
            outcome.why.get_or_insert(format!("the request has no words of ours: {error}"));
        }
        Some(Ok(asked)) => request(recording, embedder, &asked, lists, outcome),
    }
}

/// Reads the answer, and holds it to what is true of every answer with vectors.
fn answer(
    recording: &Recording,
    embedder: &Embedder,
    asked: Option<EmbedRequest>,
    lists: &Lists,
    outcome: &mut Outcome,
) -> Result<(), String> {
    let (head, body) = (recording.head(), recording.bytes());
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    let expected = numbers(&told, recording);
    // Nobody recorded what some were asked.
    let asked = asked.unwrap_or_else(|| EmbedRequest::new("m").texts(vec!["?"; expected.len()]));
    let call = EmbedCall::new(&asked, &asked.model, recording.path());
    let read = |body: &[u8]| vectors(embedder.dialect, &call, &head, body);
    match read(&body) {
        Ok(answer) => {
            let held = complete(&answer, &expected, &told, lists);
            let held = held.and_then(|()| held::cut(&body, read));
            outcome.vectors = Some(answer);
            held
        }
        Err(error) => {
            let theirs = recording.response.status >= 400 || error.code().is_some();
            let why = (!theirs).then(|| error.to_string());
            outcome.error = Some(error);
            why.map_or(Ok(()), Err)
        }
    }
}

/// Law 6: the numbers of the vectors are those of the body, and whatever else it says is in the answer.
fn complete(
    answer: &Vectors,
    expected: &[Vec<f32>],
    told: &Value,
    lists: &Lists,
) -> Result<(), String> {
    if answer.vectors != expected {
        return Err("law 6: the vectors are not those of the body".to_owned());
    }
    let mut kept = answer.clone();
    kept.vectors.clear();
    let vectors = ["$.data[].embedding", "$.embedding", "$.predictions[].embeddings.values"];
    let passed =
        |path: &str| vectors.iter().any(|at| path.starts_with(at)) || lists.noise().contains(&path);
    let kept = serde_json::to_value(&kept).unwrap_or_default();
    let mut lost = held::lost(told, &kept, passed);
    if let Some(total) = told.pointer("/usage/total_tokens").and_then(Value::as_u64)
        && answer.usage.total() != Some(total)
    {
        lost.get_or_insert(format!("law 6: the kinds do not sum to the total of {total}"));
    }
    lost.map_or(Ok(()), Err)
}

/// The numbers of the vectors in a body, read by other means than ours.
fn numbers(told: &Value, recording: &Recording) -> Vec<Vec<f32>> {
    let list = |value: &Value| -> Vec<Value> { value.as_array().cloned().unwrap_or_default() };
    let mut items = list(&told["data"]);
    items.sort_by_key(|item| item["index"].as_u64());
    let mut found: Vec<Value> = items.into_iter().map(|item| item["embedding"].clone()).collect();
    found.extend(told["embedding"].get("values").cloned());
    found.extend(list(&told["embeddings"]["float"]));
    found.extend(told.get("embedding").filter(|one| one.is_array()).cloned());
    found.extend(list(&told["embeddings"]).into_iter().filter(Value::is_array));
    let objects = list(&told["embeddings"]);
    let inner = |item: &Value| item.get("values").or(item.get("embedding")).cloned();
    found.extend(objects.iter().filter_map(inner));
    let predictions = list(&told["predictions"]);
    found.extend(predictions.iter().map(|item| item["embeddings"]["values"].clone()));
    found.iter().map(|vector| vector_of(vector, &recording.provider)).collect()
}

fn vector_of(value: &Value, provider: &str) -> Vec<f32> {
    let bytes = value.as_str().map(|text| STANDARD.decode(text).unwrap_or_default());
    match (bytes, provider) {
        (Some(bytes), "perplexity") => {
            bytes.into_iter().map(|byte| f32::from(i8::from_le_bytes([byte]))).collect()
        }
        (Some(bytes), _) => {
            let number = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().unwrap_or_default());
            bytes.chunks(4).map(number).collect()
        }
        (None, _) => serde_json::from_value(value.clone()).unwrap_or_default(),
    }
}

fn named(mut asked: EmbedRequest, model: String) -> EmbedRequest {
    asked.model = model;
    asked
}

/// The model that a path names.
fn model(path: &str) -> String {
    let (_, named) =
        path.rsplit_once("/models/").or(path.rsplit_once("/model/")).unwrap_or_default();
    let named = named.strip_suffix("/invoke").unwrap_or(named).replace("%3A", ":");
    let method = [":predict", ":embedContent", ":batchEmbedContents"];
    let name = method.iter().find_map(|method| named.split_once(method));
    name.map_or(named.clone(), |(name, _)| name.to_owned())
}

/// Writes the request again, and compares.
fn request(
    recording: &Recording,
    embedder: &Embedder,
    asked: &EmbedRequest,
    lists: &Lists,
    outcome: &mut Outcome,
) {
    let call = EmbedCall::new(asked, &asked.model, recording.path());
    let encoded = match embedder.dialect.embed().map(|embed| embed.encode(&call)) {
        Some(Ok(encoded)) => encoded,
        other => {
            outcome.request = Return::Differs;
            outcome.why.get_or_insert(format!("the request is refused: {other:?}"));
            return;
        }
    };
    let ours = serde_json::from_slice(&encoded.body).unwrap_or(Value::Null);
    outcome.compare(laws::differences(&recording.request.body, &ours), lists);
}
