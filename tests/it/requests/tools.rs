//! Tools, which of them are to be called, and what they answered.

use nohop_types::{
    Content, Image, Media, Message, Parallel, Part, Request, Role, Tool, ToolCall, ToolChoice,
    ToolResult,
};
use nohop_wire::dialect::{
    Anthropic, Cohere, Converse, Gemini, Ollama, OpenAiChat, OpenAiResponses,
};
use nohop_wire::{Abilities, Dialect, Mode};
use serde_json::{Value, json};

use super::{ANTHROPIC, HOSTED, MISTRAL, OPENAI, check, hi, sent};

fn schema() -> Value {
    let city = json!({ "city": { "type": "string" } });
    json!({
        "type": "object",
        "properties": city,
        "required": ["city"],
        "additionalProperties": false,
    })
}

/// The schema of no arguments.
fn nothing() -> Value {
    json!({ "type": "object", "properties": {} })
}

/// A request with two tools.
fn equipped() -> Request {
    hi().tool(Tool::function("weather", schema()).description("Tells it.").strict())
        .tool(Tool::function("clock", nothing()))
}

/// `body` with the two tools, as OpenAI says them.
fn with_functions(mut body: Value) -> Value {
    body["messages"] = json!([{ "role": "user", "content": "Hi" }]);
    body["tools"] = json!([
        {
            "type": "function",
            "function": {
                "name": "weather",
                "description": "Tells it.",
                "parameters": schema(),
                "strict": true,
            },
        },
        {
            "type": "function",
            "function": { "name": "clock", "parameters": nothing() },
        },
    ]);
    body
}

/// `body` with the two tools, as Anthropic says them.
fn with_tools(mut body: Value) -> Value {
    body["messages"] = json!([{ "role": "user", "content": "Hi" }]);
    body["max_tokens"] = 4096.into();
    body["tools"] = json!([
        {
            "name": "weather",
            "description": "Tells it.",
            "input_schema": schema(),
            "strict": true,
        },
        { "name": "clock", "input_schema": nothing() },
    ]);
    body
}

#[test]
fn tools_are_offered_with_their_schemas() {
    for dialect in [OPENAI, HOSTED, MISTRAL] {
        check(dialect, &equipped(), with_functions(json!({})), &[]);
    }
    check(ANTHROPIC, &equipped(), with_tools(json!({})), &[]);
}

#[test]
fn every_choice_of_tools_has_its_word() {
    let tell = |choice: ToolChoice, openai: Value, mistral: Value, anthropic: Value| {
        let request = equipped().tool_choice(choice);
        for dialect in [OPENAI, HOSTED] {
            check(dialect, &request, with_functions(json!({ "tool_choice": openai })), &[]);
        }
        check(MISTRAL, &request, with_functions(json!({ "tool_choice": mistral })), &[]);
        check(ANTHROPIC, &request, with_tools(json!({ "tool_choice": anthropic })), &[]);
    };
    let clock = json!({ "type": "function", "function": { "name": "clock" } });
    let tool = json!({ "type": "tool", "name": "clock" });
    tell(ToolChoice::Auto, "auto".into(), "auto".into(), json!({ "type": "auto" }));
    tell(ToolChoice::None, "none".into(), "none".into(), json!({ "type": "none" }));
    tell(ToolChoice::Required, "required".into(), "any".into(), json!({ "type": "any" }));
    tell(ToolChoice::Named("clock".into()), clock.clone(), clock, tool);
}

