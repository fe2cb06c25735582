use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nohop_types::{Choice, Content, FinishReason, Part, Request, Response, ToolCall};

use super::*;
use crate::replay::replay;

fn response(text: &str) -> Response {
    let mut choice = Choice::default();
    choice.parts.push(Part::text(text));
    choice.reason = Some(FinishReason::Stop);
    let mut response = Response::default();
    response.choices.push(choice);
    Arc::make_mut(&mut response.usage).output = Some(3);
    response
}

fn request(text: &str) -> Request {
    Request::new("chat").user(text)
}

async fn missing(cache: &Cache, request: &Request) -> Lead {
    match cache.find(request).await {
        Found::Missing(lead) => lead,
        Found::Kept(_) => panic!("it is there"),
        Found::Apart => panic!("it is left alone"),
    }
}

async fn kept(cache: &Cache, request: &Request) -> Option<String> {
    match cache.find(request).await {
        Found::Kept(kept) => Some(kept.response.text()),
        Found::Missing(_) | Found::Apart => None,
    }
}

async fn keep(cache: &Cache, request: &Request, response: Response) {
    let lead = missing(cache, request).await;
    cache.keep(lead, response, "gpt@openai".into());
}

#[tokio::test]
async fn what_was_asked_before_is_there() {
    let cache = Cache::memory(1 << 20);
    keep(&cache, &request("Hello?"), response("Hello!")).await;

    assert_eq!(kept(&cache, &request("Hello?")).await.as_deref(), Some("Hello!"));
    assert_eq!(kept(&cache, &request("Hello!")).await, None);
    assert!(cache.leads.is_empty());
}

#[tokio::test]
async fn what_is_not_whole_is_not_kept() {
    let cut = |reason| {
        let mut cut = response("Hel");
        cut.choices[0].reason = reason;
        cut
    };
    let mut refused = response("");
    refused.choices[0].parts[0].content = Content::Refusal("no".into());
    let mut calls = cut(Some(FinishReason::ToolCalls));
    let call = ToolCall::new("c1", "weather", "{}");
    calls.choices[0].parts.push(Part::new(Content::ToolCall(call)));

    for response in [
        cut(None),
        cut(Some(FinishReason::Length)),
        cut(Some(FinishReason::ContentFilter)),
        cut(Some(FinishReason::Error)),
        refused,
        calls.clone(),
        Response::default(),
    ] {
        let cache = Cache::memory(1 << 20);
        keep(&cache, &request("Hello?"), response.clone()).await;
        assert_eq!(kept(&cache, &request("Hello?")).await, None, "{response:?}");
    }

    let cache = Cache::memory(1 << 20).with_calls();
    keep(&cache, &request("Hello?"), calls).await;
    assert_eq!(kept(&cache, &request("Hello?")).await.as_deref(), Some("Hel"));
}

#[tokio::test]
async fn tenants_are_told_apart_by_key_header_user_and_tag() {
    let cache = Cache::memory(1 << 20).per_tag("tenant");
    keep(&cache, &request("Hello?"), response("Hello!")).await;

    for other in [
        request("Hello?").key("sk-1"),
        request("Hello?").header("x-org", "1"),
        request("Hello?").by("ann"),
        request("Hello?").tag("tenant", "acme"),
    ] {
        assert_eq!(kept(&cache, &other).await, None, "{other:?}");
    }
    let others = request("Hello?").tag("job", "7").session("s");
    assert!(kept(&cache, &others).await.is_some());
}

#[tokio::test]
async fn a_filter_leaves_requests_alone() {
    let cache = Cache::memory(1 << 20).when(|request| request.sampling.temperature == Some(0.0));
    assert!(matches!(cache.find(&request("Hello?")).await, Found::Apart));
    drop(missing(&cache, &request("Hello?").temperature(0.0)).await);

    let cache = Cache::memory(1 << 20).when(|_| panic!("a filter of the application's"));
    assert!(matches!(cache.find(&request("Hello?")).await, Found::Apart));
}

