//! What OpenAI's Responses is told for every word of the vocabulary.

use std::time::Duration;

use nohop_types::{
    Audio, CacheMark, Content, Document, Effort, Image, Input, Issuer, Media, Message, Modality,
    OutputFormat, Parallel, Part, Reasoning, Request, Role, Schema, ServiceTier, Summary, Thinking,
    Tool, ToolCall, ToolChoice, ToolResult, Verbosity, Visibility,
};
use nohop_wire::dialect::{Budgets, Instructions, Marks, OpenAiResponses, SealedThinking};
use nohop_wire::{Abilities, Ability, Dialect, Mode};
use serde_json::{Value, json};

use super::{expect, hi, sent};

const RESPONSES: &dyn Dialect = &OpenAiResponses::PLAIN;
const HOSTED: &dyn Dialect = &OpenAiResponses::HOSTED;

/// A gateway to everyone.
const GATEWAY: &dyn Dialect = &OpenAiResponses {
    instructions: Instructions::Inside,
    budgets: Budgets::MaxTokens,
    marks: Marks::Control,
    takes: &["frequency_penalty", "min_p", "presence_penalty", "repetition_penalty", "top_k"],
    ..OpenAiResponses::HOSTED
};

/// The request as `dialect` says it, beside what it says about memory.
fn check(dialect: &dyn Dialect, request: &Request, mut body: Value, losses: &[&str]) {
    body["store"] = false.into();
    let asks = dialect.name() == RESPONSES.name() && std::ptr::addr_eq(dialect, RESPONSES);
    if asks && body.get("include").is_none() {
        body["include"] = json!(["reasoning.encrypted_content"]);
    }
    expect(sent(dialect, request, Mode::Whole, &Abilities::default()), body, losses);
}

/// An earlier answer, as hosts of open models want it.
fn said(text: &str) -> Value {
    let content = json!([{ "type": "output_text", "text": text }]);
    json!({ "type": "message", "role": "assistant", "content": content })
}

fn unheard(field: &str) -> String {
    format!("{field}: dropped: the dialect has no word for it")
}

/// The person's turn that consists of `contents`.
fn user(contents: impl IntoIterator<Item = Content>) -> Request {
    Request::new("m").message(Message::new(Role::User, contents.into_iter().map(Part::new)))
}

#[test]
fn the_application_speaks_first_in_a_field_of_its_own_or_among_the_turns() {
    let request = Request::new("m").system("Be terse.").user("2+2?").assistant("4").user("Sure?");
    let turns = json!([
        { "role": "user", "content": "2+2?" },
        { "role": "assistant", "content": "4" },
        { "role": "user", "content": "Sure?" },
    ]);
    let body = json!({ "instructions": "Be terse.", "input": turns });
    check(RESPONSES, &request, body.clone(), &[]);
    let mut items = body;
    items["input"][1] = said("4");
    check(HOSTED, &request, items, &[]);
    let mut inside = vec![json!({ "role": "system", "content": "Be terse." })];
    inside.extend(turns.as_array().unwrap().iter().cloned());
    inside[2] = said("4");
    check(GATEWAY, &request, json!({ "input": inside }), &[]);

    let late = Request::new("m").user("Hi").system("In French.");
    let input = json!([
        { "role": "user", "content": "Hi" },
        { "role": "system", "content": "In French." },
    ]);
    check(RESPONSES, &late, json!({ "input": input }), &[]);
    let alone = Request::new("m").system("Begin.");
    let input = json!([{ "role": "system", "content": "Begin." }]);
    check(RESPONSES, &alone, json!({ "input": input }), &[]);
}

