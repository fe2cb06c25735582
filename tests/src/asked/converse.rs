//! Requests of Bedrock's Converse.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nohop_types::{
    CacheMark, Citation, Content, Document, Error, ErrorKind, ExtraScope, Extras, Function, Image,
    Issuer, Json, Media, Message, Opaque, OutputFormat, Part, Reasoning, Request, Result, Role,
    Schema, Tool, ToolCall, ToolChoice, ToolKind, ToolResult, Video,
};
use nohop_wire::dialect::Converse;
use nohop_wire::{Incoming, Mode};
use serde_json::{Map, Value, json};

/// Reads a request.
///
/// # Errors
///
/// `InvalidRequest` when it is no JSON.
pub fn read(body: &[u8]) -> Result<Incoming> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| Error::new(ErrorKind::InvalidRequest, error.to_string()))?;
    Ok(Incoming::new(request(body), Mode::Whole))
}

fn request(body: Value) -> Request {
    let mut request = Request::new("m");
    let mut fields = object(body);
    if let Some(system) = fields.get("system").and_then(Value::as_array).cloned()
        && !system.is_empty()
    {
        fields.remove("system");
        request.messages.push(Message::new(Role::System, parts(system)));
    }
    let mut before = None;
    for message in fields.remove("messages").map(list).unwrap_or_default() {
        let mut message = object(message);
        let role = message.remove("role");
        let speaker = match role.as_ref().and_then(Value::as_str) {
            Some("assistant") => Role::Assistant,
            _ => Role::User,
        };
        let content = message.remove("content").map(list).unwrap_or_default();
        let mut read = Message::new(speaker, parts(content));
        if before == role {
            // It stands apart, although the same speaker spoke before.
            read.extra.push(own(), "role", Value::Null.into());
        }
        before = role;
        keep(&mut read.extra, "", message);
        request.messages.push(read);
    }
    within(&mut fields, "inferenceConfig", &mut request.extra, |config| {
        request.max_tokens = take(config, "maxTokens", Value::as_u64);
        let sampling = &mut request.sampling;
        sampling.temperature = take(config, "temperature", |v| v.as_f64().filter(|t| *t <= 1.0));
        sampling.top_p = take(config, "topP", Value::as_f64);
        let words = |value: &Value| {
            let words: Option<Vec<String>> =
                value.as_array()?.iter().map(|word| word.as_str().map(str::to_owned)).collect();
            words.filter(|words| !words.is_empty())
        };
        sampling.stop = take(config, "stopSequences", words).unwrap_or_default();
    });
    within(&mut fields, "toolConfig", &mut request.extra, |config| {
        for tool in config.remove("tools").map(list).unwrap_or_default() {
            if let Some(mark) = mark(&tool)
                && let Some(last) = request.tools.last_mut()
            {
                last.cache = Some(mark);
            } else {
                request.tools.push(self::tool(tool));
            }
        }
        request.tool_choice = take(config, "toolChoice", |choice| match choice {
            choice if *choice == json!({ "auto": {} }) => Some(ToolChoice::Auto),
            choice if *choice == json!({ "any": {} }) => Some(ToolChoice::Required),
            choice => Some(ToolChoice::Named(choice.pointer("/tool/name")?.as_str()?.to_owned())),
        });
    });
    within(&mut fields, "outputConfig", &mut request.extra, |config| {
        request.output = take(config, "textFormat", |format| {
            let inner = format.pointer("/structure/jsonSchema")?;
            let text = |key: &str| Some(inner.get(key)?.as_str()?.to_owned());
            let mut schema = Schema::anonymous(Json::new(text("schema")?).ok()?);
            (schema.name, schema.description) = (text("name"), text("description"));
            Some(OutputFormat::JsonSchema(schema))
        });
    });
    within(&mut fields, "additionalModelRequestFields", &mut request.extra, |_| ());
    let tier =
        take(&mut fields, "serviceTier", |tier| Some(tier.get("type")?.as_str()?.to_owned()));
    request.tier =
        tier.map(|word| if word == "default" { "standard".into() } else { (*word).into() });
    keep(&mut request.extra, "", fields);
    request
}

/// Reads the object `key` with `read`, and keeps what is left of it; an empty one stays as it is.
fn within(
    fields: &mut Map<String, Value>,
    key: &str,
    extra: &mut Extras,
    read: impl FnOnce(&mut Map<String, Value>),
) {
    let Some(Value::Object(inner)) = fields.get(key).filter(|inner| **inner != json!({})) else {
        return;
    };
    let mut inner = inner.clone();
    fields.remove(key);
    read(&mut inner);
    keep(extra, &format!("{key}."), inner);
}

