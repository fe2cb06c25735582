//! What clients of each surface ask: the recorded requests of others, where they are at hand, and a
//! few of our own.

use nohop_tests::hosts::Host;
use nohop_wire::dialect::{Anthropic, Gemini, OpenAiChat, OpenAiResponses};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::sdk::shared;

/// Every conversation of clients of `surface`: the canonical ones as a client of that dialect sends
/// them, and those of the vendor's own SDK; `None` where they are not at hand.
pub(super) fn theirs(surface: &dyn Host) -> Option<Vec<(String, Value)>> {
    let (client, sdk) = match surface.dialect().name() {
        OpenAiChat::NAME => (None, "openai/chat"),
        Anthropic::NAME => (Some("anthropic"), "anthropic/messages"),
        OpenAiResponses::NAME => (Some("openai-responses"), "openai/responses"),
        Gemini::NAME => (Some("gemini"), "google/aistudio"),
        other => panic!("nobody is known to speak {other}"),
    };
    let mut found: Vec<(String, Value)> = match client {
        None => {
            let cases: Map<String, Value> =
                serde_json::from_str(&shared("oracle/cases.json")?).unwrap();
            cases.into_iter().collect()
        }
        Some(client) => sent("oracle/litellm.jsonl", client)?,
    };
    assert_eq!(found.len(), 60);
    let own = sent("oracle/sdk.jsonl", sdk)?;
    found.extend(own.into_iter().map(|(case, body)| (format!("sdk_{case}"), body)));
    Some(found)
}

/// A request as a client sent it.
#[derive(Deserialize)]
struct Sent {
    provider: String,
    case: String,
    url: String,
    body: Value,
}

fn sent(path: &str, provider: &str) -> Option<Vec<(String, Value)>> {
    let text = shared(path)?;
    let lines = text.lines().filter(|line| line.contains(provider));
    let read = lines.map(|line| serde_json::from_str::<Sent>(line).unwrap());
    // The same SDK also counts tokens, embeds and lists models at the same provider.
    let asks = |sent: &Sent| {
        let google = sent.url.contains("googleapis");
        sent.provider == provider && (!google || sent.url.contains("enerateContent"))
    };
    Some(read.filter(asks).map(|sent| (sent.case, sent.body)).collect())
}

/// A conversation of our own, as clients of `surface` hold it, for who has no others: two calls at
/// once, one of which failed, and a few wishes.
pub(super) fn ours(surface: &dyn Host) -> Value {
    let body = match surface.dialect().name() {
        OpenAiChat::NAME => CHAT,
        Anthropic::NAME => ANTHROPIC,
        OpenAiResponses::NAME => RESPONSES,
        Gemini::NAME => GEMINI,
        other => panic!("no conversation in {other} is written yet"),
    };
    serde_json::from_str(body).unwrap()
}

const CHAT: &str = r#"{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Here, and"},{"type":"text","text":"there?"}]},{"role":"assistant","content":"Both.","tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Paris\"}"}},{"id":"c2","type":"function","function":{"name":"time","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"21"},{"role":"tool","tool_call_id":"c2","content":"noon"},{"role":"user","content":"Thanks."}],"tools":[{"type":"function","function":{"name":"weather","description":"The weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},{"type":"function","function":{"name":"time","description":"The time","parameters":{"type":"object","properties":{}}}}],"tool_choice":"auto","temperature":0.5,"max_completion_tokens":64,"stop":["END"],"reasoning_effort":"low","seed":7}"#;

const ANTHROPIC: &str = r#"{"max_tokens":64,"system":"Be brief.","messages":[{"role":"user","content":[{"type":"text","text":"Here, and"},{"type":"text","text":"there?"}]},{"role":"assistant","content":[{"type":"text","text":"Both."},{"type":"tool_use","id":"c1","name":"weather","input":{"city":"Paris"}},{"type":"tool_use","id":"c2","name":"time","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"21"},{"type":"tool_result","tool_use_id":"c2","content":"late","is_error":true},{"type":"text","text":"Thanks."}]}],"tools":[{"name":"weather","description":"The weather","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}},{"name":"time","description":"The time","input_schema":{"type":"object","properties":{}}}],"tool_choice":{"type":"auto"},"top_k":4,"stop_sequences":["END"]}"#;

const RESPONSES: &str = r#"{"instructions":"Be brief.","input":[{"role":"user","content":[{"type":"input_text","text":"Here, and"},{"type":"input_text","text":"there?"}]},{"role":"assistant","content":[{"type":"output_text","text":"Both."}]},{"type":"function_call","call_id":"c1","name":"weather","arguments":"{\"city\":\"Paris\"}"},{"type":"function_call","call_id":"c2","name":"time","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"21"},{"type":"function_call_output","call_id":"c2","output":"noon"},{"role":"user","content":"Thanks."}],"tools":[{"type":"function","name":"weather","description":"The weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}},{"type":"function","name":"time","description":"The time","parameters":{"type":"object","properties":{}}}],"tool_choice":"auto","max_output_tokens":64,"temperature":0.5,"text":{"verbosity":"low"},"reasoning":{"effort":"low"}}"#;

const GEMINI: &str = r#"{"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"Here, and"},{"text":"there?"}]},{"role":"model","parts":[{"text":"Both."},{"functionCall":{"id":"c1","name":"weather","args":{"city":"Paris"}}},{"functionCall":{"id":"c2","name":"time","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"id":"c1","name":"weather","response":{"output":"21"}}},{"functionResponse":{"id":"c2","name":"time","response":{"output":"noon"}}}]},{"role":"user","parts":[{"text":"Thanks."}]}],"tools":[{"functionDeclarations":[{"name":"weather","description":"The weather","parametersJsonSchema":{"type":"object","properties":{"city":{"type":"string"}}}},{"name":"time","description":"The time","parametersJsonSchema":{"type":"object","properties":{}}}]}],"generationConfig":{"maxOutputTokens":64,"topK":4,"stopSequences":["END"],"thinkingConfig":{"thinkingLevel":"low"}}}"#;
