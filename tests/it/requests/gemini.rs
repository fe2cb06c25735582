//! What a request becomes in Gemini's generateContent, word by word.

use nohop_types::{
    Audio, Content, Document, Effort, ExtraScope, Image, Issuer, Media, Message, Modality,
    OutputFormat, Parallel, Part, Reasoning, Request, Role, Schema, ServiceTier, Thinking, Tool,
    ToolCall, ToolChoice, ToolResult, Video, Visibility,
};
use nohop_wire::dialect::{CallIds, Gemini, Schemas, ThinkingGauge, Unsigned};
use nohop_wire::{Abilities, Ability, Call, Dialect, Mode, RequestHead, Surface, laws};
use serde_json::{Value, json};

use super::hi;

const GEMINI: &Gemini = &Gemini::PLAIN;
const VERTEX: &Gemini = &Gemini::VERTEX;

/// The request as `dialect` says it to `model` has this `body` and these `losses`.
fn told(dialect: &Gemini, model: &str, request: &Request, body: Value, losses: &[&str]) {
    let (sent, lost) = sent(dialect, model, request, &Abilities::default());
    let differences = laws::differences(&body, &sent);
    let shown: Vec<String> = differences.iter().map(ToString::to_string).collect();
    assert!(shown.is_empty(), "{shown:#?} in {sent:#}");
    assert_eq!(lost, losses, "{sent:#}");
}

fn sent(
    dialect: &Gemini,
    model: &str,
    request: &Request,
    abilities: &Abilities,
) -> (Value, Vec<String>) {
    let issuer = Issuer::new(dialect.name(), "here", model);
    let call = Call::new(request, model, "/", &issuer).abilities(abilities);
    let encoded = dialect.encode(&call).unwrap();
    let losses = encoded.losses.iter().map(ToString::to_string).collect();
    (serde_json::from_slice(&encoded.body).unwrap(), losses)
}

/// `body` with the one turn of these requests.
fn with_hi(mut body: Value) -> Value {
    body["contents"] = json!([{ "role": "user", "parts": [{ "text": "Hi" }] }]);
    body
}

fn check(request: &Request, body: Value, losses: &[&str]) {
    told(GEMINI, "gemini-3-pro", request, with_hi(body), losses);
}

#[test]
fn a_path_names_the_model_and_what_is_done_with_it() {
    let path = |way: &str, model: &str, mode| {
        let (request, issuer) = (hi(), Issuer::speaking("gemini"));
        let call = Call::new(&request, model, way, &issuer).mode(mode);
        GEMINI.encode(&call).map(|encoded| encoded.path)
    };
    let way = "/v1beta/models/{model}";
    for (model, expected) in [
        ("gemini-3-pro", "/v1beta/models/gemini-3-pro:generateContent"),
        ("models/gemini-3-pro", "/v1beta/models/gemini-3-pro:generateContent"),
        ("tunedModels/mine", "/v1beta/tunedModels/mine:generateContent"),
        ("a b?c#d:e%\u{e9}", "/v1beta/models/a%20b%3Fc%23d%3Ae%25%C3%A9:generateContent"),
        ("m@001", "/v1beta/models/m@001:generateContent"),
    ] {
        assert_eq!(path(way, model, Mode::Whole).unwrap(), expected);
    }
    let streamed = "/v1beta/models/m:streamGenerateContent?alt=sse";
    assert_eq!(path(way, "m", Mode::Stream).unwrap(), streamed);
    let version = "/v1/models/{model}?v=1";
    assert_eq!(
        path(version, "m", Mode::Stream).unwrap(),
        "/v1/models/m:streamGenerateContent?v=1&alt=sse"
    );
    let endpoint = "/v1/projects/p/endpoints/7";
    assert_eq!(path(endpoint, "m", Mode::Whole).unwrap(), format!("{endpoint}:generateContent"));
    for none in ["", "..", "../secret", "models/", "a//b"] {
        assert!(path(way, none, Mode::Whole).is_err(), "{none}");
    }
}

