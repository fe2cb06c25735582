//! What a request says, one line for each thing, read without our own decoders.

use nohop_tests::hosts::Host;
use nohop_wire::dialect::{Anthropic, Gemini, OpenAiChat, OpenAiResponses};
use serde_json::Value;

/// What the conversation in `body` says beside thinking and media: who says which text, which calls
/// and results there are, and which tools are offered.
pub(super) fn words(host: &dyn Host, body: &Value) -> Vec<String> {
    let name = host.dialect().name();
    let mut words = Vec::new();
    match name {
        Anthropic::NAME => content("system", &body["system"], &mut words),
        OpenAiResponses::NAME => content("system", &body["instructions"], &mut words),
        Gemini::NAME => {
            for key in ["systemInstruction", "system_instruction"] {
                content("system", &body[key]["parts"], &mut words);
            }
        }
        _ => (),
    }
    words.extend(facts(host, body));
    let told =
        |word: &String| !["thinking", "sealed", "nothing"].iter().any(|no| word.starts_with(no));
    words.retain(|word| told(word) && !word.contains(" {\""));
    for word in &mut words {
        // A signature is as good as thinking, and a developer is the application too.
        if let Some((said, _)) = word.split_once(" signed ") {
            *word = said.to_owned();
        }
        *word = word.replacen("developer ", "system ", 1);
    }
    words.extend(tools(&body["tools"]));
    words
}

/// The types of tools that are functions, where they have one; others are the provider's own.
const FUNCTION: [&str; 2] = ["function", "custom"];

