//! What names mean: several of them, and their variants. They run through a router with a catalog made up here.

use nohop::policy::{Offer, Price};
use nohop::pricing::Rows;
use nohop::providers::{Endpoint, table};
use nohop::{Preferences, Request, Route, Router, SortBy, Target};

/// A model at three providers, one that has a free offer of its own, and one that is only free.
const CATALOG: &str = "source t 2026-11-12 a test
model acme/big
model acme/small
model acme/small:free
model acme/gift
model acme/lone
provider openai
offer big-1
 model acme/big
 rate t input 2.5 output 10
offer small-1
 model acme/small
 rate t input 0.1 output 0.4
offer gift-1
 model acme/gift
 rate t input 0 output 0
provider deepinfra
offer acme/big
 model acme/big
 quantization fp8
 data forgets
 rate t input 0.4 output 1.6
offer acme/small
 model acme/small
 rate t input 0 output 0
provider openrouter
offer acme/big
 model acme/big
 region eu
 data keeps
 rate t input 1 output 4
offer acme/small:free
 model acme/small:free
 rate t input 0 output 0
offer acme/lone
 model acme/lone
 rate t input 1 output 1
";

fn router() -> Router {
    let endpoint = |provider| Endpoint::new(provider).key("k");
    Router::builder()
        .catalog(Rows::read(CATALOG).unwrap().pack().unwrap())
        .endpoint(endpoint(table::OPENAI))
        .endpoint(endpoint(table::DEEPINFRA))
        .endpoint(endpoint(table::OPENROUTER))
        .endpoint(endpoint(table::OLLAMA))
        .target(Target::new("mine@openai").model("my/own").price(Price::FREE))
        .route(Route::new("pair", ["big-1@openai", "acme/small@deepinfra"]))
        .build()
        .unwrap()
}

/// Whom a request would try, and what its name turned out to be.
fn asked(request: Request) -> (String, String) {
    let trace = router().explain(request.user("Hello?")).unwrap();
    (trace.order.join(" "), trace.resolved.to_string())
}

fn check(name: &str, order: &str) {
    assert_eq!(asked(Request::new(name)).0, order, "{name}");
}

fn refused(name: &str, why: &str) {
    let error = router().explain(Request::new(name).user("Hello?")).unwrap_err();
    assert_eq!(error.message(), why);
}

const BIG: &str = "acme/big@deepinfra big-1@openai acme/big@openrouter";

#[test]
fn variants_sort_and_the_last_that_does_counts() {
    check("acme/big", BIG);
    check("acme/big:floor", "acme/big@deepinfra acme/big@openrouter big-1@openai");
    check("acme/big:nitro", BIG);
    check("acme/big:nitro:floor", "acme/big@deepinfra acme/big@openrouter big-1@openai");
    check("acme/big:floor:nitro", BIG);
    check("pair:floor", "acme/small@deepinfra big-1@openai");
    check("big-1@openai:floor", "big-1@openai");
    assert_eq!(asked(Request::new("acme/big:floor")).1, "the model acme/big, :floor");
}

#[test]
fn an_explicit_sort_goes_before_a_variant() {
    let (order, _) = asked(Request::new("acme/big:floor").sort(SortBy::Latency));
    assert_eq!(order, BIG);
    let (order, _) = asked(Request::new("acme/big:nitro").sort(SortBy::Price));
    assert_eq!(order, "acme/big@deepinfra acme/big@openrouter big-1@openai");
    // What is preferred beside it stays.
    let (order, _) = asked(Request::new("acme/big:floor").only(["openai", "openrouter"]));
    assert_eq!(order, "acme/big@openrouter big-1@openai");
}

#[test]
fn free_is_what_charges_nothing_and_never_anything_else() {
    // The model's own free offer, and the offer of the same model that charges nothing.
    check("acme/small:free", "acme/small:free@openrouter acme/small@deepinfra");
    check("acme/gift:free", "gift-1@openai");
    check("acme/gift:free:nitro", "gift-1@openai");
    check("acme/small:nitro:free", "acme/small:free@openrouter acme/small@deepinfra");
    check("pair:free", "acme/small@deepinfra");
    check("my/own:free", "mine@openai");
    refused(
        "acme/big:free",
        "no offer of acme/big at your endpoints is known to be free, and `:free` is never answered by one that \
         is not: ask for acme/big, or add an endpoint that offers it for nothing",
    );
}