#[test]
fn a_client_names_the_model_in_the_path_and_how_it_is_answered() {
    let asked = |path: &str| {
        let head = RequestHead::new(path, http::HeaderMap::new());
        let incoming = GEMINI.decode(&head, br#"{"contents":[]}"#).unwrap();
        let encoder = GEMINI.encoder(&incoming, nohop_wire::Stamp::default());
        (incoming.request.model, incoming.mode, encoder.content_type())
    };
    let whole = |model: &str| (model.to_owned(), Mode::Whole, "application/json");
    assert_eq!(asked("/v1beta/models/m:generateContent"), whole("m"));
    assert_eq!(asked("/v1beta/models/a%2Fb%3Ac:generateContent?key=k"), whole("a/b:c"));
    assert_eq!(asked("/v1beta/tunedModels/t:generateContent"), whole("tunedModels/t"));
    let vertex = "/v1/projects/p/locations/l/publishers/google/models/m:streamGenerateContent";
    let events = ("m".to_owned(), Mode::Stream, "text/event-stream");
    assert_eq!(asked(&format!("{vertex}?alt=sse")), events);
    // Without being asked for events, the provider streams one list.
    assert_eq!(asked(vertex), ("m".to_owned(), Mode::Stream, "application/json"));
}

#[test]
fn every_word_on_how_tokens_are_chosen_has_its_place_in_the_config() {
    let request = hi().max_tokens(64).stop(["END"]).seed(7).temperature(0.3).sampling(|sampling| {
        sampling.top_p = Some(0.9);
        sampling.top_k = Some(40);
        sampling.presence_penalty = Some(0.5);
        sampling.frequency_penalty = Some(0.25);
        sampling.n = Some(2);
        sampling.logprobs = Some(2);
    });
    let config = json!({
        "temperature": 0.3, "topP": 0.9, "topK": 40, "presencePenalty": 0.5,
        "frequencyPenalty": 0.25, "candidateCount": 2, "responseLogprobs": true, "logprobs": 2,
        "maxOutputTokens": 64, "stopSequences": ["END"], "seed": 7,
    });
    check(&request, json!({ "generationConfig": config }), &[]);
    let able = Abilities { sampling: Ability::Drop, stop: Ability::Drop, ..Abilities::default() };
    let (body, losses) = sent(GEMINI, "m", &request, &able);
    assert_eq!(body["generationConfig"].get("topK"), None);
    assert_eq!(body["generationConfig"].get("stopSequences"), None);
    assert_eq!(losses.len(), 6, "{losses:?}");
}

#[test]
fn the_answers_shape_is_told_in_the_config() {
    let schema = json!({ "type": "object", "properties": { "a": { "type": ["string", "null"] } } });
    let json_type = json!("application/json");
    let wanted = OutputFormat::JsonSchema(Schema::new("o", schema.clone()).strict());
    let config = json!({ "responseMimeType": json_type, "responseJsonSchema": schema });
    check(&hi().output(wanted.clone()), json!({ "generationConfig": config }), &[]);
    let config = json!({ "responseMimeType": json_type });
    check(&hi().output(OutputFormat::JsonObject), json!({ "generationConfig": config }), &[]);
    let config = json!({ "responseMimeType": "text/plain" });
    check(&hi().output(OutputFormat::Text), json!({ "generationConfig": config }), &[]);
    let config = json!({ "responseModalities": ["TEXT", "IMAGE"] });
    let pictures = hi().modalities([Modality::Text, Modality::Image]);
    check(&pictures, json!({ "generationConfig": config }), &[]);

    let subset = json!({
        "type": "OBJECT", "properties": { "a": { "type": "STRING", "nullable": true } },
    });
    let config = json!({ "responseMimeType": json_type, "responseSchema": subset });
    let body = with_hi(json!({ "generationConfig": config }));
    let early = Gemini { schemas: Schemas::OpenApi, ..Gemini::PLAIN };
    told(&early, "gemini-3-pro", &hi().output(wanted.clone()), body.clone(), &[]);
    told(GEMINI, "gemini-1.5-flash", &hi().output(wanted), body, &[]);
}

#[test]
fn what_the_subset_of_openapi_lacks_is_followed_put_otherwise_or_lost() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": { "node": { "type": "object", "properties": { "next": { "not": {} } } } },
        "type": "object",
        "properties": {
            "a": { "$ref": "#/$defs/node" },
            "b": { "oneOf": [{ "type": "integer" }, { "type": "null" }] },
            "c": { "type": ["integer", "string"] },
            "d": { "allOf": [{ "type": "number", "minimum": 1 }] },
            "e": { "type": "array", "items": { "const": "x" } },
        },
        "additionalProperties": false,
    });
    let told_so = json!({
        "type": "OBJECT",
        "properties": {
            "a": { "type": "OBJECT", "properties": { "next": {} } },
            "b": { "anyOf": [{ "type": "INTEGER" }, { "type": "NULL" }] },
            "c": { "anyOf": [{ "type": "INTEGER" }, { "type": "STRING" }] },
            "d": { "type": "NUMBER", "minimum": 1 },
            "e": { "type": "ARRAY", "items": { "enum": ["x"] } },
        },
    });
    let early = Gemini { schemas: Schemas::OpenApi, ..Gemini::PLAIN };
    let tool = Tool::function("f", schema);
    let functions = json!([{ "name": "f", "parameters": told_so }]);
    let body = with_hi(json!({ "tools": [{ "functionDeclarations": functions }] }));
    let losses = [
        "tools[0].schema.additionalProperties: dropped: the target has no word for it",
        "tools[0].schema.properties.a.$ref: translated: written out in its place: the target follows none",
        "tools[0].schema.properties.a.properties.next.not: dropped: the target has no word for it",
        "tools[0].schema.properties.b.oneOf: translated: any of them, for the target does not know just one",
        "tools[0].schema.properties.d.allOf: translated: said as one schema: the target knows no parts",
        "tools[0].schema.properties.e.items.const: translated: said as the only value",
    ];
    told(&early, "m", &hi().tool(tool), body, &losses);
    // An object without properties is refused there.
    let bare = Tool::function("f", json!({ "type": "object", "properties": {} }));
    let body = json!({ "tools": [{ "functionDeclarations": [{ "name": "f" }] }] });
    told(&early, "m", &hi().tool(bare), with_hi(body), &[]);
}

