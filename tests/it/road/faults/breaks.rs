//! Streams that break after their first content: the caller keeps it, and is told how it ended.

use nohop::wire::Strictness;
use nohop::{Event, Provenance};

use super::*;

/// What five content events say.
const FIVE: &str = "One two three four five";

/// A stream that breaks after five content events ends with an error of `kind`, and nobody else is
/// called; where nothing is streamed, another answers.
async fn check_breaks(fault: Fault, kind: ErrorKind) {
    for case in Case::streams().filter(|case| case.errs(kind)) {
        let road = case.road(|first| first.fault(fault.clone())).await;
        let (said, error) = hear(&road).await;

        let error = error.unwrap();
        assert_eq!((error.kind(), said.text().as_str()), (kind, FIVE), "{error}");
        assert_eq!(error.target(), Some("m1@first"));
        check_calls(&road, 1, 0);
        let trace = error.trace().unwrap();
        check_attempts(&road, trace, &[Outcome::Failed(kind)]);
        let usage = &trace.attempts[0].usage;
        assert!(usage.estimated && usage.input > Some(0) && usage.output > Some(0), "{usage:?}");
        assert_eq!(trace.cost().unwrap().provenance, Provenance::Estimated);
        assert_eq!(road.first.journal().judge(Err(kind)), Ok(()));
        assert!(road.is_clear());
    }
    for case in Case::wholes().filter(|case| case.errs(kind)) {
        let road = case.road(|first| first.fault(fault.clone())).await;
        let response = case.ask(&road, hello()).await.unwrap();

        assert_eq!(response.text(), SECOND);
        check_calls(&road, 1, 1);
    }
}

/// What of an answer came, and what it ended with.
pub(super) async fn hear(road: &Road) -> (Response, Option<nohop::Error>) {
    let mut answer = road.router.stream(hello()).await.unwrap();
    let mut said = Response::default();
    while let Some(event) = answer.next().await {
        match event {
            Ok(event) => said.extend([event]),
            Err(error) => {
                assert!(answer.next().await.is_none(), "nothing follows an error");
                return (said, Some(error));
            }
        }
    }
    (said, None)
}

#[tokio::test]
async fn a_stream_whose_connection_breaks_keeps_what_came_and_says_so() {
    check_breaks(Fault::ResetAfter { events: 5 }, ErrorKind::Transport).await;
    check_breaks(Fault::CloseAfter { events: 5 }, ErrorKind::Transport).await;
}

#[tokio::test]
async fn a_stream_that_just_ends_is_truncated() {
    check_breaks(Fault::EofAfter { events: 5 }, ErrorKind::Truncated).await;
}

#[tokio::test]
async fn an_error_amid_a_stream_is_the_providers_own() {
    for kind in TOLD {
        check_breaks(Fault::ErrorAfter { events: 5, kind }, kind).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_stalls_ends_by_its_clock_of_silence() {
    check_breaks(Fault::StallAfter { events: 5 }, ErrorKind::Timeout).await;
}

#[tokio::test(start_paused = true)]
async fn pings_do_not_break_the_silence() {
    for case in Case::streams() {
        let stalls = Fault::StallAfter { events: 5 };
        let pinging = |it: Script| it.fault(stalls).keep_alive(Duration::from_secs(5));
        let road = case.road(pinging).await;
        let (said, error) = hear(&road).await;

        let error = error.unwrap();
        assert_eq!((error.kind(), said.text().as_str()), (ErrorKind::Timeout, FIVE));
        assert!(error.message().contains("clocks.silence"), "{error}");
        check_calls(&road, 1, 0);
    }
}

#[tokio::test]
async fn a_malformed_line_is_passed_over_and_counted() {
    let malformed = Fault::MalformedAfter { events: 5 };
    for case in Case::streams() {
        let road = case.road(|first| first.fault(malformed.clone())).await;
        let response = case.ask(&road, hello()).await.unwrap();

        assert_eq!(response.text(), FIRST);
        let trace = response.trace.as_ref().unwrap();
        check_attempts(&road, trace, &[Outcome::Finished]);
        assert_eq!(trace.attempts[0].skipped, 1);
        assert_eq!(road.first.journal().judge(Ok(FIRST)), Ok(()));
        check_calls(&road, 1, 0);
    }
    for case in Case::wholes() {
        let road = case.road(|first| first.fault(malformed.clone())).await;
        let response = case.ask(&road, hello()).await.unwrap();
        check_fell_over(&road, &response, ErrorKind::Truncated);
    }
}

#[tokio::test]
async fn a_malformed_line_fails_where_the_endpoint_is_read_strictly() {
    for case in Case::streams() {
        let malformed = |it: Script| it.fault_at(1, Fault::MalformedAfter { events: 5 });
        let malformed = |it| malformed(it).fault_at(2, Fault::MalformedAfter { events: 0 });
        let strict = |it: Endpoint| it.strictness(Strictness::Strict);
        let road = case.road_to(malformed, |it| it, LIMITS, strict).await;
        let (said, error) = hear(&road).await;

        let error = error.unwrap();
        assert_eq!((error.kind(), said.text().as_str()), (ErrorKind::Truncated, FIVE), "{error}");
        check_calls(&road, 1, 0);
        let response = case.ask(&road, hello()).await.unwrap();
        assert_eq!(response.text(), SECOND);
        check_calls(&road, 2, 1);
        assert!(road.is_clear());
    }
}

#[tokio::test]
async fn a_stream_that_is_dropped_leaves_nothing_behind() {
    for case in Case::streams() {
        let road = case.road(|first| first.pause(Duration::from_millis(20))).await;
        let mut answer = road.router.stream(hello()).await.unwrap();
        assert!(matches!(answer.next().await, Some(Ok(Event::Start { .. }))));
        drop(answer);

        assert!(road.is_clear());
        assert_eq!(road.ledger.entries()[0].outcome, Outcome::Dropped);
    }
}
