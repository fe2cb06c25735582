use super::*;

fn shown(error: &Error) -> String {
    format!("{error} {error:?} {:?}", error.source().map(ToString::to_string))
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
