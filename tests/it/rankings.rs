//! Orders of documents: what is asked for them, and what their answers are read as, in every dialect that
//! has them.
//!
//! Recordings show what providers do; these are of our own making, so that a stranger sees the same.

use http::{HeaderMap, HeaderValue, StatusCode};
use nohop_types::{ErrorKind, ExtraScope, Ranking, RerankRequest, Result};
use nohop_wire::dialect::{Anthropic, Cohere, Converse, JinaRerank, OpenAiChat};
use nohop_wire::{Dialect, Head, RerankCall, laws, ranking};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

const COHERE: &dyn Dialect = &Cohere::PLAIN;

const JINA: &dyn Dialect = &OpenAiChat { rerank: Some(JinaRerank::PLAIN), ..OpenAiChat::HOSTED };

/// A host with words of its own.
const OWN: &dyn Dialect = &OpenAiChat {
    rerank: Some(JinaRerank { path: "/v2/rerank", top: "top_k" }),
    ..OpenAiChat::HOSTED
};

const BEDROCK: &dyn Dialect = &Converse::PLAIN;

const CONVERSE: &str = "/model/{model}/{converse|converse-stream}";

/// A request about two documents.
fn two(model: &str) -> RerankRequest {
    RerankRequest::new(model, "q").documents(["a", "b"])
}

/// The request as `dialect` says it at `path` goes to this place, and has this body and these losses.
fn asks(
    dialect: &dyn Dialect,
    request: &RerankRequest,
    path: &str,
    (place, body): (&str, &Value),
    losses: &[&str],
) {
    let call = RerankCall::new(request, &request.model, path).endpoint("here");
    let encoded = dialect.rerank().unwrap().encode(&call).unwrap();
    let sent: Value = serde_json::from_slice(&encoded.body).unwrap();
    let found = laws::differences(body, &sent);
    let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(shown.is_empty(), "{shown:#?} in {sent:#}");
    let lost: Vec<String> = encoded.losses.iter().map(ToString::to_string).collect();
    assert_eq!(lost, losses, "{sent:#}");
    assert_eq!(encoded.path, place);
    assert_eq!(encoded.headers["content-type"], "application/json");
}

/// The answer `body` to a request for `top` of three documents.
fn read(dialect: &dyn Dialect, top: Option<u32>, status: u16, body: &str) -> Result<Ranking> {
    let mut request = RerankRequest::new("m", "q").documents(["a", "b", "c"]);
    request.top = top;
    let call = RerankCall::new(&request, "m", "/");
    let headers = [("content-type", "application/json"), ("x-amzn-bedrock-input-token-count", "7")];
    let headers = headers.map(|(name, value)| {
        (name.parse::<http::HeaderName>().unwrap(), HeaderValue::from_static(value))
    });
    let head = Head::new(StatusCode::from_u16(status).unwrap(), HeaderMap::from_iter(headers));
    ranking(dialect, &call, &head, body.as_bytes())
}

/// The answer `body` is read as this order of documents, and otherwise told in these words.
fn tells(dialect: &dyn Dialect, body: &str, order: &[usize], told: &str) {
    let top = u32::try_from(order.len()).unwrap();
    let answer = read(dialect, Some(top), 200, body).unwrap();
    let found: Vec<usize> = answer.results.iter().map(|result| result.index).collect();
    assert_eq!(found, order, "{body}");
    let mut found = Vec::new();
    found.extend(answer.id.map(|id| format!("id={id}")));
    found.extend(answer.model.map(|model| format!("model={model}")));
    found.extend(answer.usage.input.map(|count| format!("in={count}")));
    found.extend(answer.usage.search_units.map(|count| format!("searches={count}")));
    found.extend(answer.usage.cost.map(|cost| format!("cost={cost}")));
    let extras = answer.usage.extra.iter().chain(&answer.extra);
    found.extend(extras.map(|entry| format!("{}={}", entry.key, entry.value.as_str())));
    assert_eq!(found.join(" "), told, "{body}");
}

