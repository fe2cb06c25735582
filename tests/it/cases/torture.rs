//! The nine ways in which clients are known to lose an answer.

use nohop_types::{ErrorKind, FinishReason, ServiceTier};
use nohop_wire::Mode;
use nohop_wire::dialect::OpenAiChat;

use crate::speak::answer;

const OPENAI: &OpenAiChat = &OpenAiChat::PLAIN;

/// A stream that says "naïve 🦙" and stops.
const SAID: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"na\u{ef}ve \"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"\u{1f999}\"}}]}\n\n";
const STOP: &str =
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

fn check(body: &str) {
    let (response, error) = answer(OPENAI, Mode::Stream, body);
    assert!(error.is_none(), "{error:?}");
    assert_eq!(response.text(), "na\u{ef}ve \u{1f999}");
    assert_eq!(response.reason(), Some(&FinishReason::Stop));
}

#[test]
fn bytes_in_sevens_lose_no_character() {
    check(&format!("{SAID}{STOP}"));
}

#[test]
fn lines_that_end_in_crlf_are_lines() {
    check(&format!("{SAID}{STOP}").replace('\n', "\r\n"));
}

#[test]
fn an_unknown_finish_reason_is_kept() {
    let body = format!("{SAID}{}", STOP.replace("\"stop\"", "\"novel\""));
    let (response, error) = answer(OPENAI, Mode::Stream, &body);
    assert!(error.is_none());
    assert_eq!(response.reason(), Some(&FinishReason::Other("novel".into())));
}

#[test]
fn an_unknown_service_tier_is_kept() {
    let body = format!(
        "{SAID}{}",
        STOP.replace("{\"choices\"", "{\"service_tier\":\"novel\",\"choices\"")
    );
    let (response, error) = answer(OPENAI, Mode::Stream, &body);
    assert!(error.is_none());
    assert_eq!(response.usage.tier, Some(ServiceTier::Other("novel".into())));
}

#[test]
fn a_choice_without_a_delta_says_nothing() {
    check(&format!("{SAID}data: {{\"choices\":[{{\"index\":0}}]}}\n\n{STOP}"));
}

#[test]
fn an_error_amid_the_stream_is_an_error() {
    let body = format!("{SAID}data: {{\"error\":{{\"message\":\"boom\"}}}}\n\n");
    let (response, error) = answer(OPENAI, Mode::Stream, &body);
    assert_eq!(error.unwrap().kind(), ErrorKind::Server);
    assert_eq!(response.text(), "na\u{ef}ve \u{1f999}");
}

#[test]
fn a_clean_end_without_a_reason_is_no_success() {
    let (_, error) = answer(OPENAI, Mode::Stream, SAID);
    assert_eq!(error.unwrap().kind(), ErrorKind::Truncated);
}

#[test]
fn a_cut_within_an_event_is_no_success() {
    let whole = format!("{SAID}{STOP}");
    let cut = &whole[..whole.find("finish").unwrap()];
    let (_, error) = answer(OPENAI, Mode::Stream, cut);
    assert_eq!(error.unwrap().kind(), ErrorKind::Truncated);
}

#[test]
fn comments_are_passed_over() {
    check(&format!(": hello\n\n{}:\n{STOP}", SAID.replace("\n\n", "\n\n: ping\n\n")));
}