#[test]
fn tools_share_an_object_and_the_providers_own_have_theirs() {
    let schema = json!({ "type": "object" });
    let request = hi()
        .tool(Tool::function("f", schema.clone()).description("d"))
        .tool(Tool::function("g", schema.clone()).strict())
        .tool(Tool::native("gemini", json!({ "googleSearch": {} })))
        .tool(Tool::native("anthropic", json!({ "type": "web_search_20250305" })))
        .parallel(Parallel::Forbid);
    let functions = json!([
        { "name": "f", "description": "d", "parametersJsonSchema": schema },
        { "name": "g", "parametersJsonSchema": schema },
    ]);
    let tools = json!([{ "functionDeclarations": functions }, { "googleSearch": {} }]);
    let losses = [
        "tools: dropped: a provider's own tool of another dialect",
        "tools.strict: dropped: the dialect has no word for it",
        "parallel: dropped: the dialect has no word for it",
    ];
    check(&request, json!({ "tools": tools }), &losses);
}

#[test]
fn a_tool_choice_is_a_mode_and_names() {
    let names = || vec!["f".to_owned(), "g".to_owned()];
    for (choice, config) in [
        (ToolChoice::Auto, json!({ "mode": "AUTO" })),
        (ToolChoice::None, json!({ "mode": "NONE" })),
        (ToolChoice::Required, json!({ "mode": "ANY" })),
        (ToolChoice::Named("f".into()), json!({ "mode": "ANY", "allowedFunctionNames": ["f"] })),
        (
            ToolChoice::RequiredOf(names()),
            json!({ "mode": "ANY", "allowedFunctionNames": ["f", "g"] }),
        ),
        (
            ToolChoice::Allowed(names()),
            json!({ "mode": "VALIDATED", "allowedFunctionNames": ["f", "g"] }),
        ),
    ] {
        let body = json!({ "toolConfig": { "functionCallingConfig": config } });
        check(&hi().tool_choice(choice), body, &[]);
    }
    let able = Abilities { forced_tools: Ability::Drop, ..Abilities::default() };
    let (body, losses) = sent(GEMINI, "m", &hi().tool_choice(ToolChoice::Required), &able);
    assert_eq!(body, with_hi(json!({})));
    assert_eq!(losses, ["tool_choice: dropped: the model does not take it"]);
}

/// What `model` is told of a wish, and what is lost.
fn thinks(model: &str, wish: Thinking, config: Value, losses: &[&str]) {
    let body = match config.is_null() {
        true => json!({}),
        false => json!({ "generationConfig": { "thinkingConfig": config } }),
    };
    told(GEMINI, model, &hi().thinking(wish), with_hi(body), losses);
}

