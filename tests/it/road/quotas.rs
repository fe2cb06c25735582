//! Quotas of one's own, and the line of those who wait for room: by a paused clock, and on two threads.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::join_all;
use http::{Request as HttpRequest, Response as HttpResponse};
use nohop::policy::Quota;
use nohop::providers::{Body, Transport};
use nohop::{Attempted, ErrorKind, Event, Priority, Scope, Trace};
use nohop_testkit::Fault;
use tokio::time::{Instant, sleep};

use super::drops::polled;
use super::scripted::{Scripted, paused};
use super::*;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Enough patience for anything here.
const PATIENT: Limits = Limits { patience: MINUTE, ..Limits::DEFAULT };

/// A router whose hosts `first` and `second` follow scripts, with quotas.
fn router(
    first: Script,
    second: Script,
    limits: Limits,
    quotas: impl IntoIterator<Item = Quota>,
) -> (Router, Scripted) {
    let transport = Scripted::default().host("first", first).host("second", second);
    let builder = builder(limits).transport(transport.clone());
    let router = quotas.into_iter().fold(builder, Builder::quota).build().unwrap();
    (router, transport)
}

fn builder(limits: Limits) -> Builder {
    let endpoint = |host: &'static str| {
        Endpoint::new(table::OPENAI).id(host).base_url(format!("http://{host}")).key("sk-1")
    };
    let targets = [Target::new("m1@first").price(price()), Target::new("m2@second").price(price())];
    Router::builder()
        .endpoint(endpoint("first").key("sk-2"))
        .endpoint(endpoint("second"))
        .limits(limits)
        .target(targets[0].clone())
        .route(Route::new("both", targets.clone()))
        .route(Route::new("one", targets.into_iter().take(1)))
}

fn says() -> Script {
    Script::openai().says("Hello!").usage(10, 20)
}

/// One that takes so many seconds to answer.
fn slow(seconds: u32) -> Script {
    Script::openai().says("One two three.").delay(SECOND * seconds).usage(10, 20)
}

fn one() -> Request {
    Request::new("one").user("Hello?").max_tokens(100)
}

/// The only attempt that was made.
fn made(trace: &Trace) -> &Attempted {
    let mut made = trace.attempts.iter().filter(|attempt| !attempt.is_refused());
    let only = made.next().unwrap();
    assert!(made.next().is_none(), "{trace}");
    only
}

/// When each of these was sent, in order.
async fn sent(router: &Router, requests: impl IntoIterator<Item = Request>) -> Vec<Duration> {
    let began = Instant::now();
    let sent = requests.into_iter().map(async |request| {
        let asked = began.elapsed();
        let response = router.send(request).await.unwrap();
        let last = made(&response.trace.unwrap()).clone();
        assert_eq!(last.waited, last.began, "all of the wait was in line");
        asked + last.began
    });
    let mut sent = join_all(sent).await;
    sent.sort_unstable();
    sent
}

