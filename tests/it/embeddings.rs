//! Vectors: what is asked for them, and what their answers are read as, in every dialect that makes them.
//!
//! Recordings show what providers do; these are of our own making, so that a stranger sees the same.

mod bedrock;
mod cohere;
mod cuts;
mod gemini;
mod ollama;
mod openai;
mod sdk;
mod vertex;

use http::{HeaderMap, HeaderValue, StatusCode};
use nohop_types::{EmbedRequest, Error, Purpose, Result, Vectors};
use nohop_wire::{Dialect, EmbedCall, Head, laws, vectors};
use serde_json::Value;

/// The request as `dialect` says it at `path` goes to this place, and has this body and these losses.
fn asks(
    dialect: &dyn Dialect,
    request: &EmbedRequest,
    path: &str,
    (place, body): (&str, &Value),
    losses: &[&str],
) {
    let call = EmbedCall::new(request, &request.model, path).endpoint("here");
    let encoded = dialect.embed().unwrap().encode(&call).unwrap();
    let sent: Value = serde_json::from_slice(&encoded.body).unwrap();
    let found = laws::differences(body, &sent);
    let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(shown.is_empty(), "{shown:#?} in {sent:#}");
    let lost: Vec<String> = encoded.losses.iter().map(ToString::to_string).collect();
    assert_eq!(lost, losses, "{sent:#}");
    assert_eq!(encoded.path, place);
    assert_eq!(encoded.headers["content-type"], "application/json");
}

/// What the request is refused for, before anybody is asked.
fn unsaid(dialect: &dyn Dialect, request: &EmbedRequest) -> Error {
    let call = EmbedCall::new(request, &request.model, "/");
    dialect.embed().unwrap().encode(&call).unwrap_err()
}

/// The answer `body` to a request with so many `inputs`.
fn read(dialect: &dyn Dialect, inputs: usize, body: &str) -> Result<Vectors> {
    answered(dialect, inputs, StatusCode::OK, body)
}

fn answered(
    dialect: &dyn Dialect,
    inputs: usize,
    status: StatusCode,
    body: &str,
) -> Result<Vectors> {
    let request = EmbedRequest::new("m").texts(vec!["a"; inputs]);
    let call = EmbedCall::new(&request, "m", "/");
    let label = HeaderValue::from_static("application/json");
    let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, label)]);
    vectors(dialect, &call, &Head::new(status, headers), body.as_bytes())
}

/// The answer `body` is read as these `vectors`, and otherwise told in these words.
fn tells(dialect: &dyn Dialect, body: &str, expected: &[&[f32]], told: &str) {
    let answer = read(dialect, expected.len(), body).unwrap();
    assert_eq!(answer.vectors, expected, "{body}");
    let mut found = Vec::new();
    found.extend(answer.id.map(|id| format!("id={id}")));
    found.extend(answer.model.map(|model| format!("model={model}")));
    found.extend(answer.usage.input.map(|count| format!("in={count}")));
    found.extend(answer.usage.output.map(|count| format!("out={count}")));
    found.extend(answer.usage.cost.map(|cost| format!("cost={cost}")));
    let shares = answer.usage.shares.iter();
    found.extend(shares.map(|share| format!("{}={}", share.modality, share.tokens)));
    let extras = answer.usage.extra.iter().chain(&answer.extra);
    found.extend(extras.map(|entry| format!("{}={}", entry.key, entry.value.as_str())));
    assert_eq!(found.join(" "), told, "{body}");
}

/// The answer `body` to two inputs is an error of this kind, which says this.
fn fails(dialect: &dyn Dialect, body: &str, expected: &str) {
    let error = read(dialect, 2, body).unwrap_err();
    assert_eq!(error.to_string(), expected, "{body}");
}

/// Every purpose we have a word for.
const PURPOSES: [Purpose; 5] = [
    Purpose::Classification,
    Purpose::Clustering,
    Purpose::Document,
    Purpose::Query,
    Purpose::Similarity,
];

/// Two texts.
fn two() -> EmbedRequest {
    EmbedRequest::new("m").texts(["a", "b"])
}
