//! Answers under status 200 that are none.

use super::*;

#[tokio::test]
async fn an_answer_whose_json_is_cut_falls_over() {
    for case in Case::wholes() {
        let road = case.road(|first| first.fault(Fault::TruncatedJson)).await;
        let response = case.ask(&road, hello()).await.unwrap();

        check_fell_over(&road, &response, ErrorKind::Truncated);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_whose_json_is_cut_is_asked_for_again_where_there_is_nobody_else() {
    for case in Case::wholes() {
        let road = case.road(|first| first.fault_times(1, Fault::TruncatedJson)).await;
        let response = case.ask(&road, alone()).await.unwrap();

        assert_eq!(response.text(), FIRST);
        let ended = [Outcome::Failed(ErrorKind::Truncated), Outcome::Finished];
        check_attempts(&road, response.trace.as_ref().unwrap(), &ended);
        check_calls(&road, 2, 0);
    }
}

#[tokio::test]
async fn an_answer_without_choices_falls_over() {
    check_falls_over(Fault::NoChoices, ErrorKind::Truncated).await;
}

#[tokio::test]
async fn an_answer_without_content_is_an_answer() {
    for case in Case::all() {
        let road = case.road(|first| first.fault(Fault::NullContent)).await;
        let response = case.ask(&road, hello()).await.unwrap();

        assert_eq!(
            (response.text(), response.reason()),
            (String::new(), Some(&FinishReason::Stop))
        );
        check_attempts(&road, response.trace.as_ref().unwrap(), &[Outcome::Finished]);
        check_calls(&road, 1, 0);
        assert_eq!(road.first.journal().judge(Ok("")), Ok(()));
        assert!(road.is_clear());
    }
}

#[tokio::test]
async fn an_error_under_status_200_is_an_error() {
    check_falls_over(Fault::ErrorUnder200, ErrorKind::Server).await;
}