#[test]
fn a_choice_among_some_of_the_tools_is_widened_where_there_is_no_word_for_it() {
    let tell = |choice: ToolChoice, mode: &str, names: &[&str], anthropic: Value, lost: &[&str]| {
        let request = equipped().tool_choice(choice);
        let function = |name: &&str| json!({ "type": "function", "function": { "name": name } });
        let tools: Vec<Value> = names.iter().map(function).collect();
        let allowed = json!({ "mode": mode, "tools": tools });
        let choice = json!({ "type": "allowed_tools", "allowed_tools": allowed });
        check(OPENAI, &request, with_functions(json!({ "tool_choice": choice })), &[]);
        check(ANTHROPIC, &request, with_tools(json!({ "tool_choice": anthropic })), lost);
    };
    const SEVERAL: &str = "tool_choice: translated: the dialect names one tool or none; all that \
                           are offered may be called";
    let both = || vec!["weather".to_owned(), "clock".to_owned()];
    let names = ["weather", "clock"];
    tell(ToolChoice::Allowed(both()), "auto", &names, json!({ "type": "auto" }), &[SEVERAL]);
    tell(ToolChoice::RequiredOf(both()), "required", &names, json!({ "type": "any" }), &[SEVERAL]);
    let one = ToolChoice::RequiredOf(vec!["clock".into()]);
    tell(one, "required", &["clock"], json!({ "type": "tool", "name": "clock" }), &[]);
}

#[test]
fn several_calls_at_once_are_allowed_or_forbidden() {
    for (parallel, many) in [(Parallel::Allow, true), (Parallel::Forbid, false)] {
        let request = equipped().parallel(parallel);
        for dialect in [OPENAI, HOSTED, MISTRAL] {
            check(dialect, &request, with_functions(json!({ "parallel_tool_calls": many })), &[]);
        }
        let choice = json!({ "type": "auto", "disable_parallel_tool_use": !many });
        check(ANTHROPIC, &request, with_tools(json!({ "tool_choice": choice })), &[]);
    }
}

#[test]
fn a_tool_of_the_providers_own_goes_to_those_who_speak_its_dialect() {
    let search = json!({ "type": "web_search_20250305", "name": "web_search" });
    let custom = json!({ "type": "custom", "custom": { "name": "sql" } });
    let request = hi()
        .tool(Tool::native(Anthropic::NAME, search.clone()))
        .tool(Tool::native(OpenAiChat::NAME, custom.clone()));
    let lost = ["tools: dropped: a provider's own tool of another dialect"];
    let messages = json!([{ "role": "user", "content": "Hi" }]);
    check(OPENAI, &request, json!({ "messages": messages, "tools": [custom] }), &lost);
    let body = json!({ "messages": messages, "tools": [search], "max_tokens": 4096 });
    check(ANTHROPIC, &request, body, &lost);
}

#[test]
fn where_no_tool_is_left_nothing_is_said_of_tools() {
    let foreign = || Tool::native("novel", json!({ "search": {} }));
    let request = || hi().tool(foreign()).parallel(Parallel::Forbid);
    let dialects: [&dyn Dialect; 7] = [
        OPENAI,
        ANTHROPIC,
        &OpenAiResponses::PLAIN,
        &Gemini::PLAIN,
        &Converse::PLAIN,
        &Cohere::PLAIN,
        &Ollama::PLAIN,
    ];
    let lost = "tools: dropped: a provider's own tool of another dialect";
    for dialect in dialects {
        let told =
            |request: &Request| sent(dialect, request, Mode::Whole, &Abilities::default()).unwrap();
        let (body, _) = told(&hi());
        let (unchosen, losses) = told(&request());
        assert_eq!((&unchosen, losses.contains(&lost.to_owned())), (&body, true));
        for choice in [ToolChoice::Auto, ToolChoice::Required, ToolChoice::Named("f".into())] {
            let (chosen, losses) = told(&request().tool_choice(choice.clone()));
            assert_eq!(chosen, body, "{} {choice:?}", dialect.name());
            let silent = dialect.name() == Ollama::NAME && choice == ToolChoice::Auto;
            let told = losses.iter().any(|loss| loss.starts_with("tool_choice: "));
            assert!(told || silent, "{} {choice:?} {losses:?}", dialect.name());
        }
    }
}

