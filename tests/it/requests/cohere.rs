//! What a request becomes in Cohere's chat, word by word.

use nohop_types::{
    CacheMark, Content, Document, Effort, ExtraScope, Image, Issuer, Media, Message, OutputFormat,
    Parallel, Part, Reasoning, Request, Role, Schema, Thinking, Tool, ToolCall, ToolChoice,
    ToolResult, Visibility,
};
use nohop_wire::dialect::Cohere;
use nohop_wire::{Abilities, Ability, Dialect, Mode};
use serde_json::{Value, json};

use super::{check, expect, hi, sent};

const COHERE: &dyn Dialect = &Cohere::PLAIN;

/// `body` with the one turn of these requests.
fn with_hi(mut body: Value) -> Value {
    body["messages"] = json!([{ "role": "user", "content": "Hi" }]);
    body
}

fn own(request: Request, key: &str, value: Value) -> Request {
    request.extra(ExtraScope::Dialect(Cohere::NAME.into()), key, value)
}

fn weather() -> Tool {
    Tool::function("weather", json!({ "type": "object" }))
}

/// The turn's parts, as one turn of `role` after a first one.
fn turn(role: Role, parts: impl IntoIterator<Item = Part>) -> Request {
    hi().message(Message::new(role, parts))
}

#[test]
fn cohere_has_words_of_its_own_for_how_tokens_are_chosen() {
    let request = hi().max_tokens(64).stop(["END"]).seed(7).temperature(0.3).sampling(|sampling| {
        sampling.top_p = Some(0.9);
        sampling.top_k = Some(40);
        sampling.presence_penalty = Some(0.5);
        sampling.frequency_penalty = Some(0.25);
        sampling.logprobs = Some(0);
        sampling.n = Some(1);
    });
    let body = json!({
        "max_tokens": 64, "stop_sequences": ["END"], "seed": 7, "temperature": 0.3, "p": 0.9,
        "k": 40, "presence_penalty": 0.5, "frequency_penalty": 0.25, "logprobs": true,
    });
    check(COHERE, &request, with_hi(body), &[]);
}

#[test]
fn cohere_is_told_no_more_than_it_takes() {
    let request = hi().temperature(1.5).stop(["1", "2", "3", "4", "5", "6"]).sampling(|sampling| {
        sampling.top_p = Some(1.0);
        sampling.top_k = Some(1_000);
        sampling.presence_penalty = Some(-0.5);
    });
    let body = json!({
        "temperature": 1.0, "p": 0.99, "k": 500, "presence_penalty": 0.0,
        "stop_sequences": ["1", "2", "3", "4", "5"],
    });
    let losses = [
        "temperature: clamped: the dialect takes numbers from 0 to 1",
        "top_p: clamped: the dialect takes numbers from 0.01 to 0.99",
        "presence_penalty: clamped: the dialect takes numbers from 0 to 1",
        "top_k: clamped: the dialect takes numbers from 0 to 500",
        "stop: clamped: the dialect takes five words at most",
    ];
    check(COHERE, &request, with_hi(body), &losses);
    let endless = hi().temperature(f64::NAN);
    assert!(sent(COHERE, &endless, Mode::Whole, &Abilities::default()).is_err());
}

#[test]
fn a_shape_is_a_format_of_coheres() {
    let schema = json!({ "type": "object" });
    let shaped = |output| hi().output(output);
    let format = |format: Value| with_hi(json!({ "response_format": format }));
    check(COHERE, &shaped(OutputFormat::Text), format(json!({ "type": "text" })), &[]);
    let object = json!({ "type": "json_object" });
    check(COHERE, &shaped(OutputFormat::JsonObject), format(object), &[]);
    let followed = json!({ "type": "json_object", "json_schema": schema });
    let strict = Schema::new("answer", schema.clone()).strict();
    check(COHERE, &shaped(OutputFormat::JsonSchema(strict)), format(followed.clone()), &[]);
    let mut loose = Schema::anonymous(schema).description("what it is");
    loose.strict = Some(false);
    let losses = [
        "output.description: dropped: the dialect has no word for it",
        "output.strict: dropped: the dialect always follows the schema",
    ];
    check(COHERE, &shaped(OutputFormat::JsonSchema(loose)), format(followed), &losses);
}

