//! Whoever drops a request, wherever it stands, has stopped and settled everything.

use std::collections::BTreeSet;
use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use nohop::policy::{Broken, Clocks, Hedge};
use nohop::providers::Credentials;
use nohop::{Answer, Secret};
use nohop_testkit::{Fault, RetryAfter};

use super::scripted::{Scripted, paused};
use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// What two providers do, and how far a request may go.
struct Play {
    name: &'static str,
    first: Script,
    second: Script,
    limits: Limits,
}

fn plays() -> Vec<Play> {
    let says = || {
        let script = Script::openai().says("One two three four.").delay(SECOND / 10);
        script.first_after(SECOND / 10).pause(SECOND / 10)
    };
    let clocks = Clocks { first_content: SECOND * 3, silence: SECOND * 2, ..Clocks::DEFAULT };
    let limits = Limits { clocks, total: SECOND * 20, ..Limits::DEFAULT };
    let play = |name, first: Fault, second: Option<Fault>, limits| Play {
        name,
        first: says().fault_times(2, first),
        second: second.into_iter().fold(says(), |script, fault| script.fault_times(2, fault)),
        limits,
    };
    let limited = Fault::RateLimited(RetryAfter::Seconds(SECOND * 2));
    let broken = Fault::ResetAfter { events: 2 };
    let resume = Limits { broken: Broken::Resume, ..limits };
    let hedge = Limits { hedge: Some(Hedge::After(SECOND)), ..limits };
    vec![
        play("fallback", Fault::Overloaded, None, limits),
        play("retry", limited.clone(), Some(limited), limits),
        play("stall", Fault::StallAfterHead, Some(Fault::StallAfter { events: 2 }), limits),
        play("hang", Fault::Hang, Some(Fault::Hang), limits),
        play("mid-stream", broken.clone(), None, limits),
        play("resume", broken.clone(), Some(broken), resume),
        play("hedge", Fault::Late(SECOND * 2), None, hedge),
    ]
}

/// A key that is not there at once.
#[derive(Debug)]
struct Slow;

#[async_trait]
impl Credentials for Slow {
    async fn secret(&self) -> Result<Secret> {
        tokio::time::sleep(SECOND / 10).await;
        Ok(Secret::new("sk-slow"))
    }
}

/// A router over a play, and what tells of it.
struct Stage {
    router: Router,
    ledger: Arc<Memory>,
    transport: Scripted,
}

impl Stage {
    fn new(Play { first, second, limits, .. }: Play) -> Self {
        let transport = Scripted::default().host("first", first).host("second", second);
        let ledger = Arc::new(Memory::new().budget(Money::DOLLAR));
        let endpoint = |host: &'static str| {
            let endpoint = Endpoint::new(table::OPENAI).id(host).credentials(Slow);
            endpoint.base_url(format!("http://{host}"))
        };
        // Refused before it is sent.
        let dear = Price { input: Money::DOLLAR, ..price() };
        let targets = [
            Target::new("dear@first").price(dear),
            Target::new("m1@first").price(price()),
            Target::new("m2@second").price(price()),
        ];
        let router = Router::builder()
            .endpoint(endpoint("first"))
            .endpoint(endpoint("second"))
            .route(Route::new("both", targets).limits(limits))
            .transport(transport.clone())
            .ledger(ledger.clone())
            .build()
            .unwrap();
        Self { router, ledger, transport }
    }

    /// Holds that nothing is left behind, and that each call that was made was written down once.
    fn settled(&self, place: &impl fmt::Debug) {
        assert_eq!((self.router.running(), self.ledger.held()), (0, Money::ZERO), "{place:?}");
        let entries = self.ledger.entries();
        let mut called = self.transport.calls();
        let mut written: Vec<_> = entries.iter().map(|entry| entry.endpoint.to_string()).collect();
        called.sort();
        written.sort();
        assert_eq!(written, called, "{place:?}");
        let numbers: BTreeSet<_> = entries.iter().map(|entry| entry.attempt).collect();
        assert_eq!(numbers.len(), entries.len(), "{place:?}");
    }
}

/// Polls a future so many times, and drops it; says whether it was complete by then.
pub(super) async fn polled<F: Future>(future: F, mut polls: usize) -> bool {
    let mut future = pin!(future);
    poll_fn(|cx| {
        if polls == 0 {
            return Poll::Ready(false);
        }
        polls -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if polls == 0 => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[test]
fn a_request_that_is_dropped_at_any_await_is_settled() {
    for index in 0..plays().len() {
        for mode in MODES {
            for polls in 0.. {
                let play = plays().swap_remove(index);
                let place = (play.name, mode, polls);
                let complete = paused(async {
                    let stage = Stage::new(play);
                    let complete = polled(ask(&stage.router, hello(), mode), polls).await;
                    stage.settled(&place);
                    complete
                });
                if complete {
                    assert!(polls > 3, "{place:?}");
                    break;
                }
            }
        }
    }
}

/// Takes so many events, as far as there are.
async fn take(answer: &mut Answer, events: usize) -> bool {
    for _ in 0..events {
        if !matches!(answer.next().await, Some(Ok(_))) {
            return false;
        }
    }
    true
}

#[test]
fn an_answer_that_is_dropped_after_any_event_is_settled() {
    for index in 0..plays().len() {
        for events in 0.. {
            let play = plays().swap_remove(index);
            let place = (play.name, events);
            let more = paused(async {
                let stage = Stage::new(play);
                let Ok(mut answer) = stage.router.stream(hello()).await else { return false };
                let more = take(&mut answer, events).await;
                let attempts = answer.trace().attempts;
                drop(answer);
                stage.settled(&place);
                let sent = attempts.iter().filter(|attempt| attempt.sent.is_some()).count();
                assert_eq!(stage.ledger.entries().len(), sent, "{place:?}");
                more
            });
            if !more {
                break;
            }
        }
    }
}

#[test]
fn a_caller_that_panics_leaves_nothing_behind() {
    paused(async {
        let stage = Stage::new(plays().swap_remove(0));
        let router = stage.router.clone();
        let caller = tokio::spawn(async move {
            let mut answer = router.stream(hello()).await.unwrap();
            take(&mut answer, 1).await;
            panic!("as callers do");
        });
        assert!(caller.await.unwrap_err().is_panic());
        stage.settled(&"panic");
    });
}

#[tokio::test]
async fn dropping_an_answer_hangs_up() {
    let stall = Emulator::openai().says("One two three.").fault(Fault::StallAfter { events: 2 });
    let road = road(stall, Emulator::anthropic()).await;
    let mut answer = road.router.stream(hello()).await.unwrap();
    assert!(take(&mut answer, 2).await);
    assert_eq!((road.router.running(), road.first.connections()), (1, 1));
    drop(answer);
    assert!(road.is_clear());
    let journal = road.first.journal();
    journal.wait_until(|journal| journal.last().unwrap().served.left).await;
    assert_eq!(road.ledger.entries()[0].outcome, Outcome::Dropped);
}
