//! The catalog is kept current: from lists on real sockets, with everything that may be wrong with them.

use std::time::Duration;

use nohop::pricing::{Catalog, Rows, Shape};
use nohop::{News, Sources};

use super::*;

mod faults;
mod folder;
mod host;
mod names;
mod public;
mod under_load;

use host::{Host, Page};

/// The catalog that routers of these tests are built with: `big` at its maker's, who is not alone to offer it.
const FIRST: &str = "source l 2026-11-01 litellm 1.0
source m 2026-11-01 models.dev
model openai/big
 family big
provider groq
offer openai/big
 model openai/big
 rate l input 1 output 1
provider openai
offer big
 model openai/big
 rate l input 1 output 2
offer small
 model openai/small
 rate m input 0.1 output 0.2
model openai/small
";

fn first() -> Catalog {
    Rows::read(FIRST).unwrap().pack().unwrap()
}

/// A row of LiteLLM's map: `native` at `provider`, and what a token of its prompt and of its answer costs.
fn row(provider: &str, native: &str, input: &str, output: &str) -> String {
    format!(
        r#""{provider}/{native}":{{"litellm_provider":"{provider}","mode":"chat","source":"https://{provider}.example","input_cost_per_token":{input},"output_cost_per_token":{output}}}"#
    )
}

/// LiteLLM's map, of these rows.
fn map(rows: &[String]) -> String {
    format!("{{{}}}", rows.join(","))
}

/// The map in which `big` is dearer at both of its providers.
fn dearer() -> String {
    map(&[row("openai", "big", "3e-6", "4e-6"), row("groq", "openai/big", "2e-6", "2e-6")])
}

/// models.dev's map, in which OpenAI's `small` costs so much for a million tokens of the prompt.
fn models_dev(price: &str) -> String {
    format!(
        r#"{{"openai":{{"models":{{"small":{{"name":"Small","cost":{{"input":{price},"output":0.2}}}}}}}}}}"#
    )
}

fn litellm(url: String) -> Sources {
    Sources::new().list(Shape::LiteLlm, url).time(Duration::from_secs(20))
}

/// Endpoints of OpenAI and of Groq; both are the emulator.
fn builder(emulator: &Emulator, ledger: &Arc<Memory>) -> Builder {
    let groq = Endpoint::new(table::GROQ).base_url(emulator.url() + "/v1").key("sk-groq");
    Router::builder()
        .endpoint(openai("openai", emulator))
        .endpoint(groq)
        .catalog(first())
        .ledger(ledger.clone())
}

/// An answer that consumed a million tokens of the prompt, and as many of the answer.
async fn emulator() -> Emulator {
    Emulator::openai().says("Hi").usage(1_000_000, 1_000_000).start().await.unwrap()
}

async fn router() -> (Router, Arc<Memory>, Emulator) {
    let (emulator, ledger) = (emulator().await, Arc::new(Memory::new()));
    let router = builder(&emulator, &ledger).build().unwrap();
    (router, ledger, emulator)
}

fn big() -> Request {
    Request::new("openai/big").user("Hello?")
}

/// What a million tokens of the prompt cost there, by the catalog in use.
fn price(router: &Router, provider: &str, native: &str) -> Option<String> {
    let catalog = router.catalog();
    let price = catalog.offer(provider, native)?.card().charges().next()?.price();
    Some((price * 1_000_000).to_string())
}