/// The names and the descriptions of the functions that are offered.
fn tools(list: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for tool in each(list) {
        let declared = each(&tool["functionDeclarations"]);
        let mut declared: Vec<&Value> =
            declared.chain(each(&tool["function_declarations"])).collect();
        declared.push(&tool["function"]);
        declared.push(tool);
        let function = |tool: &&Value| {
            let own = tool["type"].as_str().is_some_and(|r#type| !FUNCTION.contains(&r#type));
            tool["name"].is_string() && !own
        };
        let functions = declared.into_iter().filter(function);
        names.extend(functions.map(|f| format!("tool {} {}", f["name"], f["description"])));
    }
    names
}

/// What the conversation in `body` says, in order; texts that follow each other are one.
pub(super) fn facts(host: &dyn Host, body: &Value) -> Vec<String> {
    let mut facts = Vec::new();
    let list = |key: &str| body[key].as_array().cloned().unwrap_or_default();
    match host.dialect().name() {
        OpenAiChat::NAME => list("messages").iter().for_each(|turn| chat(turn, &mut facts)),
        Anthropic::NAME => list("messages").iter().for_each(|turn| anthropic(turn, &mut facts)),
        OpenAiResponses::NAME => match &body["input"] {
            Value::String(text) => facts.push(format!("user {text}")),
            _ => list("input").iter().for_each(|item| responses(item, &mut facts)),
        },
        Gemini::NAME => list("contents").iter().for_each(|turn| gemini(turn, &mut facts)),
        other => panic!("no requests of {other} can be read yet"),
    }
    let mut joined: Vec<String> = Vec::new();
    for fact in facts {
        match (joined.last_mut(), fact.strip_prefix("assistant ")) {
            (Some(last), Some(text)) if last.starts_with("assistant ") => last.push_str(text),
            _ => joined.push(fact),
        }
    }
    joined
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Arguments, whether they are told as an object or as its text.
fn arguments(value: &Value) -> Value {
    match value.as_str() {
        None => value.clone(),
        Some("") => serde_json::json!({}),
        Some(text) => serde_json::from_str(text).unwrap(),
    }
}

fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn thinking(text: &str, proof: &Value) -> String {
    match proof.as_str() {
        None => format!("thinking {text:?}"),
        Some(proof) => format!("thinking {text:?} proven {proof}"),
    }
}

/// Content that is a string or a list of parts.
fn content(role: &str, value: &Value, facts: &mut Vec<String>) {
    match value {
        Value::Null => (),
        Value::String(text) if text.is_empty() => (),
        Value::String(text) => facts.push(format!("{role} {text}")),
        _ => facts.extend(each(value).map(|part| match part["text"].as_str() {
            Some(text) => format!("{role} {text}"),
            None if part["refusal"].is_string() => format!("refusal {}", part["refusal"]),
            None => format!("{role} {part}"),
        })),
    }
}

fn chat(turn: &Value, facts: &mut Vec<String>) {
    let role = text(&turn["role"]);
    if role == "tool" {
        let id = text(&turn["tool_call_id"]);
        return content(&format!("result {id}:"), &turn["content"], facts);
    }
    let details = &turn["reasoning_details"];
    let said = ["reasoning_content", "reasoning"].iter().find_map(|key| turn[key].as_str());
    if let Some(said) = said.filter(|_| details.is_null()) {
        facts.push(thinking(said, &Value::Null));
    }
    for detail in each(details) {
        let said = detail["text"].as_str().or(detail["summary"].as_str());
        facts.push(match detail["data"].as_str() {
            Some(data) => format!("sealed {data} {} {}", detail["id"], detail["format"]),
            None => {
                let said = thinking(said.unwrap_or_default(), &detail["signature"]);
                format!("{said} {}", detail["format"])
            }
        });
    }
    content(role, &turn["content"], facts);
    if let Some(refusal) = turn["refusal"].as_str() {
        facts.push(format!("refusal {refusal:?}"));
    }
    for call in each(&turn["tool_calls"]) {
        let function = &call["function"];
        let (name, said) = (text(&function["name"]), arguments(&function["arguments"]));
        facts.push(format!("call {}: {name} {said}", text(&call["id"])));
    }
}

fn anthropic(turn: &Value, facts: &mut Vec<String>) {
    let role = text(&turn["role"]);
    let Some(blocks) = turn["content"].as_array() else {
        return content(role, &turn["content"], facts);
    };
    for block in blocks {
        match text(&block["type"]) {
            "thinking" => facts.push(thinking(text(&block["thinking"]), &block["signature"])),
            "redacted_thinking" => facts.push(format!("sealed {}", text(&block["data"]))),
            "tool_use" => {
                let (id, name) = (text(&block["id"]), text(&block["name"]));
                facts.push(format!("call {id}: {name} {}", arguments(&block["input"])));
            }
            "tool_result" => {
                let id = text(&block["tool_use_id"]);
                content(&format!("result {id}:"), &block["content"], facts);
            }
            _ => content(role, &Value::Array(vec![block.clone()]), facts),
        }
    }
}

fn responses(item: &Value, facts: &mut Vec<String>) {
    match text(&item["type"]) {
        "reasoning" => {
            let said = |key: &str| -> Vec<String> {
                each(&item[key]).map(|part| text(&part["text"]).to_owned()).collect()
            };
            let (summary, full) = (said("summary"), said("content"));
            let (id, proof) = (&item["id"], text(&item["encrypted_content"]));
            facts.push(format!("thinking {summary:?} {full:?} {id} sealed {proof}"));
        }
        "function_call" => {
            let (id, name) = (text(&item["call_id"]), text(&item["name"]));
            facts.push(format!("call {id}: {name} {}", arguments(&item["arguments"])));
        }
        "function_call_output" => {
            content(&format!("result {}:", text(&item["call_id"])), &item["output"], facts);
        }
        _ => content(text(&item["role"]), &item["content"], facts),
    }
}

fn gemini(turn: &Value, facts: &mut Vec<String>) {
    let role = if turn["role"] == "model" { "assistant" } else { "user" };
    for part in each(&turn["parts"]) {
        let signed = part["thoughtSignature"].as_str().map(|proof| format!(" signed {proof}"));
        let signed = signed.unwrap_or_default();
        if let Some(said) = part["text"].as_str() {
            facts.push(match (part["thought"] == true, said.is_empty()) {
                (true, _) => format!("thinking {said:?}{signed}"),
                (false, true) => format!("nothing{signed}"),
                (false, false) if signed.is_empty() => format!("{role} {said}"),
                (false, false) => format!("text {said:?}{signed}"),
            });
        } else if let Some(call) = one(part, "functionCall", "function_call") {
            let id = call.get("id").map_or("", text);
            let (name, said) = (text(&call["name"]), call.get("args").cloned());
            let said = said.unwrap_or_else(|| serde_json::json!({}));
            facts.push(format!("call {id}: {name} {said}{signed}"));
        } else if let Some(result) = one(part, "functionResponse", "function_response") {
            let id = result.get("id").map_or("", text);
            let said = &result["response"];
            let text = said["output"].as_str().or(said["error"].as_str());
            let said = text.map_or_else(|| said.to_string(), str::to_owned);
            facts.push(format!("result {id}: {said}"));
        } else {
            facts.push(format!("{role} {part}"));
        }
    }
}

/// The object under either of its names.
fn one<'a>(
    part: &'a Value,
    camel: &str,
    snake: &str,
) -> Option<&'a serde_json::Map<String, Value>> {
    part[camel].as_object().or_else(|| part[snake].as_object())
}
