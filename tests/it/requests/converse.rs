//! What a request becomes in Bedrock's Converse, word by word.

mod content;

use std::time::Duration;

use nohop_tests::asked;
use nohop_types::{
    CacheMark, Effort, ErrorKind, ExtraScope, Issuer, Json, Message, Modality, OutputFormat,
    Parallel, Part, Request, Role, Schema, ServiceTier, Thinking, Tool, ToolCall, ToolChoice,
    Visibility,
};
use nohop_wire::dialect::{Converse, LateSystem, ThinkingStyle, ThinkingWords};
use nohop_wire::{Abilities, Ability, Call, Dialect, Mode, RequestHead, laws};
use serde_json::{Value, json};

use super::hi;
use crate::kept::keep;

const PLAIN: &Converse = &Converse::PLAIN;
const CLAUDE: &str = "eu.anthropic.claude-x-v1:0";
const NOVA: &str = "us.amazon.nova-x-v1:0";
const OTHER: &str = "meta.llama-x";

fn sent(
    dialect: &Converse,
    model: &str,
    request: &Request,
    abilities: &Abilities,
) -> nohop_types::Result<(Value, Vec<String>)> {
    let issuer = Issuer::new(dialect.name(), "here", model);
    let call = Call::new(request, model, "/", &issuer).abilities(abilities);
    let encoded = dialect.encode(&call)?;
    keep(&json!({ "what": model }), &encoded.body);
    let losses = encoded.losses.iter().map(ToString::to_string).collect();
    Ok((serde_json::from_slice(&encoded.body).unwrap(), losses))
}

/// The request as it is said to `model` has this `body` and these `losses`.
fn told(model: &str, request: &Request, body: Value, losses: &[&str]) {
    let (sent, lost) = sent(PLAIN, model, request, &Abilities::default()).unwrap();
    let differences = laws::differences(&body, &sent);
    let shown: Vec<String> = differences.iter().map(ToString::to_string).collect();
    assert!(shown.is_empty(), "{shown:#?} in {sent:#}");
    assert_eq!(lost, losses, "{sent:#}");
}

/// The same, of a request with one turn: this is said beside it.
fn check(model: &str, request: &Request, mut body: Value, losses: &[&str]) {
    body["messages"] = json!([{ "role": "user", "content": [{ "text": "Hi" }] }]);
    told(model, request, body, losses);
}

fn own() -> ExtraScope {
    ExtraScope::dialect(Converse::NAME)
}

#[test]
fn a_path_names_the_model_or_its_arn_and_how_it_is_answered() {
    let path = |way: &str, model: &str, mode| {
        let (request, issuer) = (hi(), Issuer::speaking(Converse::NAME));
        PLAIN.encode(&Call::new(&request, model, way, &issuer).mode(mode)).map(|told| told.path)
    };
    let way = "/model/{model}/{converse|converse-stream}";
    for (model, name) in [
        ("amazon.nova-x", "amazon.nova-x"),
        ("a.b-v1:0", "a.b-v1%3A0"),
        ("arn:aws:bedrock:r:1:p/x.y-v1:0", "arn%3Aaws%3Abedrock%3Ar%3A1%3Ap%2Fx.y-v1%3A0"),
        ("a b?c#d%\u{e9}~", "a%20b%3Fc%23d%25%C3%A9~"),
    ] {
        assert_eq!(path(way, model, Mode::Whole).unwrap(), format!("/model/{name}/converse"));
        let streamed = format!("/model/{name}/converse-stream");
        assert_eq!(path(way, model, Mode::Stream).unwrap(), streamed);
    }
    for none in ["", ".", ".."] {
        assert!(path(way, none, Mode::Whole).is_err(), "{none}");
    }
}

#[test]
fn turns_of_one_speaker_are_one_and_the_application_speaks_first() {
    let request = Request::new("m").system("Be terse.").system("Be kind.").user("Hi").user("You?");
    let request = request.assistant("Hello.").assistant("Ah.").system("In French.").user("Bye");
    let body = json!({
        "system": [{ "text": "Be terse." }, { "text": "Be kind." }],
        "messages": [
            { "role": "user", "content": [{ "text": "Hi" }, { "text": "You?" }] },
            { "role": "assistant", "content": [{ "text": "Hello." }, { "text": "Ah." }] },
            { "role": "user", "content": [{ "text": "In French." }, { "text": "Bye" }] },
        ],
    });
    let lost = "late_system: translated: a late turn of the application is told as the user's";
    told(OTHER, &request, body, &[lost]);

    let inside = Converse { late_system: LateSystem::Inside, ..Converse::PLAIN };
    let (body, lost) = sent(&inside, OTHER, &request, &Abilities::default()).unwrap();
    let late = json!({ "role": "system", "content": [{ "text": "In French." }] });
    assert_eq!((&body["messages"][2], lost.len()), (&late, 0));
}

