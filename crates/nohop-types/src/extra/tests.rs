use super::*;

fn check(scope: ExtraScope, dialect: &str, endpoint: &str, covered: bool) {
    let mut extras = Extras::new();
    extras.push(scope.clone(), "store", Json::new("true").unwrap());
    let found = extras.get(dialect, endpoint, "store").map(Json::as_str);
    assert_eq!(found, covered.then_some("true"), "{scope:?} for {dialect} at {endpoint}");
}

#[test]
fn an_entry_is_told_to_those_in_its_scope() {
    check(ExtraScope::Any, "d", "home", true);
    check(ExtraScope::Dialect("d".into()), "d", "home", true);
    check(ExtraScope::Dialect("d".into()), "other", "d", false);
    check(ExtraScope::Endpoint("home".into()), "d", "home", true);
    check(ExtraScope::Endpoint("home".into()), "home", "elsewhere", false);
}

#[test]
fn the_first_entry_in_scope_counts() {
    let mut extras = Extras::new();
    let mut push = |scope, value: &str| extras.push(scope, "k", Json::new(value).unwrap());
    push(ExtraScope::Endpoint("elsewhere".into()), "1");
    push(ExtraScope::Dialect("d".into()), "2");
    push(ExtraScope::Any, "3");
    assert_eq!(extras.get("d", "home", "k").map(Json::as_str), Some("2"));
    assert_eq!(extras.get("other", "home", "k").map(Json::as_str), Some("3"));
    assert_eq!(extras.get("d", "home", "K"), None);
}

#[test]
fn scopes_are_written_as_words() {
    let mut extras = Extras::new();
    extras.push(ExtraScope::Any, "a", Json::new("[ 1 ]").unwrap());
    extras.push(ExtraScope::Dialect("d".into()), "b.c", Json::new("1.0").unwrap());
    extras.push(ExtraScope::Endpoint("home".into()), "", Json::new("null").unwrap());
    let text = concat!(
        r#"[{"scope":"any","key":"a","value":[ 1 ]},"#,
        r#"{"scope":{"dialect":"d"},"key":"b.c","value":1.0},"#,
        r#"{"scope":{"endpoint":"home"},"key":"","value":null}]"#,
    );
    assert_eq!(serde_json::to_string(&extras).unwrap(), text);
    assert_eq!(serde_json::from_str::<Extras>(text).unwrap(), extras);
}
