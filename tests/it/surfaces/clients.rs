//! What a client of each surface does with an answer: it keeps the turn as its SDK does, says what
//! its tools answered, and asks again.

use http::HeaderMap;
use nohop_tests::hosts::Host;
use nohop_wire::dialect::{Anthropic, Gemini, OpenAiChat, OpenAiResponses};
use nohop_wire::{Mode, RequestHead};
use serde_json::{Map, Value, json};

/// The same request, for an answer in this `mode`.
pub(super) fn asked(host: &dyn Host, body: &Value, mode: Mode) -> (RequestHead, Value) {
    let mut body = body.clone();
    let streamed = mode == Mode::Stream;
    let path = match host.dialect().name() {
        Gemini::NAME if streamed => "/v1beta/models/m:streamGenerateContent?alt=sse",
        Gemini::NAME => "/v1beta/models/m:generateContent",
        name => {
            body["model"] = "m".into();
            body["stream"] = streamed.into();
            if name == OpenAiChat::NAME && streamed {
                // Who wants to know what was used has to say so.
                body["stream_options"] = json!({ "include_usage": true });
            }
            "/"
        }
    };
    (RequestHead::new(path, HeaderMap::new()), body)
}

/// The turns or items that a client keeps of an answer.
pub(super) fn kept(host: &dyn Host, mode: Mode, answer: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(answer).unwrap();
    let frames: Vec<Value> = match mode {
        Mode::Whole => vec![serde_json::from_str(text).unwrap()],
        Mode::Stream => {
            let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
            let data = data.filter(|data| *data != "[DONE]");
            data.map(|data| serde_json::from_str(data).unwrap()).collect()
        }
    };
    let whole = &frames[0];
    match (host.dialect().name(), mode) {
        (OpenAiChat::NAME, Mode::Whole) => vec![whole["choices"][0]["message"].clone()],
        (OpenAiChat::NAME, Mode::Stream) => vec![message(&frames)],
        (Anthropic::NAME, Mode::Whole) => {
            vec![json!({ "role": "assistant", "content": whole["content"] })]
        }
        (Anthropic::NAME, Mode::Stream) => {
            vec![json!({ "role": "assistant", "content": blocks(&frames) })]
        }
        (OpenAiResponses::NAME, Mode::Whole) => items(&whole["output"]),
        (OpenAiResponses::NAME, Mode::Stream) => {
            let done = |frame: &&Value| frame["type"] == "response.output_item.done";
            let told: Vec<Value> =
                frames.iter().filter(done).map(|frame| frame["item"].clone()).collect();
            let output = items(&frames.last().unwrap()["response"]["output"]);
            // Some clients keep what each event says, and others what the last one does.
            if frames.last().unwrap()["type"] == "response.completed" {
                assert_eq!(told, output);
            }
            output
        }
        // Each piece is kept as a turn of its own.
        (Gemini::NAME, _) => {
            frames.iter().map(|frame| frame["candidates"][0]["content"].clone()).collect()
        }
        (other, _) => panic!("no client of {other} is known yet"),
    }
}

fn items(list: &Value) -> Vec<Value> {
    list.as_array().unwrap().clone()
}

/// The message that the pieces of a stream add up to.
fn message(frames: &[Value]) -> Value {
    let mut message = json!({});
    for frame in frames {
        if let Some(delta) = frame["choices"][0]["delta"].as_object() {
            accumulate(message.as_object_mut().unwrap(), delta);
        }
    }
    message
}

/// Adds a piece as OpenAI's SDKs do: texts grow, and items of lists are found by their `index`.
fn accumulate(whole: &mut Map<String, Value>, delta: &Map<String, Value>) {
    for (key, piece) in delta {
        match (whole.get_mut(key), piece) {
            (None | Some(Value::Null), _) => drop(whole.insert(key.clone(), piece.clone())),
            (Some(known), _) if key == "index" || key == "type" => known.clone_from(piece),
            (Some(Value::String(known)), Value::String(piece)) => known.push_str(piece),
            (Some(Value::Object(known)), Value::Object(piece)) => accumulate(known, piece),
            (Some(Value::Array(known)), Value::Array(pieces)) => {
                for piece in pieces {
                    let index = usize::try_from(piece["index"].as_u64().unwrap()).unwrap();
                    match known.get_mut(index) {
                        Some(known) => {
                            accumulate(known.as_object_mut().unwrap(), piece.as_object().unwrap());
                        }
                        None => known.push(piece.clone()),
                    }
                }
            }
            _ => (),
        }
    }
}

