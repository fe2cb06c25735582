use super::*;

fn shown(error: &Error) -> String {
    format!("{error} {error:?} {error:#?} {:?}", error.source().map(ToString::to_string))
}

#[test]
fn a_secret_is_removed_wherever_it_stands() {
    let secret = "sk-a/b+c\"d=é";
    let json = serde_json::to_string(secret).unwrap();
    let error = Error::new(ErrorKind::Auth, format!("bad key {secret}"))
        .with_body(format!("{{\"key\":{json}}} sk-a%2Fb%2Bc%22d%3D%C3%A9").as_bytes())
        .with_headers(vec![("location".into(), format!("/?key={secret}"))])
        .with_source(format!("sent {secret}"))
        .with_earlier(vec![Error::new(ErrorKind::Auth, secret)])
        .redact(secret);
    assert!(!shown(&error).contains("sk-a"), "{}", shown(&error));
    assert!(shown(&error).contains("[redacted]"));
}

#[test]
fn a_body_is_kept_up_to_its_bound() {
    let error = Error::new(ErrorKind::Server, "").with_body(&[b'x'; Error::MOST_BODY + 1]);
    assert_eq!(error.body().map(str::len), Some(Error::MOST_BODY));
}

#[test]
fn kind_and_scope_decide_what_may_be_done() {
    let check = |error: Error, recovery| assert_eq!(error.recovery(), recovery, "{error}");
    check(Error::new(ErrorKind::InvalidRequest, ""), Recovery::Abort);
    check(Error::new(ErrorKind::RateLimit, ""), Recovery::Retry);
    check(Error::new(ErrorKind::Quota, ""), Recovery::Elsewhere);
    check(Error::new(ErrorKind::ContextLength, ""), Recovery::Elsewhere);
    check(Error::new(ErrorKind::Server, "").with_scope(Scope::Request), Recovery::Abort);
}

#[test]
fn an_error_is_one_word_wide() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}

#[test]
fn half_a_secret_at_the_end_of_a_cut_body_is_removed_too() {
    let secret = "sk-0123456789abcdef";
    for length in 4..secret.len() {
        let pad = "y".repeat(Error::MOST_BODY - length);
        let error =
            Error::new(ErrorKind::Server, "no").with_body(format!("{pad}{secret}").as_bytes());
        let body = error.redact(secret).body().unwrap().to_owned();
        assert!(body.ends_with("y[redacted]"), "{length}: {}", &body[body.len() - 40..]);
    }
    let whole = Error::new(ErrorKind::Server, "no").with_body(b"it ends in sk-01");
    assert_eq!(whole.redact(secret).body(), Some("it ends in sk-01"));
}

#[test]
fn a_main_that_returns_an_error_shows_its_sentence_and_its_trace() {
    let error = Error::new(ErrorKind::Overloaded, "try later").with_target("gpt@one");
    assert_eq!(format!("{error:?}"), "gpt@one: overloaded: try later");
    assert!(format!("{error:#?}").contains("retry_after: None"), "{error:#?}");
    let trace = Trace::new("1", "fast");
    let shown = format!("{:?}", error.with_trace(trace.clone()));
    assert_eq!(shown, format!("gpt@one: overloaded: try later\n\n{trace}"));
}
