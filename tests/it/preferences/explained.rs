//! What is said when nobody is left, as a stranger reads it.

use nohop::policy::{Candidates, Context, Data, Limits, Offer, Policy, available};
use nohop::providers::{Endpoint, table};
use nohop::{ErrorKind, Preferences, Request, Route, Router, Target};

/// A route to three targets: one that says what it keeps, one that says what it charges, one that says nothing.
fn router(policy: impl Policy) -> Router {
    let forgets =
        Offer { data: Some(Data::Keeps), region: Some("us-east-1".into()), ..Offer::default() };
    let priced = nohop::policy::Price::cents_per_million(100, 400);
    Router::builder()
        .catalog(None)
        .endpoint(Endpoint::new(table::OPENAI).key("1").key("2"))
        .endpoint(Endpoint::new(table::ANTHROPIC).key("k"))
        .endpoint(Endpoint::new(table::MISTRAL).key("k"))
        .target(Target::new("gpt@openai").offer(forgets))
        .target(Target::new("claude@anthropic").price(priced))
        .route(
            Route::new("chat", ["gpt@openai", "claude@anthropic", "large@mistral"]).policy(policy),
        )
        .build()
        .unwrap()
}

/// What a request for that route is told that everybody is dropped for; it is asked of nobody.
async fn check(preferences: &str, message: &str) {
    let preferences: Preferences = serde_json::from_str(preferences).unwrap();
    let request = Request::new("chat").prefer(preferences).user("Hello?");
    let router = router(available());
    let error = router.send(request.clone()).await.unwrap_err();
    assert_eq!(error.message(), message);
    assert_eq!(error.kind(), ErrorKind::Config);
    let trace = error.trace().unwrap();
    assert!(trace.attempts.is_empty() && trace.order.is_empty(), "{trace}");
    // To explain is no error, and shows the same stages.
    assert_eq!(router.explain(request).unwrap().stages, trace.stages);
}

#[tokio::test]
async fn who_was_dropped_by_what_is_told_and_what_to_change() {
    check(
        r#"{"only":["azure"]}"#,
        "none of 4 candidates is left for this request: `only: azure` dropped gpt@openai, claude@anthropic, \
         large@mistral (name an endpoint, target, model or provider that serves this name)",
    )
    .await;
    check(
        r#"{"ignore":["openai","anthropic","mistral"]}"#,
        "none of 4 candidates is left for this request: `ignore: openai, anthropic, mistral` dropped \
         gpt@openai, claude@anthropic, large@mistral (take one of them from the list)",
    )
    .await;
    check(
        r#"{"zdr":true}"#,
        "none of 4 candidates is left for this request: `zdr` dropped gpt@openai (ask for less, or add an \
         endpoint that keeps nothing); `zdr, not known` dropped claude@anthropic, large@mistral (if you know what \
         becomes of what they are told, say it, as `Target::offer(Offer { data: Some(Data::Forgets), .. })` or as \
         `data` in the catalog's overlay)",
    )
    .await;
    check(
        r#"{"region":"eu"}"#,
        "none of 4 candidates is left for this request: `region: eu` dropped gpt@openai (add an endpoint in that \
         region, or name a wider one); `region: eu, not known` dropped claude@anthropic, large@mistral (if you \
         know where they are served, say it, as `Target::offer(Offer { region: Some(\"eu\".into()), .. })` or as \
         `region` in the catalog's overlay)",
    )
    .await;
    check(
        r#"{"quantizations":["fp8"]}"#,
        "none of 4 candidates is left for this request: `quantizations: fp8, not known` dropped gpt@openai, \
         claude@anthropic, large@mistral (if you know how they round numbers, say it, as `Target::offer(Offer { \
         quantization: Some(\"fp8\".into()), .. })` or as `quantization` in the catalog's overlay, or add \
         `unknown` to the list)",
    )
    .await;
    check(
        r#"{"max_price":{"prompt":0.5}}"#,
        "none of 4 candidates is left for this request: `max_price.prompt: $0.50` dropped claude@anthropic (raise \
         it, or add a cheaper target); `max_price.prompt: $0.50, not known` dropped gpt@openai, large@mistral (say \
         what they charge, as `Target::price` or in the catalog's overlay; what has no price fits no limit)",
    )
    .await;
    check(
        r#"{"order":["azure"],"allow_fallbacks":false}"#,
        "none of 4 candidates is left for this request: `allow_fallbacks: false` dropped gpt@openai, \
         claude@anthropic, large@mistral (let `order` name one that serves this name, or allow fallbacks)",
    )
    .await;
}

