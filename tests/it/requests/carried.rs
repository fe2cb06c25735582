//! What clients of one dialect send back of another's answer.

use nohop_types::{Document, ErrorKind, Media, Part, Request};
use nohop_wire::dialect::{Anthropic, Gemini, OpenAiChat, OpenAiResponses};
use nohop_wire::{Incoming, Mode, Stamp, Surface};
use serde_json::{Value, json};

use crate::speak::{events, heard, issuer, sent, told};

const CHAT: &OpenAiChat = &OpenAiChat::PLAIN;
const ANTHROPIC: &Anthropic = &Anthropic::PLAIN;
const GEMINI: &Gemini = &Gemini::PLAIN;
const RESPONSES: &OpenAiResponses = &OpenAiResponses::PLAIN;

/// What a client of `surface` is told of a stream of chat.
fn streamed(surface: &dyn Surface, deltas: &[&str]) -> String {
    let frame = |delta: &str, end: &str| {
        format!("data: {{\"choices\":[{{\"delta\":{delta},\"finish_reason\":{end}}}]}}\n\n")
    };
    let body: String = deltas.iter().map(|delta| frame(delta, "null")).collect();
    let (events, error) = events(CHAT, Mode::Stream, (body + &frame("{}", "\"stop\"")).as_bytes());
    assert!(error.is_none(), "{error:?}");
    let incoming = Incoming::new(Request::new("m"), Mode::Stream);
    let mut encoder = surface.encoder(&incoming, Stamp::new("1", 0));
    let mut out = Vec::new();
    events.iter().for_each(|event| encoder.event(event, &mut out));
    String::from_utf8(out).unwrap()
}

#[test]
fn a_turn_that_a_client_of_gemini_kept_in_pieces_is_one_elsewhere_and_pieces_again_there() {
    let signed = json!({"functionCall": {"id": "a", "name": "f"}, "thoughtSignature": "c2ln"});
    let contents = json!([
        {"role": "user", "parts": [{"text": "Go"}]},
        {"role": "model", "parts": [{"text": "So"}]},
        {"role": "model", "parts": [signed]},
        {"role": "model", "parts": [{"functionCall": {"id": "b", "name": "f"}}]},
        {"role": "model", "parts": [{"text": ""}]},
        {"role": "user", "parts": [{"functionResponse": {"id": "a", "name": "f", "response": {}}}]},
    ]);
    let request = heard(GEMINI, &json!({ "contents": contents }).to_string()).unwrap();
    let (body, losses) = sent(GEMINI, &request).unwrap();
    assert_eq!((&body["contents"], losses), (&contents, Vec::new()));

    let (body, losses) = sent(CHAT, &request).unwrap();
    let call = |id: &str| json!({"id": id, "type": "function", "function": {"name": "f", "arguments": ""}});
    let turn = json!({"role": "assistant", "content": "So", "tool_calls": [call("a"), call("b")]});
    assert_eq!(body["messages"][1], turn);
    assert_eq!(body["messages"][2]["tool_call_id"], "a");
    assert_eq!(losses, ["reasoning: dropped: another issuer's thinking means nothing here"]);
}

#[test]
fn a_turn_of_gemini_without_parts_or_with_one_alone_goes_out_as_it_came() {
    let contents = json!([
        {"role": "user", "parts": [{"text": "Go"}]},
        {"role": "model", "parts": [], "novel": 1},
        {"role": "model", "parts": {"text": "So"}},
    ]);
    let request = heard(GEMINI, &json!({ "contents": contents }).to_string()).unwrap();
    assert_eq!(sent(GEMINI, &request).unwrap().0["contents"], contents);
}

#[test]
fn thinking_that_was_told_to_a_client_of_gemini_in_pieces_is_whole_again() {
    let thought = |text: &str| json!({"role": "model", "parts": [{"text": text, "thought": true}]});
    // `nohop:anthropic:c2ln`, in base64.
    let proof = "bm9ob3A6YW50aHJvcGljOmMybG4=";
    let last = json!({"text": "", "thought": true, "thoughtSignature": proof});
    let contents = json!([
        {"role": "user", "parts": [{"text": "Go"}]},
        thought("Two and"),
        thought(" two."),
        {"role": "model", "parts": [{"text": "Four."}]},
        {"role": "model", "parts": [last]},
    ]);
    let request = heard(GEMINI, &json!({ "contents": contents }).to_string()).unwrap();
    let (body, losses) = sent(ANTHROPIC, &request).unwrap();
    let thinking = json!({"type": "thinking", "thinking": "Two and two.", "signature": "c2ln"});
    let expected = json!([thinking, {"type": "text", "text": "Four."}]);
    assert_eq!((&body["messages"][1]["content"], losses), (&expected, Vec::new()));
}

