use super::*;

const MINUTE: Duration = Duration::from_secs(60);

/// What is wrong with a quota must be said in these words.
fn check(quota: Quota, words: &str) {
    let error = quota.check().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains(words), "{error}");
}

#[test]
fn a_quota_that_admits_nobody_or_says_nothing_is_refused() {
    check(Quota::endpoint("e"), "the endpoint \"e\": it allows everything");
    check(Quota::all().requests(0, MINUTE), "everything: it would admit nobody");
    check(Quota::key("e", 1).running(0), "key 1 of \"e\": it would admit nobody");
    check(Quota::route("r").tokens(1, Duration::ZERO), "its window is of no length");
    check(Quota::target("m@e").money(Money::DOLLAR, Duration::MAX), "of more than a year");
    check(Quota::tag("").running(1), "no tag is called so");
}

#[test]
fn a_quota_that_says_something_is_right() {
    let quota = Quota::model("a/m").requests(1, MINUTE).requests(9, 60 * MINUTE).running(1);
    assert!(quota.check().is_ok());
    assert_eq!(quota.subject(), &Subject::Model("a/m".to_owned()));
    assert_eq!(quota.rates[0].to_string(), "1 requests in 60s");
}
