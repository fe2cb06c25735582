//! What a request says beside its turns.

use std::collections::BTreeMap;
use std::time::Duration;

use nohop_types::{
    CacheMark, ExtraScope, Modality, OutputFormat, Part, Request, Sampling, Schema, ServiceTier,
    Tool, Verbosity,
};
use nohop_wire::dialect::{Anthropic, OpenAiChat};
use nohop_wire::{Abilities, Dialect, Mode};
use serde_json::{Value, json};

use super::{ANTHROPIC, GATEWAY, HOSTED, MISTRAL, OPENAI, check, expect, hi, sent};

/// `body` with the one turn of these requests.
fn with_hi(mut body: Value) -> Value {
    body["messages"] = json!([{ "role": "user", "content": "Hi" }]);
    body
}

fn unheard(field: &str) -> String {
    format!("{field}: dropped: the dialect has no word for it")
}

fn check_openai(request: &Request, body: Value) {
    for dialect in [OPENAI, HOSTED, MISTRAL] {
        check(dialect, request, with_hi(body.clone()), &[]);
    }
}

fn check_anthropic(request: &Request, mut body: Value, losses: &[&str]) {
    body["max_tokens"] = 4096.into();
    check(ANTHROPIC, request, with_hi(body), losses);
}

#[test]
fn every_word_on_how_tokens_are_chosen_has_its_place() {
    let own = json!({
        "temperature": 1.5,
        "top_p": 0.9,
        "frequency_penalty": 0.5,
        "presence_penalty": -0.25,
        "seed": 7,
        "stop": ["END", "\n\n"],
        "logit_bias": { "50256": -100 },
        "logprobs": true,
        "top_logprobs": 3,
        "n": 2,
    });
    check(OPENAI, &hi().sampling(inventors), with_hi(own.clone()), &[]);

    let request = hi().sampling(inventors).sampling(hosts);
    let mut all = own;
    all["top_k"] = 40.into();
    all["min_p"] = 0.05.into();
    all["repetition_penalty"] = 1.1.into();
    check(HOSTED, &request, with_hi(all), &[]);

    let words = [
        "min_p",
        "frequency_penalty",
        "presence_penalty",
        "repetition_penalty",
        "seed",
        "logit_bias",
        "logprobs",
        "n",
    ];
    let unheard = words.map(unheard);
    let clamped = "temperature: clamped: the dialect's temperatures end at 1";
    let losses: Vec<&str> = [clamped].into_iter().chain(unheard.iter().map(|l| &**l)).collect();
    let body = json!({
        "temperature": 1,
        "top_p": 0.9,
        "top_k": 40,
        "stop_sequences": ["END", "\n\n"],
    });
    check_anthropic(&request, body, &losses);
}

/// What the inventor of the dialect has words for.
fn inventors(sampling: &mut Sampling) {
    sampling.temperature = Some(1.5);
    sampling.top_p = Some(0.9);
    sampling.frequency_penalty = Some(0.5);
    sampling.presence_penalty = Some(-0.25);
    sampling.seed = Some(7);
    sampling.stop = vec!["END".into(), "\n\n".into()];
    sampling.logit_bias = BTreeMap::from([("50256".into(), -100.0)]);
    sampling.logprobs = Some(3);
    sampling.n = Some(2);
}

/// What hosts of open models have words for besides.
fn hosts(sampling: &mut Sampling) {
    sampling.top_k = Some(40);
    sampling.min_p = Some(0.05);
    sampling.repetition_penalty = Some(1.1);
}

#[test]
fn the_seed_and_the_cap_go_by_the_hosts_names() {
    let request = hi().sampling(|sampling| sampling.seed = Some(7)).max_tokens(64);
    let check = |dialect, body| check(dialect, &request, with_hi(body), &[]);
    check(OPENAI, json!({ "seed": 7, "max_completion_tokens": 64 }));
    check(HOSTED, json!({ "seed": 7, "max_tokens": 64 }));
    check(MISTRAL, json!({ "random_seed": 7, "max_tokens": 64 }));
}

