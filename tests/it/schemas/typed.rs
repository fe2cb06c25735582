//! Answers as values of types: asked for, checked, and refused where they are none.

use nohop::providers::{Endpoint, Provider, table};
use nohop::{ErrorKind, OutputFormat, Request, Router, Schema, Target};
use nohop_testkit::{Dialect as Spoken, Emulator, Script};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct City {
    name: String,
    #[schemars(range(min = 1))]
    people: u64,
    river: Option<String>,
    #[serde(default)]
    twins: Vec<String>,
}

/// Everything that an answer shows, and that no error may.
const SECRET: &str = "secret";

const WAYS: [(Provider, &str, Option<&str>, Spoken); 7] = [
    (table::OPENAI, "/v1", None, Spoken::OpenAiChat),
    (table::OPENAI, "/v1", Some("openai-responses"), Spoken::OpenAiResponses),
    (table::ANTHROPIC, "", None, Spoken::Anthropic),
    (table::GEMINI, "", None, Spoken::Gemini),
    (table::COHERE, "", None, Spoken::Cohere),
    (table::OLLAMA, "", Some("ollama"), Spoken::Ollama),
    (table::BEDROCK, "", None, Spoken::Converse),
];

/// Asks for a city where `says` is answered; the emulator is returned too.
async fn ask(
    way: (Provider, &str, Option<&str>, Spoken),
    says: &str,
    request: Request,
) -> (nohop::Result<nohop::Typed<City>>, Emulator) {
    let (provider, base, way, spoken) = way;
    let emulator = Script::new(spoken).says(says).start().await.unwrap();
    let endpoint = Endpoint::new(provider).id("there").base_url(emulator.url() + base).key("k");
    let target = Target::new("m@there");
    let target = match way {
        Some(way) => target.way(way),
        None => target,
    };
    let router = Router::builder().endpoint(endpoint).target(target).build().unwrap();
    (router.send_as::<City>(request).await, emulator)
}

/// What was asked last.
fn last(emulator: &Emulator) -> Value {
    serde_json::from_slice(&emulator.journal().last().unwrap().body).unwrap()
}

fn which() -> Request {
    Request::new("m@there").user("Which city?")
}

#[tokio::test]
async fn a_value_is_had_from_every_dialect() {
    let says = r#"{"name":"Lyon","people":520000,"river":"Rhône","twins":null}"#;
    for way in WAYS {
        let (answer, emulator) = ask(way, says, which()).await;
        let answer = answer.unwrap();
        let twins = Vec::new();
        let lyon =
            City { name: "Lyon".into(), people: 520_000, river: Some("Rhône".into()), twins };
        assert_eq!(answer.value, lyon);
        assert!(answer.response.trace.is_some());
        // The schema was told, and nobody was asked twice.
        assert!(last(&emulator).to_string().contains("people"));
        assert_eq!(emulator.journal().requests().len(), 1);
    }
}

#[tokio::test]
async fn what_is_no_such_value_is_an_error_with_the_answer_and_the_trace() {
    for (says, said) in [
        (r#"{"name":"secret","people":0}"#, "the answer: people: it is not what `minimum` says"),
        (r#"{"name":"secret"}"#, "the answer: the whole: the field \"people\" is missing"),
        ("secret, I think", "the answer: the text is not JSON, at line 1 column 1"),
    ] {
        for way in WAYS {
            let (answer, _) = ask(way, says, which()).await;
            let error = answer.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Shape);
            assert!(error.message().starts_with(said), "{error}");
            assert!(!format!("{error} {error:?} {error:#?}").contains(SECRET), "{error:#?}");
            assert_eq!(error.response().unwrap().text(), says);
            assert_eq!(error.trace().unwrap().attempts.len(), 1);
        }
    }
}

#[tokio::test]
async fn a_schema_of_the_callers_own_stays() {
    let own = json!({ "type": "object", "properties": { "name": { "type": "string" } } });
    let request = which().output(OutputFormat::JsonSchema(Schema::new("mine", own.clone())));
    let (answer, emulator) = ask(WAYS[0], r#"{"name":"a","people":1}"#, request).await;
    assert_eq!(answer.unwrap().value.people, 1);
    let told = last(&emulator);
    let format = &told["response_format"]["json_schema"];
    assert_eq!((&format["name"], &format["schema"]), (&json!("mine"), &own));
}

#[tokio::test]
async fn where_a_host_knows_no_schemas_an_object_is_asked_for_and_checked() {
    let says = r#"{"name":"a","people":1}"#;
    let (answer, emulator) =
        ask((table::DEEPSEEK, "", None, Spoken::OpenAiChat), says, which()).await;
    let answer = answer.unwrap();
    assert_eq!(answer.value.people, 1);
    let told = last(&emulator);
    assert_eq!(told["response_format"], json!({ "type": "json_object" }));
    let trace = answer.response.trace.unwrap();
    let losses: Vec<_> = trace.attempts[0].losses.iter().map(ToString::to_string).collect();
    assert_eq!(
        losses,
        ["output.schema: translated: the host knows no schemas of answers: an object is asked for"]
    );
}

#[tokio::test]
async fn what_a_target_can_not_be_told_is_refused_and_another_is_asked() {
    #[derive(Debug, Deserialize, JsonSchema)]
    struct Counts {
        words: std::collections::BTreeMap<String, u32>,
    }
    let chat = Script::new(Spoken::OpenAiChat).says("{}").start().await.unwrap();
    let gemini = Script::new(Spoken::Gemini).says(r#"{"words":{"a":1}}"#).start().await.unwrap();
    let endpoints = [
        Endpoint::new(table::OPENAI).id("first").base_url(chat.url() + "/v1").key("k"),
        Endpoint::new(table::GEMINI).id("second").base_url(gemini.url()).key("k"),
    ];
    let [first, second] = endpoints;
    let builder = Router::builder().endpoint(first).endpoint(second);
    let route = nohop::Route::new("both", ["m@first", "gemini-3-pro@second"]);
    let router = builder.route(route).build().unwrap();
    let answer = router.send_as::<Counts>(Request::new("both").user("Count!")).await.unwrap();
    assert_eq!(answer.value.words["a"], 1);
    let attempts = answer.response.trace.unwrap().attempts;
    let error = attempts[0].error.as_deref().unwrap();
    assert!(error.starts_with("output.schema.properties.words.additionalProperties: "), "{error}");
    assert_eq!((chat.journal().requests().len(), gemini.journal().requests().len()), (0, 1));
}
