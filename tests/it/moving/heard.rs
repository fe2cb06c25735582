//! What a request says, read without any of our own code.

use serde_json::{Map, Value, json};

/// What a conversation says, as it reached a provider.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// What was said, and whether by the model.
    pub(super) texts: Vec<(bool, String)>,
    /// Calls and answers to them, in order.
    pub(super) tools: Vec<Heed>,
    /// What the model thought.
    pub(super) thoughts: Vec<String>,
}

#[derive(Debug)]
pub(super) enum Heed {
    Call { id: String, name: String, arguments: Value },
    Result { id: String, name: String, text: String, failed: bool },
}

impl Heard {
    /// Adds a text. One of white space says nothing.
    pub(super) fn text(&mut self, by_model: bool, text: &str) {
        if !text.trim().is_empty() {
            self.texts.push((by_model, text.to_owned()));
        }
    }

    /// Who said what, but for `these`: `>` is the model, and `<` everybody else.
    pub(super) fn said_but(&self, these: &[&str]) -> String {
        let (mut said, mut last) = (String::new(), None);
        for (by_model, text) in self.texts.iter().filter(|(_, text)| !these.contains(&&**text)) {
            if last.replace(by_model) != Some(by_model) {
                said.push(if *by_model { '>' } else { '<' });
            }
            said += text;
        }
        said
    }

    fn call(&mut self, id: &Value, name: &Value, arguments: Value) {
        let (id, name) = (text(id), text(name));
        self.tools.push(Heed::Call { id, name, arguments });
    }

    fn result(&mut self, id: &Value, name: &Value, said: &str, failed: bool) {
        let (id, name, text) = (text(id), text(name), said.to_owned());
        self.tools.push(Heed::Result { id, name, text, failed });
    }

    /// A content that is a text or a list of parts.
    fn content(&mut self, by_model: bool, content: &Value) {
        if let Some(text) = content.as_str() {
            self.text(by_model, text);
        }
        for part in each(content) {
            for key in ["text", "refusal"] {
                self.text(by_model, part[key].as_str().unwrap_or_default());
            }
            match &part["thinking"] {
                Value::String(thought) => self.thoughts.push(thought.clone()),
                pieces => self.thoughts.extend(each(pieces).map(|piece| text(&piece["text"]))),
            }
        }
    }
}

/// The turns of OpenAI's chat completions.
pub(super) fn chat(body: &Value) -> Heard {
    let mut heard = Heard::default();
    for turn in each(&body["messages"]) {
        let is_model = turn["role"] == "assistant";
        if turn["role"] == "tool" {
            let said = joined(&turn["content"]);
            heard.result(&turn["tool_call_id"], &turn["name"], &said, false);
            continue;
        }
        let thought = turn["reasoning_content"].as_str().filter(|thought| !thought.is_empty());
        heard.thoughts.extend(thought.map(str::to_owned));
        heard.content(is_model, &turn["content"]);
        heard.text(is_model, turn["refusal"].as_str().unwrap_or_default());
        for call in each(&turn["tool_calls"]) {
            let function = &call["function"];
            heard.call(&call["id"], &function["name"], spelled(&function["arguments"]));
        }
    }
    heard
}

pub(super) fn cohere(body: &Value) -> Heard {
    let mut heard = chat(body);
    let plans = each(&body["messages"]).filter_map(|turn| turn["tool_plan"].as_str());
    heard.thoughts.extend(plans.map(str::to_owned));
    heard
}

pub(super) fn responses(body: &Value) -> Heard {
    let mut heard = Heard::default();
    heard.content(false, &body["instructions"]);
    heard.content(false, if body["input"].is_string() { &body["input"] } else { &Value::Null });
    for item in each(&body["input"]) {
        match item["type"].as_str() {
            Some("function_call") => {
                heard.call(&item["call_id"], &item["name"], spelled(&item["arguments"]));
            }
            Some("function_call_output") => {
                let said = joined(&item["output"]);
                heard.result(&item["call_id"], &Value::Null, &said, false);
            }
            Some("reasoning") => {
                heard.thoughts.extend(each(&item["summary"]).map(|part| text(&part["text"])));
            }
            _ => heard.content(item["role"] == "assistant", &item["content"]),
        }
    }
    heard
}

pub(super) fn anthropic(body: &Value) -> Heard {
    let mut heard = Heard::default();
    heard.content(false, &body["system"]);
    for turn in each(&body["messages"]) {
        let is_model = turn["role"] == "assistant";
        if turn["content"].is_string() {
            heard.content(is_model, &turn["content"]);
        }
        for block in each(&turn["content"]) {
            match block["type"].as_str() {
                Some("tool_use") => {
                    heard.call(&block["id"], &block["name"], block["input"].clone())
                }
                Some("tool_result") => {
                    let said = joined(&block["content"]);
                    let failed = block["is_error"] == true;
                    heard.result(&block["tool_use_id"], &Value::Null, &said, failed);
                }
                _ => heard.content(is_model, &Value::Array(vec![block.clone()])),
            }
        }
    }
    heard
}

pub(super) fn gemini(body: &Value) -> Heard {
    let mut heard = Heard::default();
    heard.content(false, &body["systemInstruction"]["parts"]);
    for turn in each(&body["contents"]) {
        let is_model = turn["role"] == "model";
        for part in each(&turn["parts"]) {
            if let Some(call) = part.get("functionCall") {
                let arguments = call.get("args").cloned().unwrap_or_else(|| json!({}));
                heard.call(&call["id"], &call["name"], arguments);
            } else if let Some(result) = part.get("functionResponse") {
                let said = answered(result["response"].as_object().unwrap());
                let failed = result["response"].get("error").is_some();
                heard.result(&result["id"], &result["name"], &said, failed);
            } else if part["thought"] == true {
                heard.thoughts.push(text(&part["text"]));
            } else {
                heard.text(is_model, part["text"].as_str().unwrap_or_default());
            }
        }
    }
    heard
}

pub(super) fn converse(body: &Value) -> Heard {
    let mut heard = Heard::default();
    heard.content(false, &body["system"]);
    for turn in each(&body["messages"]) {
        for block in each(&turn["content"]) {
            if let Some(call) = block.get("toolUse") {
                heard.call(&call["toolUseId"], &call["name"], call["input"].clone());
            } else if let Some(result) = block.get("toolResult") {
                let (said, failed) = (joined(&result["content"]), result["status"] == "error");
                heard.result(&result["toolUseId"], &Value::Null, &said, failed);
            } else if let Some(thought) = block.get("reasoningContent") {
                heard.thoughts.push(text(&thought["reasoningText"]["text"]));
            } else {
                heard.text(turn["role"] == "assistant", block["text"].as_str().unwrap_or_default());
            }
        }
    }
    heard
}

/// What a tool answered, in an object: under the name for it, or as it stands.
fn answered(response: &Map<String, Value>) -> String {
    let said = ["output", "error"].iter().find_map(|key| response.get(*key)?.as_str());
    said.map_or_else(|| Value::Object(response.clone()).to_string(), str::to_owned)
}

/// The texts of a content, joined.
fn joined(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        parts => each(parts).filter_map(|part| part["text"].as_str()).collect(),
    }
}

fn spelled(arguments: &Value) -> Value {
    serde_json::from_str(arguments.as_str().unwrap()).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