#[tokio::test]
async fn who_was_asked_for_least_lately_makes_room() {
    let room = 2 * (1_024 + 400);
    let cache = Cache::memory(room);
    keep(&cache, &request("1"), response("one")).await;
    keep(&cache, &request("2"), response("two")).await;
    assert!(kept(&cache, &request("1")).await.is_some());

    keep(&cache, &request("3"), response("three")).await;

    assert!(kept(&cache, &request("1")).await.is_some());
    assert!(kept(&cache, &request("2")).await.is_none());
    keep(&cache, &request("4"), response(&"long".repeat(room))).await;
    assert!(kept(&cache, &request("4")).await.is_none(), "what does not fit is not kept");
}

#[tokio::test(start_paused = true)]
async fn of_a_thousand_that_ask_for_the_same_one_leads() {
    let cache = Arc::new(Cache::memory(1 << 20));
    let calls = Arc::new(AtomicUsize::new(0));
    let asks = (0..1_000).map(|_| {
        let (cache, calls) = (cache.clone(), calls.clone());
        tokio::spawn(async move {
            match cache.find(&request("Hello?")).await {
                Found::Kept(kept) => kept.response.text(),
                Found::Missing(lead) => {
                    calls.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_secs(5)).await;
                    cache.keep(lead, response("Hello!"), "gpt@openai".into());
                    "Hello!".to_owned()
                }
                Found::Apart => String::new(),
            }
        })
    });
    let asks: Vec<_> = asks.collect();
    for ask in asks {
        assert_eq!(ask.await.unwrap(), "Hello!");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert!(cache.leads.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_lead_that_is_dropped_is_handed_over_to_one() {
    let cache = Arc::new(Cache::memory(1 << 20));
    let first = missing(&cache, &request("Hello?")).await;
    let waiting: Vec<_> = (0..10)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move {
                match cache.find(&request("Hello?")).await {
                    Found::Missing(lead) => {
                        cache.keep(lead, response("Hello!"), "gpt@openai".into());
                        1
                    }
                    Found::Kept(_) => 0,
                    Found::Apart => 100,
                }
            })
        })
        .collect();
    tokio::task::yield_now().await;

    drop(first);

    let mut leads = 0;
    for ask in waiting {
        leads += ask.await.unwrap();
    }
    assert_eq!(leads, 1);
}

#[tokio::test(start_paused = true)]
async fn a_lead_that_fails_or_takes_too_long_lets_the_others_ask() {
    let cache = Arc::new(Cache::memory(1 << 20).patience(Duration::from_secs(7)));
    for fails in [true, false] {
        let first = missing(&cache, &request("Hello?")).await;
        let other = tokio::spawn({
            let cache = cache.clone();
            async move { matches!(cache.find(&request("Hello?")).await, Found::Apart) }
        });
        tokio::task::yield_now().await;
        let held = match fails {
            true => {
                first.end(Over::Apart);
                None
            }
            false => Some(first),
        };
        assert!(other.await.unwrap());
        drop(held);
    }
}

#[derive(Debug)]
struct Broken;

#[async_trait::async_trait]
impl Store for Broken {
    async fn get(&self, _: &Key) -> Option<Arc<Kept>> {
        panic!("the store is broken")
    }

    async fn put(&self, _: Key, _: Arc<Kept>, _: Duration) {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_panics_or_hangs_holds_nobody_up() {
    let cache = Cache::new(Broken);
    let lead = missing(&cache, &request("Hello?")).await;
    cache.keep(lead, response("Hello!"), "gpt@openai".into());
    drop(missing(&cache, &request("Hello?")).await);
}

#[test]
fn what_is_replayed_folds_to_the_same_answer() {
    let mut whole = response("Hello!");
    whole.id = Some("r1".into());
    whole.choices[0].raw = Some("stop".into());
    whole.choices[0].parts.insert(0, Part::new(Content::ToolCall(ToolCall::new("c", "w", "{}"))));
    whole.choices.push(response("Hi!").choices.remove(0));

    let again: Response = replay(&whole).into_iter().collect();
    assert_eq!(again, whole);
    nohop_wire::laws::events_follow_the_grammar(&Vec::from(replay(&whole))).unwrap();
}
