//! Replays one recorded list of models.

use nohop_types::Listed;
use nohop_wire::models;
use serde_json::Value;

use crate::held;
use crate::hosts::lister;
use crate::lists::Lists;
use crate::recording::Recording;
use crate::replay::{Outcome, Status};

/// Where a provider's list is, what it calls a model by, and where it tells facts: told here by provider,
/// where the reader knows shapes alone.
struct Shape {
    provider: &'static str,
    list: &'static str,
    id: &'static str,
    context: Option<&'static str>,
    output: Option<&'static str>,
    /// Where the price of a prompt token is, and how many tokens it is for.
    input: Option<(&'static str, f64)>,
}

const DATA: Shape =
    Shape { provider: "", list: "/data", id: "/id", context: None, output: None, input: None };

const SHAPES: &[Shape] = &[
    Shape {
        provider: "anthropic",
        context: Some("/max_input_tokens"),
        output: Some("/max_tokens"),
        ..DATA
    },
    Shape {
        provider: "bedrock",
        list: "/modelSummaries",
        id: "/modelId",
        output: Some("/converse/maxTokensMaximum"),
        ..DATA
    },
    Shape {
        provider: "cohere",
        list: "/models",
        id: "/name",
        context: Some("/context_length"),
        ..DATA
    },
    Shape {
        provider: "copilot",
        context: Some("/capabilities/limits/max_context_window_tokens"),
        output: Some("/capabilities/limits/max_output_tokens"),
        ..DATA
    },
    Shape {
        provider: "gemini",
        list: "/models",
        id: "/name",
        context: Some("/inputTokenLimit"),
        output: Some("/outputTokenLimit"),
        ..DATA
    },
    Shape {
        provider: "github_models",
        list: "",
        context: Some("/limits/max_input_tokens"),
        output: Some("/limits/max_output_tokens"),
        ..DATA
    },
    Shape {
        provider: "gpustack",
        list: "/items",
        id: "/name",
        context: Some("/meta/n_ctx"),
        ..DATA
    },
    Shape { provider: "llamacpp", context: Some("/meta/n_ctx"), ..DATA },
    Shape { provider: "mistral", context: Some("/max_context_length"), ..DATA },
    Shape {
        provider: "venice",
        context: Some("/context_length"),
        output: Some("/model_spec/maxCompletionTokens"),
        input: Some(("/model_spec/pricing/input/usd", 1e6)),
        ..DATA
    },
    Shape { provider: "vertex", list: "/publisherModels", id: "/name", ..DATA },
];

/// Replays `recording`, which holds a list of models or a page of one.
pub(crate) fn replay(recording: &Recording, lists: &Lists, outcome: &mut Outcome) {
    let path = recording.path().split('?').next().unwrap_or_default();
    if !["/models", "/foundation-models"].iter().any(|end| path.ends_with(end)) {
        outcome.status = Status::Skipped;
        outcome.why = Some("it is about one model or a job, and is no list".to_owned());
        return;
    }
    let (head, body) = (recording.head(), recording.bytes());
    if recording.response.status >= 400 {
        outcome.error = Some(lister(&recording.provider).error(&head, &body));
        return;
    }
    if let Err(why) = answer(recording, &body, lists, outcome) {
        outcome.status = Status::Failed;
        outcome.why = Some(why);
    }
}

fn answer(
    recording: &Recording,
    body: &[u8],
    lists: &Lists,
    outcome: &mut Outcome,
) -> Result<(), String> {
    let page = models(body).map_err(|error| error.to_string())?;
    let told: Value = serde_json::from_slice(body).unwrap_or_default();
    // Bedrock's younger service lists its models as OpenAI does.
    let fits =
        |shape: &&Shape| shape.provider == recording.provider && told.pointer(shape.list).is_some();
    let shape = SHAPES.iter().find(fits).unwrap_or(&DATA);
    let items = told.pointer(shape.list).and_then(Value::as_array).cloned().unwrap_or_default();
    if items.is_empty() || items.len() != page.models.len() {
        return Err(format!("{} models are read of {}", page.models.len(), items.len()));
    }
    for (item, listed) in items.iter().zip(&page.models) {
        facts(shape, item, listed).map_err(|what| format!("law 6: {}: {what}", listed.id))?;
    }
    let next = told.get("nextPageToken").and_then(Value::as_str);
    if page.next.as_deref() != next {
        return Err(format!("the next page is read as {:?}", page.next));
    }
    let kept = serde_json::to_value(&page.models).unwrap_or_default();
    let told = Value::Array(items);
    if let Some(lost) = held::lost(&told, &kept, |path| lists.noise().contains(&path)) {
        return Err(lost);
    }
    outcome.listed = Some(page.models.len());
    // A list that is cut is none: whoever asks learns nothing from half of it.
    match held::ends(body).find(|end| models(&body[..*end]).is_ok()) {
        Some(end) => Err(format!("law 4: cut at byte {end}, it is read as a list")),
        None => Ok(()),
    }
}

/// Whether the facts are those that stand where this provider tells them.
fn facts(shape: &Shape, item: &Value, listed: &Listed) -> Result<(), String> {
    let id = item.pointer(shape.id).and_then(Value::as_str).unwrap_or_default();
    let id = id.rsplit_once("models/").filter(|_| shape.id == "/name").map_or(id, |(_, id)| id);
    if id != listed.id {
        return Err(format!("its name is {id}"));
    }
    for (path, found) in [(shape.context, listed.context), (shape.output, listed.output)] {
        let Some(path) = path else { continue };
        let stated = item.pointer(path).and_then(Value::as_u64).filter(|count| *count > 0);
        if stated != found {
            return Err(format!("{path}: {stated:?} is read as {found:?}"));
        }
    }
    if let Some((path, tokens)) = shape.input {
        let stated = item.pointer(path).and_then(Value::as_f64).map(|price| price / tokens);
        let found =
            listed.rate(&nohop_types::Unit::Input).map(|price| price.as_atto() as f64 / 1e18);
        let near = |a: f64, b: f64| (a - b).abs() <= a.abs() * 1e-12;
        if !stated.zip(found).map_or(stated == found, |(stated, found)| near(stated, found)) {
            return Err(format!("{path}: {stated:?} is read as {found:?}"));
        }
    }
    Ok(())
}