#[test]
fn other_variants_say_what_to_use_instead() {
    refused(
        "acme/big:online",
        "`:online` means nothing here: ask for acme/big, and give the request the provider's own search as a \
         native tool",
    );
    refused(
        "acme/big:exacto",
        "`:exacto` means nothing here: ask for acme/big, and sort by `SortBy::Quality`",
    );
    refused(
        "acme/big:thinking:floor",
        "`:thinking` means nothing here: ask for acme/big, and say how hard it thinks with `Request::effort`",
    );
    refused(
        "acme/big:extended",
        "`:extended` means nothing here: ask for acme/big, and look for a model of a longer context, which has a \
         name of its own",
    );
    refused(
        "acme/big:batch",
        "`:batch` means nothing here: ask for acme/big, and for a lower price without haste ask for the tier \
         `flex`",
    );
}

#[test]
fn a_colon_of_a_providers_own_is_left_alone() {
    check("llama3:8b@ollama", "llama3:8b@ollama");
    check("llama3:free@ollama", "llama3:free@ollama");
    check("ollama/llama3:nitro", "llama3:nitro@ollama");
    check("ft:big:acme::7@openai", "ft:big:acme::7@openai");
    check("acme/small:free@openrouter", "acme/small:free@openrouter");
    check("openrouter/z/new:online", "z/new:online@openrouter");
    check("openrouter/auto:nitro", "auto:nitro@openrouter");
}

#[test]
fn other_names_are_fallen_back_to_in_their_order() {
    let (order, what) = asked(Request::new("acme/lone").or("pair").or("mine@openai"));
    assert_eq!(order, "acme/lone@openrouter big-1@openai acme/small@deepinfra mine@openai");
    assert_eq!(what, "the model acme/lone, then a route, then a target");
    // A target that two names mean is asked once.
    let (order, _) = asked(Request::new("pair").or("acme/big").or("pair"));
    assert_eq!(order, "big-1@openai acme/small@deepinfra acme/big@deepinfra acme/big@openrouter");
    let across = Request::new("acme/big").or("acme/small").sort(SortBy::Price.across());
    assert_eq!(
        asked(across).0,
        "acme/small@deepinfra small-1@openai acme/big@deepinfra acme/big@openrouter big-1@openai"
    );
    let (order, _) = asked(Request::new("acme/big:floor").or("acme/small:free"));
    assert_eq!(
        order,
        "acme/big@deepinfra acme/big@openrouter big-1@openai acme/small:free@openrouter \
         acme/small@deepinfra"
    );
}

#[test]
fn a_fallback_that_means_nothing_is_an_error_before_anything_is_sent() {
    let error = router().explain(Request::new("acme/big").or("acme/bog").user("?")).unwrap_err();
    assert!(error.message().starts_with(r#""acme/bog" is no route"#), "{error}");
    let many = (0..40).map(|place| format!("m{place}@openai")).collect();
    let preferences = Preferences { models: many, ..Preferences::default() };
    let error =
        router().explain(Request::new("acme/big").prefer(preferences).user("?")).unwrap_err();
    assert_eq!(
        error.message(),
        "the request has 41 names; ask for 32 at most, or name them in a route"
    );
}

#[test]
fn what_the_catalog_says_of_offers_counts_and_what_a_target_says_counts_more() {
    let preferred =
        |text: &str| Request::new("acme/big").prefer(serde_json::from_str(text).unwrap());
    for (preferences, order) in [
        (r#"{"zdr":true}"#, "acme/big@deepinfra"),
        (r#"{"data_collection":"keep"}"#, "acme/big@deepinfra acme/big@openrouter"),
        (r#"{"region":"eu"}"#, "acme/big@openrouter"),
        (r#"{"quantizations":["fp8"]}"#, "acme/big@deepinfra"),
        (r#"{"max_price":{"prompt":1,"completion":2}}"#, "acme/big@deepinfra"),
        (r#"{"max_price":{"image":0,"audio":1}}"#, "acme/big@deepinfra acme/big@openrouter"),
        (
            r#"{"order":["openrouter","openai"]}"#,
            "acme/big@openrouter big-1@openai acme/big@deepinfra",
        ),
        (r#"{"sort":"price","max_cost":"0.005"}"#, "acme/big@deepinfra acme/big@openrouter"),
    ] {
        assert_eq!(asked(preferred(preferences)).0, order, "{preferences}");
    }
    let offer = Offer { region: Some("eu-north-1".into()), ..Offer::default() };
    let router = Router::builder()
        .catalog(Rows::read(CATALOG).unwrap().pack().unwrap())
        .endpoint(Endpoint::new(table::DEEPINFRA).key("k"))
        .target(Target::new("acme/big@deepinfra").offer(offer))
        .build()
        .unwrap();
    let trace = router.explain(preferred(r#"{"region":"eu","zdr":true}"#).user("?")).unwrap();
    assert_eq!(trace.order.join(" "), "acme/big@deepinfra");
}
