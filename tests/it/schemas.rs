//! Schemas, as each target takes them.

mod laws;
mod limits;
mod recorded;
mod refusals;
mod road;
mod table;
mod typed;

use nohop_testkit::Dialect as Spoken;
use nohop_types::{Error, Issuer, Json, OutputFormat, Request, Schema, Tool};
use nohop_wire::dialect::{
    Anthropic, Cohere, Converse, Gemini, Ollama, OpenAiChat, OpenAiResponses, Schemas,
};
use nohop_wire::{Call, Dialect};
use serde_json::Value;

/// Where a schema is told, and whether it must be followed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Use {
    Answer,
    StrictAnswer,
    StrictTool,
    Tool,
}

const USES: [Use; 4] = [Use::Answer, Use::StrictAnswer, Use::StrictTool, Use::Tool];

const CHAT: &dyn Dialect = &OpenAiChat::PLAIN;
const CLAUDE: &dyn Dialect = &Anthropic::PLAIN;
const RESPONSES: &dyn Dialect = &OpenAiResponses::PLAIN;
const GEMINI: &dyn Dialect = &Gemini::PLAIN;
const EARLY: &dyn Dialect = &Gemini { schemas: Schemas::OpenApi, ..Gemini::PLAIN };
const COHERE: &dyn Dialect = &Cohere::PLAIN;
const OLLAMA: &dyn Dialect = &Ollama::PLAIN;
const CONVERSE: &dyn Dialect = &Converse::PLAIN;

/// Every dialect as its inventor speaks it, with the emulator that judges it; one is spoken in two ways.
const TARGETS: [(&str, &dyn Dialect, Spoken); 8] = [
    ("openai-chat", CHAT, Spoken::OpenAiChat),
    ("openai-responses", RESPONSES, Spoken::OpenAiResponses),
    ("anthropic", CLAUDE, Spoken::Anthropic),
    ("converse", CONVERSE, Spoken::Converse),
    ("gemini", GEMINI, Spoken::Gemini),
    ("gemini, early", EARLY, Spoken::Gemini),
    ("cohere", COHERE, Spoken::Cohere),
    ("ollama", OLLAMA, Spoken::Ollama),
];

/// A request that tells `schema`.
fn asking(schema: &Json, r#use: Use) -> Request {
    let request = Request::new("m").user("Hi");
    let answer = Schema::new("answer", schema.clone());
    match r#use {
        Use::Answer => request.output(OutputFormat::JsonSchema(answer)),
        Use::StrictAnswer => request.output(OutputFormat::JsonSchema(answer.strict())),
        Use::StrictTool => request.tool(Tool::function("f", schema.clone()).strict()),
        Use::Tool => request.tool(Tool::function("f", schema.clone())),
    }
}

/// A request as it is sent, and what it lost.
type Sent = (Value, Vec<String>);

fn send(dialect: &dyn Dialect, request: &Request) -> Result<Sent, Error> {
    let issuer = Issuer::new(dialect.name(), "here", &request.model);
    let encoded = dialect.encode(&Call::new(request, &request.model, "/", &issuer))?;
    let losses = encoded.losses.iter().map(ToString::to_string).collect();
    Ok((serde_json::from_slice(&encoded.body).unwrap(), losses))
}

/// The schema that a request tells, wherever its dialect tells it.
fn told(body: &Value) -> Option<Value> {
    const PLACES: &[&str] = &[
        "/tools/0/function/parameters",
        "/tools/0/parameters",
        "/tools/0/input_schema",
        "/tools/0/functionDeclarations/0/parametersJsonSchema",
        "/tools/0/functionDeclarations/0/parameters",
        "/toolConfig/tools/0/toolSpec/inputSchema/json",
        "/response_format/json_schema/schema",
        "/response_format/json_schema",
        "/text/format/schema",
        "/output_config/format/schema",
        "/generationConfig/responseJsonSchema",
        "/generationConfig/responseSchema",
        "/outputConfig/textFormat/structure/jsonSchema/schema",
        "/format",
    ];
    match PLACES.iter().find_map(|place| body.pointer(place))? {
        Value::String(text) => serde_json::from_str(text).ok(),
        schema => Some(schema.clone()),
    }
}
