//! Spans and metrics have OpenTelemetry's names for generative AI, and no word of what is asked and answered.

use nohop::policy::Price;
use nohop::providers::{Endpoint, table};
use nohop::wire::Mode;
use nohop::{Builder, Effort, Request, Route, Router, Target, Words};
use nohop_testkit::{Fault, Script};
use serde_json::{Value, json};

use crate::road::ask;
use crate::road::scripted::{Scripted, paused};

mod measured;
mod spans;

use measured::measured;
use spans::{Spans, collect};

/// Two providers, of which the first is overloaded.
fn builder(model: &str) -> Builder {
    let answer = Script::gemini().thinks("Hm.").says("Because.").usage(12, 3).cached(4).reasoned(2);
    let transport = Scripted::default()
        .host("first", Script::openai().fault(Fault::Overloaded))
        .host("second", answer);
    let price = Price::cents_per_million(10, 40);
    let target = |place| Target::new(format!("{model}@{place}")).price(price.clone());
    Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).id("first").base_url("http://first").key("sk-any"))
        .endpoint(
            Endpoint::new(table::GEMINI).id("second").base_url("https://second:444").key("sk-any"),
        )
        .route(Route::new("chat", [target("first"), target("second")]))
        .transport(transport)
}

fn hello() -> Request {
    Request::new("chat").user("Why is the sky blue?").effort(Effort::High).max_tokens(64)
}

fn spans(router: &Router, mode: Mode) -> Spans {
    collect(|| {
        paused(async { ask(router, hello().session("s1"), mode).await.map(|_| ()) }).unwrap()
    })
}

#[test]
fn a_request_is_a_span_and_its_attempts_are_below_it() {
    let spans = spans(&builder("m").build().unwrap(), Mode::Stream);
    let request = &spans.called("request")[0];
    assert_eq!(request.parent, None);
    request.has("otel.name", "chat chat");
    request.has("gen_ai.operation.name", "chat");
    request.has("gen_ai.request.model", "chat");
    request.has("gen_ai.conversation.id", "s1");

    let attempts = spans.called("attempt");
    assert_eq!(attempts.len(), 2);
    assert!(attempts.iter().all(|attempt| attempt.parent == Some(request.id)));
    let (failed, finished) = (&attempts[0], &attempts[1]);
    failed.has("gen_ai.provider.name", "openai");
    failed.has("error.type", "overloaded");
    failed.has("server.address", "first");
    failed.has("server.port", "80");
    failed.has_no("gen_ai.usage.input_tokens");
    finished.has("otel.name", "chat m");
    finished.has("otel.kind", "client");
    finished.has("gen_ai.provider.name", "gcp.gemini");
    finished.has("gen_ai.request.model", "m");
    finished.has("gen_ai.request.stream", "true");
    finished.has("gen_ai.request.max_tokens", "64");
    finished.has("gen_ai.usage.input_tokens", "12");
    finished.has("gen_ai.usage.cache_read.input_tokens", "4");
    finished.has("gen_ai.usage.output_tokens", "3");
    finished.has("gen_ai.usage.reasoning.output_tokens", "2");
    finished.has("gen_ai.response.finish_reasons", "[\"stop\"]");
    finished.has("gen_ai.response.time_to_first_chunk", "0.0");
    finished.has("server.port", "444");
    finished.has("nohop.outcome", "finished");
    finished.has_no("error.type");
}

#[test]
fn no_span_has_a_word_of_what_is_asked_and_answered() {
    for mode in [Mode::Whole, Mode::Stream] {
        let shown = spans(&builder("m").build().unwrap(), mode).text();
        assert!(["sky", "Because", "Hm."].iter().all(|word| !shown.contains(word)), "{shown}");
    }
}

#[test]
fn words_that_are_asked_for_are_on_the_span_of_the_request() {
    let router = builder("m").words(Words::Shown).build().unwrap();
    let spans = spans(&router, Mode::Stream);
    let request = &spans.called("request")[0];
    let read = |name| serde_json::from_str::<Value>(request.field(name).unwrap()).unwrap();
    let asked = json!([
        { "role": "user", "parts": [{ "type": "text", "content": "Why is the sky blue?" }] }
    ]);
    assert_eq!(read("gen_ai.input.messages"), asked);
    let answered = json!([{
        "role": "assistant",
        "parts": [
            { "type": "reasoning", "content": "Hm." },
            { "type": "text", "content": "Because." }
        ],
        "finish_reason": "stop"
    }]);
    assert_eq!(read("gen_ai.output.messages"), answered);
    let attempts: String = spans.called("attempt").iter().map(|it| format!("{it:?}")).collect();
    assert!(!attempts.contains("sky") && !attempts.contains("Because"));
}

#[test]
fn attempts_are_counted_and_timed() {
    let model = "measured";
    let found = measured(model, || {
        let router = builder(model).build().unwrap();
        paused(async { ask(&router, hello(), Mode::Stream).await }).unwrap();
    });
    let of = |name: &str, words: &[(&str, &str)]| {
        let matches = found.iter().filter(|it| it.name == name && it.has(words));
        matches.map(|it| it.value).collect::<Vec<_>>()
    };
    let google = ("gen_ai.provider.name", "gcp.gemini");
    let (openai, failed) = (("gen_ai.provider.name", "openai"), ("error.type", "overloaded"));
    let kind = |kind| ("gen_ai.token.type", kind);
    assert_eq!(of("gen_ai.client.token.usage", &[google, kind("input")]), [12.0]);
    assert_eq!(of("gen_ai.client.token.usage", &[google, kind("output")]), [3.0]);
    assert!(of("gen_ai.client.token.usage", &[openai]).is_empty());
    assert_eq!(of("gen_ai.client.operation.duration", &[openai, failed]).len(), 1);
    assert_eq!(of("gen_ai.client.operation.duration", &[google]).len(), 1);
    assert_eq!(of("gen_ai.client.operation.time_to_first_chunk", &[google]), [0.0]);
    assert_eq!(of("nohop.attempts", &[("nohop.outcome", "finished")]), [1.0]);
    assert_eq!(of("nohop.attempts", &[("nohop.outcome", "failed"), failed]), [1.0]);
    let units: Vec<_> = found.iter().map(|it| it.unit.as_str()).collect();
    assert!(units.iter().all(|unit| ["s", "{token}", "{attempt}"].contains(unit)), "{units:?}");
}
