//! What a request becomes in Ollama's own chat, word by word.

use nohop_types::{
    CacheMark, Content, Document, Effort, ExtraScope, Image, Issuer, Media, Message, OutputFormat,
    Parallel, Part, Reasoning, Request, Role, Schema, Thinking, Tool, ToolCall, ToolChoice,
    ToolResult, Visibility,
};
use nohop_wire::dialect::Ollama;
use nohop_wire::{Abilities, Ability, Dialect, Mode};
use serde_json::{Value, json};

use super::{expect, hi, sent};

const OLLAMA: &dyn Dialect = &Ollama::PLAIN;

/// The request has this `body`, but for the model and that it is no stream, and these `losses`.
fn check(request: &Request, body: Value, losses: &[&str]) {
    able(&Abilities::default(), request, body, losses);
}

fn able(abilities: &Abilities, request: &Request, mut body: Value, losses: &[&str]) {
    body["stream"] = false.into();
    expect(sent(OLLAMA, request, Mode::Whole, abilities), body, losses);
}

/// `body` with the one turn of these requests.
fn with_hi(mut body: Value) -> Value {
    body["messages"] = json!([{ "role": "user", "content": "Hi" }]);
    body
}

fn own(request: Request, key: &str, value: Value) -> Request {
    request.extra(ExtraScope::Dialect(Ollama::NAME.into()), key, value)
}

fn weather() -> Tool {
    Tool::function("weather", json!({ "type": "object" }))
}

#[test]
fn how_tokens_are_chosen_is_an_option_of_ollamas() {
    let request = hi().max_tokens(64).stop(["END"]).seed(7).temperature(0.3).sampling(|sampling| {
        sampling.top_p = Some(0.9);
        sampling.top_k = Some(40);
        sampling.min_p = Some(0.05);
        sampling.presence_penalty = Some(0.5);
        sampling.frequency_penalty = Some(0.25);
        sampling.repetition_penalty = Some(1.1);
        sampling.logprobs = Some(2);
        sampling.n = Some(1);
    });
    let request = own(request, "options.num_ctx", json!(8192));
    let options = json!({
        "num_predict": 64, "stop": ["END"], "seed": 7, "temperature": 0.3, "top_p": 0.9,
        "top_k": 40, "min_p": 0.05, "presence_penalty": 0.5, "frequency_penalty": 0.25,
        "repeat_penalty": 1.1, "num_ctx": 8192,
    });
    let body = json!({ "options": options, "logprobs": true, "top_logprobs": 2 });
    check(&request, with_hi(body), &[]);

    let rigid = Abilities { sampling: Ability::Drop, stop: Ability::Drop, ..Abilities::default() };
    let losses = [
        "temperature: dropped: the model does not take it",
        "stop: dropped: the model does not take it",
    ];
    able(&rigid, &hi().temperature(0.3).stop(["END"]), with_hi(json!({})), &losses);
    let endless = hi().temperature(f64::INFINITY);
    assert!(sent(OLLAMA, &endless, Mode::Whole, &Abilities::default()).is_err());
}

#[test]
fn a_shape_is_a_word_or_a_schema() {
    let schema = json!({ "type": "object" });
    let shaped = |output| hi().output(output);
    check(&shaped(OutputFormat::Text), with_hi(json!({})), &[]);
    check(&shaped(OutputFormat::JsonObject), with_hi(json!({ "format": "json" })), &[]);
    let strict = Schema::new("answer", schema.clone()).strict();
    let body = || with_hi(json!({ "format": schema }));
    check(&shaped(OutputFormat::JsonSchema(strict)), body(), &[]);
    let mut loose = Schema::anonymous(schema.clone()).description("what it is");
    loose.strict = Some(false);
    let losses = [
        "output.description: dropped: the dialect has no word for it",
        "output.strict: dropped: the dialect always follows the schema",
    ];
    check(&shaped(OutputFormat::JsonSchema(loose)), body(), &losses);
}

#[test]
fn thinking_is_on_or_off_or_as_hard_as_a_word_says() {
    let table = [
        (Thinking::off(), json!(false), &[][..]),
        (Thinking::effort(Effort::None), json!(false), &[]),
        (Thinking::budget(0), json!(false), &[]),
        (Thinking::effort(Effort::Low), json!("low"), &[]),
        (Thinking::effort(Effort::Max), json!("max"), &[]),
        (
            Thinking::effort(Effort::Minimal),
            json!("low"),
            &["thinking.effort: clamped: the model knows no minimal: low"],
        ),
        (
            Thinking::budget(512),
            json!(true),
            &["thinking.budget: translated: the server takes no budget: it thinks as it sees fit"],
        ),
        (
            Thinking::effort(Effort::High).visibility(Visibility::Hidden),
            json!("high"),
            &["thinking.visibility: dropped: the server shows all of its thinking"],
        ),
    ];
    for (wish, think, losses) in table {
        check(&hi().thinking(wish), with_hi(json!({ "think": think })), losses);
    }
    let mut on = Thinking::default();
    on.enabled = Some(true);
    check(&hi().thinking(on), with_hi(json!({ "think": true })), &[]);
    let flat = Abilities { efforts: Some(Vec::new()), ..Abilities::default() };
    let why = "thinking.effort: translated: the model thinks, or it does not";
    able(&flat, &hi().effort(Effort::High), with_hi(json!({ "think": true })), &[why]);
}

