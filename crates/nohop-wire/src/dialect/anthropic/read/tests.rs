use nohop_types::Issuer;
use serde_json::{Value, json};

use super::*;
use crate::{Call, Dialect};

#[test]
fn a_null_stays_where_nothing_has_to_be_said() {
    for messages in [json!(null), json!([])] {
        let body = json!({ "model": null, "messages": messages, "max_tokens": 5, "tools": null });
        let incoming = request(&RequestHead::default(), &body.to_string()).unwrap();
        let issuer = Issuer::new(Anthropic::NAME, "e", "");
        let encoded = Anthropic::PLAIN.encode(&Call::new(&incoming.request, "", "/", &issuer));
        let written: Value = serde_json::from_slice(&encoded.unwrap().body).unwrap();
        assert_eq!(written, body);
    }
}