#[test]
fn tools_are_functions_and_strict_all_together() {
    let said = |name: &str| json!({ "type": "function", "function": { "name": name, "parameters": { "type": "object" } } });
    let strict = hi().tool(weather().strict()).tool(weather().strict());
    let body = json!({ "tools": [said("weather"), said("weather")], "strict_tools": true });
    check(COHERE, &strict, with_hi(body), &[]);

    let bare = Tool::new(nohop_types::ToolKind::Function(nohop_types::Function::new("bare", None)));
    let mixed = hi().tool(weather().strict().cached(CacheMark::new())).tool(bare);
    let mixed = mixed.tool(Tool::native("anthropic", json!({ "type": "bash" })));
    let none = json!({ "type": "function", "function": { "name": "bare", "parameters": { "type": "object", "properties": {} } } });
    let losses = [
        "tools: dropped: a provider's own tool of another dialect",
        "cache: dropped: the host caches whole prompts by itself",
        "tools.strict: dropped: the dialect says it of all tools or of none",
    ];
    check(COHERE, &mixed, with_hi(json!({ "tools": [said("weather"), none] })), &losses);
}

#[test]
fn a_choice_of_some_tools_offers_no_others() {
    let weather_only = json!([{ "type": "function", "function": { "name": "weather", "parameters": { "type": "object" } } }]);
    let both = || hi().tool(weather()).tool(Tool::function("time", json!({})));
    let only =
        "tool_choice: translated: the dialect names no tools in a choice; no others are offered";
    let named = both().tool_choice(ToolChoice::Named("weather".into()));
    let body = json!({ "tools": weather_only, "tool_choice": "REQUIRED" });
    check(COHERE, &named, with_hi(body.clone()), &[only]);
    let some = both().tool_choice(ToolChoice::RequiredOf(vec!["weather".into()]));
    check(COHERE, &some, with_hi(body), &[only]);
    let allowed = both().tool_choice(ToolChoice::Allowed(vec!["weather".into()]));
    check(COHERE, &allowed, with_hi(json!({ "tools": weather_only })), &[only]);

    let plain = |choice| hi().tool(weather()).tool_choice(choice);
    let word = |word: &str| with_hi(json!({ "tools": weather_only, "tool_choice": word }));
    check(COHERE, &plain(ToolChoice::Required), word("REQUIRED"), &[]);
    check(COHERE, &plain(ToolChoice::None), word("NONE"), &[]);
    let auto = with_hi(json!({ "tools": weather_only }));
    check(COHERE, &plain(ToolChoice::Auto), auto.clone(), &[]);
    let single = hi().tool(weather()).parallel(Parallel::Forbid);
    check(COHERE, &single, auto.clone(), &["parallel: dropped: the dialect has no word for it"]);

    let unforced = Abilities { forced_tools: Ability::Drop, ..Abilities::default() };
    let found = sent(COHERE, &plain(ToolChoice::Required), Mode::Whole, &unforced);
    expect(found, auto, &["tool_choice: dropped: the model does not take it"]);
}

#[test]
fn thinking_is_on_or_off_and_has_a_budget() {
    let translated = "thinking.effort: translated: the host takes a budget and no effort";
    let budget = |most: u64| json!({ "type": "enabled", "token_budget": most });
    let table = [
        (Thinking::off(), json!({ "type": "disabled" }), &[][..]),
        (Thinking::effort(Effort::None), json!({ "type": "disabled" }), &[]),
        (Thinking::budget(0), json!({ "type": "disabled" }), &[]),
        (Thinking::budget(512), budget(512), &[]),
        (Thinking::effort(Effort::Low), budget(2_048), &[translated]),
        (Thinking::effort(Effort::Medium), budget(8_192), &[translated]),
        (Thinking::effort(Effort::High), json!({ "type": "enabled" }), &[translated]),
        (
            Thinking::budget(512).visibility(Visibility::Hidden),
            budget(512),
            &["thinking.visibility: dropped: the host shows all of its thinking"],
        ),
    ];
    for (wish, thinking, losses) in table {
        let request = hi().thinking(wish);
        check(COHERE, &request, with_hi(json!({ "thinking": thinking })), losses);
    }
}

#[test]
fn a_picture_is_an_address_and_a_documents_text_stands_beside_the_conversation() {
    let picture = Image::new(Media::bytes("image/png", &b"png"[..])).detail("low");
    let text = Document::new(Media::bytes("text/plain", &b"It rains."[..])).name("Weather");
    let parts = [Part::text("What?"), picture.into(), text.into()];
    let body = json!({
        "messages": [{ "role": "user", "content": "Hi" }, { "role": "user", "content": [
            { "type": "text", "text": "What?" },
            { "type": "image_url", "image_url": { "url": "data:image/png;base64,cG5n", "detail": "low" } },
        ] }],
        "documents": [{ "data": { "title": "Weather", "text": "It rains." } }],
    });
    let losses =
        ["document: translated: the dialect tells the person's documents beside the conversation"];
    check(COHERE, &turn(Role::User, parts), body, &losses);
}

