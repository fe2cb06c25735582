//! The clocks of a stream, by a paused clock: what feeds them, and what does not.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A stream may keep silent for so many seconds before its first content, and after it.
fn clocks(first_content: u32, silence: u32) -> Limits {
    let clocks = Clocks {
        first_content: SECOND * first_content,
        silence: SECOND * silence,
        ..LIMITS.clocks
    };
    Limits { clocks, ..LIMITS }
}

/// The first provider's stream is read to its end under these limits, and nobody else is asked.
async fn check_patient(first: impl Fn(Script) -> Script, limits: Limits) -> Vec<Response> {
    let mut responses = Vec::new();
    for case in Case::streams() {
        let road = case.road_of(&first, |second| second, limits).await;
        let response = case.ask(&road, hello()).await.unwrap();

        check_attempts(&road, response.trace.as_ref().unwrap(), &[Outcome::Finished]);
        check_calls(&road, 1, 0);
        assert!(road.is_clear());
        responses.push(response);
    }
    responses
}

#[tokio::test(start_paused = true)]
async fn pings_are_no_first_content() {
    for case in Case::streams() {
        let pinging = |it: Script| it.first_after(SECOND * 60).keep_alive(SECOND);
        let road = case.road_of(pinging, |it| it, clocks(5, 600)).await;
        let response = case.ask(&road, hello()).await.unwrap();

        check_fell_over(&road, &response, ErrorKind::Timeout);
        let trace = response.trace.unwrap();
        let error = trace.attempts[0].error.as_ref().unwrap();
        assert!(error.contains("clocks.first_content"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_model_may_think_for_longer_than_it_may_be_silent_later() {
    let thinks = |it: Script| it.first_after(SECOND * 100);
    let responses = check_patient(thinks, clocks(120, 2)).await;

    assert!(responses.iter().all(|response| response.text() == FIRST));
}

#[tokio::test(start_paused = true)]
async fn silence_is_counted_from_the_last_word_and_not_from_the_first() {
    let slow = |it: Script| it.pause(SECOND * 9);
    let responses = check_patient(slow, clocks(2, 10)).await;

    assert!(responses.iter().all(|response| response.text() == FIRST));
}

#[tokio::test(start_paused = true)]
async fn an_argument_that_arrives_in_one_piece_is_no_silence() {
    let text = "x".repeat(4_000);
    let writes = |it: Script| {
        let call = it.calls("write", format!(r#"{{"text":"{text}"}}"#));
        call.tokens_per_event(10_000).drip(50, SECOND)
    };
    let responses = check_patient(writes, clocks(120, 5)).await;

    for response in responses {
        assert!(response.tool_calls().next().unwrap().arguments.contains(&text));
    }
}

#[tokio::test(start_paused = true)]
async fn a_complete_answer_waits_for_its_usage_no_longer_than_grace() {
    // One event in ten seconds, of which those behind the reason come too late.
    let slow = |it: Script| it.drip(1 << 20, SECOND * 10);
    let responses = check_patient(slow, clocks(60, 60)).await;

    for response in &responses {
        assert_eq!(response.reason(), Some(&FinishReason::Stop));
        assert_eq!(response.text(), FIRST);
    }
    // Few dialects state the usage behind the reason, and the others with it.
    let estimated =
        |response: &Response| response.trace.as_ref().unwrap().attempts[0].usage.estimated;
    let estimated: Vec<_> = responses.iter().map(estimated).collect();
    let behind = |dialect| matches!(dialect, Dialect::OpenAiChat | Dialect::Converse);
    assert_eq!(estimated, Dialect::ALL.map(behind));
}