/// The blocks that the events of a stream add up to, as Anthropic's SDKs do: a signature comes at once.
fn blocks(frames: &[Value]) -> Vec<Value> {
    let mut blocks: Vec<(Value, String)> = Vec::new();
    for frame in frames {
        let index = frame["index"].as_u64().map_or(0, |index| usize::try_from(index).unwrap());
        match frame["type"].as_str().unwrap() {
            "content_block_start" => {
                assert_eq!(index, blocks.len(), "blocks begin in their order");
                blocks.push((frame["content_block"].clone(), String::new()));
            }
            "content_block_delta" => {
                let ((block, arguments), delta) = (&mut blocks[index], &frame["delta"]);
                let grown = |key: &str| {
                    format!("{}{}", block[key].as_str().unwrap(), delta[key].as_str().unwrap())
                };
                match delta["type"].as_str().unwrap() {
                    "text_delta" => block["text"] = grown("text").into(),
                    "thinking_delta" => block["thinking"] = grown("thinking").into(),
                    "signature_delta" => block["signature"] = delta["signature"].clone(),
                    "input_json_delta" => *arguments += delta["partial_json"].as_str().unwrap(),
                    other => panic!("no client knows a {other}"),
                }
            }
            "content_block_stop" => {
                let (block, arguments) = &mut blocks[index];
                if !arguments.is_empty() {
                    block["input"] = serde_json::from_str(arguments).unwrap();
                }
            }
            _ => (),
        }
    }
    blocks.into_iter().map(|(block, _)| block).collect()
}

/// The turn that `turn` is in the words of a dialect, as one who speaks it natively keeps it.
pub(super) fn native(host: &dyn Host, turn: &Value) -> Vec<Value> {
    match host.dialect().name() {
        OpenAiChat::NAME => vec![turn.clone()],
        Anthropic::NAME => vec![json!({ "role": "assistant", "content": turn })],
        Gemini::NAME => vec![json!({ "role": "model", "parts": turn })],
        _ => items(turn),
    }
}

/// The conversation with an answer, and what the tools said to its calls: their ids and names.
pub(super) fn goes_on<'a>(
    host: &dyn Host,
    body: &Value,
    kept: Vec<Value>,
    calls: &'a [[String; 3]],
) -> Value {
    let mut body = body.clone();
    let done =
        |(place, call): (usize, &'a [String; 3])| (&call[0], &call[1], format!("done {place}"));
    let results = calls.iter().enumerate().map(done);
    let (key, turns): (_, Vec<Value>) = match host.dialect().name() {
        OpenAiChat::NAME => {
            let turn =
                |(id, _, text)| json!({ "role": "tool", "tool_call_id": id, "content": text });
            ("messages", results.map(turn).collect())
        }
        OpenAiResponses::NAME => {
            if let Some(text) = body["input"].as_str() {
                body["input"] = json!([{ "role": "user", "content": text }]);
            }
            let item = |(id, _, text)| json!({ "type": "function_call_output", "call_id": id, "output": text });
            ("input", results.map(item).collect())
        }
        Anthropic::NAME => {
            let block = |(id, _, text)| json!({ "type": "tool_result", "tool_use_id": id, "content": text });
            let blocks: Vec<Value> = results.map(block).collect();
            let turn = json!({ "role": "user", "content": blocks });
            ("messages", if calls.is_empty() { Vec::new() } else { vec![turn] })
        }
        _ => {
            let part = |(id, name, text): (&String, &String, String)| {
                // Who was told no id has none to tell.
                let id = (!id.is_empty()).then_some(id);
                json!({ "functionResponse": { "id": id, "name": name, "response": { "output": text } } })
            };
            let parts: Vec<Value> = results.map(part).collect();
            let turn = json!({ "role": "user", "parts": parts });
            ("contents", if calls.is_empty() { Vec::new() } else { vec![turn] })
        }
    };
    let list = body[key].as_array_mut().unwrap();
    list.extend(kept);
    list.extend(turns);
    if calls.is_empty() {
        list.push(match key {
            "contents" => json!({ "role": "user", "parts": [{ "text": "Go on." }] }),
            _ => json!({ "role": "user", "content": "Go on." }),
        });
    }
    body
}
