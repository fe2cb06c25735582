//! Requests of Cohere's chat.

use nohop_types::{
    Content, Document, Extra, Image, Issuer, Media, Message, OutputFormat, Part, Reasoning,
    Request, Result, Role, Schema, Tool, ToolCall, ToolChoice, ToolResult,
};
use nohop_wire::dialect::Cohere;
use nohop_wire::{Incoming, Mode};
use serde_json::{Value, json};

use super::{Fields, extra, opaque, part, wrong};

const NAME: &str = Cohere::NAME;

/// Reads the request that `body` is.
///
/// # Errors
///
/// `InvalidRequest` when it is none.
pub fn read(body: &[u8]) -> Result<Incoming> {
    let body = serde_json::from_slice(body).map_err(|error| wrong(&error.to_string()))?;
    let mut body = Fields::of(NAME, body)?;
    let mut request = Request::new(body.text("model").unwrap_or_default());
    for turn in body.list("messages").unwrap_or_default() {
        request.messages.push(message(Fields::of(NAME, turn)?)?);
    }
    let strict = body.maybe("strict_tools", |flag| flag.as_bool().filter(|strict| *strict));
    match body.list("tools") {
        Some(tools) if tools.is_empty() => request.extra.extend([extra(NAME, "tools", json!([]))]),
        tools => {
            for tool in tools.into_iter().flatten() {
                let tool = self::tool(Fields::of(NAME, tool)?)?;
                request.tools.push(if strict.is_some() { tool.strict() } else { tool });
            }
        }
    }
    request.tool_choice = body.maybe("tool_choice", |word| match word.as_str()? {
        "REQUIRED" => Some(ToolChoice::Required),
        "NONE" => Some(ToolChoice::None),
        _ => None,
    });
    if let Some(format) = body.maybe("response_format", |format| Some(format.clone())) {
        let mut format = Fields::of(NAME, format)?;
        let json = format.text("type").as_deref() == Some("json_object");
        request.output = Some(match format.take("json_schema") {
            Some(schema) => OutputFormat::JsonSchema(Schema::anonymous(schema)),
            None if json => OutputFormat::JsonObject,
            None => OutputFormat::Text,
        });
        request.extra.extend(format.rest("response_format."));
    }
    if let Some(thinking) = body.maybe("thinking", |thinking| Some(thinking.clone())) {
        let mut thinking = Fields::of(NAME, thinking)?;
        request.thinking.enabled = thinking.text("type").map(|word| word == "enabled");
        request.thinking.budget = thinking.maybe("token_budget", Value::as_u64);
        request.extra.extend(thinking.rest("thinking."));
    }
    let sampling = &mut request.sampling;
    sampling.temperature = body.maybe("temperature", Value::as_f64);
    sampling.top_p = body.maybe("p", Value::as_f64);
    sampling.top_k = body.maybe("k", Value::as_i64);
    sampling.frequency_penalty = body.maybe("frequency_penalty", Value::as_f64);
    sampling.presence_penalty = body.maybe("presence_penalty", Value::as_f64);
    sampling.seed = body.maybe("seed", Value::as_i64);
    sampling.logprobs = body.maybe("logprobs", |flag| flag.as_bool()?.then_some(0));
    let words = |words: &Value| serde_json::from_value::<Vec<String>>(words.clone()).ok();
    sampling.stop = body.maybe("stop_sequences", words).unwrap_or_default();
    request.max_tokens = body.maybe("max_tokens", Value::as_u64);
    let stream = body.maybe("stream", |flag| flag.as_bool().filter(|stream| *stream));
    request.extra.extend(body.rest(""));
    Ok(Incoming::new(request, if stream.is_some() { Mode::Stream } else { Mode::Whole }))
}

