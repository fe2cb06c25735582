//! A gateway behind direct accounts: asked in its own words when they fail, and believed about its price.

use nohop::{Cost, Effort, ExtraScope, Json};
use nohop_testkit::Fault;
use serde_json::json;

use super::*;

/// An answer as OpenRouter gives it: who answered, and what it charges.
const ANSWER: &str = r#"{"id":"gen-1","provider":"Acme","model":"acme/m","object":"chat.completion","choices":[{"index":0,"finish_reason":"stop","native_finish_reason":"STOP","message":{"role":"assistant","content":"From afar.","reasoning":"Hm."}}],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"cost":0.000123}}"#;

#[tokio::test]
async fn openrouter_stands_behind_direct_accounts_in_its_own_words() {
    let direct = Emulator::openai().fault(Fault::Overloaded).start().await.unwrap();
    let gateway = Emulator::openai().fault(Fault::status(200, ANSWER)).start().await.unwrap();
    let behind = Endpoint::new(table::OPENROUTER).base_url(gateway.url() + "/v1").key("k");
    let router = Router::builder()
        .endpoint(openai("direct", &direct))
        .endpoint(behind)
        .route(Route::new("both", ["gpt-5@direct", "openai/gpt-5@openrouter"]))
        .build()
        .unwrap();
    let own = || ExtraScope::endpoint("openrouter");
    let provider = json!({"order": ["acme"], "allow_fallbacks": false, "sort": "price"});
    let request = hello()
        .effort(Effort::High)
        .extra(own(), "provider", Json::of(&provider).unwrap())
        .extra(own(), "models", Json::of(&["openai/gpt-5", "acme/m"]).unwrap());

    let response = router.send(request).await.unwrap();

    assert_eq!((&*response.text(), &*response.reasoning()), ("From afar.", "Hm."));
    let sent = gateway.journal().last().unwrap().json();
    assert_eq!((&sent["model"], &sent["provider"]), (&json!("openai/gpt-5"), &provider));
    assert_eq!(sent["models"], json!(["openai/gpt-5", "acme/m"]));
    assert_eq!(sent["reasoning"], json!({"effort": "high"}));
    let elsewhere = direct.journal().last().unwrap().json();
    assert!(elsewhere.get("provider").is_none() && elsewhere.get("models").is_none());
    assert_eq!(elsewhere["reasoning_effort"], "high");
    let charged = Money::cents_per_million(12_300);
    assert_eq!(response.cost, Some(Cost::provider(charged)));
}
