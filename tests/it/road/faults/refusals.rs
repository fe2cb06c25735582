//! Failures that come with a status of their own.

use super::*;

#[tokio::test]
async fn the_callers_mistake_is_told_to_the_caller_and_costs_no_other_call() {
    for case in Case::all() {
        let road = case.road(|first| first.fault_times(1, Fault::BadSchema)).await;
        let error = case.ask(&road, hello()).await.unwrap_err();

        assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, Some(400)));
        assert_eq!(error.target(), Some("m1@first"));
        assert!(error.body().unwrap().contains(error.message()), "{error:?}");
        check_calls(&road, 1, 0);
        let ended = [Outcome::Failed(ErrorKind::InvalidRequest)];
        check_attempts(&road, error.trace().unwrap(), &ended);
        assert_eq!(road.first.journal().judge(Err(error.kind())), Ok(()));
        assert!(road.is_clear());

        // It says nothing against whoever was asked.
        assert_eq!(case.ask(&road, hello()).await.unwrap().text(), FIRST);
        check_calls(&road, 2, 0);
    }
}

#[tokio::test]
async fn a_prompt_that_is_too_long_goes_to_another_target_and_to_no_other_key() {
    for case in Case::all() {
        let (first, kind) = (|it: Script| it.fault(Fault::ContextLength), ErrorKind::ContextLength);
        let road = case.road_to(first, |it| it, LIMITS, |it| it.key("sk-two")).await;
        check_fell_over(&road, &case.ask(&road, hello()).await.unwrap(), kind);

        let error = case.ask(&road, alone()).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (kind, Some(400)));
        check_attempts(&road, error.trace().unwrap(), &[Outcome::Failed(kind)]);
        check_calls(&road, 2, 1);

        // A shorter prompt may fit.
        road.first.becomes(Script::new(case.dialect).says(FIRST));
        assert_eq!(case.ask(&road, hello()).await.unwrap().text(), FIRST);
        assert_eq!(keys(&road.first), ["sk-one"; 3]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_turned_away_is_left_for_its_sibling() {
    for case in Case::all() {
        let first = |it: Script| it.key("sk-two");
        let road = case.road_to(first, |it| it, LIMITS, |it| it.key("sk-two")).await;
        let response = case.ask(&road, hello()).await.unwrap();

        assert_eq!(response.text(), FIRST);
        let trace = response.trace.as_ref().unwrap();
        check_attempts(&road, trace, &[Outcome::Failed(ErrorKind::Auth), Outcome::Finished]);
        assert_eq!((trace.attempts[0].key, trace.attempts[1].key), (0, 1));

        // The dead key is not tried again for every request.
        assert_eq!(outcomes(&case.ask(&road, hello()).await.unwrap()), [Outcome::Finished]);
        assert_eq!(keys(&road.first), ["sk-one", "sk-two", "sk-two"]);
        check_calls(&road, 3, 0);
        assert!(road.is_clear());
    }
}

#[tokio::test]
async fn an_endpoint_whose_only_key_is_turned_away_is_left_for_another() {
    for case in Case::all() {
        let road = case.road(|first| first.fault(Fault::Unauthorized)).await;
        check_fell_over(&road, &case.ask(&road, hello()).await.unwrap(), ErrorKind::Auth);

        assert_eq!(outcomes(&case.ask(&road, hello()).await.unwrap()), [Outcome::Finished]);
        check_calls(&road, 1, 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_model_that_is_not_there_rests_and_its_endpoint_does_not() {
    for case in Case::all() {
        let road = case.road(|first| first.fault_times(1, Fault::UnknownModel)).await;
        check_fell_over(&road, &case.ask(&road, hello()).await.unwrap(), ErrorKind::NotFound);

        tokio::time::advance(Duration::from_secs(59)).await;
        assert_eq!(outcomes(&case.ask(&road, hello()).await.unwrap()), [Outcome::Finished]);
        check_calls(&road, 1, 2);
        let other = Request::new("m3@first").user("Hello?");
        assert_eq!(case.ask(&road, other).await.unwrap().text(), FIRST);
        check_calls(&road, 2, 2);

        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(case.ask(&road, hello()).await.unwrap().text(), FIRST);
        check_calls(&road, 3, 2);
    }
}

#[tokio::test]
async fn a_provider_that_fails_is_left_at_once() {
    check_falls_over(Fault::ServerError, ErrorKind::Server).await;
    check_falls_over(Fault::Overloaded, ErrorKind::Overloaded).await;
    check_falls_over(Fault::HtmlPage, ErrorKind::Overloaded).await;
}

#[tokio::test(start_paused = true)]
async fn an_outage_costs_as_many_calls_as_one_request_may_make() {
    for fault in [Fault::ServerError, Fault::Overloaded, Fault::HtmlPage] {
        for case in Case::all() {
            let fails = |it: Script| it.fault(fault.clone());
            let road = case.road_of(fails, fails, LIMITS).await;
            let error = case.ask(&road, hello()).await.unwrap_err();

            let calls = road.first.journal().calls() + road.second.journal().calls();
            assert_eq!((calls, error.earlier().len()), (4, 3));
            let ended = Outcome::Failed(error.kind());
            check_attempts(&road, error.trace().unwrap(), &[ended; 4]);
            assert!(road.is_clear());
        }
    }
}