#[test]
fn a_lone_question_is_a_string_and_media_are_parts() {
    check(RESPONSES, &hi(), json!({ "input": "Hi" }), &[]);
    let request = user([
        Content::Text("What?".into()),
        Content::Image(Image::new(Media::bytes("image/png", &b"hi"[..])).detail("low")),
        Content::Image(Image::new(Media::file("file-1"))),
        Content::Document(Document::new(Media::bytes("application/pdf", &b"hi"[..]))),
        Content::Document(Document::new(Media::Url("https://a.example/b.pdf".into())).name("b")),
        Content::Audio(Audio::new(Media::bytes("audio/mpeg", &b"hi"[..]))),
    ]);
    let content = json!([
        { "type": "input_text", "text": "What?" },
        { "type": "input_image", "image_url": "data:image/png;base64,aGk=", "detail": "low" },
        { "type": "input_image", "file_id": "file-1" },
        {
            "type": "input_file",
            "filename": "document",
            "file_data": "data:application/pdf;base64,aGk=",
        },
        { "type": "input_file", "filename": "b", "file_url": "https://a.example/b.pdf" },
        { "type": "input_audio", "input_audio": { "data": "aGk=", "format": "mp3" } },
    ]);
    let body = json!({ "input": [{ "role": "user", "content": content }] });
    check(RESPONSES, &request, body, &[]);
}

#[test]
fn a_turn_of_the_model_is_several_items_in_the_order_in_which_they_were_told() {
    let issuer = Issuer::new(OpenAiResponses::NAME, "here", "m");
    let mut summary = Reasoning::text(issuer, "A");
    summary.summary = Summary::Summary;
    let mut sealed = summary.clone().signed("c2VhbA==");
    sealed.text = "B".into();
    let mut custom = ToolCall::new("x", "sh", "ls");
    custom.input = Input::Text;
    let parts = [
        Content::Reasoning(summary),
        Content::Reasoning(sealed),
        Content::Text("One".into()),
        Content::Refusal("No".into()),
        Content::ToolCall(ToolCall::new("c", "f", "{}")),
        Content::ToolCall(custom),
        Content::Image(Image::new(Media::file("file-1"))),
    ];
    let request = Request::new("m")
        .user("Go")
        .message(Message::new(Role::Assistant, parts.map(Part::new)))
        .result("c", "done")
        .message(Message::tool(ToolResult::new("x", ["a".into(), "b".into()]).failed()));
    let input = json!([
        { "role": "user", "content": "Go" },
        {
            "type": "reasoning",
            "summary": [
                { "type": "summary_text", "text": "A" },
                { "type": "summary_text", "text": "B" },
            ],
            "encrypted_content": "c2VhbA==",
        },
        {
            "role": "assistant",
            "content": [
                { "type": "output_text", "text": "One" },
                { "type": "refusal", "refusal": "No" },
            ],
        },
        { "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}" },
        { "type": "custom_tool_call", "call_id": "x", "name": "sh", "input": "ls" },
        { "type": "function_call_output", "call_id": "c", "output": "done" },
        {
            "type": "custom_tool_call_output",
            "call_id": "x",
            "output": [
                { "type": "input_text", "text": "a" },
                { "type": "input_text", "text": "b" },
            ],
        },
    ]);
    let losses = [
        "image: dropped: the model's own turns are texts",
        "tool_result.failed: dropped: the dialect has no word for it",
    ];
    check(RESPONSES, &request, json!({ "input": input }), &losses);
}

#[test]
fn tools_are_flat_and_so_are_choices() {
    let schema = json!({ "type": "object", "properties": {}, "additionalProperties": false });
    let request = hi()
        .tool(Tool::function("f", schema.clone()).description("Tells it.").strict())
        .tool(Tool::native(OpenAiResponses::NAME, json!({ "type": "web_search" })))
        .tool(Tool::native("anthropic", json!({ "type": "bash" })))
        .parallel(Parallel::Forbid);
    let tools = json!([
        {
            "type": "function",
            "name": "f",
            "description": "Tells it.",
            "parameters": schema,
            "strict": true,
        },
        { "type": "web_search" },
    ]);
    let named = json!({ "type": "function", "name": "f" });
    let allowed =
        |mode: &str| json!({ "type": "allowed_tools", "mode": mode, "tools": [named.clone()] });
    for (choice, said) in [
        (ToolChoice::Auto, json!("auto")),
        (ToolChoice::None, json!("none")),
        (ToolChoice::Required, json!("required")),
        (ToolChoice::Named("f".into()), named.clone()),
        (ToolChoice::Allowed(vec!["f".into()]), allowed("auto")),
        (ToolChoice::RequiredOf(vec!["f".into()]), allowed("required")),
    ] {
        let body = json!({
            "input": "Hi",
            "tools": tools,
            "tool_choice": said,
            "parallel_tool_calls": false,
        });
        let losses = ["tools: dropped: a provider's own tool of another dialect"];
        check(RESPONSES, &request.clone().tool_choice(choice), body, &losses);
    }
}

