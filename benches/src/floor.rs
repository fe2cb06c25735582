//! The least that the same JSON costs: structs made for one request or one answer, and nothing else.
//!
//! They know no provider's departures, keep no unknown fields and note no losses. What the dialects
//! cost beyond them is the price of those.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::bodies::{MODEL, MOST_TOKENS, QUESTION, SYSTEM, TURNS, turn};

/// A request for Chat Completions.
#[derive(Debug, Serialize)]
pub struct OpenAiRequest {
    model: &'static str,
    messages: Vec<Message>,
    stream: bool,
    stream_options: StreamOptions,
}

/// A request for Messages.
#[derive(Debug, Serialize)]
pub struct AnthropicRequest {
    model: &'static str,
    max_tokens: u64,
    system: &'static str,
    messages: Vec<Message>,
    stream: bool,
}

#[derive(Debug, Serialize)]
struct Message {
    role: &'static str,
    content: String,
}

#[derive(Debug, Serialize)]
struct StreamOptions {
    include_usage: bool,
}

impl OpenAiRequest {
    /// The conversation of [`crate::bodies::conversation`].
    pub fn conversation() -> Self {
        let system = Message { role: "system", content: SYSTEM.to_owned() };
        Self {
            model: MODEL,
            messages: std::iter::once(system).chain(turns()).collect(),
            stream: true,
            stream_options: StreamOptions { include_usage: true },
        }
    }
}

impl AnthropicRequest {
    /// The conversation of [`crate::bodies::capped_conversation`].
    pub fn conversation() -> Self {
        Self {
            model: MODEL,
            max_tokens: MOST_TOKENS,
            system: SYSTEM,
            messages: turns().collect(),
            stream: true,
        }
    }
}

fn turns() -> impl Iterator<Item = Message> {
    let role = |place| if place % 2 == 0 { "user" } else { "assistant" };
    let told = (0..TURNS).map(move |place| Message { role: role(place), content: turn(place) });
    told.chain([Message { role: "user", content: QUESTION.to_owned() }])
}

/// What changes from chunk to chunk, borrowed from it.
#[derive(Debug, Deserialize)]
pub struct Chunk<'a> {
    #[serde(borrow)]
    choices: Vec<Choice<'a>>,
    usage: Option<Usage>,
}

#[derive(Debug, Deserialize)]
struct Choice<'a> {
    index: u32,
    #[serde(borrow)]
    delta: Delta<'a>,
    #[serde(borrow)]
    finish_reason: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
struct Delta<'a> {
    #[serde(borrow)]
    content: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

impl Chunk<'_> {
    /// A number that depends on every field, so that none is read in vain.
    pub fn sum(&self) -> u64 {
        let choice = |choice: &Choice<'_>| {
            let text = choice.delta.content.as_ref().map_or(0, |text| text.len());
            u64::from(choice.index)
                + (text + choice.finish_reason.as_ref().map_or(0, |reason| reason.len())) as u64
        };
        let usage = self.usage.as_ref();
        let usage = usage.map_or(0, |u| u.prompt_tokens + u.completion_tokens + u.total_tokens);
        self.choices.iter().map(choice).sum::<u64>() + usage
    }
}

/// A whole answer of Chat Completions, as a caller who wants its text and its counts would have it.
#[derive(Debug, Deserialize)]
pub struct OpenAiAnswer {
    id: String,
    model: String,
    choices: Vec<WholeChoice>,
    usage: Usage,
}

#[derive(Debug, Deserialize)]
struct WholeChoice {
    index: u32,
    message: Said,
    finish_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Said {
    role: String,
    content: Option<String>,
}

/// The same of Messages.
#[derive(Debug, Deserialize)]
pub struct AnthropicAnswer {
    id: String,
    model: String,
    content: Vec<TextBlock>,
    stop_reason: Option<String>,
    usage: AnthropicUsage,
}

#[derive(Debug, Deserialize)]
struct TextBlock {
    text: String,
}

#[derive(Debug, Deserialize)]
struct AnthropicUsage {
    input_tokens: u64,
    output_tokens: u64,
}

impl OpenAiAnswer {
    /// A number that depends on every field, so that none is read in vain.
    pub fn sum(&self) -> u64 {
        let choice = |choice: &WholeChoice| {
            let WholeChoice { index, message: Said { role, content }, finish_reason } = choice;
            u64::from(*index) + length(content) + length(finish_reason) + role.len() as u64
        };
        let Usage { prompt_tokens, completion_tokens, total_tokens } = self.usage;
        let names = (self.id.len() + self.model.len()) as u64;
        let counts = prompt_tokens + completion_tokens + total_tokens;
        self.choices.iter().map(choice).sum::<u64>() + names + counts
    }
}

impl AnthropicAnswer {
    /// A number that depends on every field, so that none is read in vain.
    pub fn sum(&self) -> u64 {
        let text: usize = self.content.iter().map(|block| block.text.len()).sum();
        let words = (text + self.id.len() + self.model.len()) as u64 + length(&self.stop_reason);
        words + self.usage.input_tokens + self.usage.output_tokens
    }
}

fn length(text: &Option<String>) -> u64 {
    text.as_ref().map_or(0, String::len) as u64
}
