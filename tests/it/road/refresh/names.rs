//! What names mean by a newer catalog.

use nohop::ErrorKind;

use super::*;

/// `FIRST` without Groq's offer.
fn alone() -> Catalog {
    let lines = "provider groq\noffer openai/big\n model openai/big\n rate l input 1 output 1\n";
    Rows::read(&FIRST.replace(lines, "provider groq\n")).unwrap().pack().unwrap()
}

async fn refreshed(builder: Builder, text: String) -> Router {
    let host = Host::start().await;
    let router = builder.build().unwrap();
    let refreshed = router.refresh(&litellm(host.says("/map", text))).await.unwrap();
    assert_eq!(refreshed.failed().count(), 0, "{refreshed}");
    router
}

#[tokio::test]
async fn a_newer_catalog_adds_no_vendor_to_a_name_unless_its_route_follows() {
    let (emulator, ledger) = (emulator().await, Arc::new(Memory::new()));
    let builder = builder(&emulator, &ledger)
        .catalog(alone())
        .route(Route::new("stays", ["openai/big"]))
        .route(Route::new("follows", ["openai/big"]).follow());

    let router = refreshed(builder, dearer()).await;

    assert!(router.catalog().offer("groq", "openai/big").is_some(), "the catalog knows of it");
    assert_eq!(order(&router, "openai/big"), ["big@openai"]);
    assert_eq!(order(&router, "stays"), ["big@openai"]);
    assert_eq!(order(&router, "follows"), ["big@openai", "openai/big@groq"]);
    assert_eq!(price(&router, "openai", "big").as_deref(), Some("$3.00"));
}

#[tokio::test]
async fn a_vendor_that_a_list_has_no_more_is_still_asked_by_its_name() {
    let (emulator, ledger) = (emulator().await, Arc::new(Memory::new()));
    let text = map(&[row("openai", "big", "3e-6", "4e-6")]);

    let router = refreshed(builder(&emulator, &ledger), text).await;

    assert!(router.catalog().offer("groq", "openai/big").is_none());
    assert_eq!(order(&router, "openai/big"), ["big@openai", "openai/big@groq"]);
}

#[tokio::test]
async fn a_model_that_only_the_newer_knows_resolves_by_it() {
    let (emulator, ledger) = (emulator().await, Arc::new(Memory::new()));
    let text = map(&[
        row("groq", "acme/fresh", "1e-6", "1e-6"),
        row("groq", "openai/fresh", "1e-6", "1e-6"),
        row("openai", "fresh", "2e-6", "2e-6"),
    ]);
    let router = builder(&emulator, &ledger).build().unwrap();
    let request = || Request::new("acme/fresh").user("Hello?");
    let error = router.explain(request()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");

    let router = refreshed(builder(&emulator, &ledger), text).await;

    assert_eq!(order(&router, "acme/fresh"), ["acme/fresh@groq"]);
    // What was tried at its author's already is known there now, and goes to nobody new.
    let trace = router.explain(Request::new("openai/fresh").user("Hello?")).unwrap();
    assert_eq!(&*trace.resolved, "the model openai/fresh");
    assert_eq!(order(&router, "openai/fresh"), ["fresh@openai"]);
    let response = router.send(Request::new("openai/fresh").user("Hello?")).await.unwrap();
    assert_eq!(response.cost.unwrap().amount.to_string(), "$4.00");
}

#[tokio::test]
async fn a_model_that_is_retired_now_is_refused_and_followed_where_the_route_follows() {
    let (emulator, ledger) = (emulator().await, Arc::new(Memory::new()));
    let text = FIRST.replace("model openai/big\n family", "model openai/big-1\n family");
    let text = text
        .replace("model openai/big\n", "model openai/big-1\n")
        .replace("offer big\n", "offer big-1\n");
    let text = text.replace("offer openai/big\n", "offer openai/big-1\n");
    let builder = builder(&emulator, &ledger)
        .catalog(Rows::read(&text).unwrap().pack().unwrap())
        .route(Route::new("stays", ["openai/big-1"]))
        .route(Route::new("follows", ["openai/big-1"]).follow());
    let gone = row("openai", "big-1", "1e-6", "2e-6")
        .replace(r#""mode""#, r#""deprecation_date":"2026-11-05","mode""#);
    let text = map(&[gone, row("openai", "big-2", "3e-6", "4e-6")]);

    let router = refreshed(builder, text).await;

    let asked = |name: &str| router.explain(Request::new(name).user("Hello?"));
    let error = asked("openai/big-1").unwrap_err();
    assert!(
        error.message().contains("is retired since 2026-11-05: ask for openai/big-2"),
        "{error}"
    );
    assert!(order(&router, "stays").contains(&"big-1@openai".to_owned()), "a route goes on");
    let trace = asked("follows").unwrap();
    assert_eq!(&*trace.resolved, "a route, where openai/big-2 follows openai/big-1");
    assert_eq!(order(&router, "follows"), ["big-2@openai"]);
}

#[tokio::test]
async fn a_family_is_its_newest_model_and_a_day_behind_a_name_the_model_itself() {
    let (emulator, ledger) = (emulator().await, Arc::new(Memory::new()));
    let text = map(&[
        row("openai", "large-1", "1e-6", "1e-6"),
        row("openai", "large-2", "2e-6", "2e-6"),
        row("groq", "openai/large-2", "2e-6", "2e-6"),
    ]);

    let router = refreshed(builder(&emulator, &ledger), text).await;

    let trace = router.explain(Request::new("~openai/large-latest").user("Hello?")).unwrap();
    assert_eq!(&*trace.resolved, "the model openai/large-2");
    let trace = router.explain(Request::new("openai/large-1-2026-10-01").user("Hello?")).unwrap();
    assert_eq!(&*trace.resolved, "the model openai/large-1");
}

#[tokio::test]
async fn an_unknown_name_is_answered_with_the_nearest_of_the_catalog_in_use() {
    let (emulator, ledger) = (emulator().await, Arc::new(Memory::new()));
    let text = map(&[row("groq", "acme/marvellous", "1e-6", "1e-6")]);
    let router = refreshed(builder(&emulator, &ledger), text).await;
    let nearest = |name: &str| {
        let error = router.explain(Request::new(name).user("Hello?")).unwrap_err();
        error.message().to_owned()
    };

    assert!(nearest("acme/marvelous").contains("nearest are acme/marvellous"));
    assert!(nearest("marvellos").contains("nearest are acme/marvellous"));
    assert!(!nearest("acme/nothing-of-the-kind").contains("nearest"));
    assert!(nearest(&"x".repeat(1 << 20)).len() < 1_000);
}