#[test]
fn a_shape_a_tier_and_names_have_their_places() {
    let schema = Schema::new(
        "o",
        json!({ "type": "object", "properties": {}, "additionalProperties": false }),
    )
    .description("d")
    .strict();
    let request = hi()
        .output(OutputFormat::JsonSchema(schema))
        .verbosity(Verbosity::Low)
        .max_tokens(64)
        .tier(ServiceTier::Standard)
        .by("u")
        .session("s")
        .metadata("k", "v");
    let format = json!({
        "type": "json_schema",
        "name": "o",
        "description": "d",
        "schema": { "type": "object", "properties": {}, "additionalProperties": false },
        "strict": true,
    });
    let mut body = json!({
        "input": "Hi",
        "text": { "format": format, "verbosity": "low" },
        "max_output_tokens": 64,
        "service_tier": "default",
        "safety_identifier": "u",
        "prompt_cache_key": "s",
        "metadata": { "k": "v" },
    });
    check(RESPONSES, &request, body.clone(), &[]);
    let fields = body.as_object_mut().unwrap();
    fields.remove("prompt_cache_key");
    let user = fields.remove("safety_identifier").unwrap();
    fields.insert("user".into(), user);
    let losses = ["session: dropped: the host has no word for sessions"];
    check(HOSTED, &request, body, &losses);
    for (output, format) in
        [(OutputFormat::JsonObject, "json_object"), (OutputFormat::Text, "text")]
    {
        let body = json!({ "input": "Hi", "text": { "format": { "type": format } } });
        check(RESPONSES, &hi().output(output), body, &[]);
    }
    let spoken = hi().modalities([Modality::Text, Modality::Audio]).prediction("Ha");
    let losses = [unheard("modalities"), unheard("prediction")];
    let losses: Vec<&str> = losses.iter().map(|loss| &**loss).collect();
    check(RESPONSES, &spoken, json!({ "input": "Hi" }), &losses);
}

#[test]
fn tokens_are_chosen_as_far_as_the_host_lets_itself_be_told() {
    let request = hi().temperature(0.5).sampling(|sampling| {
        sampling.top_p = Some(0.9);
        sampling.top_k = Some(40);
        sampling.min_p = Some(0.05);
        sampling.frequency_penalty = Some(0.5);
        sampling.presence_penalty = Some(-0.25);
        sampling.repetition_penalty = Some(1.5);
        sampling.logprobs = Some(3);
    });
    let own = json!({ "input": "Hi", "temperature": 0.5, "top_p": 0.9, "top_logprobs": 3 });
    let mut plain = own.clone();
    let included = ["reasoning.encrypted_content", "message.output_text.logprobs"];
    plain["include"] = json!(included);
    let fields = ["min_p", "frequency_penalty", "presence_penalty", "repetition_penalty", "top_k"];
    let losses = fields.map(unheard);
    check(RESPONSES, &request, plain, &losses.each_ref().map(|loss| &**loss));
    let mut all = own;
    all["include"] = json!(included[1..]);
    all["top_k"] = 40.into();
    all["min_p"] = 0.05.into();
    all["frequency_penalty"] = 0.5.into();
    all["presence_penalty"] = (-0.25).into();
    all["repetition_penalty"] = 1.5.into();
    check(GATEWAY, &request, all, &[]);
}

