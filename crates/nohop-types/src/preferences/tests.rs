use std::time::Duration;

use serde_json::{Value, from_value, json, to_value};

use crate::*;

/// What is read of `theirs`, and that it is written as `ours`.
fn check(theirs: Value, expected: Preferences, ours: Value) {
    let read: Preferences = from_value(theirs).unwrap();
    assert_eq!(read, expected);
    assert_eq!(to_value(&read).unwrap(), ours);
}

fn refused(theirs: Value, why: &str) {
    let error = from_value::<Preferences>(theirs).unwrap_err().to_string();
    assert!(error.contains(why), "{error}");
}

#[test]
fn an_object_of_openrouters_is_read_as_it_is() {
    let theirs = json!({
        "order": ["anthropic", "google-vertex/us-east5"],
        "allow_fallbacks": false,
        "require_parameters": true,
        "data_collection": "deny",
        "zdr": true,
        "quantizations": ["fp8", "unknown"],
        "sort": "throughput",
        "max_price": { "prompt": "1", "completion": "2" },
    });
    let expected = Preferences {
        order: vec!["anthropic".into(), "google-vertex/us-east5".into()],
        allow_fallbacks: Some(false),
        require_parameters: Some(true),
        data_collection: Some(DataCollection::Deny),
        zdr: Some(true),
        quantizations: vec!["fp8".into(), "unknown".into()],
        sort: Some(SortBy::Throughput.into()),
        max_price: Some(MaxPrice {
            prompt: Some(Money::DOLLAR),
            completion: Some(Money::DOLLAR * 2),
            ..MaxPrice::default()
        }),
        ..Preferences::default()
    };
    let mut ours = theirs.clone();
    ours["max_price"] = json!({ "prompt": "1.00", "completion": "2.00" });
    check(theirs, expected, ours);
}

#[test]
fn money_is_a_number_or_a_text_and_exact() {
    let row = |most: Value| json!({ "max_price": { "prompt": most }, "max_cost": "0.1" });
    let expected = |atto| Preferences {
        max_price: Some(MaxPrice { prompt: Some(Money::from_atto(atto)), ..MaxPrice::default() }),
        max_cost: Some(Money::from_atto(100_000_000_000_000_000)),
        ..Preferences::default()
    };
    let ours = |text: &str| json!({ "max_price": { "prompt": text }, "max_cost": "0.10" });
    check(row(json!(0.3)), expected(300_000_000_000_000_000), ours("0.30"));
    check(row(json!("0.3")), expected(300_000_000_000_000_000), ours("0.30"));
    check(row(json!(3e-7)), expected(300_000_000_000), ours("0.0000003"));
    check(row(json!(0)), expected(0), ours("0.00"));
    refused(row(json!(-1)), "not an amount of dollars");
    refused(row(json!("a dollar")), "not an amount of dollars");
    refused(row(json!([1])), "dollars, as a number or a text");
}

#[test]
fn a_number_alone_is_the_cutoff_of_half_of_them() {
    let latency =
        |cutoffs| Preferences { preferred_max_latency: Some(cutoffs), ..Preferences::default() };
    let row = |theirs: Value| json!({ "preferred_max_latency": theirs });
    check(row(json!(3)), latency(3.0.into()), row(json!(3.0)));
    check(row(json!({ "p50": 3 })), latency(Cutoffs::p50(3.0)), row(json!(3.0)));
    check(
        row(json!({ "p90": 3, "p50": 1 })),
        latency(Cutoffs { p50: Some(1.0), ..Cutoffs::p90(3.0) }),
        row(json!({ "p50": 1.0, "p90": 3.0 })),
    );
    check(
        row(json!({ "p50": 3, "firmness": "hard" })),
        latency(Cutoffs::p50(3.0).hard()),
        row(json!({ "p50": 3.0, "firmness": "hard" })),
    );
    assert_eq!(Cutoffs::from(Duration::from_millis(1_500)), Cutoffs::p50(1.5));
    refused(row(json!({ "p95": 3 })), "`p95`");
    refused(row(json!("fast")), "an object of p50");
}

#[test]
fn a_sort_is_a_word_or_says_among_whom() {
    let sort = |sort| Preferences { sort: Some(sort), ..Preferences::default() };
    let row = |theirs: Value| json!({ "sort": theirs });
    check(row(json!("exacto")), sort(SortBy::Quality.into()), row(json!("exacto")));
    check(row(json!("quality")), sort(SortBy::Quality.into()), row(json!("exacto")));
    check(row(json!({ "by": "price" })), sort(SortBy::Price.into()), row(json!("price")));
    let across = json!({ "by": "latency", "partition": "none" });
    check(row(across.clone()), sort(SortBy::Latency.across()), row(across));
    refused(row(json!("cheapest")), "`cheapest`");
    refused(row(json!(1)), "price, throughput, latency or exacto");
}

#[test]
fn a_deadline_is_a_number_of_seconds() {
    let deadline =
        Preferences { deadline: Some(Duration::from_millis(2_500)), ..Preferences::default() };
    check(json!({ "deadline": 2.5 }), deadline, json!({ "deadline": 2.5 }));
    refused(json!({ "deadline": -1 }), "-1 seconds are no time");
}

#[test]
fn null_is_nothing_said() {
    let theirs = json!({
        "models": null, "order": null, "only": null, "ignore": null, "allow_fallbacks": null, "zdr": null,
        "quantizations": null, "sort": null, "max_price": null, "max_cost": null, "deadline": null,
    });
    check(theirs, Preferences::default(), json!({}));
}

#[test]
fn a_word_nobody_knows_is_refused_by_its_name() {
    refused(json!({ "odrer": ["openai"] }), "`odrer`");
    refused(json!({ "data_collection": "never" }), "`never`");
}

#[test]
fn builders_say_one_thing_each_and_add_up() {
    let request = Request::new("a/b").or("c/d").or("e/f").only(["openai"]).sort(SortBy::Price);
    let expected = json!({ "models": ["c/d", "e/f"], "only": ["openai"], "sort": "price" });
    assert_eq!(to_value(&request.preferences).unwrap(), expected);
    let request = request.max_cost(Money::DOLLAR).prefer(Preferences::default());
    assert_eq!(request.preferences, None);
    let request = EmbedRequest::new("a/b").only(["openai"]).max_cost(Money::DOLLAR);
    assert_eq!(
        to_value(&request.preferences).unwrap(),
        json!({ "only": ["openai"], "max_cost": "1.00" })
    );
}
