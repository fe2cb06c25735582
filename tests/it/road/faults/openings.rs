//! Answers that fail before their first content: nobody has seen anything, so another may answer.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_provider_that_never_answers_is_left_when_its_clock_runs_out() {
    check_falls_over(Fault::Hang, ErrorKind::Timeout).await;
}

#[tokio::test(start_paused = true)]
async fn the_time_for_all_attempts_is_the_end_of_the_last_of_them() {
    for case in Case::all() {
        let limits = Limits { total: Duration::from_secs(20), ..LIMITS };
        let road = case.road_of(|it| it.fault(Fault::Hang), |it| it, limits).await;
        let error = case.ask(&road, hello()).await.unwrap_err();

        assert_eq!(error.kind(), ErrorKind::Timeout);
        check_calls(&road, 1, 0);
        check_attempts(&road, error.trace().unwrap(), &[Outcome::Cancelled]);
        assert!(road.is_clear());
        road.first.journal().wait_until(|journal| journal.last().unwrap().served.left).await;
    }
}

#[tokio::test]
async fn a_connection_that_is_reset_falls_over() {
    check_falls_over(Fault::Reset, ErrorKind::Transport).await;
    check_falls_over(Fault::Close, ErrorKind::Transport).await;
}

#[tokio::test]
async fn a_stream_that_is_cut_before_its_first_byte_falls_over() {
    check_falls_over(Fault::CutBeforeFirst, ErrorKind::Transport).await;
    for case in Case::streams() {
        let road = case.road(|first| first.fault(Fault::EofAfter { events: 0 })).await;
        let response = case.ask(&road, hello()).await.unwrap();
        check_fell_over(&road, &response, ErrorKind::Truncated);
    }
}

#[tokio::test]
async fn a_stream_that_begins_with_an_error_falls_over() {
    for kind in TOLD {
        check_falls_over(Fault::ErrorFirst(kind), kind).await;
    }
}

#[tokio::test]
async fn a_stream_that_names_a_role_and_then_an_error_falls_over() {
    for kind in TOLD {
        check_falls_over(Fault::ErrorAfter { events: 0, kind }, kind).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_stalls_before_its_first_content_falls_over() {
    check_falls_over(Fault::StallAfterHead, ErrorKind::Timeout).await;
    check_falls_over(Fault::StallAfter { events: 0 }, ErrorKind::Timeout).await;
}