fn message(mut turn: Fields) -> Result<Message> {
    let role = match turn.text("role").as_deref() {
        Some("assistant") => Role::Assistant,
        Some("system") => Role::System,
        Some("tool") => Role::Tool,
        _ => Role::User,
    };
    let (mut parts, form) = match turn.take("content") {
        Some(Value::String(text)) => (vec![Part::text(text)], None),
        Some(Value::Array(items)) => {
            let parts = items.into_iter().map(|item| self::item(item, role));
            (parts.collect::<Result<_>>()?, Some(extra(NAME, "content", json!([]))))
        }
        Some(other) => (Vec::new(), Some(extra(NAME, "content", other))),
        None => (Vec::new(), None),
    };
    if let Some(plan) = turn.text("tool_plan") {
        let plan = Reasoning::text(Issuer::speaking(NAME), plan);
        parts.push(part(plan, [extra(NAME, "tool_plan", Value::Null)]));
    }
    match turn.list("tool_calls") {
        Some(calls) if calls.is_empty() => drop(turn.map.insert("tool_calls".into(), json!([]))),
        calls => {
            for call in calls.into_iter().flatten() {
                parts.push(self::call(Fields::of(NAME, call)?)?);
            }
        }
    }
    let id = turn.text("tool_call_id");
    if role == Role::Tool {
        let result = ToolResult::new(id.unwrap_or_default(), parts);
        parts = vec![result.into()];
    }
    let mut message = Message::new(role, parts);
    message.extra.extend(form.into_iter().chain(turn.rest("")));
    Ok(message)
}

fn item(item: Value, role: Role) -> Result<Part> {
    let whole = item.clone();
    let mut item = Fields::of(NAME, item)?;
    let part = match item.text("type").as_deref() {
        Some("text") => {
            let text = item.text("text").unwrap_or_default();
            part(text, item.rest(""))
        }
        Some("thinking") => {
            let text = item.text("thinking").unwrap_or_default();
            part(Reasoning::text(Issuer::speaking(NAME), text), item.rest(""))
        }
        Some("image_url") => {
            let mut inner = Fields::of(NAME, item.take("image_url").unwrap_or_default())?;
            let url = inner.text("url").unwrap_or_default();
            let data = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
            let media = match data {
                Some((label, data)) => serde_json::from_value(
                    json!({ "bytes": { "media_type": label, "bytes": data } }),
                )
                .unwrap_or(Media::Url(url.clone())),
                None => Media::Url(url),
            };
            let mut image = Image::new(media);
            image.detail = inner.text("detail");
            let extras: Vec<Extra> = inner.rest("image_url.").chain(item.rest("")).collect();
            part(image, extras)
        }
        Some("document") if role == Role::Tool => {
            let mut inner = Fields::of(NAME, item.take("document").unwrap_or_default())?;
            let data = inner.maybe("data", |data| {
                data.get("text")?.as_str()?;
                Some(data.clone())
            });
            let Some(data) = data else { return Ok(opaque(NAME, whole)) };
            let mut data = Fields::of(NAME, data)?;
            let text = data.text("text").unwrap_or_default();
            let mut document = Document::new(Media::bytes("text/plain", text));
            document.name = data.text("title");
            let extras = data.rest("document.data.").chain(inner.rest("document."));
            part(Content::Document(document), extras.chain(item.rest("")).collect::<Vec<_>>())
        }
        _ => opaque(NAME, whole),
    };
    Ok(part)
}

fn call(mut call: Fields) -> Result<Part> {
    let mut function = Fields::of(NAME, call.take("function").unwrap_or_default())?;
    let word = call.text("type").filter(|word| word != "function");
    let said = ToolCall::new(
        call.text("id").unwrap_or_default(),
        function.text("name").unwrap_or_default(),
        function.text("arguments").unwrap_or_default(),
    );
    let word = word.map(|word| extra(NAME, "type", word.into()));
    let extras: Vec<Extra> = function.rest("function.").chain(call.rest("")).chain(word).collect();
    Ok(part(said, extras))
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