fn fails(dialect: &dyn Dialect, status: u16, body: &str, expected: &str) {
    let error = read(dialect, None, status, body).unwrap_err();
    assert_eq!(error.to_string(), expected, "{body}");
}

#[test]
fn an_order_is_asked_for_beside_the_chat() {
    let body = json!({ "model": "m", "query": "q", "documents": ["a", "b"] });
    let mut top = body.clone();
    top["top_n"] = 1.into();
    for (dialect, way, place) in [
        (COHERE, "/v2/chat", "/v2/rerank"),
        (COHERE, "/v2/rerank", "/v2/rerank"),
        (JINA, "/v1/chat/completions?v=1", "/v1/rerank?v=1"),
        (JINA, "/rerank", "/rerank"),
    ] {
        asks(dialect, &two("m"), way, (place, &body), &[]);
        asks(dialect, &two("m").top(1), way, (place, &top), &[]);
        let lost = ["user: dropped: the dialect has no word for it"];
        asks(dialect, &two("m").by("u"), way, (place, &body), &lost);
    }
    let mut own = body;
    own["top_k"] = 1.into();
    own["return_documents"] = true.into();
    let scope = ExtraScope::dialect(JinaRerank::NAME);
    let request = two("m").top(1).extra(scope, "return_documents", json!(true));
    asks(OWN, &request, "/chat/completions", ("/v2/rerank", &own), &[]);
}

#[test]
fn bedrock_s_models_are_asked_without_their_name_and_cohere_s_with_a_version() {
    let body = json!({ "query": "q", "documents": ["a", "b"], "top_n": 1 });
    let place = "/model/amazon.rerank-v1%3A0/invoke";
    asks(BEDROCK, &two("amazon.rerank-v1:0").top(1), CONVERSE, (place, &body), &[]);
    let mut cohere = body;
    cohere["api_version"] = 2.into();
    cohere["max_tokens_per_doc"] = 64.into();
    let scope = ExtraScope::dialect(Cohere::NAME);
    let request = two("cohere.rerank-v3-5:0").top(1).extra(scope, "max_tokens_per_doc", json!(64));
    let place = "/model/cohere.rerank-v3-5%3A0/invoke";
    asks(BEDROCK, &request, CONVERSE, (place, &cohere), &[]);
    asks(BEDROCK, &request, "/model/{model}/converse", (place, &cohere), &[]);
    let way = "/model/{model}/{invoke|invoke-with-response-stream}";
    asks(BEDROCK, &request, way, (place, &cohere), &[]);
    let strange = two("acme.rerank");
    let call = RerankCall::new(&strange, &strange.model, CONVERSE);
    let error = BEDROCK.rerank().unwrap().encode(&call).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn every_shape_of_an_order_is_read_with_what_is_billed() {
    let cohere = r#"{"id":"r","results":[{"index":2,"relevance_score":0.9},{"index":0,"relevance_score":0.1}],
        "meta":{"api_version":{"version":"2"},"billed_units":{"search_units":1}}}"#;
    tells(COHERE, cohere, &[2, 0], r#"id=r searches=1 api_version={"version":"2"}"#);
    let local = r#"{"model":"m","object":"list","results":[{"index":1,"relevance_score":0.5},
        {"index":2,"relevance_score":-4},{"index":0,"relevance_score":-8.5}],
        "usage":{"prompt_tokens":55,"total_tokens":55}}"#;
    tells(JINA, local, &[1, 2, 0], "model=m in=55");
    let gateway = r#"{"id":"g","provider":"P","results":[{"index":1,"relevance_score":1,"document":{"text":"b"}}],
        "usage":{"total_tokens":17,"search_units":2,"cost":3.4e-7}}"#;
    tells(JINA, gateway, &[1], r#"id=g in=17 searches=2 cost=$0.00000034 provider="P""#);
    let data = r#"{"object":"list","data":[{"index":1,"score":0.5}],"usage":{"total_tokens":3}}"#;
    tells(JINA, data, &[1], "in=3");
    let billed = r#"{"results":[{"index":1,"relevance_score":0.5}],"meta":{"billed_units":{"input_tokens":9}}}"#;
    tells(JINA, billed, &[1], "in=9");
    tells(BEDROCK, r#"{"results":[{"index":1,"relevance_score":0.5}]}"#, &[1], "in=7");
}

#[test]
fn the_most_relevant_comes_first_and_no_more_than_are_wanted() {
    let body = r#"{"results":[{"index":0,"relevance_score":-1},{"index":2,"relevance_score":3},
        {"index":1,"relevance_score":2}]}"#;
    for dialect in [COHERE, JINA, BEDROCK] {
        let order = |top| -> Vec<usize> {
            let answer = read(dialect, top, 200, body).unwrap();
            answer.results.iter().map(|result| result.index).collect()
        };
        assert_eq!(order(None), [2, 1, 0]);
        assert_eq!(order(Some(1)), [2]);
        assert_eq!(order(Some(9)), [2, 1, 0]);
    }
}