#[test]
fn an_effort_is_a_level_or_a_budget_by_the_models_generation() {
    let budget = "thinking.effort: translated: the model takes a budget and no effort";
    for model in ["gemini-3-pro-preview", "gemini-flash-latest"] {
        thinks(model, Thinking::effort(Effort::Low), json!({ "thinkingLevel": "LOW" }), &[]);
        thinks(model, Thinking::effort(Effort::XHigh), json!({ "thinkingLevel": "XHIGH" }), &[]);
        let clamped = "thinking.effort: clamped: the model knows no max: xhigh";
        let level = json!({ "thinkingLevel": "XHIGH" });
        thinks(model, Thinking::effort(Effort::Max), level, &[clamped]);
        let clamped = "thinking.effort: clamped: the model knows no none: minimal";
        let level = json!({ "thinkingLevel": "MINIMAL" });
        thinks(model, Thinking::effort(Effort::None), level, &[clamped]);
    }
    let model = "gemini-2.5-flash-lite";
    for (effort, tokens) in [
        (Effort::Minimal, 1_024),
        (Effort::Low, 1_024),
        (Effort::Medium, 8_192),
        (Effort::High, 24_576),
    ] {
        thinks(model, Thinking::effort(effort), json!({ "thinkingBudget": tokens }), &[budget]);
    }
    thinks(model, Thinking::effort(Effort::None), json!({ "thinkingBudget": 0 }), &[]);
}

#[test]
fn a_budget_is_told_as_one_and_a_wish_for_thinking_as_no_bound() {
    for model in ["gemini-3-pro", "gemini-2.5-pro"] {
        thinks(model, Thinking::budget(512), json!({ "thinkingBudget": 512 }), &[]);
        thinks(model, Thinking::off(), json!({ "thinkingBudget": 0 }), &[]);
        let mut on = Thinking::default();
        on.enabled = Some(true);
        thinks(model, on, json!({ "thinkingBudget": -1 }), &[]);
        thinks(model, Thinking::default(), Value::Null, &[]);
    }
    let mut both = Thinking::effort(Effort::Low);
    both.budget = Some(512);
    let lost = "thinking.budget: dropped: the model takes an effort and no budget";
    thinks("gemini-3-pro", both.clone(), json!({ "thinkingLevel": "LOW" }), &[lost]);
    let lost = "thinking.effort: dropped: the model takes a budget and no effort";
    thinks("gemini-2.5-pro", both, json!({ "thinkingBudget": 512 }), &[lost]);
}

#[test]
fn how_much_thinking_is_shown_is_told_beside_it() {
    let shown = |visibility| Thinking::effort(Effort::Low).visibility(visibility);
    let config = |shown: bool| json!({ "thinkingLevel": "LOW", "includeThoughts": shown });
    thinks("gemini-3-pro", shown(Visibility::Summary), config(true), &[]);
    thinks("gemini-3-pro", shown(Visibility::Hidden), config(false), &[]);
    let most = "thinking.visibility: translated: the provider shows summaries at most";
    thinks("gemini-3-pro", shown(Visibility::Full), config(true), &[most]);
}

#[test]
fn a_departure_goes_before_the_models_generation() {
    let budget = Gemini { thinking: ThinkingGauge::Budget, ..Gemini::PLAIN };
    let (body, _) = sent(&budget, "gemini-3-pro", &hi().effort(Effort::Low), &Abilities::default());
    assert_eq!(body["generationConfig"]["thinkingConfig"], json!({ "thinkingBudget": 1_024 }));
    let level = Gemini { thinking: ThinkingGauge::Level, ..Gemini::PLAIN };
    let able = Abilities { efforts: Some(vec![Effort::Low, Effort::High]), ..Abilities::default() };
    let (body, losses) = sent(&level, "gemini-2.5-pro", &hi().effort(Effort::Medium), &able);
    assert_eq!(body["generationConfig"]["thinkingConfig"], json!({ "thinkingLevel": "LOW" }));
    assert_eq!(losses, ["thinking.effort: clamped: the model knows no medium: low"]);
}

fn call(id: &str, name: &str) -> Part {
    ToolCall::new(id, name, "{}").into()
}

