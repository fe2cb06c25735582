use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use nohop_types::Usage;
use serde_json::Value;

/// What one call is answered with, when nothing goes wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) parts: Vec<Part>,
    pub(crate) usage: Option<(u64, u64)>,
    pub(crate) cached: u64,
    pub(crate) reasoned: Option<u64>,
    pub(crate) finish: Option<String>,
}

/// One part of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Text(String),
    Thinking(String),
    Refusal(String),
    Call {
        name: String,
        arguments: String,
    },
    /// A PNG.
    Picture(Bytes),
    /// A sound, and what is said in it.
    Sound {
        bytes: Bytes,
        said: String,
    },
}

/// What an answer states to have consumed: `cached` of `input`, `reasoned` of `output`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tokens {
    pub(crate) input: u64,
    pub(crate) cached: u64,
    pub(crate) output: u64,
    pub(crate) reasoned: u64,
}

impl Answer {
    /// The text a caller reads.
    pub(crate) fn text(&self) -> String {
        let text = |part: &Part| match part {
            Part::Text(text) | Part::Refusal(text) => Some(text.clone()),
            _ => None,
        };
        self.parts.iter().filter_map(text).collect()
    }

    pub(crate) fn has_calls(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Call { .. }))
    }

    pub(crate) fn has_thinking(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Thinking(_)))
    }

    /// What it states to have consumed, for a prompt of that many tokens.
    pub(crate) fn tokens(&self, prompt: u64) -> Tokens {
        let count = |wanted: fn(&Part) -> Option<&str>| -> u64 {
            self.parts.iter().filter_map(wanted).map(|text| words(text).len() as u64).sum()
        };
        let thought = count(|part| match part {
            Part::Thinking(text) => Some(text),
            _ => None,
        });
        let spoken = count(|part| match part {
            Part::Text(text) | Part::Refusal(text) | Part::Call { arguments: text, .. } => {
                Some(text)
            }
            Part::Sound { said, .. } => Some(said),
            Part::Thinking(_) | Part::Picture(_) => None,
        });
        let (input, output) = self.usage.unwrap_or((prompt, spoken + thought));
        let reasoned = self.reasoned.unwrap_or(thought).min(output);
        Tokens { input, cached: self.cached.min(input), output, reasoned }
    }
}

impl Tokens {
    /// The same in the vocabulary, whose kinds are disjoint. What no dialect states is unknown.
    pub(crate) fn usage(self) -> Usage {
        let mut usage = Usage::default();
        usage.input = Some(self.input - self.cached);
        usage.cache_read = Some(self.cached);
        usage.output = Some(self.output - self.reasoned);
        usage.reasoning = Some(self.reasoned);
        usage
    }
}

/// Where the dialects keep what the model reads.
const PROMPT: [&str; 8] = [
    "system",
    "messages",
    "tools",
    "toolConfig",
    "instructions",
    "input",
    "systemInstruction",
    "contents",
];

/// The tokens of a prompt, at four bytes each.
pub(crate) fn prompt(body: &Value) -> u64 {
    let bytes: usize = PROMPT.iter().map(|key| length(&body[*key])).sum();
    (bytes as u64).div_ceil(4)
}

fn length(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(length).sum(),
        Value::Object(fields) => fields.values().map(length).sum(),
        _ => 0,
    }
}

/// Bytes as dialects write them.
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A sound in two pieces, as dialects write them.
pub(crate) fn halves(bytes: &[u8]) -> [String; 2] {
    let (first, second) = bytes.split_at(bytes.len() / 2);
    [base64(first), base64(second)]
}

/// A text in pieces of so many words.
pub(crate) fn pieces(text: &str, words_each: usize) -> Vec<String> {
    words(text).chunks(words_each).map(<[&str]>::concat).collect()
}

/// A text's words, each with the white space before it.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut from, mut in_word) = (0, false);
    for (at, c) in text.char_indices() {
        if c.is_whitespace() && in_word {
            words.push(&text[from..at]);
            from = at;
        }
        in_word = !c.is_whitespace();
    }
    if from < text.len() {
        words.push(&text[from..]);
    }
    words
}

/// Arguments in pieces, which cut where they please.
pub(crate) fn fragments(arguments: &str, words_each: usize) -> Vec<String> {
    let characters: Vec<char> = arguments.chars().collect();
    characters.chunks(4 * words_each).map(|piece| piece.iter().collect()).collect()
}

#[cfg(test)]
mod tests;