/// Whom a request for this name would ask, in order.
fn order(router: &Router, name: &str) -> Vec<String> {
    let trace = router.explain(Request::new(name).user("Hello?")).unwrap();
    trace.order.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn what_is_dearer_now_is_billed_so_from_the_next_request_on() {
    let (host, (router, ledger, _emulator)) = (Host::start().await, router().await);
    let sources = litellm(host.says("/map", dearer()));
    let before = router.send(big()).await.unwrap();

    let refreshed = router.refresh(&sources).await.unwrap();

    let after = router.send(big()).await.unwrap();
    let cost = |response: &Response| response.cost.unwrap().amount.to_string();
    assert_eq!((cost(&before), cost(&after)), ("$3.00".to_owned(), "$7.00".to_owned()));
    let versions: Vec<_> = ledger.entries().iter().map(|entry| entry.catalog.clone()).collect();
    assert_eq!(versions[0].as_deref(), Some(&*first().version()));
    assert_eq!(versions[1].as_deref(), Some(&*refreshed.catalog));
    assert_eq!(router.catalog().version(), refreshed.catalog);
    assert!(matches!(refreshed.sources[0].news, News::New));
    let repriced: Vec<&str> = refreshed.diff.repriced.iter().map(|it| &*it.offer).collect();
    assert_eq!(repriced, ["big@openai", "openai/big@groq"]);
    assert!(refreshed.to_string().starts_with("litellm: new, of 20"), "{refreshed}");
}

#[tokio::test]
async fn what_a_request_was_decided_by_is_what_it_is_billed_by() {
    let (host, ledger) = (Host::start().await, Arc::new(Memory::new()));
    let slow = Emulator::openai().says("one two three").usage(1_000_000, 1_000_000);
    let slow = slow.pause(Duration::from_millis(20)).start().await.unwrap();
    let router = builder(&slow, &ledger).build().unwrap();
    let sources = litellm(host.says("/map", dearer()));
    let answer = router.stream(big()).await.unwrap();

    router.refresh(&sources).await.unwrap();

    let response = answer.response().await.unwrap();
    assert_eq!(response.cost.unwrap().amount.to_string(), "$3.00");
    assert_eq!(ledger.entries()[0].catalog.as_deref(), Some(&*first().version()));
}

#[tokio::test]
async fn what_is_the_same_is_not_sent_again_and_changes_nothing() {
    let (host, (router, ..)) = (Host::start().await, router().await);
    let sources = litellm(host.page("/map", Page::Marked(dearer().into(), "\"one\"")));
    let refreshed = router.refresh(&sources).await.unwrap();

    let again = router.refresh(&sources).await.unwrap();
    host.page("/map", Page::Says(dearer().into()));
    let unmarked = router.refresh(&sources).await.unwrap();

    assert_eq!(host.marks("/map"), [None, Some("\"one\"".to_owned()), Some("\"one\"".to_owned())]);
    for same in [&again, &unmarked] {
        assert!(matches!(same.sources[0].news, News::Same));
        assert_eq!(same.catalog, refreshed.catalog);
        assert_eq!(same.diff, nohop::pricing::Diff::default());
    }
}

#[tokio::test]
async fn an_overlay_wins_over_every_list() {
    let (host, (router, _ledger, _emulator)) = (Host::start().await, router().await);
    let overlay = r#"
        source = "our contract"
        [[offer]]
        provider = "openai"
        native = "big"
        rates = [{ input = "0.5", output = "0.25" }]
    "#;
    let sources = litellm(host.says("/map", dearer())).overlay(overlay);

    router.refresh(&sources).await.unwrap();

    let response = router.send(big()).await.unwrap();
    assert_eq!(response.cost.unwrap().amount.to_string(), "$0.75");
    assert_eq!(price(&router, "groq", "openai/big").as_deref(), Some("$2.00"));
}

#[tokio::test]
async fn what_an_endpoint_lists_itself_is_known_at_once_and_goes_before_what_others_say() {
    let host = Host::start().await;
    let own = r#"{"object":"list","data":[
        {"id":"big","object":"model","context_length":4096,"pricing":{"input":"0.000009","output":"0.000009"}},
        {"id":"newest","object":"model"}]}"#;
    host.says("/v1/models", own);
    let endpoint = Endpoint::new(table::OPENAI).base_url(host.url.clone() + "/v1").key("k");
    let ledger = Arc::new(Memory::new());
    let router = Router::builder().endpoint(endpoint).catalog(first()).ledger(ledger.clone());
    let router = router.build().unwrap();
    let sources = litellm(host.says("/map", dearer())).own_lists();

    let refreshed = router.refresh(&sources).await.unwrap();

    assert_eq!(refreshed.failed().count(), 0, "{refreshed}");
    assert_eq!(price(&router, "openai", "big").as_deref(), Some("$9.00"));
    assert_eq!(router.catalog().offer("openai", "big").unwrap().context(), Some(4_096));
    assert_eq!(order(&router, "openai/newest"), ["newest@openai"]);
    assert!(router.catalog().offer("openai", "newest").unwrap().card().is_unknown());
    assert!(ledger.entries().is_empty(), "a list is no attempt");
}

#[tokio::test]
async fn openrouters_hosts_are_asked_beside_its_models() {
    let (host, (router, ..)) = (Host::start().await, router().await);
    let gateway = Endpoint::new(table::OPENROUTER).base_url(host.url.clone()).key("k");
    let router = Router::builder().endpoint(gateway).catalog(router.catalog()).build().unwrap();
    let models =
        r#"{"data":[{"id":"openai/big","pricing":{"prompt":"0.000001","completion":"0.000002"}}]}"#;
    let hosts = r#"{"data":{"id":"openai/big","endpoints":[
        {"tag":"fast/fp8","quantization":"fp8","pricing":{"prompt":"0.000003","completion":"0.000004"}}]}}"#;
    let url = host.says("/models", models);
    host.says("/models/openai/big/endpoints", hosts);
    let sources =
        Sources::new().list(Shape::OpenRouter, url).endpoints(["openai/big", "openai/none"]);

    let refreshed = router.refresh(&sources).await.unwrap();

    let catalog = router.catalog();
    let offer = catalog.offer("openrouter", "openai/big").unwrap();
    let doors: Vec<String> = offer.card().charges().map(|it| it.condition()).collect();
    assert!(doors.contains(&"door=fast/fp8".to_owned()), "{doors:?}");
    assert_eq!(offer.quantization(), "fp8");
    let failed: Vec<&str> = refreshed.failed().map(|(source, _)| source).collect();
    assert_eq!(failed, ["openrouter/openai/none"]);
}
