//! The catalog behind the router: whom a model is at, what it costs there, and what is there no more.

use std::time::SystemTime;

use nohop::ErrorKind;
use nohop::pricing::Catalog;

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
