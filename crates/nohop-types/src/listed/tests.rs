use serde_json::json;

use super::*;

#[test]
fn a_listed_model_says_only_what_is_known() {
    assert_eq!(serde_json::to_value(Listed::new("m")).unwrap(), json!({ "id": "m" }));
}

#[test]
fn a_listed_model_survives_its_text() {
    let mut listed = Listed::new("m");
    (listed.context, listed.output) = (Some(8_192), Some(1_024));
    listed.inputs = vec![Modality::Text, Modality::Image];
    listed.rates = vec![Rate::new(Unit::Input, Money::cents_per_million(15))];
    let text = json!({
        "id": "m",
        "context": 8192,
        "output": 1024,
        "inputs": ["text", "image"],
        "rates": [{ "unit": "input", "price": "0.00000015" }],
    });
    assert_eq!(serde_json::to_value(&listed).unwrap(), text);
    assert_eq!(serde_json::from_value::<Listed>(text).unwrap(), listed);
    assert_eq!(listed.rate(&Unit::Input), Some(Money::cents_per_million(15)));
    assert_eq!(listed.rate(&Unit::Output), None);
}
