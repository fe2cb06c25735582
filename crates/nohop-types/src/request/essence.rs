//! What of a request decides its answer.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::Request;

impl Request {
    /// What decides the answer, as JSON: two requests with the same essence ask for the same.
    ///
    /// The order of properties does not matter, nor does what is said about the request: who it is billed to, which
    /// conversation it belongs to, how soon it is served, what is worth caching. Its key and its headers are not in it,
    /// for they are secrets: whoever goes by the essence adds what of them it needs.
    pub fn essence(&self) -> String {
        // Every field stands here: one that is new has to say on which side it is.
        let Self {
            model,
            messages,
            tools,
            tool_choice,
            parallel,
            output,
            sampling,
            max_tokens,
            thinking,
            modalities,
            prediction,
            verbosity,
            preferences,
            user,
            extra,
            tier: _,
            priority: _,
            cache: _,
            session: _,
            metadata: _,
            tags: _,
            key: _,
            headers: _,
        } = self;
        let mut essence = Map::new();
        let mut put = |name: &str, value: Value| essence.insert(name.to_owned(), value);
        put("model", json(model));
        put("messages", json(messages));
        put("tools", json(tools));
        put("tool_choice", json(tool_choice));
        put("parallel", json(parallel));
        put("output", json(output));
        put("sampling", json(sampling));
        put("max_tokens", json(max_tokens));
        put("thinking", json(thinking));
        put("modalities", json(modalities));
        put("prediction", json(prediction));
        put("verbosity", json(verbosity));
        put("preferences", json(preferences));
        put("user", json(user));
        put("extra", json(extra));
        let mut text = String::new();
        write(&Value::Object(essence), &mut text);
        text
    }
}

fn json(value: &impl Serialize) -> Value {
    // Nothing in a request can fail to be written: every key is a string.
    serde_json::to_value(value).unwrap_or_default()
}

/// Writes `value` with its properties in the order of their names, whatever order the map of this build keeps.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(map) => {
            let mut properties: Vec<_> = map.iter().collect();
            properties.sort_unstable_by_key(|(name, _)| *name);
            text.push('{');
            for (place, (name, value)) in properties.into_iter().enumerate() {
                text.push_str(if place > 0 { "," } else { "" });
                write(&Value::from(name.as_str()), text);
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
        Value::Array(list) => {
            text.push('[');
            for (place, value) in list.iter().enumerate() {
                text.push_str(if place > 0 { "," } else { "" });
                write(value, text);
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests;
