//! Tokens that end: fetched once however many wait, and again when one is refused.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nohop::providers::{Issued, Refreshed};

use super::*;

/// Tokens that are called by their number, and how many were fetched.
fn tokens() -> (Refreshed, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    let fetch = move || {
        let number = counter.fetch_add(1, Ordering::SeqCst);
        async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            Ok(Issued::new(format!("token-{number}"), Duration::from_secs(3_600)))
        }
    };
    (Refreshed::new(fetch), count)
}

/// A router whose only endpoint has these tokens.
fn router(emulator: &Emulator, tokens: Refreshed) -> Router {
    let endpoint = Endpoint::new(table::OPENAI).id("only").base_url(emulator.url() + "/v1");
    Router::builder().endpoint(endpoint.credentials(tokens)).build().unwrap()
}

fn request() -> Request {
    Request::new("m@only").user("Hello?")
}

#[tokio::test]
async fn two_thousand_requests_at_once_fetch_one_token() {
    let emulator = Emulator::openai().says("Hi").key("token-0").start().await.unwrap();
    let (tokens, fetched) = tokens();
    let router = router(&emulator, tokens);

    let asked = (0..2_000).map(|_| router.send(request()));
    let answers = futures_util::future::join_all(asked).await;

    assert!(answers.iter().all(|answer| answer.as_ref().unwrap().text() == "Hi"));
    assert_eq!((fetched.load(Ordering::SeqCst), emulator.journal().calls()), (1, 2_000));
}

#[tokio::test]
async fn a_token_that_ends_in_mid_use_is_fetched_again_and_no_request_fails() {
    for mode in MODES {
        let emulator = Emulator::openai().says("Hi").key("token-0").start().await.unwrap();
        let (tokens, fetched) = tokens();
        let router = router(&emulator, tokens);
        assert_eq!(ask(&router, request(), mode).await.unwrap().text(), "Hi");
        emulator.becomes(Emulator::openai().says("Hi").key("token-1"));

        let asked = (0..100).map(|_| ask(&router, request(), mode));
        let answers = futures_util::future::join_all(asked).await;

        for answer in &answers {
            let answer = answer.as_ref().unwrap();
            assert_eq!(
                (answer.text().as_str(), &outcomes(answer)[..]),
                ("Hi", &[Outcome::Finished][..])
            );
        }
        assert_eq!(fetched.load(Ordering::SeqCst), 2);
        // At most one more call for each that was under way with the old one.
        assert!(emulator.journal().calls() <= 1 + 2 * 100);
        assert_eq!(ask(&router, request(), mode).await.unwrap().text(), "Hi");
    }
}

#[tokio::test]
async fn a_token_that_is_refused_however_new_fails_after_one_more_call() {
    let emulator = Emulator::openai().says("Hi").key("never").start().await.unwrap();
    let (tokens, fetched) = tokens();

    let error = router(&emulator, tokens).send(request()).await.unwrap_err();

    assert_eq!(error.kind(), nohop::ErrorKind::Auth);
    assert_eq!((fetched.load(Ordering::SeqCst), emulator.journal().calls()), (2, 2));
}
