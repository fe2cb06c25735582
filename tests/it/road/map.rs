//! Batches of work: many requests, so many at once, by a paused clock.

use std::sync::Weak;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use nohop::map::{Done, Ended, Map};
use nohop::{Error, ErrorKind};
use nohop_testkit::Fault;
use tokio::time::{Instant, sleep, timeout};

use super::drops::polled;
use super::scripted::{Scripted, paused};
use super::*;

mod budget;
mod resume;

const SECOND: Duration = Duration::from_secs(1);

/// A router whose hosts `first` and `second` follow scripts; the second is ten times as dear.
fn router(first: Script, second: Script) -> (Router, Arc<Memory>, Scripted) {
    let transport = Scripted::default().host("first", first).host("second", second);
    let ledger = Arc::new(Memory::new());
    let endpoint = |host: &'static str| {
        Endpoint::new(table::OPENAI).id(host).base_url(format!("http://{host}")).key("sk-1")
    };
    let dear = Price::cents_per_million(1_000, 2_000);
    let targets = [Target::new("m1@first").price(price()), Target::new("m2@second").price(dear)];
    let router = Router::builder()
        .endpoint(endpoint("first"))
        .endpoint(endpoint("second"))
        .target(targets[0].clone())
        .target(targets[1].clone())
        .route(Route::new("both", targets))
        .ledger(ledger.clone())
        .transport(transport.clone())
        .build()
        .unwrap();
    (router, ledger, transport)
}

fn says() -> Script {
    Script::openai().says("Hello!").usage(10, 20)
}

/// Requests that differ.
fn requests(count: usize) -> impl ExactSizeIterator<Item = Request> + Send {
    (0..count).map(|number| Request::new("m1@first").user(format!("{number}?")).max_tokens(100))
}

/// All that is left of a batch.
async fn rest(batch: &mut Map<'_>) -> Vec<Done> {
    let mut all = Vec::new();
    while let Some(done) = batch.next().await {
        all.push(done);
    }
    assert!(batch.next().await.is_none(), "an end is an end");
    all
}

fn numbers<'d>(done: impl IntoIterator<Item = &'d Done>) -> Vec<u64> {
    done.into_iter().map(|done| done.number).collect()
}

/// A provider that takes so many seconds for each answer in turn.
fn takes(seconds: impl IntoIterator<Item = u64>) -> Script {
    says().faults(seconds.into_iter().map(|it| Fault::Late(SECOND * it as u32)))
}

#[test]
fn each_request_of_a_batch_is_told_once_when_it_is_over() {
    paused(async {
        let (router, _, _) = router(takes([5, 1, 3, 1]), says());
        let began = Instant::now();
        let mut batch = router.map(requests(4), 2);
        let mut told = Vec::new();
        while let Some(done) = batch.next().await {
            assert_eq!(done.result.unwrap().text(), "Hello!");
            assert_eq!(*done.request, requests(4).nth(done.number as usize).unwrap());
            told.push((done.number, began.elapsed().as_secs()));
        }
        assert_eq!(told, [(1, 1), (2, 4), (0, 5), (3, 5)]);
    });
}

#[test]
fn of_a_batch_no_more_run_at_once_than_may_and_as_many_as_may() {
    for concurrency in [1, 3, 16, 1_000] {
        paused(async {
            let (router, _, transport) = router(says().delay(SECOND), says());
            let began = Instant::now();
            let mut batch = router.map(requests(48), concurrency);
            let watch = batch.watch();
            let mut most = 0;
            let watching = async {
                loop {
                    let running = watch.progress().running;
                    most = most.max(running);
                    assert!(running <= concurrency);
                    assert_eq!(running, router.running());
                    sleep(SECOND / 10).await;
                }
            };
            let all = tokio::select! {
                all = rest(&mut batch) => all,
                () = watching => unreachable!(),
            };
            assert_eq!((all.len(), transport.calls().len()), (48, 48));
            assert_eq!(most, concurrency.min(48));
            assert_eq!(began.elapsed().as_secs() as usize, 48_usize.div_ceil(concurrency));
        });
    }
}