#[test]
fn results_of_parallel_calls_answer_the_calls_by_their_ids() {
    let calls = [
        Content::Text("Let me see.".into()),
        Content::ToolCall(ToolCall::new("call_1", "weather", r#"{"city": "Paris"}"#)),
        Content::ToolCall(ToolCall::new("call_2", "clock", "")),
    ];
    let broken = ToolResult::new("call_2", [Part::text("It stopped.")]).failed();
    let request = hi()
        .message(Message::new(Role::Assistant, calls.map(Part::new)))
        .result("call_1", "21C")
        .message(Message::tool(broken))
        .user("So?");
    let call = |id, name, arguments| {
        let function = json!({ "name": name, "arguments": arguments });
        json!({ "id": id, "type": "function", "function": function })
    };
    let messages = json!([
        { "role": "user", "content": "Hi" },
        {
            "role": "assistant",
            "content": "Let me see.",
            "tool_calls": [
                call("call_1", "weather", r#"{"city": "Paris"}"#),
                call("call_2", "clock", ""),
            ],
        },
        { "role": "tool", "tool_call_id": "call_1", "content": "21C" },
        { "role": "tool", "tool_call_id": "call_2", "content": "It stopped." },
        { "role": "user", "content": "So?" },
    ]);
    let lost = ["tool_result.failed: dropped: the dialect has no word for it"];
    for dialect in [OPENAI, HOSTED, MISTRAL] {
        check(dialect, &request, json!({ "messages": messages }), &lost);
    }
    let uses = json!([
        { "type": "text", "text": "Let me see." },
        { "type": "tool_use", "id": "call_1", "name": "weather", "input": { "city": "Paris" } },
        { "type": "tool_use", "id": "call_2", "name": "clock", "input": {} },
    ]);
    let results = json!([
        { "type": "tool_result", "tool_use_id": "call_1", "content": "21C" },
        {
            "type": "tool_result",
            "tool_use_id": "call_2",
            "content": "It stopped.",
            "is_error": true,
        },
        { "type": "text", "text": "So?" },
    ]);
    let messages = json!([
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "content": uses },
        { "role": "user", "content": results },
    ]);
    check(ANTHROPIC, &request, json!({ "messages": messages, "max_tokens": 4096 }), &[]);
}

#[test]
fn a_picture_that_a_tool_answers_with_is_seen_by_the_model() {
    let map = Image::new(Media::bytes("image/png", &b"\x89PNG"[..]));
    let answer = ToolResult::new("call_1", [Part::text("A map."), Content::Image(map).into()]);
    let call = ToolCall::new("call_1", "clock", "{}");
    let request = hi().assistant(Content::ToolCall(call)).message(Message::tool(answer));
    let function = json!({ "name": "clock", "arguments": "{}" });
    let before = [
        json!({ "role": "user", "content": "Hi" }),
        json!({
            "role": "assistant",
            "tool_calls": [{ "id": "call_1", "type": "function", "function": function }],
        }),
    ];
    let picture =
        json!({ "type": "image_url", "image_url": { "url": "data:image/png;base64,iVBORw==" } });
    let text = json!({ "type": "text", "text": "A map." });

    let inside = json!({ "role": "tool", "tool_call_id": "call_1", "content": [text, picture] });
    check(OPENAI, &request, json!({ "messages": [before[0], before[1], inside] }), &[]);

    let told = json!({ "role": "tool", "tool_call_id": "call_1", "content": "A map." });
    let shown = json!({ "role": "user", "content": [picture] });
    let outside = json!({ "messages": [before[0], before[1], told, shown] });
    let lost = "tool_result: translated: the host takes only text from tools; the rest follows in \
                a turn of the user";
    check(HOSTED, &request, outside.clone(), &[lost]);
    check(MISTRAL, &request, outside, &[lost]);

    let source = json!({ "type": "base64", "media_type": "image/png", "data": "iVBORw==" });
    let result = json!({
        "type": "tool_result",
        "tool_use_id": "call_1",
        "content": [text, { "type": "image", "source": source }],
    });
    let call = json!({ "type": "tool_use", "id": "call_1", "name": "clock", "input": {} });
    let messages = json!([
        before[0],
        { "role": "assistant", "content": [call] },
        { "role": "user", "content": [result] },
    ]);
    check(ANTHROPIC, &request, json!({ "messages": messages, "max_tokens": 4096 }), &[]);
}
