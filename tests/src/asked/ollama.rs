//! Requests of Ollama's own chat.

use nohop_types::{
    Effort, Extra, Image, Issuer, Media, Message, OutputFormat, Part, Reasoning, Request, Result,
    Role, Sampling, Schema, Tool, ToolCall, ToolResult,
};
use nohop_wire::dialect::Ollama;
use nohop_wire::{Incoming, Mode};
use serde_json::{Value, json};

use super::{Fields, extra, part, wrong};

const NAME: &str = Ollama::NAME;

/// Reads the request that `body` is.
///
/// # Errors
///
/// `InvalidRequest` when it is none.
pub fn read(body: &[u8]) -> Result<Incoming> {
    let body = serde_json::from_slice(body).map_err(|error| wrong(&error.to_string()))?;
    let mut body = Fields::of(NAME, body)?;
    let mut request = Request::new(body.text("model").unwrap_or_default());
    let mut called = Called::default();
    for turn in body.list("messages").unwrap_or_default() {
        request.messages.push(called.message(Fields::of(NAME, turn)?)?);
    }
    match body.list("tools") {
        Some(tools) if tools.is_empty() => request.extra.extend([extra(NAME, "tools", json!([]))]),
        tools => {
            for tool in tools.into_iter().flatten() {
                request.tools.push(self::tool(Fields::of(NAME, tool)?)?);
            }
        }
    }
    request.output = body.maybe("format", |format| match format {
        Value::String(word) => (word == "json").then_some(OutputFormat::JsonObject),
        Value::Object(_) => Some(OutputFormat::JsonSchema(Schema::anonymous(format.clone()))),
        _ => None,
    });
    request.thinking.enabled = body.maybe("think", Value::as_bool);
    request.thinking.effort = body.maybe("think", |word| Effort::parse(word.as_str()?));
    if let Some(options) = body.maybe("options", |options| Some(options.clone())) {
        let empty = options == json!({});
        let mut options = Fields::of(NAME, options)?;
        sampling(&mut request.sampling, &mut options);
        request.max_tokens = options.maybe("num_predict", Value::as_u64);
        request.extra.extend(options.rest("options."));
        request.extra.extend(empty.then(|| extra(NAME, "options", json!({}))));
    }
    request.sampling.logprobs = body.maybe("logprobs", |flag| flag.as_bool()?.then_some(0));
    if let Some(others) = body.maybe("top_logprobs", Value::as_u64) {
        request.sampling.logprobs = u32::try_from(others).ok();
    }
    // Who does not say gets a stream.
    let stream = body.take("stream").unwrap_or_default();
    if stream.is_null() {
        request.extra.extend([extra(NAME, "stream", Value::Null)]);
    }
    request.extra.extend(body.rest(""));
    Ok(Incoming::new(request, if stream == json!(false) { Mode::Whole } else { Mode::Stream }))
}

fn sampling(sampling: &mut Sampling, options: &mut Fields) {
    sampling.temperature = options.maybe("temperature", Value::as_f64);
    sampling.top_p = options.maybe("top_p", Value::as_f64);
    sampling.top_k = options.maybe("top_k", Value::as_i64);
    sampling.min_p = options.maybe("min_p", Value::as_f64);
    sampling.frequency_penalty = options.maybe("frequency_penalty", Value::as_f64);
    sampling.presence_penalty = options.maybe("presence_penalty", Value::as_f64);
    sampling.repetition_penalty = options.maybe("repeat_penalty", Value::as_f64);
    sampling.seed = options.maybe("seed", Value::as_i64);
    let words = |words: &Value| serde_json::from_value::<Vec<String>>(words.clone()).ok();
    sampling.stop = options.maybe("stop", words).unwrap_or_default();
}

/// The calls that nobody answered so far: results name their tools and no ids.
#[derive(Default)]
struct Called {
    open: Vec<ToolCall>,
    count: usize,
}

impl Called {
    fn message(&mut self, mut turn: Fields) -> Result<Message> {
        let role = match turn.text("role").as_deref() {
            Some("assistant") => Role::Assistant,
            Some("system") => Role::System,
            Some("tool") => Role::Tool,
            _ => Role::User,
        };
        let mut parts: Vec<Part> = Vec::new();
        if let Some(text) = turn.text("thinking") {
            parts.push(Reasoning::text(Issuer::speaking(NAME), text).into());
        }
        let text = turn.maybe("content", |text| {
            text.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
        });
        parts.extend(text.map(Part::text));
        for picture in turn.list("images").unwrap_or_default() {
            let media = json!({ "bytes": { "media_type": "image/*", "bytes": picture } });
            let media: Media =
                serde_json::from_value(media).map_err(|error| wrong(&error.to_string()))?;
            parts.push(Image::new(media).into());
        }
        match turn.list("tool_calls") {
            Some(calls) if calls.is_empty() => {
                turn.map.insert("tool_calls".into(), json!([]));
            }
            calls => {
                for call in calls.into_iter().flatten() {
                    parts.push(self.call(Fields::of(NAME, call)?)?);
                }
            }
        }
        if role == Role::Tool {
            let id = self.answered(&mut turn);
            parts = vec![ToolResult::new(id, parts).into()];
        }
        let mut message = Message::new(role, parts);
        message.extra.extend(turn.rest(""));
        Ok(message)
    }

    fn call(&mut self, mut call: Fields) -> Result<Part> {
        let mut function = Fields::of(NAME, call.take("function").unwrap_or_default())?;
        let made = format!("nohop_t_{}", self.count);
        self.count += 1;
        let said = ToolCall::new(
            call.text("id").unwrap_or(made),
            function.text("name").unwrap_or_default(),
            function.take("arguments").unwrap_or_default().to_string(),
        );
        self.open.push(said.clone());
        let extras: Vec<Extra> = function.rest("function.").chain(call.rest("")).collect();
        Ok(part(said, extras))
    }

    /// The id of the first open call that a result may answer; a name that fits none stays.
    fn answered(&mut self, turn: &mut Fields) -> String {
        let told = turn.text("tool_call_id");
        let name = turn.text("tool_name");
        let place = self.open.iter().position(|call| match &told {
            Some(id) => call.id == *id,
            None => Some(&call.name) == name.as_ref(),
        });
        if let Some(place) = place {
            return self.open.remove(place).id;
        }
        if let Some(name) = name {
            turn.map.insert("tool_name".into(), name.into());
        }
        told.unwrap_or_default()
    }
}

fn tool(mut tool: Fields) -> Result<Tool> {
    let mut function = Fields::of(NAME, tool.take("function").unwrap_or_default())?;
    tool.text("type");
    let schema = function.take("parameters").unwrap_or_default();
    let mut said = Tool::function(function.text("name").unwrap_or_default(), schema);
    if let Some(description) = function.text("description") {
        said = said.description(description);
    }
    said.extra.extend(function.rest("function.").chain(tool.rest("")));
    Ok(said)
}