#[test]
fn a_request_that_fails_is_told_and_the_others_go_on() {
    paused(async {
        let (router, _, _) = router(says().fault_at(2, Fault::BadSchema), says());
        let asked = requests(3).chain([Request::new("nobody").user("?"), Request::new("both")]);
        let mut batch = router.map(asked, 1);
        let all = rest(&mut batch).await;
        let kinds: Vec<_> =
            all.iter().map(|done| done.result.as_ref().err().map(Error::kind)).collect();
        let wrong = Some(ErrorKind::InvalidRequest);
        assert_eq!(kinds, [None, wrong, None, Some(ErrorKind::Config), wrong]);
        let progress = batch.progress();
        assert_eq!((progress.done, progress.failed, progress.refused), (2, 3, 0));
    });
}

#[test]
fn requests_are_taken_one_by_one_and_only_while_the_batch_is_polled() {
    paused(async {
        let (router, _, transport) = router(says().delay(SECOND), says());
        let taken = AtomicUsize::new(0);
        let asked = requests(100).inspect(|_| {
            taken.fetch_add(1, Ordering::SeqCst);
        });
        let mut batch = router.map(asked, 4);
        sleep(SECOND).await;
        assert_eq!((taken.load(Ordering::SeqCst), transport.calls().len()), (0, 0));
        batch.next().await.unwrap();
        assert_eq!(taken.load(Ordering::SeqCst), 4);
        sleep(SECOND * 10).await;
        assert_eq!(taken.load(Ordering::SeqCst), 4);
        drop(batch);
        assert_eq!((transport.calls().len(), router.running()), (4, 0));
    });
}

#[test]
fn requests_may_come_as_a_stream_that_has_to_be_waited_for() {
    paused(async {
        let (router, _, _) = router(says(), says());
        let asked = stream::iter(requests(3)).then(async |request| {
            sleep(SECOND).await;
            request
        });
        let began = Instant::now();
        let mut batch = router.map_stream(asked, 8).total(3);
        assert_eq!(batch.progress().left, Some(3));
        assert_eq!(numbers(&rest(&mut batch).await), [0, 1, 2]);
        assert_eq!(began.elapsed(), SECOND * 3);
    });
}

#[test]
fn a_deadline_for_all_ends_those_under_way_and_lets_no_more_begin() {
    paused(async {
        let (router, ledger, transport) = router(takes([1, 60, 2, 60, 60]), says());
        let began = Instant::now();
        let mut batch = router.map(requests(100), 3).deadline(SECOND * 5);
        let all = rest(&mut batch).await;
        assert_eq!((began.elapsed().as_secs(), transport.calls().len()), (5, 5));
        assert_eq!(numbers(&all)[..2], [0, 2]);
        for done in &all[2..] {
            let error = done.result.as_ref().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Timeout);
            assert!(error.trace().is_some_and(|trace| trace.attempts.len() == 1), "{error:?}");
        }
        let progress = batch.progress();
        assert_eq!((progress.ended, progress.left), (Some(Ended::Deadline), Some(95)));
        assert_eq!((router.running(), ledger.held()), (0, Money::ZERO));
    });
}

#[test]
fn a_deadline_ends_a_batch_that_waits_for_requests() {
    paused(async {
        let (router, _, _) = router(says(), says());
        let asked = stream::iter(requests(1)).chain(stream::pending());
        let mut batch = router.map_stream(asked, 3).deadline(SECOND * 5);
        let all = timeout(SECOND * 6, rest(&mut batch)).await.unwrap();
        assert_eq!((all.len(), batch.progress().ended), (1, Some(Ended::Deadline)));
        let mut late = router.map(requests(3), 3).deadline(Duration::ZERO);
        assert!(late.next().await.is_none());
    });
}

