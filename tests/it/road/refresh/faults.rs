//! Lists that are at fault: what was good stays, and the row is named.

use nohop::ErrorKind;

use super::*;

/// A router whose two lists were good once, and where they are.
async fn good(host: &Host) -> (Router, Sources, Emulator) {
    let (router, _, emulator) = router().await;
    let sources = litellm(host.says("/map", dearer()))
        .list(Shape::ModelsDev, host.says("/api", models_dev("0.3")))
        .bytes(1 << 20)
        .time(Duration::from_millis(1_500));
    let refreshed = router.refresh(&sources).await.unwrap();
    assert_eq!(refreshed.failed().count(), 0, "{refreshed}");
    (router, sources, emulator)
}

/// Holds that LiteLLM's map is refused as `page` with these words, and that nothing else is touched by it.
async fn check(page: Page, words: &str) {
    let host = Host::start().await;
    let (router, sources, _emulator) = good(&host).await;
    host.page("/map", page);
    host.says("/api", models_dev("0.4"));

    let refreshed = router.refresh(&sources).await.unwrap();

    let failed: Vec<_> = refreshed.failed().collect();
    assert_eq!(failed.len(), 1, "{words}: {refreshed}");
    assert_eq!(failed[0].0, "litellm");
    assert!(failed[0].1.to_string().contains(words), "{words}: {}", failed[0].1);
    assert_eq!(price(&router, "openai", "big").as_deref(), Some("$3.00"), "the last good one");
    assert_eq!(price(&router, "openai", "small").as_deref(), Some("$0.40"), "the other list");
    assert!(refreshed.sources.iter().all(|heard| heard.day.is_some()));
}

#[tokio::test]
async fn a_list_that_can_not_be_fetched_leaves_what_was_good_of_it_and_touches_no_other() {
    check(Page::Status(500), "answers with 500").await;
    check(Page::Status(404), "answers with 404").await;
    check(Page::Status(302), "redirects to elsewhere.example").await;
    check(Page::Status(304), "redirects").await;
    check(Page::Silent, "allow more with Sources::time").await;
    check(Page::Cut(dearer().into()), "").await;
}

#[tokio::test]
async fn a_list_that_is_malformed_or_hostile_is_refused_whole_with_the_row_named() {
    let says = |text: String| Page::Says(text.into());
    let priced = |price: &str| {
        says(map(&[row("groq", "openai/big", "1e-6", "1e-6"), row("openai", "big", price, "0")]))
    };
    let at = "openai/big/input_cost_per_token";
    for price in ["-1e-6", "1e300", "3.0", "1e-20", "\"free\"", "true", "[1]"] {
        check(priced(price), at).await;
    }
    check(priced("NaN"), "is no JSON").await;
    let twice = [row("openai", "big", "1e-6", "0"), row("openai", "big", "2e-6", "0")];
    check(says(map(&twice)), "openai/big is there twice").await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    check(priced(&deep), "openai/big is nested too deeply").await;
    check(says("[".repeat(500_000)), "the map").await;
    for nothing in ["", "null", "{}", "[]", "<html>", "\u{0}"] {
        check(says(nothing.to_owned()), "refused").await;
    }
    check(Page::Says(vec![0xff, 0xfe, b'{', b'}'].into()), "is not text").await;
    let half = dearer();
    check(says(half[..half.len() / 2].to_owned()), "refused").await;
}

#[tokio::test]
async fn a_list_of_a_gigabyte_is_refused_while_it_streams() {
    check(Page::Endless, "more than 1048576 bytes").await;
    check(Page::Promises(1 << 30), "more than 1048576 bytes").await;
    let host = Host::start().await;
    let (router, sources, _emulator) = good(&host).await;
    host.page("/map", Page::Endless);

    router.refresh(&sources).await.unwrap();

    // What the system took into its buffers beside what was read.
    assert!(host.sent() < 32 << 20, "{} bytes were sent", host.sent());
}

#[tokio::test]
async fn where_nothing_can_be_used_the_catalog_stays() {
    let (host, (router, ..)) = (Host::start().await, router().await);
    let url = format!("{}/map", host.url);
    host.down();
    let sources = litellm(url).time(Duration::from_secs(5));

    let refreshed = router.refresh(&sources).await.unwrap();

    assert_eq!(refreshed.failed().count(), 1);
    assert_eq!(refreshed.sources[0].day, None);
    assert_eq!(router.catalog().version(), first().version());
    assert!(refreshed.diff.new.is_empty() && refreshed.diff.gone.is_empty());
    assert!(refreshed.to_string().contains("in use is the first catalog"), "{refreshed}");
}

#[tokio::test]
async fn what_can_not_be_meant_is_refused_before_anybody_is_asked() {
    let (host, (router, ..)) = (Host::start().await, router().await);
    let url = host.says("/map", dearer());
    let slip = "[[offer]]\nprovider = \"a\"\nnative = \"b\"\nrates = [{ inputs = 1 }]";
    let none = "ftp://lists.example/map";
    for (sources, words) in [
        (Sources::new(), "add a source"),
        (litellm(url.clone()).overlay(slip), "inputs"),
        (litellm(none.to_owned()), "is no URL"),
        (litellm(url.clone()).endpoints(["openai/big"]), "beside OpenRouter's list"),
        (Sources::public().endpoints(["../../secret/x"]), "is no model"),
    ] {
        let error = router.refresh(&sources).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(error.message().contains(words), "{words}: {error}");
    }
    assert_eq!(host.marks("/map"), []);
}

#[tokio::test]
async fn an_endpoint_whose_own_list_is_at_fault_is_told_and_leaves_the_others() {
    let host = Host::start().await;
    let twice = r#"{"data":[{"id":"big"},{"id":"big"}]}"#;
    host.says("/one/models", twice);
    host.says("/two/models", r#"{"data":[{"id":"new"}]}"#);
    let at = |id: &'static str, provider| {
        Endpoint::new(provider).id(id).base_url(format!("{}/{id}", host.url)).key("k")
    };
    let router = Router::builder()
        .endpoint(at("one", table::OPENAI))
        .endpoint(at("two", table::GROQ))
        .endpoint(at("three", table::GROQ))
        .catalog(first())
        .build()
        .unwrap();

    let refreshed = router.refresh(&Sources::new().own_lists()).await.unwrap();

    let failed: Vec<&str> = refreshed.failed().map(|(source, _)| source).collect();
    assert_eq!(failed, ["own/one", "own/three"]);
    assert!(refreshed.to_string().contains("one/big is there twice"), "{refreshed}");
    assert!(router.catalog().offer("groq", "new").is_some());
    assert_eq!(price(&router, "openai", "big").as_deref(), Some("$1.00"));
}
