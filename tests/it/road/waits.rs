//! How long is waited, for whom, and when not at all: by a paused clock.

use std::collections::BTreeSet;
use std::time::Duration;

use nohop::policy::Clocks;
use nohop::{Attempted, ErrorKind, Preferences, Trace};
use nohop_testkit::{Fault, RetryAfter};
use tokio::time::Instant;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A road with limits for whatever is asked of it, whose second provider answers.
async fn limited(first: Script, limits: Limits) -> Road {
    let second = Emulator::anthropic().says("Hello!");
    road_with(first, second, limits, |builder| builder.limits(limits)).await
}

/// Asks the first provider, and nobody else.
fn only() -> Request {
    Request::new("m1@first").user("Hello?")
}

fn asks_for(seconds: u64) -> Fault {
    Fault::RateLimited(RetryAfter::Seconds(SECOND * seconds as u32))
}

fn trace(response: &Response) -> &Trace {
    response.trace.as_ref().unwrap()
}

fn ended(attempt: &Attempted) -> Duration {
    attempt.began + attempt.took
}

/// The pauses between attempts.
fn pauses(trace: &Trace) -> Vec<Duration> {
    trace.attempts.windows(2).map(|pair| pair[1].began - ended(&pair[0])).collect()
}

#[tokio::test(start_paused = true)]
async fn whoever_says_when_to_come_back_is_waited_for_however_it_is_said() {
    let asked = Duration::from_millis(1_300);
    for form in RetryAfter::all(asked).into_iter().filter(|form| *form != RetryAfter::Missing) {
        let once = |script: Script| script.says("Hello!").fault_times(1, Fault::RateLimited(form));
        let road = road(once(Emulator::openai()), once(Emulator::anthropic())).await;
        for name in ["m1@first", "m2@second"] {
            let response = road.router.send(Request::new(name).user("Hello?")).await.unwrap();
            let pause = pauses(trace(&response))[0];
            // Whole seconds are rounded up, in a date twice, and clocks count milliseconds.
            assert!((asked..=asked + SECOND * 2).contains(&pause), "{form:?} of {name}: {pause:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_waited_for_where_another_is_ready() {
    let road = limited(Emulator::openai().fault(asks_for(5)), Limits::DEFAULT).await;
    let began = Instant::now();
    let response = road.router.send(hello()).await.unwrap();
    assert_eq!(outcomes(&response).len(), 2);
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_more_than_patience_is_not_waited_for() {
    let road = limited(Emulator::openai().fault(asks_for(60)), Limits::DEFAULT).await;
    let began = Instant::now();
    let error = road.router.send(only()).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimit, Some(SECOND * 60)));
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(road.first.journal().calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn when_all_rest_the_error_says_when_the_first_is_ready() {
    let road = road(
        Emulator::openai().fault_times(1, asks_for(60)).says("Hello!"),
        Emulator::anthropic().fault_times(1, asks_for(30)),
    )
    .await;
    road.router.send(hello()).await.unwrap_err();

    let error = road.router.send(hello()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimit);
    let ready = error.retry_after().unwrap();
    assert!((SECOND * 29..=SECOND * 30).contains(&ready), "{ready:?}");
    assert!(error.message().contains("raise the limit `patience`"), "{error}");
    assert_eq!((road.first.journal().calls(), road.second.journal().calls()), (1, 1));
    assert!(error.trace().unwrap().attempts.is_empty());

    tokio::time::sleep(ready).await;
    let response = road.router.send(hello()).await.unwrap();
    assert_eq!(&*trace(&response).attempts[0].target, "m2@second");
}

#[tokio::test(start_paused = true)]
async fn who_has_the_patience_waits_for_the_first_that_is_ready() {
    let limits = Limits { patience: SECOND * 40, attempts: 1, ..Limits::DEFAULT };
    let first = Emulator::openai().fault_times(1, asks_for(30)).says("Hello!");
    let road = limited(first, limits).await;
    road.router.send(only()).await.unwrap_err();
    let began = Instant::now();
    let response = road.router.send(only()).await.unwrap();
    assert_eq!(response.text(), "Hello!");
    let waited = began.elapsed();
    assert!((SECOND * 29..=SECOND * 31).contains(&waited), "{waited:?}");
    // Not where the whole time is over before that.
    let limits = Limits { total: SECOND * 20, ..limits };
    let road = limited(Emulator::openai().fault(asks_for(30)), limits).await;
    road.router.send(only()).await.unwrap_err();
    let began = Instant::now();
    road.router.send(only()).await.unwrap_err();
    assert_eq!((began.elapsed(), road.first.journal().calls()), (Duration::ZERO, 1));
}

#[tokio::test(start_paused = true)]
async fn who_rests_already_rests_until_the_later_time() {
    let limits = Limits { attempts: 1, ..Limits::DEFAULT };
    for (one, other) in [(60, 20), (20, 60)] {
        let faults = [asks_for(one), asks_for(other)];
        let road = limited(Emulator::openai().faults(faults), limits).await;
        let (one, other) = tokio::join!(road.router.send(only()), road.router.send(only()));
        assert!(one.is_err() && other.is_err());
        let error = road.router.send(only()).await.unwrap_err();
        let ready = error.retry_after().unwrap();
        assert!((SECOND * 59..=SECOND * 60).contains(&ready), "{ready:?}");
        assert_eq!(road.first.journal().calls(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn the_only_target_is_tried_though_it_rests_unless_it_asked_for_the_time() {
    let limits = Limits { attempts: 1, ..Limits::DEFAULT };
    let check = async |fault: Fault| {
        let first = Emulator::openai().says("Hello!").fault_times(1, fault);
        let road = limited(first, limits).await;
        road.router.send(only()).await.unwrap_err();
        let ended = road.router.send(only()).await;
        (ended.is_ok(), road.first.journal().calls())
    };
    let rests = [
        Fault::Overloaded,
        Fault::InsufficientQuota,
        Fault::Unauthorized,
        Fault::UnknownModel,
        Fault::RateLimited(RetryAfter::Missing),
    ];
    for fault in rests {
        assert_eq!(check(fault.clone()).await, (true, 2), "{fault:?}");
    }
    assert_eq!(check(asks_for(60)).await, (false, 1));
}

#[tokio::test(start_paused = true)]
async fn nobody_sleeps_after_the_last_attempt() {
    for attempts in 1..=4 {
        let limits = Limits { attempts, backoff: SECOND * 8, ..Limits::DEFAULT };
        let road = limited(Emulator::openai().fault(Fault::Overloaded), limits).await;
        let began = Instant::now();
        let error = road.router.send(only()).await.unwrap_err();
        let tried = &error.trace().unwrap().attempts;
        assert_eq!(tried.len(), attempts);
        assert_eq!(began.elapsed(), ended(&tried[attempts - 1]));
    }
}

#[tokio::test(start_paused = true)]
async fn another_key_of_a_limited_account_is_not_asked_at_full_speed() {
    let emulator = Emulator::openai().fault(Fault::RateLimited(RetryAfter::Missing));
    let emulator = emulator.start().await.unwrap();
    let endpoint = openai("only", &emulator).key("sk-spare");
    let limits = Limits { attempts: 2, ..Limits::DEFAULT };
    let router = Router::builder().endpoint(endpoint).limits(limits).build().unwrap();
    let error = router.send(Request::new("m@only").user("Hello?")).await.unwrap_err();
    assert_eq!(keys(&emulator), ["sk-first", "sk-spare"]);
    let pause = pauses(error.trace().unwrap())[0];
    assert!(pause > Duration::ZERO && pause <= limits.backoff + SECOND / 500, "{pause:?}");
}

#[tokio::test(start_paused = true)]
async fn those_who_failed_together_do_not_come_back_together() {
    let first = Emulator::openai().says("Hello!").fault_times(8, Fault::Overloaded);
    let limits = Limits { backoff: SECOND * 10, ..Limits::DEFAULT };
    let road = limited(first, limits).await;
    let calls = (0..8).map(|_| road.router.send(only()));
    let answers = futures_util::future::join_all(calls).await;
    let pauses = answers.iter().map(|answer| pauses(trace(answer.as_ref().unwrap()))[0]);
    let pauses: BTreeSet<_> = pauses.collect();
    assert!(pauses.len() > 4, "{pauses:?}");
    assert!(pauses.iter().all(|pause| *pause <= SECOND * 11), "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_many_meet_at_once_is_one_change_of_keys() {
    let faults = RetryAfter::Seconds(SECOND * 60);
    let emulator = Emulator::openai().says("Hello!").fault_times(8, Fault::RateLimited(faults));
    let emulator = emulator.delay(SECOND).start().await.unwrap();
    let endpoint = openai("only", &emulator).key("sk-spare").key("sk-third");
    let router = Router::builder().endpoint(endpoint).build().unwrap();
    let request = Request::new("m@only").user("Hello?");
    let calls = (0..8).map(|_| router.send(request.clone()));
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().all(Result::is_ok));
    router.send(request).await.unwrap();
    let keys = keys(&emulator);
    assert_eq!(keys[..8], ["sk-first"; 8]);
    assert_eq!(keys[8..], ["sk-spare"; 9]);
}

#[tokio::test(start_paused = true)]
async fn attempts_and_pauses_end_with_the_whole_time() {
    let clocks = Clocks { first_content: SECOND * 3, whole: Some(SECOND * 3), ..Clocks::DEFAULT };
    let limits = Limits { total: SECOND * 5, clocks, backoff: SECOND * 2, ..Limits::DEFAULT };
    let faults = [Fault::Hang, Fault::StallAfterHead, Fault::StallAfter { events: 2 }];
    for fault in faults.into_iter().chain([asks_for(2), Fault::Overloaded, Fault::Reset]) {
        for mode in MODES {
            let second = Emulator::anthropic().fault(fault.clone());
            let limited = |builder: Builder| builder.limits(limits);
            let first = Emulator::openai().says("One two three.").fault(fault.clone());
            let road = road_with(first, second.says("One two three."), limits, limited).await;
            let began = Instant::now();
            let error = ask(&road.router, hello(), mode).await.unwrap_err();
            assert!(began.elapsed() <= limits.total, "{fault:?}: {:?}", began.elapsed());
            assert!(error.trace().unwrap().took <= limits.total);
            let calls = road.first.journal().calls() + road.second.journal().calls();
            assert_eq!(road.ledger.entries().len() as u64, calls, "{fault:?}");
            assert!(road.is_clear(), "{fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_may_allow_for_less_time_than_its_route() {
    let deadline = Preferences { deadline: Some(SECOND * 3), ..Preferences::default() };
    for mode in MODES {
        let (first, second) = (Emulator::openai(), Emulator::anthropic().fault(Fault::Hang));
        let first = first.fault(Fault::Hang);
        let road = road_with(first, second, Limits::DEFAULT, |builder| builder).await;
        let began = Instant::now();
        let error = ask(&road.router, hello().prefer(deadline.clone()), mode).await.unwrap_err();
        assert_eq!((error.kind(), began.elapsed()), (ErrorKind::Timeout, SECOND * 3));
        assert!(error.message().contains("in the request with `deadline`"), "{error}");
        assert!(road.is_clear());
    }
}

#[tokio::test(start_paused = true)]
async fn whole_and_streamed_requests_are_under_the_same_limits() {
    let limits = Limits { attempts: 3, ..Limits::DEFAULT };
    for fault in [Fault::Overloaded, Fault::ServerError, Fault::Reset, Fault::ErrorUnder200] {
        let mut seen = Vec::new();
        for mode in MODES {
            let second = Emulator::anthropic().fault(fault.clone());
            let first = Emulator::openai().fault(fault.clone());
            let road = road_with(first, second, limits, |builder| builder).await;
            let error = ask(&road.router, hello(), mode).await.unwrap_err();
            let calls = road.first.journal().calls() + road.second.journal().calls();
            seen.push((calls, error.kind(), error.earlier().len()));
        }
        assert_eq!(seen[0], seen[1], "{fault:?}");
        assert_eq!((seen[0].0, seen[0].2), (3, 2), "{fault:?}");
    }
}