#[test]
fn every_result_is_a_turn_and_pictures_follow_the_last() {
    let call = |id: &str| Part::from(ToolCall::new(id, "look", "{}"));
    let picture = || Part::from(Image::new(Media::Url("https://a.example/p.png".into())));
    let document = Document::new(Media::bytes("text/plain", &b"It rains."[..]));
    let first = ToolResult::new("1", [Part::text("seen"), picture()]);
    let second = ToolResult::new("2", [document.into()]).failed();
    let request = hi()
        .message(Message::new(Role::Assistant, [call("1"), call("2")]))
        .message(Message::tool(first))
        .message(Message::tool(second))
        .user("And?");
    let said = |id: &str| json!({ "id": id, "type": "function", "function": { "name": "look", "arguments": "{}" } });
    let body = json!({ "messages": [
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "tool_calls": [said("1"), said("2")] },
        { "role": "tool", "tool_call_id": "1", "content": "seen" },
        { "role": "tool", "tool_call_id": "2", "content": [{ "type": "document", "document": { "data": { "text": "It rains." } } }] },
        { "role": "user", "content": [
            { "type": "image_url", "image_url": { "url": "https://a.example/p.png" } },
            { "type": "text", "text": "And?" },
        ] },
    ] });
    let losses = [
        "tool_result: translated: the host takes only text from tools; the rest follows in a turn of the user",
        "tool_result.failed: dropped: the dialect has no word for it",
    ];
    check(COHERE, &request, body, &losses);
}

#[test]
fn thinking_and_a_plan_go_back_as_they_came() {
    let mine = Issuer::new(Cohere::NAME, "here", "m");
    let mut plan = Part::from(Reasoning::text(mine.clone(), "I will look."));
    plan.extra.push(ExtraScope::Dialect(Cohere::NAME.into()), "tool_plan", Value::Null.into());
    let parts = [
        Reasoning::text(mine, "Hm.").into(),
        Reasoning::text(Issuer::speaking("anthropic"), "Other.").into(),
        plan,
        ToolCall::new("1", "look", "").into(),
        Content::Refusal("No.".into()).into(),
    ];
    let request = turn(Role::Assistant, parts).result("1", "seen");
    let body = json!({ "messages": [
        { "role": "user", "content": "Hi" },
        {
            "role": "assistant",
            "content": [{ "type": "thinking", "thinking": "Hm." }, { "type": "text", "text": "No." }],
            "tool_plan": "I will look.",
            "tool_calls": [{ "id": "1", "type": "function", "function": { "name": "look", "arguments": "{}" } }],
        },
        { "role": "tool", "tool_call_id": "1", "content": "seen" },
    ] });
    let losses = [
        "reasoning: dropped: another issuer's thinking means nothing here",
        "refusal: translated: the dialect tells a refusal as text",
    ];
    check(COHERE, &request, body, &losses);
}

#[test]
fn what_only_cohere_knows_is_said_in_its_own_words() {
    let mut request = hi();
    for (key, value) in [
        ("safety_mode", json!("STRICT")),
        ("citation_options", json!({ "mode": "FAST" })),
        ("documents", json!([{ "id": "d", "data": "It rains." }])),
        ("priority", json!(5)),
    ] {
        request = own(request, key, value);
    }
    let body = json!({
        "safety_mode": "STRICT", "citation_options": { "mode": "FAST" }, "priority": 5,
        "documents": [{ "id": "d", "data": "It rains." }],
    });
    check(COHERE, &request, with_hi(body), &[]);
}

#[test]
fn a_stream_is_asked_for_in_the_body() {
    let found = sent(COHERE, &hi(), Mode::Stream, &Abilities::default());
    expect(found, with_hi(json!({ "stream": true })), &[]);
    let unfinished = hi().assistant("It");
    let able = Abilities { prefill: Ability::Drop, ..Abilities::default() };
    let found = sent(COHERE, &unfinished, Mode::Whole, &able);
    expect(found, with_hi(json!({})), &["prefill: dropped: the model does not take it"]);
}