#[tokio::test(start_paused = true)]
async fn so_many_requests_are_admitted_in_any_window_and_the_others_wait_their_turn() {
    let quota = Quota::endpoint("first").requests(5, SECOND * 10);
    let (router, transport) = router(says(), says(), PATIENT, [quota]);
    let sent = sent(&router, (0..12).map(|_| one())).await;
    let windows: Vec<_> = sent.iter().map(|at| at.as_secs() / 10).collect();
    assert_eq!(windows, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2]);
    for pair in sent.windows(6) {
        assert!(pair[5] - pair[0] >= SECOND * 10, "{sent:?}");
    }
    assert!(sent[11] < SECOND * 21, "nobody waits longer than it must: {sent:?}");
    assert_eq!((transport.calls().len(), router.waiting(), router.running()), (12, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn whoever_finds_no_room_goes_to_a_target_that_has_some() {
    let quota = Quota::target("m1@first").requests(1, MINUTE);
    let (router, transport) = router(says(), says(), Limits::DEFAULT, [quota]);
    for _ in 0..2 {
        let response = router.send(hello()).await.unwrap();
        assert_eq!(response.trace.unwrap().took, Duration::ZERO);
    }
    assert_eq!(transport.calls(), ["first", "second"]);
    let trace = router.send(hello()).await.unwrap().trace.unwrap();
    // Two keys of the one, and then the other.
    let [full, _, done] = &trace.attempts[..] else { panic!("{trace}") };
    assert!(full.is_refused() && full.error.as_ref().unwrap().contains("1 requests in 60s"));
    assert_eq!((&*done.target, done.waited), ("m2@second", Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn when_nobody_has_room_within_patience_the_error_says_when_at_once() {
    let quotas = [
        Quota::endpoint("first").requests(1, MINUTE),
        Quota::endpoint("second").requests(1, SECOND * 30),
    ];
    let (router, transport) = router(says(), says(), Limits::DEFAULT, quotas);
    for _ in 0..2 {
        router.send(hello()).await.unwrap();
    }
    let began = Instant::now();
    let error = router.send(hello()).await.unwrap_err();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::RateLimit, Scope::Us));
    assert_eq!(error.retry_after(), Some(SECOND * 30));
    assert!(error.message().contains("endpoint \"second\""), "{error}");
    assert_eq!((began.elapsed(), transport.calls().len()), (Duration::ZERO, 2));

    sleep(SECOND * 30).await;
    assert!(router.send(hello()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_longer_than_patience_gives_up_and_leaves_the_line() {
    let quota = Quota::endpoint("first").running(1);
    let limits = Limits { patience: SECOND * 2, ..Limits::DEFAULT };
    let (router, _) = router(slow(5), says(), limits, [quota]);
    let answer = router.stream(one()).await;
    let began = Instant::now();
    let first = router.send(one());
    let (first, second) = tokio::join!(first, async {
        sleep(SECOND).await;
        router.waiting()
    });
    assert!(answer.is_ok() && second == 1);
    let error = first.unwrap_err();
    assert_eq!((error.kind(), began.elapsed().as_secs()), (ErrorKind::RateLimit, 2));
    assert!(error.message().contains("1 at once"), "{error}");
    assert_eq!(router.waiting(), 0);
}

#[tokio::test(start_paused = true)]
async fn room_is_held_to_the_end_of_a_stream_and_no_longer() {
    let (router, _) = router(slow(0), says(), PATIENT, [Quota::keys("first").running(1)]);
    let keys = Request::new("m1@first").user("Hello?");
    let mut first = router.stream(keys.clone()).await.unwrap();
    let second = router.stream(keys.clone()).await.unwrap();
    assert_eq!(second.trace().attempts.last().unwrap().key, 1, "each key has its own");
    let read = async {
        sleep(SECOND * 3).await;
        while !matches!(first.next().await.unwrap().unwrap(), Event::Finish { .. }) {}
    };
    let (third, ()) = tokio::join!(router.send(keys.clone()), read);
    let trace = third.unwrap().trace.unwrap();
    let last = made(&trace);
    assert_eq!((last.key, last.waited.as_secs()), (0, 3), "{trace}");
    assert!(trace.to_string().contains("waited 3.0"), "{trace}");
    // The first is over, though it is kept, and the second ends as it is dropped.
    drop(second);
    let fourth = [router.stream(keys.clone()).await, router.stream(keys).await];
    assert!(fourth.iter().all(Result::is_ok) && first.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn tokens_and_money_are_held_by_estimate_and_corrected_by_what_was_used() {
    let dear = Money::cents_per_million(100) * 360;
    let quotas = [Quota::route("one").tokens(170, MINUTE), Quota::tag("user").money(dear, MINUTE)];
    let (router, transport) = router(
        says().fault_times(1, Fault::Overloaded),
        says(),
        Limits { attempts: 1, ..Limits::DEFAULT },
        quotas,
    );
    // A hundred of the answer and a few of the prompt are expected, and thirty are used.
    router.send(one()).await.unwrap_err();
    for _ in 0..3 {
        router.send(one().tag("user", "a")).await.unwrap();
    }
    let error = router.send(one()).await.unwrap_err();
    assert!(error.message().contains("170 tokens in 60s"), "{error}");
    assert_eq!((error.kind(), transport.calls().len()), (ErrorKind::RateLimit, 4));
    // The others have nothing to do with that route, and a user more money than that.
    let elsewhere = Request::new("m1@first").user("Hello?").max_tokens(100);
    router.send(elsewhere.clone().tag("user", "a")).await.unwrap();
    let error = router.send(elsewhere.clone().tag("user", "a")).await.unwrap_err();
    assert!(error.message().contains("each value of the tag \"user\""), "{error}");
    router.send(elsewhere.tag("user", "b")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_alone_is_more_than_a_quota_is_refused_at_once_and_goes_elsewhere() {
    let quota = Quota::endpoint("first").tokens(50, MINUTE);
    let (router, transport) = router(says(), says(), PATIENT, [quota]);
    let error = router.send(one()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Budget);
    assert!(error.message().contains("more than the quota on the endpoint \"first\""), "{error}");
    router.send(hello().max_tokens(100)).await.unwrap();
    assert_eq!(transport.calls(), ["second"]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_fails_or_is_dropped_gives_back_what_it_did_not_use() {
    let quota = || [Quota::endpoint("first").tokens(150, MINUTE).running(1)];
    let limits = Limits { attempts: 1, ..Limits::DEFAULT };
    let faults =
        [Fault::Overloaded, Fault::ServerError, Fault::Reset, Fault::ResetAfter { events: 2 }];
    for fault in faults {
        let first = says().fault_times(1, fault.clone());
        let (router, _) = router(first, says(), limits, quota());
        let error = router.stream(one()).await;
        let failed = match error {
            Err(_) => true,
            Ok(answer) => answer.response().await.is_err(),
        };
        assert!(failed, "{fault:?}");
        router.send(one()).await.unwrap();
    }
    let (router, _) = router(slow(5), says(), limits, quota());
    drop(router.stream(one()).await.unwrap());
    router.send(one()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_line_that_is_full_refuses_at_once_and_says_so() {
    let transport = Scripted::default().host("first", slow(5)).host("second", says());
    let quota = Quota::route("one").running(1);
    let builder = builder(PATIENT).transport(transport).quota(quota).most_waiting(2);
    let router = builder.build().unwrap();
    let ended = join_all((0..5).map(|_| router.send(one()))).await;
    let crowded: Vec<_> = ended.iter().filter_map(|ended| ended.as_ref().err()).collect();
    assert_eq!(crowded.len(), 2);
    for error in crowded {
        assert_eq!((error.kind(), error.scope()), (ErrorKind::RateLimit, Scope::Us));
        assert!(error.message().contains("2 requests already wait for room"), "{error}");
        assert_eq!(error.trace().unwrap().took, Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn the_urgent_go_first_and_the_patient_are_not_forgotten() {
    let quota = Quota::route("one").running(1);
    let (router, _) = router(slow(2), says(), PATIENT, [quota]);
    let began = Instant::now();
    let asked = [Priority::Normal, Priority::Low, Priority::Normal, Priority::High];
    let ended = asked.into_iter().enumerate().map(async |(number, priority)| {
        sleep(SECOND / 10 * number as u32).await;
        router.send(one().priority(priority)).await.unwrap();
        (began.elapsed(), number)
    });
    let mut ended = join_all(ended).await;
    ended.sort_unstable();
    let order: Vec<_> = ended.into_iter().map(|(_, number)| number).collect();
    assert_eq!(order, [0, 3, 2, 1]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_several_takes_whichever_has_room_first() {
    let quotas = [Quota::endpoint("first").running(1), Quota::endpoint("second").running(1)];
    let (router, _) = router(slow(9), slow(3), PATIENT, quotas);
    let mut targets = join_all((0..3).map(async |number| {
        sleep(SECOND / 10 * number).await;
        let trace = router.send(hello()).await.unwrap().trace.unwrap();
        let last = made(&trace);
        (last.waited.as_secs(), last.target.to_string())
    }))
    .await;
    targets.sort_unstable();
    let targets: Vec<_> = targets.iter().map(|(waited, name)| (*waited, name.as_str())).collect();
    assert_eq!(targets, [(0, "m1@first"), (0, "m2@second"), (2, "m2@second")]);
}

#[test]
fn a_request_that_is_dropped_at_any_await_leaves_no_room_behind() {
    for polls in 0.. {
        let complete = paused(async {
            let quota = Quota::all().running(1).requests(2, SECOND * 5);
            let (router, _) = router(
                slow(3).fault_times(1, Fault::Overloaded),
                slow(3).fault_times(1, Fault::ResetAfter { events: 1 }),
                PATIENT,
                [quota],
            );
            let busy = tokio::spawn({
                let router = router.clone();
                async move { router.send(hello()).await.is_ok() }
            });
            let complete = polled(router.send(hello()), polls).await;
            busy.abort();
            let _ = busy.await;
            assert_eq!((router.running(), router.waiting()), (0, 0), "{polls}");
            // Whatever they used has left the window by then, and there is the only room.
            sleep(SECOND * 5).await;
            let trace = router.send(hello()).await.unwrap().trace.unwrap();
            let next = &trace.attempts[0];
            assert!(!next.is_refused() && next.waited.is_zero(), "{polls}: {trace}");
            complete
        });
        if complete {
            assert!(polls > 3);
            break;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_panics_gives_its_room_back() {
    let (router, _) = router(slow(5), says(), PATIENT, [Quota::route("one").running(1)]);
    let inner = router.clone();
    let caller = tokio::spawn(async move {
        let _answer = inner.stream(one()).await.unwrap();
        panic!("as callers do");
    });
    assert!(caller.await.unwrap_err().is_panic());
    let trace = router.send(one()).await.unwrap().trace.unwrap();
    assert_eq!(trace.attempts[0].waited, Duration::ZERO);
}

#[test]
fn a_quota_on_nothing_that_is_here_is_refused_when_the_router_is_built() {
    let check = |quota: Quota, words: &str| {
        let transport = Scripted::default();
        let built = builder(Limits::DEFAULT).transport(transport).quota(quota).build();
        let error = built.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(words), "{error}");
    };
    check(Quota::endpoint("frist").running(1), "no endpoint here; nearest are first");
    check(Quota::keys("third").running(1), "\"third\", which is no endpoint here");
    check(Quota::key("first", 2).running(1), "key 2 of \"first\", which has none of that number");
    check(Quota::model("acme/none").running(1), "\"acme/none\", which is no model here");
    check(Quota::route("bot").running(1), "no route here; nearest are");
    check(Quota::target("m1@third").running(1), "\"m1@third\", which is no target");
    check(Quota::endpoint("first"), "it allows everything");
    check(Quota::tag("user").requests(0, MINUTE), "it would admit nobody");
}

#[tokio::test(start_paused = true)]
async fn a_load_on_each_kind_of_quota_is_never_one_over_and_all_of_it_is_served() {
    let most = 4;
    let window = SECOND * 10;
    let kinds = [
        Quota::all(),
        Quota::endpoint("first"),
        Quota::key("first", 0),
        Quota::model("m1"),
        Quota::route("one"),
        Quota::tag("user"),
        Quota::target("m1@first"),
    ];
    for quota in kinds {
        let limits = Limits { patience: MINUTE * 9, ..Limits::DEFAULT };
        // One key, so that nobody goes round a quota on it.
        let transport = Scripted::default().host("first", slow(2)).host("second", says());
        let endpoint =
            Endpoint::new(table::OPENAI).id("first").base_url("http://first").key("sk-1");
        let router = Router::builder()
            .endpoint(endpoint)
            .limits(limits)
            .route(Route::new("one", ["m1@first"]))
            .transport(transport)
            .quota(quota.requests(most, window).running(3))
            .build()
            .unwrap();
        let began = Instant::now();
        let asked = (0..40_u64).map(async |number| {
            // As it happens, but the same every time.
            sleep(Duration::from_millis(number * number * 7_919 % 30_000)).await;
            let asked = began.elapsed();
            let request = one().tag("user", "a").priority(match number % 3 {
                0 => Priority::Low,
                1 => Priority::Normal,
                _ => Priority::High,
            });
            let trace = router.send(request).await.unwrap().trace.unwrap();
            let sent = asked + trace.attempts[0].began;
            (sent, sent + trace.attempts[0].took)
        });
        let mut sent = join_all(asked).await;
        sent.sort_unstable();
        for group in sent.windows(most as usize + 1) {
            assert!(group[most as usize].0 - group[0].0 >= window, "{sent:?}");
        }
        for (began, _) in &sent {
            let running = sent.iter().filter(|(from, to)| from <= began && began < to).count();
            assert!(running <= 3, "{sent:?}");
        }
        assert_eq!((router.waiting(), router.running()), (0, 0));
    }
}

/// Counts the calls that are under way at once.
#[derive(Clone, Debug)]
struct Counting {
    inner: Scripted,
    running: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

#[async_trait]
impl Transport for Counting {
    async fn send(&self, request: HttpRequest<Bytes>) -> Result<HttpResponse<Body>> {
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(running, Ordering::SeqCst);
        let sent = self.inner.send(request).await;
        self.running.fetch_sub(1, Ordering::SeqCst);
        sent
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_two_threads_no_more_run_at_once_than_may_and_all_are_served() {
    let scripts = says().delay(Duration::from_millis(1));
    let inner = Scripted::default().host("first", scripts.clone()).host("second", scripts);
    let transport = Counting { inner, running: Arc::default(), most: Arc::default() };
    let quotas = [Quota::all().running(5), Quota::tag("user").running(2)];
    let builder = builder(PATIENT).transport(transport.clone());
    let router = quotas.into_iter().fold(builder, Builder::quota).build().unwrap();
    let callers = (0..300).map(|number: u32| {
        let (router, user) = (router.clone(), (number % 4).to_string());
        tokio::spawn(async move { router.send(hello().tag("user", user)).await.is_ok() })
    });
    let served = join_all(callers).await;
    assert!(served.into_iter().all(Result::unwrap));
    let most = transport.most.load(Ordering::SeqCst);
    assert!((2..=5).contains(&most), "{most}");
    assert_eq!((router.waiting(), router.running()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn keys_share_requests_by_weight_and_one_that_rests_leaves_its_part_to_the_others() {
    let emulator = Emulator::openai().says("Hello!").start().await.unwrap();
    let endpoint = openai("pool", &emulator).weight(3).key("sk-spare").weight(1);
    let router = Router::builder().endpoint(endpoint).build().unwrap();
    let request = Request::new("m@pool").user("Hello?");
    let mut led = BTreeMap::new();
    for _ in 0..400 {
        let trace = router.send(request.clone()).await.unwrap().trace.unwrap();
        assert_eq!(&*trace.stages[0].name, "keys by weight");
        *led.entry(trace.attempts[0].key).or_insert(0) += 1;
    }
    assert!((250..350).contains(&led[&0]) && led[&0] + led[&1] == 400, "{led:?}");
    let used = keys(&emulator);
    assert_eq!(used.iter().filter(|key| *key == "sk-first").count(), led[&0]);

    // A key that is dead, out of credit or throttled is left, and its siblings serve.
    for fault in [Fault::Unauthorized, Fault::InsufficientQuota] {
        let script = Emulator::openai().says("Hello!").fault_times(1, fault.clone());
        let emulator = script.start().await.unwrap();
        let endpoint = openai("pool", &emulator).weight(3).key("sk-spare").weight(1);
        let router = Router::builder().endpoint(endpoint).build().unwrap();
        for _ in 0..20 {
            router.send(request.clone()).await.unwrap();
        }
        let used = keys(&emulator);
        assert!(used[1..].iter().all(|key| *key != used[0]), "{fault:?}: {used:?}");
    }
}
