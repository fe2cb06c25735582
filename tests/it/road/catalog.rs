//! The catalog behind the router: whom a model is at, what it costs there, and what is there no more.

use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use nohop::pricing::Catalog;
use nohop::providers::{Body, Transport};
use nohop::{Cost, ErrorKind, Provenance};

use super::*;

const MODEL: &str = "openai/gpt-4.1-mini";

/// A million tokens of the prompt, and as many of the answer.
async fn openai_script() -> Emulator {
    Emulator::openai().says("Hi").usage(1_000_000, 1_000_000).start().await.unwrap()
}

fn builder(first: &Emulator, second: &Emulator, ledger: &Arc<Memory>) -> Builder {
    let gateway = Endpoint::new(table::OPENROUTER).base_url(second.url() + "/v1").key("sk-second");
    Router::builder()
        .endpoint(gateway)
        .endpoint(openai("openai", first))
        .endpoint(Endpoint::new(table::ANTHROPIC).key("sk-third"))
        .ledger(ledger.clone())
}

#[tokio::test]
async fn a_model_is_at_every_endpoint_that_offers_it_and_first_at_its_authors() {
    let (first, second) = (openai_script().await, openai_script().await);
    let ledger = Arc::new(Memory::new());
    let router = builder(&first, &second, &ledger).build().unwrap();

    let trace = router.explain(Request::new(MODEL).user("Hello?")).unwrap();

    assert_eq!(&*trace.resolved, "the model openai/gpt-4.1-mini");
    let order: Vec<&str> = trace.order.iter().map(|target| &**target).collect();
    assert_eq!(order, ["gpt-4.1-mini@openai", "openai/gpt-4.1-mini@openrouter"]);
}

#[test]
fn the_maker_of_a_model_is_known_by_another_name_than_its_models() {
    let router = Router::builder()
        .endpoint(Endpoint::new(table::OPENROUTER).id("a-gateway").key("k"))
        .endpoint(Endpoint::new(table::GEMINI).key("k"))
        .build()
        .unwrap();

    let trace = router.explain(Request::new("google/gemini-2.5-flash").user("Hello?")).unwrap();

    assert_eq!(&*trace.order[0], "gemini-2.5-flash@gemini");
    assert_eq!(trace.order.len(), 2);
}

#[tokio::test]
async fn what_was_consumed_is_billed_by_the_catalog_and_the_entry_says_by_which() {
    let (first, second) = (openai_script().await, openai_script().await);
    let ledger = Arc::new(Memory::new());
    let router = builder(&first, &second, &ledger).build().unwrap();

    let response = router.send(Request::new(MODEL).user("Hello?")).await.unwrap();

    assert_eq!(response.cost.unwrap().amount.to_string(), "$2.00");
    let version = Catalog::bundled().version();
    assert_eq!(ledger.entries()[0].catalog.as_deref(), Some(&*version));
}

#[tokio::test]
async fn what_a_target_says_of_its_price_goes_before_the_catalog() {
    let (first, second) = (openai_script().await, openai_script().await);
    let ledger = Arc::new(Memory::new());
    let target = Target::new("gpt-4.1-mini@openai").price(price());
    let router = builder(&first, &second, &ledger).target(target).build().unwrap();

    let response = router.send(Request::new(MODEL).user("Hello?")).await.unwrap();

    assert_eq!(response.cost.unwrap().amount.to_string(), "$3.00");
    assert_eq!(ledger.entries()[0].catalog, None);
}

#[tokio::test]
async fn without_a_catalog_a_model_is_at_its_authors_and_costs_nobody_knows_what() {
    let (first, second) = (openai_script().await, openai_script().await);
    let ledger = Arc::new(Memory::new());
    let router = builder(&first, &second, &ledger).catalog(None).build().unwrap();

    let response = router.send(Request::new(MODEL).user("Hello?")).await.unwrap();

    assert_eq!(response.cost, None);
    let trace = response.trace.unwrap();
    assert_eq!((trace.candidates, &*trace.attempts[0].target), (1, "gpt-4.1-mini@openai"));
}

#[tokio::test]
async fn a_model_that_is_retired_is_refused_with_the_name_of_its_successor() {
    let (first, second) = (openai_script().await, openai_script().await);
    let ledger = Arc::new(Memory::new());
    let router = builder(&first, &second, &ledger).build().unwrap();
    let catalog = Catalog::bundled();
    let gone = catalog.models().find(|model| {
        let offered =
            model.offers().any(|offer| ["openai", "anthropic"].contains(&offer.provider()));
        offered && model.is_retired(SystemTime::now()) && model.successor().is_some()
    });
    let gone = gone.expect("some model of these has a successor");

    let error = router.send(Request::new(gone.slug()).user("Hello?")).await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    assert!(error.message().contains("is retired since"), "{error}");
    assert!(error.message().contains(gone.successor().unwrap().slug()), "{error}");
}

