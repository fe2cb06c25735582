use super::*;

fn check(text: &str) {
    let json = Json::new(text).unwrap();
    assert_eq!(json.as_str(), text);
    let written = serde_json::to_string(&json).unwrap();
    assert_eq!(written, text);
    assert_eq!(serde_json::from_str::<Json>(&written).unwrap(), json);
    assert_eq!(format!("{json:?}"), text);
}

#[test]
fn json_is_kept_as_it_was_written() {
    check(r#"{"b": 1.0,  "a":1e3,"b":"\u00e9\/"}"#);
    check("[\n  0.10, -0, 1E400, 123456789012345678901234567890\n]");
    check("null");
    check("\"\"");
    check(&format!("{}{}", "[".repeat(500), "]".repeat(500)));
}

#[test]
fn space_around_json_is_no_part_of_it() {
    assert_eq!(Json::new(" {}\n").unwrap().as_str(), "{}");
}

#[test]
fn what_is_no_json_is_refused() {
    for text in ["", " ", "{", "nul", "{'a':1}", "1 2", "[1,]", "NaN", "\"\n\"", "\u{feff}1"] {
        let error = Json::new(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{text:?}");
        assert!(error.message().starts_with("the text is not JSON: "), "{error}");
    }
}

#[test]
fn spelling_tells_two_texts_apart() {
    let json = |text: &str| Json::new(text).unwrap();
    assert_ne!(json("1"), json("1.0"));
    assert_ne!(json(r#"{"a":1,"b":2}"#), json(r#"{"b":2,"a":1}"#));
}

#[test]
fn values_become_json() {
    assert_eq!(Json::of("é\"").unwrap().as_str(), r#""é\"""#);
    assert_eq!(Json::of(&Some(1.5)).unwrap().as_str(), "1.5");
    assert_eq!(Json::from(serde_json::json!({ "a": [null] })).as_str(), r#"{"a":[null]}"#);
    let keyed = std::collections::BTreeMap::from([((1, 2), 3)]);
    assert_eq!(Json::of(&keyed).unwrap_err().kind(), ErrorKind::InvalidRequest);
}

#[test]
fn json_that_says_nothing_is_empty() {
    for text in ["null", "\"\"", "[]", "{}"] {
        assert!(Json::new(text).unwrap().is_empty(), "{text}");
    }
    for text in ["0", "false", "[null]", "\" \""] {
        assert!(!Json::new(text).unwrap().is_empty(), "{text}");
    }
}
