use http::HeaderMap;
use http::header::AUTHORIZATION;
use nohop_types::ErrorKind;
use serde_json::Value;

use crate::Script;
use crate::dialect::Refusal;
use crate::script::prompt;

/// Refuses a key that is missing or wrong; Azure's header is read as well.
pub(super) fn key(script: &Script, headers: &HeaderMap) -> Result<(), Refusal> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text(AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    let key = bearer.or_else(|| text("api-key")).unwrap_or_default();
    if script.accepts(key) {
        return Ok(());
    }
    if key.is_empty() {
        return Err(Refusal::new(
            ErrorKind::Auth,
            401,
            "invalid_request_error",
            "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API from your browser and are prompted for a username and password. You can obtain an API key from https://platform.openai.com/account/api-keys.",
        ));
    }
    let message = format!(
        "Incorrect API key provided: {}. You can find your API key at https://platform.openai.com/account/api-keys.",
        masked(key)
    );
    let refusal = Refusal::new(ErrorKind::Auth, 401, "invalid_request_error", message);
    Err(refusal.code("invalid_api_key"))
}

/// Refuses what OpenAI refuses of a body.
pub(super) fn body(script: &Script, body: &Value) -> Result<(), Refusal> {
    model(script, body)?;
    let Some(messages) = body["messages"].as_array() else {
        return Err(invalid("Missing required parameter: 'messages'.")
            .param("messages")
            .code("missing_required_parameter"));
    };
    if messages.is_empty() {
        return Err(invalid("Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.")
            .param("messages")
            .code("empty_array"));
    }
    if body.get("stream_options").is_some_and(Value::is_object) && body["stream"] != true {
        return Err(invalid(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        )
        .param("stream_options"));
    }
    context(script, body)
}

/// The most characters of a call's id.
const LONGEST: usize = 40;

/// Refuses what OpenAI itself refuses of a conversation, and others take.
pub(super) fn history(body: &Value) -> Result<(), Refusal> {
    tools(body)?;
    let messages = body["messages"].as_array().into_iter().flatten();
    messages.enumerate().try_for_each(|(index, message)| turn(index, message))
}

fn turn(index: usize, message: &Value) -> Result<(), Refusal> {
    let role = message["role"].as_str().unwrap_or_default();
    let content = &message["content"];
    let items = || content.as_array().into_iter().flatten();
    let taken: &[&str] = match role {
        "assistant" => &["text", "refusal"],
        "system" | "developer" => &["text"],
        "tool" => &["text", "image_url"],
        "user" => &["text", "image_url", "input_audio", "file"],
        "function" => &[],
        _ => {
            let message = format!(
                "Invalid value: '{role}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'."
            );
            return Err(invalid(&message)
                .param(format!("messages[{index}].role"))
                .code("invalid_value"));
        }
    };
    let kind = |item: &Value| item["type"].as_str().unwrap_or_default().to_owned();
    if let Some(other) = items().map(kind).find(|kind| !taken.contains(&&**kind)) {
        let message =
            format!("Invalid value: '{other}'. Supported values are: '{}'.", taken.join("', '"));
        return Err(invalid(&message)
            .param(format!("messages[{index}].content"))
            .code("invalid_value"));
    }
    if content.as_array().is_some_and(Vec::is_empty) {
        let message = format!(
            "Invalid 'messages[{index}].content': empty array. Expected an array with minimum length 1, but got an empty array instead."
        );
        return Err(invalid(&message)
            .param(format!("messages[{index}].content"))
            .code("empty_array"));
    }
    let says = ["tool_calls", "function_call", "refusal", "audio"];
    let is_silent = role == "assistant" && says.iter().all(|key| message[*key].is_null());
    if content.is_null() && (is_silent || (role != "assistant" && role != "function")) {
        let message = "Invalid value for 'content': expected a string, got null.";
        return Err(invalid(message).param(format!("messages.[{index}].content")));
    }
    let calls = message["tool_calls"].as_array().into_iter().flatten();
    for (place, call) in calls.enumerate() {
        length(&call["id"], format!("messages[{index}].tool_calls[{place}].id"))?;
    }
    length(&message["tool_call_id"], format!("messages[{index}].tool_call_id"))
}

fn length(id: &Value, place: String) -> Result<(), Refusal> {
    let long = id.as_str().map_or(0, |id| id.chars().count());
    if long <= LONGEST {
        return Ok(());
    }
    let message = format!(
        "Invalid '{place}': string too long. Expected a string with maximum length {LONGEST}, but got a string with length {long} instead."
    );
    Err(invalid(&message).param(place).code("string_above_max_length"))
}

/// The model of a body; refuses one that is not there, or that nobody knows.
pub(super) fn model<'a>(script: &Script, body: &'a Value) -> Result<&'a str, Refusal> {
    if !body.is_object() {
        return Err(invalid(
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)",
        ));
    }
    let Some(model) = body["model"].as_str().filter(|model| !model.is_empty()) else {
        return Err(invalid("you must provide a model parameter"));
    };
    if !script.models.is_empty() && !script.models.iter().any(|known| known == model) {
        let message =
            format!("The model `{model}` does not exist or you do not have access to it.");
        let refusal = Refusal::new(ErrorKind::NotFound, 404, "invalid_request_error", message);
        return Err(refusal.code("model_not_found"));
    }
    Ok(model)
}

/// Holds every tool result to a call, and every call to its results.
pub(super) fn tools(body: &Value) -> Result<(), Refusal> {
    let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut open: Vec<&str> = Vec::new();
    let mut asked: Vec<&str> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        if message["role"] == "tool" {
            let id = message["tool_call_id"].as_str().unwrap_or_default();
            if !asked.contains(&id) {
                return Err(invalid("Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.")
                    .param(format!("messages.[{index}].role")));
            }
            open.retain(|known| *known != id);
            continue;
        }
        answered(&open, index)?;
        let calls = message["tool_calls"].as_array();
        asked = calls.into_iter().flatten().filter_map(|call| call["id"].as_str()).collect();
        open.clone_from(&asked);
    }
    answered(&open, messages.len())
}

fn answered(open: &[&str], index: usize) -> Result<(), Refusal> {
    if open.is_empty() {
        return Ok(());
    }
    let message = format!(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: {}",
        open.join(", ")
    );
    Err(invalid(&message).param(format!("messages.[{index}].role")))
}

fn context(script: &Script, body: &Value) -> Result<(), Refusal> {
    let tokens = prompt(body);
    let Some(context) = script.context.filter(|context| tokens > *context) else {
        return Ok(());
    };
    let message = format!(
        "This model's maximum context length is {context} tokens. However, your messages resulted in {tokens} tokens. Please reduce the length of the messages."
    );
    let refusal = Refusal::new(ErrorKind::ContextLength, 400, "invalid_request_error", message);
    Err(refusal.param("messages").code("context_length_exceeded"))
}

pub(super) fn invalid(message: &str) -> Refusal {
    Refusal::new(ErrorKind::InvalidRequest, 400, "invalid_request_error", message)
}

/// A key as OpenAI prints a wrong one: its beginning, stars, and its last four characters.
fn masked(key: &str) -> String {
    let characters: Vec<char> = key.chars().collect();
    if characters.len() <= 12 {
        return "*".repeat(characters.len());
    }
    let (first, last) = (&characters[..8], &characters[characters.len() - 4..]);
    let stars = "*".repeat(characters.len() - 12);
    format!("{}{stars}{}", String::from_iter(first), String::from_iter(last))
}
