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
        for case in Case::streams() {
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
        for case in Case::streams() {
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
        (Fault::RateLimited(RetryAfter::Seconds(Duration::from_secs(60))), ErrorKind::RateLimit),
        (Fault::InsufficientQuota, ErrorKind::Quota),
        (Fault::Unauthorized, ErrorKind::Auth),
        (Fault::UnknownModel, ErrorKind::NotFound),
        (Fault::ContextLength, ErrorKind::ContextLength),
        (Fault::ContentFilter, ErrorKind::ContentFilter),
        (Fault::BadSchema, ErrorKind::InvalidRequest),
    ];
    for (fault, kind) in told {
        for case in Case::all().filter(|case| case.errs(kind)) {
            let road = case.road(|first| first.fault(fault.clone())).await;
            let error = case.ask(&road, alone()).await.unwrap_err();

            let served = road.first.journal().last().unwrap().served.status.unwrap();
            assert_eq!((error.kind(), error.status()), (kind, Some(served.as_u16())));
            assert_eq!(error.target(), Some("m1@first"));
            // Cohere has words for few of its errors, Ollama for none, and Bedrock's is a header.
            let is_there = |code: &str| {
                case.dialect == Dialect::Converse || error.body().unwrap().contains(code)
            };
            let is_wordless = matches!(case.dialect, Dialect::Cohere | Dialect::Ollama);
            assert!(error.code().map_or(is_wordless, is_there), "{error:?}");
            // Google and Ollama give their requests no ids.
            let is_known = !matches!(case.dialect, Dialect::Gemini | Dialect::Ollama);
            assert_eq!(error.request_id().is_some(), is_known, "{error:?}");
            check_calls(&road, 1, 0);
        }
    }
}

#[tokio::test]
async fn what_failed_before_is_told_with_the_last_error() {
    for case in Case::all() {
        let gone = |it: Script| it.fault(Fault::UnknownModel);
        let road = case.road_of(gone, |it| it.fault(Fault::Unauthorized), LIMITS).await;
        let error = case.ask(&road, hello()).await.unwrap_err();

        assert_eq!((error.kind(), error.target()), (ErrorKind::Auth, Some("m2@second")));
        let [earlier] = error.earlier() else { panic!("one came before: {error:?}") };
        assert_eq!((earlier.kind(), earlier.target()), (ErrorKind::NotFound, Some("m1@first")));
        check_calls(&road, 1, 1);
    }
}

#[tokio::test]
async fn what_one_provider_filters_another_may_answer() {
    for fault in [Fault::ContentFilter, Fault::ErrorFirst(ErrorKind::ContentFilter)] {
        check_falls_over(fault, ErrorKind::ContentFilter).await;
    }
}

#[tokio::test]
async fn a_prompt_that_google_filters_is_an_answer_that_says_so() {
    for mode in MODES {
        let case = Case { dialect: Dialect::Gemini, mode };
        let road = case.road(|first| first.fault(Fault::ContentFilter)).await;
        let response = case.ask(&road, hello()).await.unwrap();

        assert_eq!(response.reason(), Some(&FinishReason::ContentFilter));
        assert_eq!(response.choices[0].raw.as_deref(), Some("PROHIBITED_CONTENT"));
        check_attempts(&road, response.trace.as_ref().unwrap(), &[Outcome::Finished]);
        check_calls(&road, 1, 0);
    }
}

#[tokio::test]
async fn an_answer_that_was_filtered_says_so() {
    for case in Case::all() {
        let word = match case.dialect {
            Dialect::Anthropic => "refusal",
            Dialect::Gemini => "SAFETY",
            Dialect::Converse => "guardrail_intervened",
            // They have no word for that: what they filter, they refuse.
            Dialect::Cohere | Dialect::Ollama => continue,
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
    for case in Case::streams() {
        let word = match case.dialect {
            Dialect::Anthropic | Dialect::Converse => "max_tokens",
            Dialect::OpenAiResponses => "max_output_tokens",
            Dialect::Gemini | Dialect::Cohere => "MAX_TOKENS",
            _ => "length",
        };
        let together = |it: Script| it.departs(Departure::Together).finish(word).usage(3, 7);
        let road = case.road(together).await;
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
    for case in Case::streams() {
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
        let shed = match case.dialect {
            Dialect::Gemini | Dialect::Cohere | Dialect::Ollama | Dialect::Converse => 503,
            _ => 529,
        };
        assert_eq!(trace.attempts[0].status, Some(shed));
    }
}
