//! Vectors, orders and lists behind the router: by the same plan, limits, ledger and trace as chats.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use http::{Request as HttpRequest, Response as HttpResponse};
use nohop::policy::Hedge;
use nohop::providers::{Body, Provider, Transport};
use nohop::{EmbedRequest, ErrorKind, RerankRequest, Task, Vectors};
use serde_json::{Value, json};

use super::scripted::paused;
use super::*;

/// A provider in a few lines: each host answers a call by its number, with a status and a body.
#[derive(Clone, Default)]
struct Hosts {
    answers: BTreeMap<&'static str, Answerer>,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

type Answerer = Arc<dyn Fn(usize, &Value) -> (u16, Value) + Send + Sync>;

impl Hosts {
    fn host(
        mut self,
        name: &'static str,
        answer: impl Fn(usize, &Value) -> (u16, Value) + Send + Sync + 'static,
    ) -> Self {
        self.answers.insert(name, Arc::new(answer));
        self
    }

    /// The path of each call and what it said, in order.
    fn asked(&self) -> Vec<(String, Value)> {
        self.asked.lock().unwrap().clone()
    }

    /// The texts that `host` was asked vectors of, in the order of the calls.
    fn texts(&self, host: &str) -> Vec<String> {
        let asked = self.asked().into_iter().filter(|(path, _)| path.contains(host));
        asked.flat_map(|(_, body)| inputs(&body)).collect()
    }
}

#[async_trait]
impl Transport for Hosts {
    async fn send(&self, request: HttpRequest<Bytes>) -> Result<HttpResponse<Body>> {
        // Whoever answers at once hides who was asked at once.
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        let host = request.uri().host().unwrap().to_owned();
        let said: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let number = {
            let mut asked = self.asked.lock().unwrap();
            asked.push((format!("{host}{}", request.uri().path()), said.clone()));
            asked.iter().filter(|(path, _)| path.starts_with(&host)).count() - 1
        };
        let (status, body) = self.answers[&*host](number, &said);
        let body = stream::iter([Ok(Bytes::from(body.to_string()))]);
        let mut response = HttpResponse::new(Box::pin(body) as Body);
        *response.status_mut() = status.try_into().unwrap();
        response.headers_mut().insert("content-type", "application/json".parse().unwrap());
        Ok(response)
    }
}

impl fmt::Debug for Hosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.answers.keys()).finish()
    }
}