#[test]
fn what_is_no_order_is_an_error() {
    for dialect in [COHERE, JINA, BEDROCK] {
        fails(dialect, 200, "{}", "protocol: the answer has no order: `results` is missing");
        let few = r#"{"results":[{"index":0,"relevance_score":1}]}"#;
        fails(dialect, 200, few, "protocol: the answer has 1 results where 3 are wanted");
        let none = r#"{"results":[{"index":0}]}"#;
        let why = "protocol: the item 0 has no `index`, or no `relevance_score`";
        fails(dialect, 200, none, why);
    }
    let error =
        r#"{"error":{"code":501,"message":"no reranking here","type":"not_supported_error"}}"#;
    assert_eq!(read(JINA, None, 501, error).unwrap_err().message(), "no reranking here");
    fails(JINA, 200, r#"{"error":{"message":"no"},"results":null}"#, "server: no");
    fails(COHERE, 429, r#"{"message":"slow down"}"#, "rate limit: slow down");
    for dialect in [&Anthropic::PLAIN as &dyn Dialect, &OpenAiChat::PLAIN] {
        let error = read(dialect, None, 200, "{}").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
}

#[test]
fn an_order_that_is_cut_anywhere_is_truncated() {
    let body = r#"{"results":[{"index":0,"relevance_score":-1.5e-3},{"index":2,"relevance_score":3},
        {"index":1,"relevance_score":2}],"model":"é","usage":{"total_tokens":3}}"#;
    for dialect in [COHERE, JINA, BEDROCK] {
        read(dialect, None, 200, body).unwrap();
        for end in (0..body.len()).filter(|end| body.is_char_boundary(*end)) {
            let error = read(dialect, None, 200, &body[..end]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Truncated, "{}: {error}", &body[..end]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_order_panics_whatever_stands_in_it(
        dialect in select(vec![COHERE, JINA, BEDROCK]),
        place in any::<prop::sample::Index>(),
        with in select(vec!["", "null", "[]", "{}", "-", "1e999", "\"\"", "0,", "\u{0}"]),
        top in prop::option::of(0_u32..5),
    ) {
        const BODY: &str = r#"{"results":[{"index":2,"relevance_score":-1.5e-3},{"index":0,"relevance_score":2},
            {"index":1,"relevance_score":2}],"meta":{"billed_units":{"search_units":1}},"usage":{}}"#;
        let place = place.index(BODY.len());
        let spoilt = [&BODY[..place], with, &BODY[place + 1..]].concat();
        if let Ok(answer) = read(dialect, top, 200, &spoilt) {
            prop_assert_eq!(answer.results.len(), top.map_or(3, |top| top.min(3) as usize));
        }
    }
}