#[test]
fn tools_that_are_not_meant_are_not_offered() {
    let said = json!([{ "type": "function", "function": { "name": "weather", "parameters": { "type": "object" } } }]);
    let offered = || with_hi(json!({ "tools": said }));
    let both = || hi().tool(weather()).tool(Tool::function("time", json!({})));
    let choice = "tool_choice: translated: the dialect has no choice of tools; those not meant are not offered";
    let force = "tool_choice: dropped: the dialect can not make the model call a tool";
    check(&hi().tool(weather()).tool_choice(ToolChoice::Auto), offered(), &[]);
    check(&both().tool_choice(ToolChoice::None), with_hi(json!({})), &[choice]);
    let names = || vec!["weather".to_owned()];
    check(&both().tool_choice(ToolChoice::Allowed(names())), offered(), &[choice]);
    check(&both().tool_choice(ToolChoice::RequiredOf(names())), offered(), &[force]);
    check(&both().tool_choice(ToolChoice::Named("weather".into())), offered(), &[force]);
    check(&hi().tool(weather()).tool_choice(ToolChoice::Required), offered(), &[force]);

    let bare = Tool::new(nohop_types::ToolKind::Function(nohop_types::Function::new("bare", None)));
    let request = hi()
        .tool(bare.strict().cached(CacheMark::new()))
        .tool(Tool::native("anthropic", json!({ "type": "bash" })))
        .parallel(Parallel::Forbid);
    let bare = json!([{ "type": "function", "function": { "name": "bare", "parameters": { "type": "object", "properties": {} } } }]);
    let losses = [
        "tools: dropped: a provider's own tool of another dialect",
        "tools.strict: dropped: the dialect has no word for it",
        "cache: dropped: the server caches whole prompts by itself",
        "parallel: dropped: the dialect has no word for it",
    ];
    check(&request, with_hi(json!({ "tools": bare })), &losses);
}

#[test]
fn a_turn_is_one_text_with_its_pictures_beside_it() {
    let picture = Image::new(Media::bytes("image/png", &b"png"[..])).detail("low");
    let text = Document::new(Media::bytes("text/plain", &b"It rains."[..])).name("Weather");
    let parts = [Part::text("What?"), picture.into(), text.into()];
    let body = json!({ "messages": [
        { "role": "user", "content": "What?\nWeather\nIt rains.", "images": ["cG5n"] },
    ] });
    let losses = [
        "image.detail: dropped: the dialect has no word for it",
        "document: translated: the dialect tells a document as text",
        "messages: translated: a turn has one text: those of the turn are its lines",
    ];
    check(&Request::new("m").message(Message::new(Role::User, parts)), body, &losses);
}

#[test]
fn results_go_back_by_the_names_of_their_tools() {
    let made = ToolCall::new("nohop_t_0", "look", r#"{"far": 1.0}"#);
    let theirs = ToolCall::new("call_1", "hear", "");
    let picture = Image::new(Media::bytes("image/png", &b"png"[..]));
    let answered = [
        ToolResult::new("nohop_t_0", [Part::text("seen"), picture.into()]).into(),
        Part::from(ToolResult::new("call_1", [Part::text("heard")]).failed()),
    ];
    let request = hi()
        .message(Message::new(Role::Assistant, [made.into(), theirs.into()]))
        .message(Message::new(Role::Tool, answered))
        .result("lost", "what");
    let body = json!({ "messages": [
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "content": "", "tool_calls": [
            { "function": { "name": "look", "arguments": { "far": 1.0 } } },
            { "id": "call_1", "function": { "name": "hear", "arguments": {} } },
        ] },
        { "role": "tool", "content": "seen", "images": ["cG5n"], "tool_name": "look" },
        { "role": "tool", "content": "heard", "tool_name": "hear", "tool_call_id": "call_1" },
        { "role": "tool", "content": "what", "tool_call_id": "lost" },
    ] });
    let losses = [
        "tool_result.failed: dropped: the dialect has no word for it",
        "tool_result: translated: no call has its id, by whose tool it would be known",
    ];
    check(&request, body, &losses);
}

#[test]
fn thinking_goes_back_beside_the_text() {
    let parts = [
        Part::from(Reasoning::text(Issuer::new(Ollama::NAME, "here", "m"), "Hm.")),
        Reasoning::text(Issuer::speaking("anthropic"), "Other.").into(),
        Content::Refusal("No.".into()).into(),
    ];
    let request = hi().message(Message::new(Role::Assistant, parts)).user("Why?");
    let body = json!({ "messages": [
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "content": "No.", "thinking": "Hm." },
        { "role": "user", "content": "Why?" },
    ] });
    let losses = [
        "reasoning: dropped: another issuer's thinking means nothing here",
        "refusal: translated: the dialect tells a refusal as text",
    ];
    check(&request, body, &losses);
}

#[test]
fn what_only_ollama_knows_is_said_in_its_own_words() {
    let request = own(hi(), "keep_alive", json!("5m"));
    check(&request, with_hi(json!({ "keep_alive": "5m" })), &[]);
}

#[test]
fn whether_it_is_a_stream_is_always_said() {
    let found = sent(OLLAMA, &hi(), Mode::Stream, &Abilities::default());
    expect(found, with_hi(json!({ "stream": true })), &[]);
    let unfinished = hi().assistant("It");
    let unable = Abilities { prefill: Ability::Drop, ..Abilities::default() };
    let loss = "prefill: dropped: the model does not take it";
    able(&unable, &unfinished, with_hi(json!({})), &[loss]);
}
