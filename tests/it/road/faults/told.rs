//! What the caller is told: by whom, in whose words, and when.

use nohop_testkit::Departure;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_stream_that_does_not_open_is_asked_for_again_where_there_is_nobody_else() {
    let faults = [Fault::ServerError, Fault::Overloaded, Fault::Reset, Fault::CutBeforeFirst];
    let opened = [
        Fault::ErrorFirst(ErrorKind::Server),
        Fault::ErrorAfter { events: 0, kind: ErrorKind::RateLimit },
        Fault::EofAfter { events: 0 },
    ];
    for fault in faults.into_iter().chain(opened) {
        for case in Case::STREAMS {
            let road = case.road(|first| first.fault_times(2, fault.clone())).await;
            let response = case.ask(&road, alone()).await.unwrap();

            assert_eq!(response.text(), FIRST);
            let trace = response.trace.as_ref().unwrap();
            let failed = trace.attempts[0].outcome.unwrap();
            check_attempts(&road, trace, &[failed, failed, Outcome::Finished]);
            check_calls(&road, 3, 0);
            assert!(road.is_clear());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_fails_before_any_content_fails_where_the_stream_is_asked_for() {
    let faults = [
        Fault::Unauthorized,
        Fault::ErrorUnder200,
        Fault::ErrorFirst(ErrorKind::Quota),
        Fault::ErrorAfter { events: 0, kind: ErrorKind::Quota },
        Fault::StallAfterHead,
        Fault::CutBeforeFirst,
        Fault::NoChoices,
    ];
    for fault in faults {
        for case in Case::STREAMS {
            let fails = |it: Script| it.fault(fault.clone());
            let road = case.road_of(fails, fails, LIMITS).await;

            let error = road.router.stream(hello()).await.unwrap_err();
            assert!(!error.earlier().is_empty(), "{fault:?}: {error}");
            assert!(road.is_clear());
        }
    }
}

#[tokio::test]
async fn the_providers_own_error_reaches_the_caller() {
    let told = [
        (
            Fault::RateLimited(RetryAfter::Seconds(Duration::from_secs(60))),
            ErrorKind::RateLimit,
            429,
        ),
        (Fault::InsufficientQuota, ErrorKind::Quota, 429),
        (Fault::Unauthorized, ErrorKind::Auth, 401),
        (Fault::UnknownModel, ErrorKind::NotFound, 404),
        (Fault::ContextLength, ErrorKind::ContextLength, 400),
        (Fault::ContentFilter, ErrorKind::ContentFilter, 400),
        (Fault::BadSchema, ErrorKind::InvalidRequest, 400),
    ];
    for (fault, kind, status) in told {
        for case in Case::all() {
            let road = case.road_of(|it| it, |second| second.fault(fault.clone()), LIMITS).await;
            road.first.becomes(Script::new(case.dialect).fault(Fault::UnknownModel));
            let error = case.ask(&road, hello()).await.unwrap_err();

            assert_eq!((error.kind(), error.status()), (kind, Some(status)));
            assert_eq!(error.target(), Some("m2@second"));
            assert!(error.code().is_some() && error.request_id().is_some(), "{error:?}");
            assert!(error.body().unwrap().contains(error.code().unwrap()));
            let [earlier] = error.earlier() else { panic!("one came before: {error:?}") };
            assert_eq!((earlier.kind(), earlier.status()), (ErrorKind::NotFound, Some(404)));
            assert_eq!(earlier.target(), Some("m1@first"));
            check_calls(&road, 1, 1);
        }
    }
}

#[tokio::test]
async fn what_one_provider_filters_another_may_answer() {
    for fault in [Fault::ContentFilter, Fault::ErrorFirst(ErrorKind::ContentFilter)] {
        check_falls_over(fault, ErrorKind::ContentFilter).await;
    }
}

#[tokio::test]
async fn an_answer_that_was_filtered_says_so() {
    for case in Case::all() {
        let word = match case.dialect {
            Dialect::Anthropic => "refusal",
            _ => "content_filter",
        };
        let road = case.road(|_| Script::new(case.dialect).finish(word)).await;
        let response = case.ask(&road, hello()).await.unwrap();

        assert_eq!(response.reason(), Some(&FinishReason::ContentFilter));
        assert_eq!(response.choices[0].raw.as_deref(), Some(word));
        check_calls(&road, 1, 0);
    }
}

#[tokio::test]
async fn text_reason_and_usage_in_one_event_all_arrive() {
    for case in Case::STREAMS {
        let together = |it: Script| it.departs(Departure::Together).finish("length").usage(3, 7);
        let max = |it: Script| it.departs(Departure::Together).finish("max_tokens").usage(3, 7);
        let road = match case.dialect {
            Dialect::Anthropic => case.road(max).await,
            _ => case.road(together).await,
        };
        let response = case.ask(&road, hello()).await.unwrap();

        assert_eq!(
            (response.text().as_str(), response.reason()),
            (FIRST, Some(&FinishReason::Length))
        );
        assert_eq!((response.usage.total(), response.usage.estimated), (Some(10), false));
    }
}

#[tokio::test]
async fn who_serves_is_told_while_the_answer_is_made_and_after() {
    for case in Case::STREAMS {
        let road = case.road(|first| first.fault(Fault::Overloaded)).await;
        let mut answer = road.router.stream(hello()).await.unwrap();

        let served = |trace: &Trace| {
            let last = trace.attempts.last().unwrap();
            (trace.attempts.len(), last.target.to_string(), last.outcome)
        };
        assert!(answer.next().await.is_some());
        assert_eq!(served(&answer.trace()), (2, "m2@second".to_owned(), None));
        let response = answer.response().await.unwrap();
        let trace = response.trace.unwrap();
        assert_eq!(served(&trace), (2, "m2@second".to_owned(), Some(Outcome::Finished)));
        assert_eq!(trace.attempts[0].status, Some(529));
    }
}
