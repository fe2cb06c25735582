//! Replays one recorded exchange about vectors.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nohop_types::{EmbedRequest, ErrorKind, Result, Vectors};
use nohop_wire::{EmbedCall, laws, vectors};
use serde_json::Value;

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
    let asked = (!body.is_null()).then(|| (embedder.asked)(body.to_string().as_bytes()));
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
            let held = complete(&answer, &expected, &told, lists).and_then(|()| cut(&body, read));
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

/// Law 4: every prefix of the body is cut, and says so.
fn cut(body: &[u8], read: impl Fn(&[u8]) -> Result<Vectors>) -> Result<(), String> {
    let text = body.trim_ascii_end();
    let near = text.len().saturating_sub(8)..text.len();
    for end in (0..text.len()).step_by((text.len() / 32).max(1)).chain(near) {
        match read(&text[..end]) {
            Err(error) if error.kind() == ErrorKind::Truncated => (),
            other => return Err(format!("law 4: cut at byte {end}, it is read as {other:?}")),
        }
    }
    Ok(())
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
    let mut known = Vec::new();
    leaves("$", &serde_json::to_value(&kept).unwrap_or_default(), &mut |_, leaf| {
        known.push(leaf.clone());
    });
    let mut lost = None;
    leaves("$", told, &mut |path, leaf| {
        let vector = ["$.data[].embedding", "$.embedding"].iter().any(|at| path.starts_with(at));
        if !vector && !lists.noise().contains(&path) && !known.contains(leaf) {
            lost.get_or_insert(format!("law 6: {path}: {leaf} is nowhere"));
        }
    });
    if let Some(total) = told.pointer("/usage/total_tokens").and_then(Value::as_u64)
        && answer.usage.total() != Some(total)
    {
        lost.get_or_insert(format!("law 6: the kinds do not sum to the total of {total}"));
    }
    lost.map_or(Ok(()), Err)
}

/// Calls `found` with every string and number that says something, and its path.
fn leaves(path: &str, value: &Value, found: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Array(items) => {
            items.iter().for_each(|item| leaves(&format!("{path}[]"), item, found));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| leaves(&format!("{path}.{key}"), value, found));
        }
        Value::String(text) if !text.is_empty() => found(path, value),
        Value::Number(_) => found(path, value),
        _ => (),
    }
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
    found.extend(list(&told["embeddings"]).iter().filter_map(|item| item.get("values").cloned()));
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
    outcome.differences = laws::differences(&recording.request.body, &ours);
    outcome.request = match &*outcome.differences {
        [] => Return::Same,
        found if found.iter().all(|found| lists.is_loss(found)) => Return::Lossy,
        _ => Return::Differs,
    };
}
