//! Streams that are strange and not wrong.

use nohop_testkit::Departure;

use super::*;

const MANY_BYTES: &str = "Größer als 世界 — 🦀 und 🏳️‍🌈.";

#[tokio::test]
async fn a_stream_that_says_its_reason_needs_no_last_mark() {
    for case in Case::streams() {
        let road = case.road(|first| first.departs(Departure::NoDone)).await;
        let response = case.ask(&road, hello()).await.unwrap();

        assert_eq!(
            (response.text().as_str(), response.reason()),
            (FIRST, Some(&FinishReason::Stop))
        );
        assert!(response.usage.total() > Some(0) && !response.usage.estimated);
        check_attempts(&road, response.trace.as_ref().unwrap(), &[Outcome::Finished]);
        assert_eq!(road.first.journal().judge(Ok(FIRST)), Ok(()));
        check_calls(&road, 1, 0);
    }
}

#[tokio::test]
async fn every_departure_is_read_and_all_of_them_at_once() {
    let alone = Departure::ALL.map(|departure| vec![departure]);
    for departures in alone.into_iter().chain([Departure::ALL.to_vec()]) {
        for case in Case::all() {
            let road = case.road(|_| departing(case.dialect, &departures)).await;
            let response = case.ask(&road, hello()).await.unwrap();

            assert_eq!(response.text(), MANY_BYTES, "{departures:?}, {case:?}");
            let calls: Vec<_> =
                response.tool_calls().map(|call| (&*call.name, &*call.arguments)).collect();
            assert_eq!(calls, [("one", r#"{"a":"ä→"}"#), ("two", r#"{"b":[1,2,3]}"#)]);
            assert_eq!(response.reason(), Some(&FinishReason::ToolCalls));
            assert_eq!(response.trace.as_ref().unwrap().attempts[0].skipped, 0);
            assert_eq!(road.first.journal().judge(Ok(MANY_BYTES)), Ok(()));
            check_calls(&road, 1, 0);
            assert!(road.is_clear());
        }
    }
}

/// A provider that calls two tools in the middle of its departures.
fn departing(dialect: Dialect, departures: &[Departure]) -> Script {
    let says = Script::new(dialect).says(MANY_BYTES);
    let calls = says.calls("one", r#"{"a":"ä→"}"#).calls("two", r#"{"b":[1,2,3]}"#);
    departures.iter().fold(calls, |script, departure| script.departs(*departure))
}