#[test]
fn a_conversation_needs_somebody_beside_the_application() {
    let kind =
        |request: &Request| sent(PLAIN, OTHER, request, &Abilities::default()).unwrap_err().kind();
    assert_eq!(kind(&Request::new("m").system("Be terse.")), ErrorKind::Unsupported);
    assert_eq!(kind(&Request::new("m")), ErrorKind::InvalidRequest);
    let empty = Request::new("m").message(Message::new(Role::User, []));
    assert_eq!(kind(&empty), ErrorKind::InvalidRequest);
}

#[test]
fn every_word_on_how_tokens_are_chosen_has_its_place_or_is_a_loss() {
    let request = hi().max_tokens(64).stop(["END"]).seed(7).temperature(1.5).sampling(|sampling| {
        sampling.top_p = Some(0.9);
        sampling.top_k = Some(40);
        sampling.n = Some(2);
    });
    let config = json!({
        "maxTokens": 64, "temperature": 1.0, "topP": 0.9, "stopSequences": ["END"],
    });
    let lost = [
        "temperature: clamped: the dialect's temperatures end at 1",
        "seed: dropped: the dialect has no word for it",
        "n: dropped: the dialect has no word for it",
        "top_k: dropped: the dialect has no word for it",
    ];
    check(OTHER, &request, json!({ "inferenceConfig": config }), &lost);
    let more = json!({ "top_k": 40 });
    let body = json!({ "inferenceConfig": config, "additionalModelRequestFields": more });
    check(CLAUDE, &request, body, &lost[..3]);
    let more = json!({ "inferenceConfig": { "topK": 40 } });
    let body = json!({ "inferenceConfig": config, "additionalModelRequestFields": more });
    check(NOVA, &request, body, &lost[..3]);
}