#[test]
fn thinking_is_asked_for_by_an_effort_and_shown_as_summaries() {
    let ask = |thinking: Thinking| hi().thinking(thinking);
    let body = |reasoning: Value| json!({ "input": "Hi", "reasoning": reasoning });
    let low = Thinking::effort(Effort::Low);
    check(RESPONSES, &ask(low.clone()), body(json!({ "effort": "low" })), &[]);
    let shown = ask(low.clone().visibility(Visibility::Summary));
    check(RESPONSES, &shown, body(json!({ "effort": "low", "summary": "auto" })), &[]);
    let hidden = ask(low.clone().visibility(Visibility::Hidden));
    check(RESPONSES, &hidden, body(json!({ "effort": "low" })), &[]);
    let full = ask(low.visibility(Visibility::Full));
    let losses = ["thinking.visibility: translated: the provider shows summaries at most"];
    check(RESPONSES, &full, body(json!({ "effort": "low", "summary": "detailed" })), &losses);

    let losses = ["thinking.budget: translated: the host takes an effort instead"];
    check(RESPONSES, &ask(Thinking::budget(1_000)), body(json!({ "effort": "low" })), &losses);
    check(GATEWAY, &ask(Thinking::budget(1_000)), body(json!({ "max_tokens": 1_000 })), &[]);

    // What does not think has nothing to seal.
    let mut none = body(json!({ "effort": "none" }));
    none["store"] = false.into();
    let sent =
        |request: &Request, abilities: &Abilities| sent(RESPONSES, request, Mode::Whole, abilities);
    expect(sent(&ask(Thinking::off()), &Abilities::default()), none, &[]);
    let unthinking = Abilities { efforts: Some(Vec::new()), ..Abilities::default() };
    expect(sent(&hi(), &unthinking), json!({ "input": "Hi", "store": false }), &[]);
}

#[test]
fn the_end_of_a_prompt_is_marked_as_the_host_knows_it() {
    let mark = CacheMark::lasting(Duration::from_secs(1_800));
    let request = Request::new("m")
        .message(Message::new(Role::User, [Part::text("Long").cached(mark), Part::text("Short")]));
    let body = |mark: Value| {
        let mut long = json!({ "type": "input_text", "text": "Long" });
        long.as_object_mut().unwrap().extend(mark.as_object().unwrap().clone());
        let content = json!([long, { "type": "input_text", "text": "Short" }]);
        json!({ "input": [{ "role": "user", "content": content }] })
    };
    let explicit = json!({ "prompt_cache_breakpoint": { "mode": "explicit", "ttl": "30m" } });
    check(RESPONSES, &request, body(explicit), &[]);
    let control = json!({ "cache_control": { "type": "ephemeral", "ttl": "1h" } });
    let longer = "cache: clamped: the dialect knows other lifetimes; the next longer is asked for";
    check(GATEWAY, &request, body(control), &[longer]);
    let losses = ["message: dropped: the host has no cache marks: it caches by itself"];
    check(HOSTED, &request, body(json!({})), &losses);
    let cached = hi().cached(CacheMark::new());
    let losses = ["cache: dropped: the host caches whole prompts by itself"];
    check(RESPONSES, &cached, json!({ "input": "Hi" }), &losses);
}

#[test]
fn what_the_called_model_can_not_do_is_left_out() {
    let abilities = Abilities {
        sampling: Ability::Drop,
        forced_tools: Ability::Drop,
        prefill: Ability::Drop,
        efforts: Some(vec![Effort::Low, Effort::High]),
        ..Abilities::default()
    };
    let request =
        hi().assistant("So").temperature(0.5).tool_choice(ToolChoice::Required).effort(Effort::Max);
    let body = json!({
        "input": [{ "role": "user", "content": "Hi" }],
        "reasoning": { "effort": "high" },
        "store": false,
        "include": ["reasoning.encrypted_content"],
    });
    let losses = [
        "prefill: dropped: the model does not take it",
        "tool_choice: dropped: the model does not take it",
        "temperature: dropped: the model does not take it",
        "thinking.effort: clamped: the model knows no max: high",
    ];
    expect(sent(RESPONSES, &request, Mode::Whole, &abilities), body, &losses);
}

#[test]
fn a_stream_is_asked_for_and_sealed_thinking_only_where_it_is_had() {
    const UNASKED: &dyn Dialect =
        &OpenAiResponses { sealed: SealedThinking::Unasked, ..OpenAiResponses::PLAIN };
    let body = json!({ "input": "Hi", "store": false, "stream": true });
    expect(sent(UNASKED, &hi(), Mode::Stream, &Abilities::default()), body, &[]);
}