#[tokio::test]
async fn a_stage_of_the_routes_own_is_told_too() {
    let nobody = |_: &Context<'_>, list: &mut Candidates<'_>| list.retain(|_| false);
    let router = router(nobody.named("nobody"));
    let request = Request::new("chat").only(["openai", "mistral"]).user("Hello?");
    let error = router.send(request).await.unwrap_err();
    assert_eq!(
        error.message(),
        "none of 4 candidates is left for this request: `only: openai, mistral` dropped claude@anthropic (name an \
         endpoint, target, model or provider that serves this name); `nobody` dropped gpt@openai, large@mistral (it \
         is a stage of the route's policy: let it keep one of them, or add targets to the route)",
    );
}

#[tokio::test]
async fn many_are_counted_and_not_named() {
    let targets = (0..100).map(|place| format!("m{place}@openai"));
    let router = Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).key("k"))
        .route(Route::new("many", targets).limits(Limits { attempts: 2, ..Limits::DEFAULT }))
        .build()
        .unwrap();
    let error = router.send(Request::new("many").only(["x"]).user("Hello?")).await.unwrap_err();
    assert_eq!(
        error.message(),
        "none of 100 candidates is left for this request: `only: x` dropped m0@openai, m1@openai, m2@openai and 97 \
         more (name an endpoint, target, model or provider that serves this name)",
    );
}

#[test]
fn the_table_shows_every_stage_in_the_words_of_the_request() {
    let preferences =
        r#"{"ignore":["mistral"],"sort":"price","order":["openai"],"preferred_max_latency":2}"#;
    let preferences = serde_json::from_str(preferences).unwrap();
    let trace = router(available())
        .explain(Request::new("chat").prefer(preferences).user("Hello?"))
        .unwrap()
        .to_string();
    let stages: Vec<_> = trace.lines().skip(2).collect();
    assert_eq!(
        stages,
        [
            "  ignore: mistral        kept 3, dropped large@mistral",
            "  available              kept 3",
            "  sort: price            kept 3; in front claude@anthropic, gpt@openai, gpt@openai (key 1) (before: gpt@openai, gpt@openai (key 1), claude@anthropic)",
            "  order: openai          kept 3; in front gpt@openai, gpt@openai (key 1), claude@anthropic (before: claude@anthropic, gpt@openai, gpt@openai (key 1))",
            "  preferred_max_latency  kept 3",
            "   candidate           estimate  health",
            "1  gpt@openai          -         -",
            "2  gpt@openai (key 1)  -         -",
            "3  claude@anthropic    $0.004    -",
            "-  large@mistral       -         -       dropped by ignore: mistral",
            "order: gpt@openai, gpt@openai, claude@anthropic",
        ]
    );
}

#[test]
fn an_endpoint_serves_where_it_was_set_to() {
    let endpoint =
        |id, region| Endpoint::new(table::BEDROCK_MANTLE).id(id).set("region", region).key("k");
    let router = Router::builder()
        .catalog(None)
        .endpoint(endpoint("frankfurt", "eu-central-1"))
        .endpoint(endpoint("oregon", "us-west-2"))
        .route(Route::new("chat", ["m@oregon", "m@frankfurt"]))
        .build()
        .unwrap();
    let within = |region: &str| {
        let preferences = Preferences { region: Some(region.into()), ..Preferences::default() };
        let request = Request::new("chat").prefer(preferences).user("Hello?");
        router.explain(request).unwrap().order
    };

    assert_eq!(within("eu"), ["m@frankfurt".into()]);
    assert_eq!(within("us-west-2"), ["m@oregon".into()]);
    assert!(within("ap").is_empty());
}
