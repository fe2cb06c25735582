use bytes::Bytes;
use http::Request;

use crate::{Dialect, End, Fault, Outcome, Script};

fn request(stream: bool) -> Request<Bytes> {
    let body = format!(
        r#"{{"model":"m","max_tokens":9,"stream":{stream},"messages":[{{"role":"user","content":"a"}}]}}"#
    );
    Request::post("/v1/messages")
        .header("x-api-key", "k")
        .header("authorization", "Bearer k")
        .header("anthropic-version", "2023-06-01")
        .body(body.into())
        .unwrap()
}

#[test]
fn a_script_answers_without_a_socket() {
    let script = Script::anthropic().says("One two").fault_at(2, Fault::Hang);

    let first = script.respond(request(true));
    let second = script.respond(request(true));

    assert_eq!(first.head.as_ref().unwrap().status, 200);
    assert_eq!((first.events(), &first.end), (2, &End::Complete));
    assert!(first.body().ends_with(b"\n\n"));
    assert!(matches!(first.outcome, Outcome::Answered { text, .. } if text == "One two"));
    assert!(second.head.is_none());
    assert_eq!((second.fault, second.end), (Some(Fault::Hang), End::Stall { ping: None }));
}

#[test]
fn the_secret_is_in_every_answer_that_has_a_head() {
    for fault in Fault::all() {
        let script = Script::anthropic().says("a b c").plants("sk-planted").fault(fault.clone());
        for stream in [false, true] {
            let reply = script.respond(request(stream));
            let Some(head) = &reply.head else { continue };
            let planted = if fault == Fault::KeyEchoed { "k" } else { "sk-planted" };
            assert_eq!(head.headers["x-planted"], planted, "{fault:?}");
            let body = String::from_utf8_lossy(&reply.body()).into_owned();
            if head.status.is_client_error() && !matches!(fault, Fault::Status { .. }) {
                assert!(body.contains(planted), "{fault:?}");
            }
        }
    }
}

#[test]
fn no_fault_and_no_departure_breaks_a_writer() {
    for fault in Fault::all() {
        for departure in crate::Departure::ALL {
            let scripts = [Script::anthropic, Script::cohere, Script::ollama, Script::converse];
            let scripts = scripts.into_iter().flat_map(|plain| {
                let called = plain().thinks("c").calls("d", "{}").calls("e", "{}").says("f");
                [plain(), plain().says("a b"), called]
            });
            for script in scripts {
                let script = script.departs(departure).fault(fault.clone());
                for stream in [false, true] {
                    let path = match (script.dialect, stream) {
                        (Dialect::Anthropic, _) => "/v1/messages",
                        (Dialect::Cohere, _) => "/v2/chat",
                        (Dialect::Ollama, _) => "/api/chat",
                        (_, false) => "/model/m/converse",
                        (_, true) => "/model/m/converse-stream",
                    };
                    let mut request = request(stream);
                    *request.uri_mut() = path.parse().unwrap();
                    if script.dialect == Dialect::Converse {
                        let body = r#"{"messages":[{"role":"user","content":[{"text":"a"}]}]}"#;
                        *request.body_mut() = body.into();
                    }
                    let reply = script.respond(request);
                    assert_eq!(reply.fault.as_ref(), Some(&fault));
                }
            }
        }
    }
}