#[test]
fn an_answer_may_have_to_follow_a_schema() {
    let shape = json!({ "type": "object", "properties": {}, "additionalProperties": false });
    let schema = Schema::new("weather", shape.clone()).strict();
    let request = hi().output(OutputFormat::JsonSchema(schema));
    let named = json!({ "name": "weather", "schema": shape, "strict": true });
    let format = json!({ "type": "json_schema", "json_schema": named });
    check_openai(&request, json!({ "response_format": format }));
    let format = json!({ "type": "json_schema", "schema": shape });
    check_anthropic(&request, json!({ "output_config": { "format": format } }), &[]);

    let request = hi().output(OutputFormat::JsonSchema(Schema::anonymous(shape.clone())));
    let named = json!({ "name": "answer", "schema": shape });
    let format = json!({ "type": "json_schema", "json_schema": named });
    check_openai(&request, json!({ "response_format": format }));
}

#[test]
fn an_object_of_any_shape_is_asked_for_where_that_can_be_said() {
    let request = hi().output(OutputFormat::JsonObject);
    check_openai(&request, json!({ "response_format": { "type": "json_object" } }));
    let lost = ["output: dropped: the dialect has no objects without a schema"];
    check_anthropic(&request, json!({}), &lost);
}

#[test]
fn marks_of_a_cached_prompt_are_told_in_the_hosts_words() {
    let hour = CacheMark::lasting(Duration::from_secs(3_600));
    let request = Request::new("m")
        .system(Part::text("A long prompt.").cached(CacheMark::new()))
        .user(Part::text("Hi").cached(hour))
        .tool(Tool::function("clock", json!({ "type": "object", "properties": {} })).cached(hour));
    let usual = json!({ "type": "ephemeral" });
    let lasting = json!({ "type": "ephemeral", "ttl": "1h" });
    let function = json!({ "name": "clock", "parameters": { "type": "object", "properties": {} } });
    let said =
        |mark: &Value, text| json!([{ "type": "text", "text": text, "cache_control": mark }]);

    let messages = json!([
        { "role": "system", "content": said(&usual, "A long prompt.") },
        { "role": "user", "content": said(&lasting, "Hi") },
    ]);
    let tools = json!([{ "type": "function", "function": function, "cache_control": lasting }]);
    check(GATEWAY, &request, json!({ "messages": messages, "tools": tools }), &[]);

    let schema = json!({ "type": "object", "properties": {} });
    let body = json!({
        "system": said(&usual, "A long prompt."),
        "messages": [{ "role": "user", "content": said(&lasting, "Hi") }],
        "tools": [{ "name": "clock", "input_schema": schema, "cache_control": lasting }],
        "max_tokens": 4096,
    });
    check(ANTHROPIC, &request, body, &[]);
}

#[test]
fn a_mark_is_a_breakpoint_to_its_inventor_and_nothing_to_hosts_without_marks() {
    let half_an_hour = CacheMark::lasting(Duration::from_secs(1_800));
    let request = Request::new("m").user(Part::text("Hi").cached(half_an_hour));
    let mark = json!({ "mode": "explicit", "ttl": "30m" });
    let part = |mut part: Value| {
        part["type"] = "text".into();
        part["text"] = "Hi".into();
        json!({ "messages": [{ "role": "user", "content": [part] }] })
    };
    check(OPENAI, &request, part(json!({ "prompt_cache_breakpoint": mark })), &[]);
    let lost = ["message: dropped: the host has no cache marks: it caches by itself"];
    for dialect in [HOSTED, MISTRAL] {
        check(dialect, &request, part(json!({})), &lost);
    }
}

#[test]
fn a_tier_is_told_by_the_hosts_word() {
    let tell = |tier: ServiceTier, openai: &str, anthropic: Value, losses: &[&str]| {
        let request = hi().tier(tier);
        check(OPENAI, &request, with_hi(json!({ "service_tier": openai })), &[]);
        check_anthropic(&request, anthropic, losses);
    };
    let none = "tier: dropped: the dialect has no word for it";
    tell(ServiceTier::Auto, "auto", json!({ "service_tier": "auto" }), &[]);
    tell(ServiceTier::Standard, "default", json!({ "service_tier": "standard_only" }), &[]);
    tell(ServiceTier::Flex, "flex", json!({}), &[none]);
    tell(ServiceTier::Priority, "priority", json!({}), &[none]);
    let scale = ServiceTier::Other("scale".into());
    tell(scale, "scale", json!({ "service_tier": "scale" }), &[]);
}