fn inputs(body: &Value) -> Vec<String> {
    let inputs = body["input"].as_array().cloned().unwrap_or_default();
    inputs.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Each text's vector is its number, as OpenAI writes vectors.
fn vectors(body: &Value) -> (u16, Value) {
    let number = |text: String| text.parse::<f32>().unwrap();
    let data = inputs(body).into_iter().map(number).enumerate();
    let data: Vec<_> = data.map(|(at, it)| json!({"index": at, "embedding": [it, 1.0]})).collect();
    let tokens = data.len();
    (
        200,
        json!({"data": data, "model": "m", "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}),
    )
}

fn overloaded() -> (u16, Value) {
    (503, json!({"error": {"message": "overloaded", "type": "server_error"}}))
}

fn limited() -> (u16, Value) {
    (429, json!({"error": {"message": "slow down", "type": "rate_limit_exceeded"}}))
}

fn at(id: &'static str, provider: Provider) -> Endpoint {
    Endpoint::new(provider).id(id).base_url(format!("https://{id}.example")).key("k")
}

/// A router where the model `m` is at `one`, and at `two` after it.
fn router(hosts: &Hosts, more: impl FnOnce(Builder) -> Builder) -> (Router, Arc<Memory>) {
    let ledger = Arc::new(Memory::new());
    let targets = ["m@one", "m@two"].map(|name| Target::new(name).price(price()));
    let builder = Router::builder()
        .endpoint(at("one", table::OPENAI))
        .endpoint(at("two", table::OPENAI))
        .route(Route::new("both", targets))
        .ledger(ledger.clone())
        .transport(hosts.clone());
    (more(builder).build().unwrap(), ledger)
}

fn numbers(count: usize) -> EmbedRequest {
    EmbedRequest::new("both").texts((0..count).map(|number| number.to_string()))
}

fn firsts(answer: &Vectors) -> Vec<usize> {
    answer.vectors.iter().map(|vector| vector[0] as usize).collect()
}

#[test]
fn vectors_of_many_texts_come_in_their_order_from_several_calls() {
    let hosts = Hosts::default().host("one.example", |_, body| vectors(body));
    let (router, ledger) = router(&hosts, |it| it);

    let answer = paused(router.embed(numbers(5_000).tag("team", "search"))).unwrap();

    assert_eq!(firsts(&answer), (0..5_000).collect::<Vec<_>>());
    let sizes: Vec<_> = hosts.asked().iter().map(|(_, body)| inputs(body).len()).collect();
    assert_eq!(sizes, [2_048, 2_048, 904]);
    assert_eq!(answer.usage.input, Some(5_000));
    assert_eq!(answer.cost.unwrap().amount.to_string(), "$0.005");
    let trace = answer.trace.unwrap();
    assert_eq!((trace.attempts.len(), &*trace.attempts[0].target), (1, "m@one"));
    let [entry] = &ledger.entries()[..] else { panic!("one attempt, one entry") };
    assert_eq!((&entry.task, entry.usage.input), (&Task::Embed, Some(5_000)));
    assert_eq!((entry.tags["team"].as_str(), entry.outcome), ("search", Outcome::Finished));
    assert_eq!((router.running(), ledger.held()), (0, Money::ZERO));
}

#[test]
fn vectors_fall_over_and_all_of_them_are_of_one_target() {
    // The first makes some of them, and then none.
    let hosts = Hosts::default()
        .host("one.example", |number, body| if number == 0 { vectors(body) } else { overloaded() })
        .host("two.example", |_, body| vectors(body));
    let limits = Limits { attempts: 2, ..Limits::DEFAULT };
    let (router, ledger) = router(&hosts, |it| it.limits(limits));

    let answer = paused(router.embed(numbers(5_000))).unwrap();

    assert_eq!(firsts(&answer), (0..5_000).collect::<Vec<_>>());
    assert_eq!(hosts.texts("two.example").len(), 5_000);
    let [failed, finished] = &answer.trace.as_ref().unwrap().attempts[..] else { panic!("two") };
    assert_eq!((&*failed.target, &*finished.target), ("m@one", "m@two"));
    // What the first made was consumed, though nobody has it.
    assert_eq!((failed.usage.input, finished.usage.input), (Some(2_048), Some(5_000)));
    assert_eq!(answer.usage.input, Some(5_000));
    assert_eq!(answer.cost.unwrap().amount.to_string(), "$0.007048");
    assert_eq!(ledger.entries().len(), 2);
}

#[test]
fn what_a_target_has_told_is_not_asked_for_again_there() {
    let hosts = Hosts::default()
        .host("one.example", |number, body| if number == 2 { limited() } else { vectors(body) });
    let route = Route::new("alone", ["m@one"]);
    let (router, _) = router(&hosts, |it| it.route(route));
    let mut request = numbers(5_000);
    request.model = "alone".to_owned();

    let answer = paused(router.embed(request)).unwrap();

    assert_eq!(firsts(&answer), (0..5_000).collect::<Vec<_>>());
    let sizes: Vec<_> = hosts.asked().iter().map(|(_, body)| inputs(body).len()).collect();
    assert_eq!(sizes, [2_048, 2_048, 904, 904]);
    assert_eq!(answer.usage.input, Some(5_000));
    assert_eq!(answer.trace.unwrap().attempts.len(), 2);
}

#[test]
fn at_most_four_calls_of_an_attempt_are_under_way() {
    let hosts = Hosts::default().host("one.example", |_, body| vectors(body));
    let (router, _) = router(&hosts, |it| it);

    let begun = tokio::time::Duration::from_millis(10);
    let asked = paused(async {
        let embed = router.embed(numbers(2_048 * 9));
        tokio::select! {
            answer = embed => panic!("{answer:?}"),
            () = tokio::time::sleep(begun * 3 / 2) => hosts.asked().len(),
        }
    });

    assert_eq!(asked, 4);
    assert_eq!(router.running(), 0, "whoever drops a request stops it");
}

#[test]
fn a_route_that_hedges_leaves_vectors_the_time_that_whole_answers_have() {
    let hosts = Hosts::default().host("one.example", |_, body| vectors(body));
    let day = std::time::Duration::from_secs(86_400);
    let mut limits = Limits { hedge: Some(Hedge::After(day)), ..Limits::DEFAULT };
    // The calls take longer than this, and nothing is heard of them before they end.
    limits.clocks.first_content = std::time::Duration::from_millis(1);
    let (router, ledger) = router(&hosts, |it| it.limits(limits));

    paused(router.embed(numbers(10))).unwrap();

    assert_eq!(ledger.entries()[0].delivery, nohop::ledger::Delivery::Whole);
}

#[test]
fn whoever_can_not_do_it_is_passed_over_unasked() {
    let hosts = Hosts::default().host("two.example", |_, body| vectors(body));
    let claude = Route::new("claude first", ["c@claude", "m@two"]);
    let (router, _) =
        router(&hosts, |it| it.endpoint(at("claude", table::ANTHROPIC)).route(claude));
    let mut request = numbers(1);

    request.model = "claude first".to_owned();
    let answer = paused(router.embed(request.clone())).unwrap();
    request.model = "c@claude".to_owned();
    let error = paused(router.embed(request)).unwrap_err();

    assert_eq!(firsts(&answer), [0]);
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.message().contains("makes no vectors"), "{error}");
    assert_eq!(hosts.asked().len(), 1);
}

#[test]
fn a_budget_that_does_not_suffice_refuses_vectors_before_they_are_asked_for() {
    let hosts = Hosts::default().host("one.example", |_, body| vectors(body));
    let ledger = Arc::new(Memory::new().budget(Money::from_atto(1)));
    let (router, _) = router(&hosts, |it| it.ledger(ledger.clone()));

    let error = paused(router.embed(numbers(5_000))).unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Budget, "{error}");
    assert!(hosts.asked().is_empty());
}

#[test]
fn what_is_wrong_with_a_request_is_told_before_anybody_is_asked() {
    let hosts = Hosts::default();
    let (router, _) = router(&hosts, |it| it);

    let empty = paused(router.embed(EmbedRequest::new("both"))).unwrap_err();
    let aimless = paused(router.rerank(RerankRequest::new("both", "").document("a"))).unwrap_err();
    let unknown = paused(router.models("nowhere")).unwrap_err();

    assert_eq!(empty.kind(), ErrorKind::InvalidRequest, "{empty}");
    assert_eq!(aimless.kind(), ErrorKind::InvalidRequest, "{aimless}");
    assert_eq!(unknown.kind(), ErrorKind::Config, "{unknown}");
    assert!(unknown.trace().is_some(), "{unknown}");
}

#[test]
fn hooks_see_the_texts_and_policies_the_task() {
    let hosts = Hosts::default().host("one.example", |_, body| vectors(body));
    let tasks = Arc::new(Mutex::new(Vec::new()));
    let seen = tasks.clone();
    let policy = move |cx: &nohop::policy::Context<'_>, _: &mut nohop::policy::Candidates<'_>| {
        seen.lock().unwrap().push((cx.task.clone(), cx.input, cx.output));
    };
    let guard = |request: &mut Request| {
        let text = |part: &nohop::Part| part.as_text() == Some("13");
        match request.messages.iter().flat_map(|it| &it.parts).any(text) {
            true => Err(nohop::Error::new(ErrorKind::InvalidRequest, "not this one")),
            false => Ok(()),
        }
    };
    let (router, _) =
        router(&hosts, |it| it.before(guard).route(Route::new("seen", ["m@one"]).policy(policy)));
    let mut request = numbers(10);
    request.model = "seen".to_owned();

    paused(router.embed(request)).unwrap();
    let refused = paused(router.embed(numbers(20))).unwrap_err();

    assert_eq!(*tasks.lock().unwrap(), [(Task::Embed, 3, 0)]);
    assert_eq!(refused.message(), "not this one");
    assert_eq!(hosts.asked().len(), 1);
}

#[test]
fn documents_come_in_the_order_of_their_relevance() {
    let ranked = json!({
        "id": "r1",
        "results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}],
        "meta": {"billed_units": {"search_units": 1}},
    });
    let hosts = Hosts::default()
        .host("one.example", |_, _| overloaded())
        .host("two.example", move |_, _| (200, ranked.clone()));
    let ledger = Arc::new(Memory::new());
    let router = Router::builder()
        .endpoint(at("one", table::COHERE))
        .endpoint(at("two", table::COHERE))
        .route(Route::new("both", ["rerank-v4@one", "rerank-v4@two"]))
        .ledger(ledger.clone())
        .transport(hosts.clone())
        .build()
        .unwrap();

    let request = RerankRequest::new("both", "red?").documents(["Paris", "dusk"]);
    let answer = paused(router.rerank(request)).unwrap();

    let order: Vec<_> = answer.results.iter().map(|ranked| (ranked.index, ranked.score)).collect();
    assert_eq!(order, [(1, 0.9), (0, 0.1)]);
    assert_eq!(answer.trace.unwrap().attempts.len(), 2);
    let tasks: Vec<_> = ledger.entries().iter().map(|entry| entry.task.clone()).collect();
    assert_eq!(tasks, [Task::Rerank, Task::Rerank]);
    assert_eq!(hosts.asked()[1].0, "two.example/v2/rerank");
}

#[test]
fn the_models_of_an_endpoint_are_listed_with_the_next_key_where_one_is_refused() {
    let refused = json!({"error": {"message": "bad key", "type": "invalid_api_key"}});
    let listed = json!({"data": [{"id": "m", "context_length": 8192}]});
    let hosts = Hosts::default().host("one.example", move |number, _| match number {
        0 => (401, refused.clone()),
        _ => (200, listed.clone()),
    });
    let ledger = Arc::new(Memory::new());
    let router = Router::builder()
        .endpoint(at("one", table::OPENAI).key("other"))
        .ledger(ledger.clone())
        .transport(hosts.clone())
        .build()
        .unwrap();

    let models = paused(router.models("one")).unwrap();

    assert_eq!((&*models[0].id, models[0].context), ("m", Some(8192)));
    assert_eq!(hosts.asked().last().unwrap().0, "one.example/models");
    let entries = ledger.entries();
    assert_eq!(
        entries.iter().map(|it| (&it.task, it.key)).collect::<Vec<_>>(),
        [(&Task::List, 0), (&Task::List, 1)]
    );
    assert_eq!(router.endpoints().map(Endpoint::name).collect::<Vec<_>>(), ["one"]);
}