#[test]
fn what_a_model_can_not_do_is_left_out_or_refused() {
    let able = |ability| Abilities {
        sampling: ability,
        stop: ability,
        forced_tools: ability,
        prefill: ability,
        ..Abilities::default()
    };
    let tool = Tool::function("f", json!({ "type": "object" }));
    let request = hi().temperature(0.5).stop(["END"]).tool(tool).tool_choice(ToolChoice::Required);
    let request = request.assistant("Well,");
    let (body, lost) = sent(PLAIN, CLAUDE, &request, &able(Ability::Drop)).unwrap();
    assert_eq!(lost.len(), 4, "{lost:?}");
    assert!(
        body.get("inferenceConfig").is_none() && body["messages"].as_array().unwrap().len() == 1
    );
    assert!(body["toolConfig"].get("toolChoice").is_none());
    let error = sent(PLAIN, CLAUDE, &request, &able(Ability::Refuse)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn tools_and_their_marks_and_choices_are_told() {
    let a = json!({ "a": { "type": "string" } });
    let schema = json!({ "type": "object", "properties": a, "additionalProperties": false });
    let tool = Tool::function("f", schema.clone()).description("d").strict();
    let own = Tool::native(Converse::NAME, json!({ "systemTool": { "name": "nova_grounding" } }));
    let bare = Tool::new(nohop_types::ToolKind::Function(nohop_types::Function::new("g", None)));
    let foreign = Tool::native("gemini", json!({ "google_search": {} }));
    let mark = CacheMark::lasting(Duration::from_secs(300));
    let request = hi().tool(tool.cached(mark)).tool(bare).tool(own).tool(foreign);
    let tools = json!([
        { "toolSpec": { "name": "f", "description": "d", "inputSchema": { "json": schema }, "strict": true } },
        { "cachePoint": { "type": "default", "ttl": "5m" } },
        { "toolSpec": { "name": "g", "inputSchema": { "json": { "type": "object" } } } },
        { "systemTool": { "name": "nova_grounding" } },
    ]);
    let lost = "tools: dropped: a provider's own tool of another dialect";
    let several = "tool_choice: translated: the dialect names one tool or none; all that are offered may be called";
    let choices = [
        (ToolChoice::Auto, json!({ "auto": {} }), &[lost][..]),
        (ToolChoice::Required, json!({ "any": {} }), &[lost]),
        (ToolChoice::Named("f".into()), json!({ "tool": { "name": "f" } }), &[lost]),
        (ToolChoice::RequiredOf(vec!["f".into()]), json!({ "tool": { "name": "f" } }), &[lost]),
        (
            ToolChoice::RequiredOf(vec!["f".into(), "g".into()]),
            json!({ "any": {} }),
            &[lost, several],
        ),
        (ToolChoice::Allowed(vec!["f".into()]), json!({ "auto": {} }), &[lost, several]),
    ];
    for (choice, said, lost) in choices {
        let config = json!({ "tools": tools, "toolChoice": said });
        check(OTHER, &request.clone().tool_choice(choice), json!({ "toolConfig": config }), lost);
    }
}

#[test]
fn calls_can_not_be_forbidden_so_tools_are_left_out_until_one_was_called() {
    let tool = || Tool::function("f", json!({ "type": "object" }));
    let request = hi().tool(tool()).tool_choice(ToolChoice::None);
    let lost = "tool_choice: translated: the dialect can not forbid calls: the tools are left out";
    check(OTHER, &request, json!({}), &[lost]);

    let called = Part::from(ToolCall::new("1", "f", "{}"));
    let request =
        hi().assistant(called).result("1", "2").tool(tool()).tool_choice(ToolChoice::None);
    let (body, lost) = sent(PLAIN, OTHER, &request, &Abilities::default()).unwrap();
    assert_eq!(lost, ["tool_choice: dropped: the dialect can not forbid calls"]);
    assert_eq!(body["toolConfig"]["tools"][0]["toolSpec"]["name"], "f");

    let one = hi().tool(tool()).parallel(Parallel::Forbid);
    let config = json!({ "tools": [{ "toolSpec": { "name": "f", "inputSchema": { "json": { "type": "object" } } } }] });
    let single = json!({ "tool_choice": { "type": "auto", "disable_parallel_tool_use": true } });
    check(
        CLAUDE,
        &one,
        json!({ "toolConfig": config, "additionalModelRequestFields": single }),
        &[],
    );
    check(
        OTHER,
        &one,
        json!({ "toolConfig": config }),
        &["parallel: dropped: the dialect has no word for it"],
    );
}

#[test]
fn thinking_is_asked_for_as_the_maker_wants_it() {
    let fields = |fields: Value| json!({ "additionalModelRequestFields": fields });
    let effort = |effort| hi().thinking(Thinking::effort(effort));
    let adaptive =
        json!({ "thinking": { "type": "adaptive" }, "output_config": { "effort": "high" } });
    check(CLAUDE, &effort(Effort::High), fields(adaptive), &[]);
    let budget = json!({ "thinking": { "type": "enabled", "budget_tokens": 2000 } });
    check(CLAUDE, &hi().thinking(Thinking::budget(2_000)), fields(budget), &[]);
    let off = json!({ "thinking": { "type": "disabled" } });
    check(CLAUDE, &hi().thinking(Thinking::off()), fields(off), &[]);

    let nova = |r#type, effort: Value| {
        let mut config = json!({ "type": r#type });
        if effort.is_string() {
            config["maxReasoningEffort"] = effort;
        }
        fields(json!({ "reasoningConfig": config }))
    };
    let clamped = "thinking.effort: clamped: the model knows no max: high";
    check(NOVA, &effort(Effort::Max), nova("enabled", "high".into()), &[clamped]);
    let no_budget = "thinking.budget: dropped: the model takes an effort and no budget";
    let budget = hi().thinking(Thinking::budget(9));
    check(NOVA, &budget, nova("enabled", "medium".into()), &[no_budget]);
    check(NOVA, &hi().thinking(Thinking::off()), nova("disabled", Value::Null), &[]);

    check(OTHER, &effort(Effort::Low), json!({ "outputConfig": { "effort": "low" } }), &[]);
    let off = "thinking: dropped: the dialect can not forbid it";
    check(OTHER, &effort(Effort::None), json!({}), &[off]);
    check(OTHER, &budget, json!({}), &[no_budget]);
    let shown = hi().thinking(Thinking::effort(Effort::Low).visibility(Visibility::Hidden));
    let hidden = "thinking.visibility: dropped: the dialect has no word for it";
    check(OTHER, &shown, json!({ "outputConfig": { "effort": "low" } }), &[hidden]);
}

#[test]
fn a_model_that_thinks_leaves_out_what_it_refuses() {
    let request = hi().thinking(Thinking::budget(500)).temperature(0.5).sampling(|sampling| {
        sampling.top_k = Some(4);
    });
    let body = json!({ "additionalModelRequestFields": { "thinking": { "type": "enabled", "budget_tokens": 1024 } } });
    let lost = [
        "thinking.budget: clamped: a budget has 1024 tokens at least, and leaves room for the answer",
        "temperature: dropped: a model that thinks takes none but 1",
        "top_k: dropped: a model that thinks takes none",
    ];
    check(CLAUDE, &request, body, &lost);

    let old =
        Converse { thinking: ThinkingWords::Claude(ThinkingStyle::Budget), ..Converse::PLAIN };
    let request = hi().thinking(Thinking::effort(Effort::High)).max_tokens(4_000);
    let (body, lost) = sent(&old, "a-profile-of-mine", &request, &Abilities::default()).unwrap();
    let thinking = json!({ "thinking": { "type": "enabled", "budget_tokens": 3000 } });
    assert_eq!(body["additionalModelRequestFields"], thinking);
    assert_eq!(lost.len(), 2, "{lost:?}");
    let small = hi().thinking(Thinking::effort(Effort::High)).max_tokens(500);
    let (body, _) = sent(&old, OTHER, &small, &Abilities::default()).unwrap();
    assert!(body.get("additionalModelRequestFields").is_none());
}

#[test]
fn an_answers_shape_is_told_as_text() {
    let schema = r#"{"type":"integer",  "default":1.0}"#;
    let told = json!({ "schema": schema, "name": "o", "description": "d" });
    let schema = Schema::new("o", Json::new(schema).unwrap()).description("d");
    let request = hi().output(OutputFormat::JsonSchema(schema));
    let format = json!({ "type": "json_schema", "structure": { "jsonSchema": told } });
    check(OTHER, &request, json!({ "outputConfig": { "textFormat": format } }), &[]);
    let lost = "output: dropped: the dialect has no objects without a schema";
    check(OTHER, &hi().output(OutputFormat::JsonObject), json!({}), &[lost]);
}

#[test]
fn everything_else_has_a_place_of_its_own_or_is_a_loss() {
    let request = hi().tier(ServiceTier::Standard).metadata("k", "v").by("u").session("s");
    let request = request.modalities([Modality::Audio]).prediction("Hello");
    let body = json!({ "serviceTier": { "type": "default" }, "requestMetadata": { "k": "v" } });
    let lost = ["modalities", "prediction", "session", "user"];
    let lost = lost.map(|field| format!("{field}: dropped: the dialect has no word for it"));
    check(OTHER, &request, body, &lost.each_ref().map(String::as_str));
    check(OTHER, &hi().tier(ServiceTier::Auto), json!({}), &[]);
    let reserved = json!({ "serviceTier": { "type": "reserved" } });
    check(OTHER, &hi().tier("reserved".into()), reserved, &[]);
}

#[test]
fn what_the_vocabulary_has_no_word_for_is_an_extra_field() {
    let guardrail =
        json!({ "guardrailIdentifier": "g", "guardrailVersion": "1", "trace": "enabled" });
    let request = hi()
        .max_tokens(9)
        .extra(own(), "guardrailConfig", guardrail.clone())
        .extra(own(), "inferenceConfig.maxTokens", json!(5))
        .extra(own(), "inferenceConfig.novel", json!(1.0))
        .extra(own(), "toolConfig.novel", json!([]))
        .extra(own(), "additionalModelRequestFields.top_k", json!(40))
        .extra(ExtraScope::endpoint("there"), "outputConfig.novel", json!(1));
    let body = json!({
        "inferenceConfig": { "maxTokens": 9, "novel": 1.0 },
        "toolConfig": { "novel": [] },
        "additionalModelRequestFields": { "top_k": 40 },
        "guardrailConfig": guardrail,
    });
    let lost = "outputConfig.novel: dropped: the extra field is meant for others";
    check(OTHER, &request, body, &[lost]);
}

#[test]
fn a_request_that_was_sent_so_is_sent_so_again() {
    let body = json!({
        "system": [{ "text": "S" }, { "cachePoint": { "type": "default" } }],
        "messages": [
            { "role": "user", "content": [{ "guardContent": { "text": { "text": "g", "qualifiers": ["query"] } } }] },
            { "role": "user", "content": [{ "text": "Hi" }] },
            { "role": "assistant", "content": [
                { "reasoningContent": { "reasoningText": { "text": "t", "signature": "c2ln" } } },
                { "toolUse": { "toolUseId": "t1", "name": "f", "input": { "a": 1.0 }, "type": "tool_use" } },
            ] },
            { "role": "user", "content": [{ "toolResult": { "toolUseId": "t1", "status": "success", "content": [
                { "json": { "a": 1 } },
                { "text": "b" },
            ] } }] },
        ],
        "inferenceConfig": {},
        "toolConfig": { "tools": [{ "systemTool": { "name": "n" } }], "toolChoice": { "auto": {} } },
        "additionalModelRequestFields": { "thinking": { "type": "adaptive" } },
        "promptVariables": { "a": { "text": "b" } },
    });
    let head = RequestHead::new("/model/m/converse", http::HeaderMap::new());
    let text = body.to_string();
    let incoming = asked::converse::read(text.as_bytes()).unwrap();
    let (found, _) = asked::there_and_back(&incoming, PLAIN, &head, text.as_bytes()).unwrap();
    assert!(found.is_empty(), "{found:?}");
}