#[test]
fn signatures_on_a_text_and_on_a_call_stay_where_they_were_through_other_surfaces() {
    let parts = r#"{"text":"So","thoughtSignature":"dGV4dA=="},{"functionCall":{"id":"a","name":"f","args":{}},"thoughtSignature":"Y2FsbA=="}"#;
    let whole =
        format!(r#"{{"candidates":[{{"content":{{"parts":[{parts}]}},"finishReason":"STOP"}}]}}"#);
    let go = json!({"role": "user", "content": "Go"});
    let message = told(CHAT, GEMINI, &whole)["choices"][0]["message"].clone();
    let chat = json!({"model": "m", "messages": [go, message]});
    let content = told(ANTHROPIC, GEMINI, &whole)["content"].clone();
    let turn = json!({"role": "assistant", "content": content});
    let messages = json!({"model": "m", "messages": [go, turn]});
    let mut input = vec![go];
    input.extend(told(RESPONSES, GEMINI, &whole)["output"].as_array().unwrap().clone());
    let items = json!({"model": "m", "input": input});
    for request in [
        heard(CHAT, &chat.to_string()).unwrap(),
        heard(ANTHROPIC, &messages.to_string()).unwrap(),
        heard(RESPONSES, &items.to_string()).unwrap(),
    ] {
        let (body, _) = sent(GEMINI, &request).unwrap();
        let expected = serde_json::from_str::<Value>(&format!("[{parts}]")).unwrap();
        assert_eq!(body["contents"][1]["parts"], expected);
    }
}

#[test]
fn what_an_issuer_said_beside_its_thinking_comes_back_through_other_surfaces() {
    let thought = r#"{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm"}],"encrypted_content":"c2VhbA=="}"#;
    let whole = format!(r#"{{"id":"1","output":[{thought}],"status":"completed"}}"#);
    let content = told(ANTHROPIC, RESPONSES, &whole)["content"].clone();
    let asked = json!({"role": "user", "content": "Go"});
    let turn = json!({"role": "assistant", "content": content});
    let messages = json!({"model": "m", "messages": [asked, turn]});
    let request = heard(ANTHROPIC, &messages.to_string()).unwrap();
    let (body, losses) = sent(RESPONSES, &request).unwrap();
    let expected = serde_json::from_str::<Value>(thought).unwrap();
    assert_eq!((&body["input"][1], losses), (&expected, Vec::new()));
}

#[test]
fn what_only_resembles_a_mark_is_the_clients_own_and_goes_back_as_it_came() {
    let sent_back = |surface, signature: &str| {
        let thought = json!({"type": "thinking", "thinking": "Hm", "signature": signature});
        let turn = json!({"role": "assistant", "content": [thought]});
        let body = json!({"model": "m", "messages": [{"role": "user", "content": "Go"}, turn]});
        sent(surface, &heard(surface, &body.to_string()).unwrap()).unwrap().0
    };
    let unread = ["nohop:", "nohop::", "nohop:x", "nohop:x?:p", "nohop:x?!!:p", "nohop:/summary?:"];
    for mark in unread.into_iter().chain(["nohop:anthropic:p"]) {
        let told = sent_back(ANTHROPIC, mark);
        assert_eq!(told["messages"][1]["content"][0]["signature"], mark);
    }
    let told = sent_back(ANTHROPIC, "nohop:x?e30:p");
    assert!(!told.to_string().contains("nohop:x"), "another's goes to nobody: {told}");

    let encoded = "bm9ob3A6YW50aHJvcGljOMmybG4=";
    let thought = json!({"text": "Hm", "thought": true, "thoughtSignature": encoded});
    let turns =
        json!([{"role": "user", "parts": [{"text": "Go"}]}, {"role": "model", "parts": [thought]}]);
    let request = heard(GEMINI, &json!({"contents": turns}).to_string()).unwrap();
    assert_eq!(sent(GEMINI, &request).unwrap().0["contents"], turns);
}

#[test]
fn clients_of_anthropic_are_told_a_signature_in_one_piece() {
    let detail = |rest: &str| {
        format!(r#"{{"reasoning_details":[{{"type":"reasoning.text","index":0,{rest}}}]}}"#)
    };
    let deltas = [r#""text":"Hm""#, r#""signature":"c2""#, r#""signature":"ln""#].map(detail);
    let out = streamed(ANTHROPIC, &deltas.each_ref().map(String::as_str));
    let signature: Vec<&str> = out.lines().filter(|l| l.contains("signature_delta")).collect();
    assert_eq!(signature.len(), 1, "{out}");
    assert!(signature[0].contains(":c2ln\""), "{out}");
}

#[test]
fn what_is_said_of_a_thought_is_said_once_to_clients_that_add_up_its_pieces() {
    let detail = |rest: &str| {
        format!(r#"{{"reasoning_details":[{{"type":"reasoning.text","index":0,{rest}}}]}}"#)
    };
    let deltas = [r#""text":"H","format":"x-v1""#, r#""text":"m""#].map(detail);
    let out = streamed(CHAT, &deltas.each_ref().map(String::as_str));
    assert_eq!(out.matches("x-v1").count(), 1, "{out}");
    let pieces = out.lines().filter(|line| line.contains(r#""index":0,"delta":{"reasoning":"#));
    assert_eq!(pieces.filter(|line| line.contains("reasoning_details")).count(), 2, "{out}");
}

#[test]
fn a_file_that_was_uploaded_elsewhere_is_refused_and_never_an_id_that_means_another() {
    let elsewhere = Media::File { id: "file-1".to_owned(), issuer: Some(issuer(CHAT)) };
    let here = Media::File { id: "file-2".to_owned(), issuer: Some(issuer(ANTHROPIC)) };
    let asked = |media| Request::new("m").user(Part::from(Document::new(media)));
    let error = sent(ANTHROPIC, &asked(elsewhere)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let (body, losses) = sent(ANTHROPIC, &asked(here)).unwrap();
    assert_eq!(losses, [""; 0]);
    let source = json!({"type": "file", "file_id": "file-2"});
    assert_eq!(body["messages"][0]["content"], json!([{"type": "document", "source": source}]));
}