#[tokio::test]
async fn where_an_endpoint_is_sets_what_an_answer_costs() {
    let first = openai_script().await;
    let there = openai("there", &first).set("region", "eu");
    let router = Router::builder().endpoint(openai("openai", &first)).endpoint(there);
    let router = router.build().unwrap();
    let cost = async |target: &str| {
        let response = router.send(Request::new(target).user("Hello?")).await.unwrap();
        response.cost.unwrap().amount.as_atto()
    };

    let (anywhere, there) = (cost("gpt-6-astra@openai").await, cost("gpt-6-astra@there").await);

    assert_eq!(there, anywhere / 10 * 11);
}

/// Answers everything with the same.
#[derive(Debug)]
struct Says(String);

#[async_trait]
impl Transport for Says {
    async fn send(&self, _: http::Request<Bytes>) -> Result<http::Response<Body>> {
        let body: Body = Box::pin(stream::iter([Ok(Bytes::from(self.0.clone()))]));
        let answer = http::Response::builder().header("content-type", "application/json");
        Ok(answer.body(body).unwrap())
    }
}

/// What an answer of `model` costs that searched the web so many times.
async fn searched(model: &str, times: u64) -> Cost {
    let said = format!(
        r#"{{"id":"1","type":"message","role":"assistant","model":"m","content":[{{"type":"text","text":"Hi"}}],"stop_reason":"end_turn","stop_sequence":null,"usage":{{"input_tokens":100,"output_tokens":10,"server_tool_use":{{"web_search_requests":{times},"web_fetch_requests":1}}}}}}"#
    );
    let endpoint = Endpoint::new(table::ANTHROPIC).key("k");
    let router = Router::builder().endpoint(endpoint).transport(Says(said)).build().unwrap();
    let response = router.send(Request::new(model).user("Hello?")).await.unwrap();
    response.cost.unwrap()
}

#[tokio::test]
async fn searches_that_an_answer_counts_are_billed_where_the_card_has_a_rate_for_them() {
    let (never, twice) = (
        searched("claude-opus-4-5@anthropic", 0).await,
        searched("claude-opus-4-5@anthropic", 2).await,
    );

    assert_eq!((twice.amount - never.amount).to_string(), "$0.02");
    assert_eq!((never.provenance, twice.provenance), (Provenance::Computed, Provenance::Computed));
}

#[tokio::test]
async fn searches_that_the_card_has_no_rate_for_make_the_cost_a_lower_bound() {
    let (never, twice) =
        (searched("claude-2@anthropic", 0).await, searched("claude-2@anthropic", 2).await);

    assert_eq!((twice.amount, twice.provenance), (never.amount, Provenance::Partly));
}

#[tokio::test]
async fn a_prompt_past_a_bound_of_the_card_is_compared_by_what_it_costs_then() {
    let first = openai_script().await;
    // Its card has 10 dollars for a million tokens, and 20 where there are more than 272,000.
    let other = Target::new("other@openai").price(Price::cents_per_million(1_500, 0));
    let route = Route::new("either", ["gpt-6-astra@openai".into(), other])
        .policy(nohop::policy::by(nohop::policy::cheapest()));
    let router = Router::builder().endpoint(openai("openai", &first)).route(route);
    let router = router.build().unwrap();
    let cheapest = |words: usize| {
        let request = Request::new("either").user("one ".repeat(words)).max_tokens(1);
        router.explain(request).unwrap().order[0].to_string()
    };

    let found = [1_000, 260_000, 280_000].map(cheapest);

    assert_eq!(found, ["gpt-6-astra@openai", "gpt-6-astra@openai", "other@openai"]);
}

#[tokio::test]
async fn an_answer_without_a_cap_is_expected_to_be_as_long_as_the_routes_were() {
    let first = Emulator::openai().says("Hi").usage(10, 64).start().await.unwrap();
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = seen.clone();
    let look = move |cx: &nohop::policy::Context<'_>, _: &mut nohop::policy::Candidates<'_>| {
        heard.lock().unwrap().push(cx.output);
    };
    let route = Route::new("watched", ["gpt-4.1-mini@openai"]).policy(look);
    let router = Router::builder().endpoint(openai("openai", &first)).route(route);
    let router = router.build().unwrap();
    let request = || Request::new("watched").user("Hello?");

    router.send(request()).await.unwrap();
    router.send(request()).await.unwrap();
    router.send(request().max_tokens(500)).await.unwrap();

    assert_eq!(*seen.lock().unwrap(), [1_000, 64, 500]);
}
