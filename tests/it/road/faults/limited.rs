//! Limits: whoever asks to be left alone is left alone, and nobody waits who need not.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

/// After one request that fell over, the first provider is called again once `rest` is over, and not
/// a moment earlier.
async fn check_rests(case: Case, fault: Fault, kind: ErrorKind, rest: Duration) {
    let moment = Duration::from_millis(100);
    let road = case.road(|first| first.fault_times(1, fault)).await;
    check_fell_over(&road, &case.ask(&road, hello()).await.unwrap(), kind);

    tokio::time::advance(rest - moment).await;
    let response = case.ask(&road, hello()).await.unwrap();
    assert_eq!(outcomes(&response), [Outcome::Finished]);
    check_calls(&road, 1, 2);

    tokio::time::advance(moment).await;
    assert_eq!(case.ask(&road, hello()).await.unwrap().text(), FIRST);
    check_calls(&road, 2, 2);
    assert!(road.is_clear());
}

#[tokio::test(start_paused = true)]
async fn who_asks_to_be_left_alone_rests_and_another_answers_at_once() {
    let limited = Fault::RateLimited(RetryAfter::Seconds(MINUTE));
    for case in Case::all() {
        check_rests(case, limited.clone(), ErrorKind::RateLimit, MINUTE).await;
    }
}

#[tokio::test(start_paused = true)]
async fn when_both_rest_nobody_is_called_and_the_error_says_until_when() {
    for case in Case::all() {
        let asks = |seconds| Fault::RateLimited(RetryAfter::Seconds(Duration::from_secs(seconds)));
        let road = case.road_of(|it| it.fault(asks(60)), |it| it.fault(asks(30)), LIMITS).await;
        let error = case.ask(&road, hello()).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimit, Some(429)));
        assert_eq!(error.earlier().len(), 1);

        let error = case.ask(&road, hello()).await.unwrap_err();

        assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimit, None));
        let wait = error.retry_after().unwrap();
        assert!(wait <= MINUTE / 2 && wait > MINUTE / 4, "{wait:?}");
        assert!(error.trace().unwrap().attempts.is_empty());
        check_calls(&road, 1, 1);
        assert!(road.is_clear());
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_passes_soon_is_waited_for_where_there_is_nobody_else() {
    let limited = Fault::RateLimited(RetryAfter::Seconds(Duration::from_secs(3)));
    for case in Case::all() {
        let road = case.road(|first| first.fault_times(1, limited.clone())).await;
        let response = case.ask(&road, alone()).await.unwrap();

        assert_eq!(response.text(), FIRST);
        let trace = response.trace.as_ref().unwrap();
        let ended = [Outcome::Failed(ErrorKind::RateLimit), Outcome::Finished];
        check_attempts(&road, trace, &ended);
        assert!(trace.attempts[1].began >= Duration::from_secs(3), "{trace}");
        check_calls(&road, 2, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_beyond_all_patience_is_not_waited_for() {
    let limits = Limits { patience: Duration::from_secs(2), ..LIMITS };
    let limited = Fault::RateLimited(RetryAfter::Seconds(Duration::from_secs(3)));
    for case in Case::all() {
        let road = case.road_of(|it| it.fault(limited.clone()), |it| it, limits).await;
        let error = case.ask(&road, alone()).await.unwrap_err();

        assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
        check_attempts(&road, error.trace().unwrap(), &[Outcome::Failed(ErrorKind::RateLimit)]);
        check_calls(&road, 1, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_is_understood_in_every_form() {
    let after = Duration::from_secs(7);
    for form in RetryAfter::all(after) {
        for case in Case::all() {
            let limits = Limits { attempts: 1, ..LIMITS };
            let limited = Fault::RateLimited(form);
            let road = case.road_of(|it| it.fault(limited), |it| it, limits).await;
            let error = case.ask(&road, alone()).await.unwrap_err();

            let asked = error.retry_after();
            let right = match form {
                RetryAfter::Missing => asked.is_none(),
                // Dates are told in whole seconds.
                RetryAfter::Date(_) | RetryAfter::Reset(_) => {
                    asked.is_some_and(|it| it >= after && it <= after + Duration::from_secs(2))
                }
                _ => asked == Some(after),
            };
            assert!(right, "{form:?}, {case:?}: {asked:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_in_milliseconds_is_no_longer_than_that() {
    let wait = Duration::from_millis(300);
    let limited = Fault::RateLimited(RetryAfter::Millis(wait));
    for case in Case::all() {
        check_rests(case, limited.clone(), ErrorKind::RateLimit, wait).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_without_credit_rests_long_and_its_sibling_answers() {
    for case in Case::all() {
        let first = |it: Script| it.fault_times(1, Fault::InsufficientQuota);
        let road = case.road_to(first, |it| it, LIMITS, |it| it.key("sk-two")).await;
        check_fell_over(&road, &case.ask(&road, hello()).await.unwrap(), ErrorKind::Quota);

        // Nobody knows yet whether the other key shares the account, but nothing says that it does.
        tokio::time::advance(4 * MINUTE).await;
        assert_eq!(case.ask(&road, hello()).await.unwrap().text(), FIRST);
        assert_eq!(keys(&road.first), ["sk-one", "sk-two"]);

        tokio::time::advance(MINUTE).await;
        assert_eq!(case.ask(&road, hello()).await.unwrap().text(), FIRST);
        assert_eq!(keys(&road.first), ["sk-one", "sk-two", "sk-one"]);
        check_calls(&road, 3, 1);
        assert!(road.is_clear());
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_without_credit_is_not_asked_again() {
    for case in Case::all() {
        let road = case.road(|first| first.fault(Fault::InsufficientQuota)).await;
        let error = case.ask(&road, alone()).await.unwrap_err();

        assert_eq!((error.kind(), error.status()), (ErrorKind::Quota, Some(429)));
        check_attempts(&road, error.trace().unwrap(), &[Outcome::Failed(ErrorKind::Quota)]);
        check_calls(&road, 1, 0);
    }
}