#[test]
fn who_asks_is_told_and_tags_are_kept_to_ourselves() {
    let request = hi().by("u-7").session("s-7").metadata("k", "v").tag("team", "blue");
    let metadata = json!({ "k": "v" });
    let all = json!({ "user": "u-7", "prompt_cache_key": "s-7", "metadata": metadata });
    check(OPENAI, &request, with_hi(all), &[]);
    let lost = ["session: dropped: the host has no word for sessions"];
    check(HOSTED, &request, with_hi(json!({ "user": "u-7", "metadata": metadata })), &lost);
    let losses = [unheard("metadata"), unheard("session")];
    let losses = losses.each_ref().map(|loss| &**loss);
    check_anthropic(&request, json!({ "metadata": { "user_id": "u-7" } }), &losses);
}

#[test]
fn the_shape_of_the_answer_is_wished_for() {
    let mut request = hi().verbosity(Verbosity::Low);
    request.modalities = vec![Modality::Text, Modality::Audio];
    request.prediction = Some("Hello".into());
    let body = json!({
        "verbosity": "low",
        "modalities": ["text", "audio"],
        "prediction": { "type": "content", "content": "Hello" },
    });
    check(OPENAI, &request, with_hi(body), &[]);
    let losses = [unheard("modalities"), unheard("prediction"), unheard("verbosity")];
    let losses = losses.each_ref().map(|loss| &**loss);
    check_anthropic(&request, json!({}), &losses);
}

#[test]
fn a_field_without_a_word_goes_to_those_in_its_scope() {
    let request = hi()
        .extra(ExtraScope::Any, "trace", json!(1))
        .extra(ExtraScope::Dialect(OpenAiChat::NAME.into()), "store", json!(true))
        .extra(ExtraScope::Dialect(Anthropic::NAME.into()), "inference_geo", json!("us"))
        .extra(ExtraScope::Endpoint("here".into()), "speed", json!("fast"))
        .extra(ExtraScope::Endpoint("elsewhere".into()), "safe_prompt", json!(true));
    let others = |key| format!("{key}: dropped: the extra field is meant for others");
    let losses = [others("inference_geo"), others("safe_prompt")];
    let losses = losses.each_ref().map(|loss| &**loss);
    for dialect in [OPENAI, HOSTED, MISTRAL] {
        let body = json!({ "trace": 1, "store": true, "speed": "fast" });
        check(dialect, &request, with_hi(body), &losses);
    }
    let losses = [others("store"), others("safe_prompt")];
    let losses = losses.each_ref().map(|loss| &**loss);
    let body = json!({ "trace": 1, "inference_geo": "us", "speed": "fast" });
    check_anthropic(&request, body, &losses);
}

#[test]
fn a_typed_field_is_never_overwritten() {
    let request = hi()
        .temperature(0.5)
        .by("u-7")
        .extra(ExtraScope::Any, "temperature", json!(2))
        .extra(ExtraScope::Any, "messages", json!([]))
        .extra(ExtraScope::Any, "model", json!("other"));
    check(HOSTED, &request, with_hi(json!({ "temperature": 0.5, "user": "u-7" })), &[]);
    let body = json!({ "temperature": 0.5, "metadata": { "user_id": "u-7" } });
    check_anthropic(&request, body, &[]);
}

#[test]
fn an_answer_that_streams_is_asked_for_with_its_usage() {
    let check = |dialect: &dyn Dialect, body: Value| {
        let found = sent(dialect, &hi(), Mode::Stream, &Abilities::default());
        expect(found, with_hi(body), &[]);
    };
    let asked = json!({ "stream": true, "stream_options": { "include_usage": true } });
    check(OPENAI, asked.clone());
    check(HOSTED, asked);
    check(MISTRAL, json!({ "stream": true }));
    check(ANTHROPIC, json!({ "stream": true, "max_tokens": 4096 }));
}
