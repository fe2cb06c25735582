//! A large schema goes over the road, to emulators that refuse what their providers refuse.

use nohop::providers::{Endpoint, Provider, table};
use nohop::{OutputFormat, Request, Response, Router, Schema, Target, Tool};
use nohop_testkit::{Dialect as Spoken, Emulator, Script};
use serde_json::{Value, json};

/// An order, as applications describe one: with everything that targets differ in.
fn order() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Order",
        "type": "object",
        "properties": {
            "id": { "type": "string", "format": "uuid", "description": "The order's id" },
            "placed": { "type": "string", "format": "date-time" },
            "shop": { "type": "string", "format": "uri" },
            "customer": { "$ref": "#/$defs/customer", "description": "Who ordered" },
            "lines": {
                "type": "array",
                "minItems": 1,
                "maxItems": 500,
                "items": { "$ref": "#/$defs/line" },
            },
            "payment": {
                "oneOf": [
                    {
                        "type": "object",
                        "properties": {
                            "kind": { "const": "card" },
                            "last": { "type": "string", "pattern": "^[0-9]{4}$" },
                        },
                        "required": ["kind", "last"],
                    },
                    {
                        "type": "object",
                        "properties": {
                            "kind": { "const": "invoice" },
                            "days": { "type": "integer", "minimum": 7, "maximum": 90 },
                        },
                        "required": ["kind"],
                    },
                ],
            },
            "discount": { "type": ["number", "null"], "exclusiveMinimum": 0 },
            "tags": { "type": "array", "items": { "type": "string", "maxLength": 20 }, "uniqueItems": true },
            "at": { "type": "array", "prefixItems": [{ "type": "number" }, { "type": "number" }] },
            "note": { "allOf": [{ "type": "string" }], "default": "" },
        },
        "required": ["id", "customer", "lines", "payment"],
        "$defs": {
            "customer": {
                "type": "object",
                "properties": {
                    "name": { "type": "string", "minLength": 1 },
                    "mail": { "type": "string", "format": "email" },
                    "address": { "$ref": "#/$defs/address" },
                },
                "required": ["name"],
            },
            "address": {
                "type": "object",
                "properties": {
                    "street": { "type": "string" },
                    "country": { "type": "string", "enum": ["DE", "FR", "GB", "US"] },
                },
                "required": ["street", "country"],
                "additionalProperties": false,
            },
            "line": {
                "type": "object",
                "properties": {
                    "sku": { "type": "string" },
                    "count": { "type": "integer", "minimum": 1 },
                    "price": { "type": "number", "multipleOf": 0.01 },
                    "gift": { "type": "boolean", "default": false },
                },
                "required": ["sku", "count"],
            },
        },
    })
}

/// Asks `provider`, behind which `script` is played, over this way.
async fn ask(
    provider: Provider,
    base: &str,
    way: Option<&str>,
    script: Script,
    request: Request,
) -> Response {
    let emulator: Emulator = script.says("{}").start().await.unwrap();
    let endpoint = Endpoint::new(provider).id("there").base_url(emulator.url() + base).key("k");
    let target = Target::new("m@there");
    let target = match way {
        Some(way) => target.way(way),
        None => target,
    };
    let router = Router::builder().endpoint(endpoint).target(target).build().unwrap();
    router.send(request).await.unwrap()
}

/// What is lost of `request` at each of the seven dialects, none of which refuses it.
async fn losses(request: &Request) -> Vec<(&'static str, usize)> {
    let script = Script::new;
    let mut found = Vec::new();
    for (name, provider, base, way, script) in [
        ("openai-chat", table::OPENAI, "/v1", None, script(Spoken::OpenAiChat)),
        (
            "openai-responses",
            table::OPENAI,
            "/v1",
            Some("openai-responses"),
            script(Spoken::OpenAiResponses),
        ),
        ("anthropic", table::ANTHROPIC, "", None, script(Spoken::Anthropic)),
        ("gemini", table::GEMINI, "", None, script(Spoken::Gemini)),
        ("cohere", table::COHERE, "", None, script(Spoken::Cohere)),
        ("ollama", table::OLLAMA, "", Some("ollama"), script(Spoken::Ollama)),
        ("converse", table::BEDROCK, "", None, script(Spoken::Converse)),
    ] {
        let response = ask(provider, base, way, script, request.clone()).await;
        let [attempt] = &response.trace.as_ref().unwrap().attempts[..] else {
            panic!("one attempt is enough at {name}: {response:?}")
        };
        let of_schema = attempt.losses.iter().filter(|loss| loss.field.contains(".schema."));
        found.push((name, of_schema.count()));
    }
    found
}

#[tokio::test]
async fn a_large_schema_of_an_answer_is_taken_by_every_provider() {
    let schema = Schema::new("order", order());
    let request = Request::new("m@there").user("Which order?");
    let loose = request.clone().output(OutputFormat::JsonSchema(schema.clone()));
    let strict = request.output(OutputFormat::JsonSchema(schema.strict()));
    let told = losses(&loose).await;
    assert_eq!(
        told,
        [
            ("openai-chat", 0),
            ("openai-responses", 0),
            ("anthropic", 18),
            ("gemini", 0),
            ("cohere", 16),
            ("ollama", 0),
            ("converse", 18),
        ]
    );
    let told = losses(&strict).await;
    assert_eq!(
        told,
        [
            ("openai-chat", 24),
            ("openai-responses", 24),
            ("anthropic", 18),
            ("gemini", 0),
            ("cohere", 16),
            ("ollama", 0),
            ("converse", 18),
        ]
    );
}

#[tokio::test]
async fn a_large_schema_of_a_tool_is_taken_by_every_provider() {
    let tool = Tool::function("order", order());
    let request = Request::new("m@there").user("Order!");
    let told = losses(&request.clone().tool(tool.clone())).await;
    assert!(told.iter().all(|(_, lost)| *lost == 0), "{told:?}");
    let told = losses(&request.tool(tool.strict())).await;
    assert_eq!(
        told,
        [
            ("openai-chat", 24),
            ("openai-responses", 19),
            ("anthropic", 18),
            ("gemini", 0),
            ("cohere", 16),
            ("ollama", 0),
            ("converse", 18),
        ]
    );
}

#[test]
fn an_emulator_refuses_that_schema_as_it_came() {
    let chat = json!({ "tools": [{ "function": { "name": "f", "strict": true, "parameters": order() } }] });
    let claude = json!({ "output_config": { "format": { "schema": order() } } });
    let gemini = json!({ "tools": [{ "functionDeclarations": [{ "parameters": order() }] }] });
    let cohere = json!({ "response_format": { "json_schema": order() } });
    for (spoken, body, said) in [
        (Spoken::OpenAiChat, chat, "Invalid schema for function 'f'"),
        (Spoken::Anthropic, claude, "output_config.format.schema: "),
        (Spoken::Gemini, gemini, "Cannot find field"),
        (Spoken::Cohere, cohere, "is not supported"),
    ] {
        let refused = spoken.schema_refusal(&body).unwrap();
        assert!(refused.contains(said), "{refused}");
    }
}