#[test]
fn a_call_that_nobody_signed_is_excused_where_the_model_asks_for_it() {
    let turn = Message::new(Role::Assistant, [call("a", "f"), call("b", "f")]);
    let request = Request::new("m").user("Go").message(turn);
    let excused = |dialect: &Gemini, model: &str, request: &Request| {
        let (body, losses) = sent(dialect, model, request, &Abilities::default());
        assert_eq!(losses, [""; 0]);
        let parts = body["contents"][1]["parts"].as_array().unwrap().clone();
        let signed = |part: &Value| part.get("thoughtSignature").cloned();
        parts.iter().map(signed).collect::<Vec<_>>()
    };
    let word = Some(json!("skip_thought_signature_validator"));
    for model in ["gemini-3-pro", "gemini-flash-latest"] {
        assert_eq!(excused(GEMINI, model, &request), [word.clone(), None]);
    }
    assert_eq!(excused(GEMINI, "gemini-2.5-pro", &request), [None, None]);
    let left = Gemini { unsigned: Unsigned::Left, ..Gemini::PLAIN };
    assert_eq!(excused(&left, "gemini-3-pro", &request), [None, None]);
    let always = Gemini { unsigned: Unsigned::Excused, ..Gemini::PLAIN };
    assert_eq!(excused(&always, "gemini-2.5-pro", &request), [word, None]);
    // What came before the person's last word is not looked at.
    let later = request.result("a", "1").result("b", "2").assistant("So").user("And?");
    assert_eq!(excused(GEMINI, "gemini-3-pro", &later), [None, None]);
}