#[test]
fn a_batch_that_is_dropped_anywhere_has_stopped_and_settled_everything() {
    paused(async {
        let scripts = || (says().delay(SECOND / 10).drip(16, SECOND / 100), says());
        let mut polls = 0;
        loop {
            let (router, ledger, transport) = router(scripts().0, scripts().1);
            let mut batch = router.map(requests(6), 3);
            let watch = batch.watch();
            let over = polled(rest(&mut batch), polls).await;
            drop(batch);
            assert_eq!((router.running(), ledger.held()), (0, Money::ZERO), "{polls}");
            assert_eq!(ledger.entries().len(), transport.calls().len(), "{polls}");
            assert_eq!(watch.progress().running, 0);
            if over {
                break;
            }
            polls += 1;
        }
        assert!(polls > 20, "{polls}");
    });
}

#[test]
fn a_panic_of_the_iterator_is_the_callers_and_leaves_nothing_behind() {
    paused(async {
        let (router, ledger, _) = router(says().delay(SECOND), says());
        let batch = {
            let router = router.clone();
            tokio::spawn(async move {
                let asked = requests(4).inspect(|request| {
                    assert!(*request != requests(4).nth(2).unwrap(), "a slip of the caller's");
                });
                rest(&mut router.map(asked, 8)).await.len()
            })
        };
        assert!(batch.await.unwrap_err().is_panic());
        assert_eq!((router.running(), ledger.held()), (0, Money::ZERO));
        router.drain().await;
    });
}

#[test]
fn how_far_a_batch_is_can_be_read_at_any_time_from_another_task() {
    paused(async {
        let (router, _, _) = router(says().delay(SECOND * 2), says());
        let mut batch = router.map(requests(40), 4);
        let watch = batch.watch();
        let read = tokio::spawn(async move {
            sleep(SECOND * 11).await;
            let amid = watch.progress();
            sleep(SECOND * 60).await;
            (amid, watch.progress())
        });
        rest(&mut batch).await;
        drop(batch);
        let (amid, after) = read.await.unwrap();
        assert_eq!((amid.done, amid.running, amid.left, amid.tokens), (20, 4, Some(16), 600));
        assert_eq!((amid.took, amid.ended), (SECOND * 11, None));
        assert!((amid.rate().unwrap() - 20.0 / 11.0).abs() < 1e-9);
        assert_eq!(amid.remaining().unwrap().as_secs(), 11);
        assert_eq!(amid.cost * 2, after.cost);
        assert_eq!((after.done, after.running, after.left), (40, 0, Some(0)));
        assert_eq!((after.took, after.ended), (SECOND * 20, Some(Ended::All)));
        assert_eq!(after.remaining(), Some(Duration::ZERO));
    });
}

#[test]
fn a_hundred_thousand_requests_are_never_all_in_memory() {
    const MANY: usize = 100_000;
    paused(async {
        let (router, _, transport) = router(says(), says());
        let mut alive: Vec<Weak<Request>> = Vec::new();
        let mut most = 0;
        // All but each hundredth say nothing, and fail before anybody is asked, which is soon done.
        let asked = (0..MANY).map(|number| {
            let request = Request::new("m1@first");
            let request = if number % 100 == 0 { request.user("?") } else { request };
            let request = Arc::new(request);
            alive.retain(|request| request.strong_count() > 0);
            alive.push(Arc::downgrade(&request));
            most = most.max(alive.len());
            request
        });
        let mut batch = router.map(asked, 8);
        let mut told = 0;
        while let Some(done) = batch.next().await {
            drop(done);
            told += 1;
        }
        let progress = batch.progress();
        drop(batch);
        assert_eq!((told, transport.calls().len()), (MANY, MANY / 100));
        assert_eq!(progress.failed as usize, MANY - MANY / 100);
        assert!(most <= 9, "{most} were in memory at once");
    });
}

#[tokio::test(start_paused = true)]
async fn several_batches_run_beside_each_other_over_sockets() {
    let road = road(says().delay(SECOND), Script::anthropic()).await;
    let batches = [1, 4].map(async |concurrency| {
        let asked = (0..8).map(|number| Request::new("m1@first").user(format!("{number}?")));
        rest(&mut road.router.map(asked, concurrency)).await.len()
    });
    assert_eq!(join_all(batches).await, [8, 8]);
    assert_eq!(road.first.journal().calls(), 16);
    assert!(road.is_clear());
}
