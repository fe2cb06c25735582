//! Failures: what the provider said is kept, and means the same for every provider.

use std::time::Duration;

use nohop_types::{ErrorKind, Recovery};
use nohop_wire::dialect::{Anthropic, OpenAiChat};

use crate::speak::error;

const OPENAI: &OpenAiChat = &OpenAiChat::PLAIN;
const ANTHROPIC: &Anthropic = &Anthropic::PLAIN;

#[test]
fn an_id_that_is_too_long_is_no_prompt_that_is() {
    let told = |param: &str| {
        let body = format!(
            r#"{{"error":{{"message":"Invalid '{param}': string too long.","type":"invalid_request_error","param":"{param}","code":"string_above_max_length"}}}}"#
        );
        error(OPENAI, 400, &[], &body).kind()
    };
    assert_eq!(told("messages[1].tool_calls[0].id"), ErrorKind::InvalidRequest);
    assert_eq!(told("messages[1].content"), ErrorKind::ContextLength);
}

#[test]
fn an_openai_prompt_that_is_too_long_is_recognised_in_every_wording() {
    let sentences = [
        r#"{"error":{"message":"no matter","code":"context_length_exceeded"}}"#,
        r#"{"error":{"message":"This model's maximum context length is 8192 tokens."}}"#,
        r#"{"error":{"message":"Input tokens exceed the configured limit of 272000 tokens."}}"#,
        r#"{"object":"error","message":"Prompt contains 9 tokens, too large for model with 8 maximum context length"}"#,
        r#"{"error":{"message":"the request exceeds the available context size","type":"exceed_context_size_error","code":400}}"#,
        r#"{"message":"Input is too long for requested model."}"#,
        r#"{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"prompt is too long: 9 tokens > 8 maximum\"}}"}}}"#,
        r#"{"object":"error","message":"Requested token count exceeds the model's maximum context length of 4096 tokens."}"#,
    ];
    for body in sentences {
        let error = error(OPENAI, 400, &[], body);
        assert_eq!(error.kind(), ErrorKind::ContextLength, "{body}");
        assert_eq!(error.recovery(), Recovery::Elsewhere, "{body}");
    }
}

#[test]
fn an_openai_content_filter_is_recognised_in_every_wording() {
    let bodies = [
        r#"{"error":{"message":"filtered","code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
        "{\"error\":{\"message\":\"The response was filtered due to the prompt triggering Azure OpenAI\u{2019}s content management policy.\",\"code\":null}}",
        r#"{"error":{"message":"Invalid prompt: flagged as potentially violating our usage policy.","code":"invalid_prompt"}}"#,
    ];
    for body in bodies {
        assert_eq!(error(OPENAI, 400, &[], body).kind(), ErrorKind::ContentFilter, "{body}");
    }
}

#[test]
fn an_openai_failure_keeps_body_status_id_and_headers() {
    let body =
        r#"{"error":{"message":"slow down","type":"requests","code":"rate_limit_exceeded"}}"#;
    let headers =
        [("x-request-id", "req_1"), ("retry-after", "2"), ("x-ratelimit-limit-requests", "5")];
    let error = error(OPENAI, 429, &headers, body);
    assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimit, Some(429)));
    assert_eq!((error.body(), error.request_id()), (Some(body), Some("req_1")));
    assert_eq!((error.code(), error.message()), (Some("rate_limit_exceeded"), "slow down"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(2)));
    assert_eq!(error.headers().len(), headers.len());
}