/// Takes the field `key` where `read` makes something of it.
fn take<T>(
    fields: &mut Map<String, Value>,
    key: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Option<T> {
    let read = read(fields.get(key)?);
    if read.is_some() {
        fields.remove(key);
    }
    read
}

fn tool(tool: Value) -> Tool {
    let read = || {
        let mut spec = object(tool.get("toolSpec")?.clone());
        let schema = spec.get("inputSchema")?.get("json")?.clone();
        spec.remove("inputSchema");
        let mut function = Function::new(text(&mut spec, "name")?, Json::from(schema));
        function.description = text(&mut spec, "description");
        function.strict = take(&mut spec, "strict", Value::as_bool);
        let mut read = Tool::new(ToolKind::Function(function));
        keep(&mut read.extra, "", spec);
        Some(read)
    };
    read().unwrap_or_else(|| Tool::native(Converse::NAME, tool.clone()))
}

/// The parts that blocks are; a mark belongs to the block before it.
fn parts(blocks: Vec<Value>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for block in blocks {
        match (mark(&block), parts.last_mut()) {
            (Some(mark), Some(last)) => last.cache = Some(mark),
            _ => parts.push(part(block)),
        }
    }
    parts
}

fn part(block: Value) -> Part {
    known(&block).unwrap_or_else(|| {
        let issuer = Issuer::speaking(Converse::NAME);
        Content::Opaque(Opaque::new(issuer, block.clone().into())).into()
    })
}

/// The part that a block is; `None` for one that would be written otherwise.
fn known(block: &Value) -> Option<Part> {
    let issuer = || Issuer::speaking(Converse::NAME);
    let (key, inner) = block.as_object().filter(|fields| fields.len() == 1)?.iter().next()?;
    let mut fields = inner.as_object().cloned().unwrap_or_default();
    let string = |path: &str| Some(inner.pointer(path)?.as_str()?.to_owned());
    let mut extra = Extras::new();
    let content = match &**key {
        "text" => Content::Text(inner.as_str().filter(|text| !text.is_empty())?.to_owned()),
        "reasoningContent" => Content::Reasoning(match string("/redactedContent") {
            Some(data) => Reasoning::new(issuer()).sealed(data),
            None => {
                let mut reasoning = Reasoning::text(issuer(), string("/reasoningText/text")?);
                reasoning.signature = string("/reasoningText/signature");
                reasoning
            }
        }),
        "toolUse" => {
            let (id, name) = (text(&mut fields, "toolUseId")?, text(&mut fields, "name")?);
            let input = fields.remove("input").filter(Value::is_object)?;
            keep(&mut extra, "toolUse.", fields);
            Content::ToolCall(ToolCall::new(id, name, input.to_string()))
        }
        "toolResult" => {
            let id = text(&mut fields, "toolUseId")?;
            let content = fields.remove("content").map(list)?;
            let mut result = ToolResult::new(id, content.into_iter().map(part));
            result.failed = take(&mut fields, "status", |status| match status.as_str()? {
                "error" => Some(true),
                "success" => Some(false),
                _ => None,
            });
            keep(&mut extra, "toolResult.", fields);
            Content::ToolResult(result)
        }
        "citationsContent" => {
            let [said] = &inner.get("content")?.as_array()?[..] else { return None };
            let mut part = Part::text(said.get("text")?.as_str()?);
            part.citations = list(inner.get("citations")?.clone())
                .into_iter()
                .map(|raw| {
                    let mut citation = Citation::default();
                    citation.raw = Some(Opaque::new(issuer(), raw.into()));
                    citation
                })
                .collect();
            return Some(part);
        }
        "image" => Content::Image(Image::new(media("image", &mut fields)?)),
        "video" => Content::Video(Video::new(media("video", &mut fields)?)),
        "document" => {
            let mut document = Document::new(media("document", &mut fields)?);
            document.name = text(&mut fields, "name");
            keep(&mut extra, "document.", std::mem::take(&mut fields));
            Content::Document(document)
        }
        _ => return None,
    };
    let mut part = Part::new(content);
    part.extra = extra;
    Some(part)
}

fn media(kind: &str, fields: &mut Map<String, Value>) -> Option<Media> {
    let word = text(fields, "format")?;
    let source = object(fields.remove("source")?);
    let bytes = source.get("bytes").filter(|_| source.len() == 1)?.as_str()?;
    let label = match (kind, &*word) {
        ("document", "csv" | "html") => format!("text/{word}"),
        ("document", "md") => "text/markdown".to_owned(),
        ("document", "pdf") => "application/pdf".to_owned(),
        ("document", "txt") => "text/plain".to_owned(),
        ("document", _) => return None,
        (kind, word) => format!("{kind}/{word}"),
    };
    let read = STANDARD.decode(bytes).ok().filter(|read| STANDARD.encode(read) == bytes)?;
    Some(Media::bytes(label, read))
}

/// The mark that a block is.
fn mark(block: &Value) -> Option<CacheMark> {
    let point = block.get("cachePoint")?;
    match point.get("ttl").and_then(Value::as_str) {
        None => Some(CacheMark::new()),
        Some("5m") => Some(CacheMark::lasting(Duration::from_secs(300))),
        Some("1h") => Some(CacheMark::lasting(Duration::from_secs(3_600))),
        Some(_) => None,
    }
}

fn own() -> ExtraScope {
    ExtraScope::dialect(Converse::NAME)
}

fn keep(extra: &mut Extras, prefix: &str, fields: Map<String, Value>) {
    for (key, value) in fields {
        extra.push(own(), format!("{prefix}{key}"), value.into());
    }
}

fn text(fields: &mut Map<String, Value>, key: &str) -> Option<String> {
    take(fields, key, |value| value.as_str().map(str::to_owned))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}