#[test]
fn results_name_their_calls_and_go_in_one_turn_with_what_follows() {
    let calls = Message::new(Role::Assistant, [call("a", "f"), call("b", "g")]);
    let request = Request::new("m")
        .user("Go")
        .message(calls)
        .result("b", r#"{"temp": 21}"#)
        .message(Message::tool(ToolResult::new("a", [Part::text("no")]).failed()))
        .user("And?");
    let answered = |name: &str, id: Option<&str>, response: Value| match id {
        Some(id) => json!({ "functionResponse": { "id": id, "name": name, "response": response } }),
        None => json!({ "functionResponse": { "name": name, "response": response } }),
    };
    for (dialect, ids) in [
        (GEMINI, [Some("b"), Some("a")]),
        (&Gemini { ids: CallIds::Left, ..Gemini::PLAIN }, [None, None]),
    ] {
        let (body, losses) = sent(dialect, "gemini-2.5-pro", &request, &Abilities::default());
        let parts = json!([
            answered("g", ids[0], json!({ "temp": 21 })),
            answered("f", ids[1], json!({ "error": "no" })),
            { "text": "And?" },
        ]);
        assert_eq!(body["contents"][2], json!({ "role": "user", "parts": parts }));
        assert_eq!(losses, [""; 0]);
    }
    let lone = Request::new("m").user("Go").result("t", "x");
    let (body, losses) = sent(GEMINI, "m", &lone, &Abilities::default());
    assert_eq!(body["contents"][1]["parts"][0], answered("t", Some("t"), json!({ "output": "x" })));
    assert_eq!(losses, ["tool_result: translated: no call has its id, which names it here"]);
}

#[test]
fn media_is_here_or_elsewhere_and_keeps_its_label() {
    let own = Some(Issuer::speaking("gemini"));
    let file = Media::File { id: "gs://b/o.mp4".into(), issuer: own };
    let parts = [
        Content::Image(Image::new(Media::bytes("image/png", &b"hello"[..]))),
        Content::Audio(Audio::new(Media::bytes("audio/mpeg", &b"hello"[..]))),
        Content::Document(Document::new(Media::Url("https://a.example/a.pdf?x=1".into()))),
        Content::Image(Image::new(Media::Url("https://a.example/picture".into()))),
        Content::Video(Video::new(file)),
    ];
    let request = Request::new("m").message(Message::new(Role::User, parts.map(Part::new)));
    let parts = json!([
        { "inlineData": { "mimeType": "image/png", "data": "aGVsbG8=" } },
        { "inlineData": { "mimeType": "audio/mpeg", "data": "aGVsbG8=" } },
        { "fileData": { "mimeType": "application/pdf", "fileUri": "https://a.example/a.pdf?x=1" } },
        { "fileData": { "fileUri": "https://a.example/picture" } },
        { "fileData": { "mimeType": "video/mp4", "fileUri": "gs://b/o.mp4" } },
    ]);
    let body = json!({ "contents": [{ "role": "user", "parts": parts }] });
    told(GEMINI, "m", &request, body, &[]);
}

#[test]
fn pictures_that_a_tool_answers_with_stand_in_its_result_or_behind_it() {
    let picture = Part::from(Image::new(Media::bytes("image/png", &b"hello"[..])));
    let result = ToolResult::new("a", [Part::text("see"), picture]);
    let calls = Message::new(Role::Assistant, [call("a", "f")]);
    let request = Request::new("m").user("Go").message(calls).message(Message::tool(result));
    let answered = |model| {
        let (body, losses) = sent(GEMINI, model, &request, &Abilities::default());
        (body["contents"][2]["parts"].clone(), losses)
    };
    let picture = json!({ "inlineData": { "mimeType": "image/png", "data": "aGVsbG8=" } });
    let mut result = json!({ "id": "a", "name": "f", "response": { "output": "see" } });
    let (parts, losses) = answered("gemini-2.5-pro");
    assert_eq!(parts, json!([{ "functionResponse": result }, picture]));
    let why = "the model takes only text from tools; the rest follows in the turn";
    assert_eq!(losses, [format!("tool_result: translated: {why}")]);

    result["parts"] = json!([picture]);
    let (parts, losses) = answered("gemini-3-pro");
    assert_eq!(parts, json!([{ "functionResponse": result }]));
    assert_eq!(losses, [""; 0]);
}

#[test]
fn what_only_some_hosts_know_is_said_by_departure_or_scoped() {
    let request = hi().metadata("k", "v").tier(ServiceTier::Flex);
    told(
        VERTEX,
        "m",
        &request,
        with_hi(json!({ "labels": { "k": "v" }, "serviceTier": "flex" })),
        &[],
    );
    let lost = "metadata: dropped: the host keeps no words beside the answer";
    check(&request, json!({ "serviceTier": "flex" }), &[lost]);

    let scope = || ExtraScope::Dialect(Gemini::NAME.into());
    let safety = json!([{ "category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF" }]);
    let request = hi()
        .extra(scope(), "safetySettings", safety.clone())
        .extra(scope(), "cachedContent", json!("cachedContents/1"))
        .extra(scope(), "generationConfig.mediaResolution", json!("MEDIA_RESOLUTION_LOW"))
        .extra(ExtraScope::Dialect("anthropic".into()), "container", json!("c"));
    let body = json!({
        "safetySettings": safety,
        "cachedContent": "cachedContents/1",
        "generationConfig": { "mediaResolution": "MEDIA_RESOLUTION_LOW" },
    });
    check(&request, body, &["container: dropped: the extra field is meant for others"]);
}

#[test]
fn a_last_turn_of_the_models_own_is_left_out_where_it_must() {
    let request = hi().assistant("Ho");
    let able = Abilities { prefill: Ability::Drop, ..Abilities::default() };
    let (body, losses) = sent(GEMINI, "m", &request, &able);
    assert_eq!(body, with_hi(json!({})));
    assert_eq!(losses, ["prefill: dropped: the model does not take it"]);
}

#[test]
fn thinking_goes_back_with_its_proof_and_to_nobody_else() {
    let issuer = Issuer::new("gemini", "here", "m");
    let thought = Reasoning::text(issuer, "Hm.").signed("c2ln");
    let turn = Message::new(Role::Assistant, [thought.into(), Part::text("4")]);
    let request = Request::new("m").user("2+2?").message(turn);
    let parts = json!([
        { "text": "Hm.", "thought": true, "thoughtSignature": "c2ln" },
        { "text": "4" },
    ]);
    let (body, losses) = sent(GEMINI, "m", &request, &Abilities::default());
    assert_eq!((&body["contents"][1]["parts"], losses.len()), (&parts, 0));
    let (body, losses) = sent(GEMINI, "other", &request, &Abilities::default());
    assert_eq!(body["contents"][1]["parts"], json!([{ "text": "4" }]));
    assert_eq!(losses, ["reasoning: dropped: another issuer's thinking means nothing here"]);
}