#[test]
fn an_openai_failure_is_read_in_every_envelope() {
    let check = |status, body: &str, kind, message: &str| {
        let error = error(OPENAI, status, &[], body);
        assert_eq!((error.kind(), error.message()), (kind, message), "{body}");
    };
    let auth = ErrorKind::Auth;
    check(
        401,
        r#"{"error":{"message":"bad key","type":"authentication_error","code":"invalid_request_error"}}"#,
        auth,
        "bad key",
    );
    check(
        400,
        r#"{"code":"invalid-argument","error":"Incorrect API key provided"}"#,
        auth,
        "Incorrect API key provided",
    );
    check(401, r#"{"detail":"Invalid API Key"}"#, auth, "Invalid API Key");
    check(
        422,
        r#"{"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]}"#,
        ErrorKind::InvalidRequest,
        "field required",
    );
    check(
        429,
        r#"{"object":"error","message":"slow down","type":"rate_limited","code":"1300"}"#,
        ErrorKind::RateLimit,
        "slow down",
    );
    check(
        429,
        r#"{"error":{"code":"1113","message":"no balance"}}"#,
        ErrorKind::Quota,
        "no balance",
    );
    check(
        429,
        r#"{"error":{"message":"none left","code":"insufficient_quota"}}"#,
        ErrorKind::Quota,
        "none left",
    );
    check(
        413,
        r#"{"error":{"message":"too large","code":"rate_limit_exceeded"}}"#,
        ErrorKind::ContextLength,
        "too large",
    );
    check(
        404,
        r#"{"error":{"message":"no such model","code":"model_not_found"}}"#,
        ErrorKind::NotFound,
        "no such model",
    );
    check(503, "upstream connect error", ErrorKind::Overloaded, "upstream connect error");
    check(
        502,
        "<html>Bad Gateway</html>",
        ErrorKind::Server,
        "the answer is a page, not JSON (502)",
    );
    check(429, "Too many requests.", ErrorKind::RateLimit, "Too many requests.");
    check(500, "", ErrorKind::Server, "the provider says no more");
    check(529, r#"{"error":"busy"}"#, ErrorKind::Overloaded, "busy");
}

#[test]
fn the_providers_own_advice_goes_before_ours() {
    let limited =
        |advice| error(OPENAI, 429, &[("x-should-retry", advice)], r#"{"message":"limit"}"#);
    assert_eq!(limited("true").recovery(), Recovery::Retry);
    assert_eq!(limited("false").recovery(), Recovery::Elsewhere);
}

/// An error of Anthropic's.
fn failed(r#type: &str, message: &str) -> String {
    format!(
        r#"{{"type":"error","error":{{"type":"{type}","message":"{message}"}},"request_id":"req_1"}}"#
    )
}

#[test]
fn an_anthropic_prompt_that_is_too_long_is_recognised() {
    let body =
        failed("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum");
    let error = error(ANTHROPIC, 400, &[], &body);
    assert_eq!((error.kind(), error.recovery()), (ErrorKind::ContextLength, Recovery::Elsewhere));
}

#[test]
fn an_anthropic_content_filter_is_recognised() {
    let body = failed("invalid_request_error", "Output blocked by content filtering policy");
    let error = error(ANTHROPIC, 400, &[], &body);
    assert_eq!((error.kind(), error.recovery()), (ErrorKind::ContentFilter, Recovery::Elsewhere));
}

#[test]
fn an_anthropic_failure_keeps_body_status_id_and_headers() {
    let body = failed("rate_limit_error", "account limit");
    let error = error(ANTHROPIC, 429, &[("retry-after", "27")], &body);
    assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimit, Some(429)));
    assert_eq!((error.body(), error.request_id()), (Some(&*body), Some("req_1")));
    assert_eq!((error.code(), error.message()), (Some("rate_limit_error"), "account limit"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(27)));
    assert_eq!(error.headers(), [("retry-after".to_owned(), "27".to_owned())]);
}

#[test]
fn an_anthropic_failure_is_read_by_its_type() {
    let check = |status, r#type, kind| {
        let error = error(ANTHROPIC, status, &[], &failed(r#type, "no matter"));
        assert_eq!(error.kind(), kind, "{type}");
    };
    check(400, "invalid_request_error", ErrorKind::InvalidRequest);
    check(401, "authentication_error", ErrorKind::Auth);
    check(402, "billing_error", ErrorKind::Quota);
    check(403, "permission_error", ErrorKind::Auth);
    check(404, "not_found_error", ErrorKind::NotFound);
    check(413, "request_too_large", ErrorKind::ContextLength);
    check(429, "rate_limit_error", ErrorKind::RateLimit);
    check(500, "api_error", ErrorKind::Server);
    check(504, "timeout_error", ErrorKind::Timeout);
    check(529, "overloaded_error", ErrorKind::Overloaded);
}

#[test]
fn an_anthropic_limit_on_spending_does_not_pass_soon() {
    let body = r#"{"type":"error","error":{"type":"rate_limit_error","message":"limit","details":{"error_code":"enforced_spend_limit_reached"}}}"#;
    let error = error(ANTHROPIC, 429, &[], body);
    assert_eq!((error.kind(), error.recovery()), (ErrorKind::Quota, Recovery::Elsewhere));
}
