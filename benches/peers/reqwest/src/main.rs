//! What a careful application writes itself: reqwest with its defaults, an event stream, and structs
//! for the fields it reads. The others are measured by it.

use std::process::ExitCode;

use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use peer_work::{Conversation, KEY, MODEL, Peer, Result, Told};
use reqwest::{Client, Response};
use serde::{Deserialize, Serialize};

fn main() -> ExitCode {
    peer_work::main::<Raw>()
}

#[derive(Clone)]
struct Raw {
    client: Client,
    url: String,
}

impl Peer for Raw {
    fn new(url: &str) -> Result<Self> {
        Ok(Self { client: Client::new(), url: format!("{url}/chat/completions") })
    }

    async fn chat(&self, conversation: &Conversation) -> Result<Told> {
        let answer: Answer = self.send(conversation, None).await?.json().await?;
        let mut told = Told::default();
        told.text(&answer.choices.first().ok_or("no choice")?.message.content);
        told.tokens(answer.usage.total_tokens);
        Ok(told)
    }

    async fn stream(&self, conversation: &Conversation) -> Result<Told> {
        let options = StreamOptions { include_usage: true };
        let response = self.send(conversation, Some(options)).await?;
        let mut events = response.bytes_stream().eventsource();
        let mut told = Told::default();
        while let Some(event) = events.next().await {
            let data = event?.data;
            if data == "[DONE]" {
                continue;
            }
            let chunk: Chunk = serde_json::from_str(&data)?;
            for choice in &chunk.choices {
                if let Some(text) = &choice.delta.content {
                    told.text(text);
                }
            }
            if let Some(usage) = chunk.usage {
                told.tokens(usage.total_tokens);
            }
        }
        Ok(told)
    }
}

impl Raw {
    async fn send(
        &self,
        conversation: &Conversation,
        stream_options: Option<StreamOptions>,
    ) -> Result<Response> {
        let turns = conversation.turns();
        let body = Body {
            model: MODEL,
            messages: turns.map(|t| Message { role: t.role.as_str(), content: t.text }).collect(),
            stream: stream_options.is_some(),
            stream_options,
        };
        let request = self.client.post(&self.url).bearer_auth(KEY).json(&body);
        Ok(request.send().await?.error_for_status()?)
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'a str,
    content: &'a str,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

// An application also wants to know who answered and why it ended, so those are read as well.
#[derive(Deserialize)]
struct Answer {
    #[allow(dead_code, reason = "reading it is the work")]
    id: String,
    #[allow(dead_code, reason = "reading it is the work")]
    model: String,
    choices: Vec<Choice>,
    usage: Usage,
}

#[derive(Deserialize)]
struct Choice {
    message: Text,
    #[allow(dead_code, reason = "reading it is the work")]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Text {
    content: String,
}

#[derive(Deserialize)]
struct Chunk {
    #[allow(dead_code, reason = "reading it is the work")]
    id: String,
    #[allow(dead_code, reason = "reading it is the work")]
    model: String,
    choices: Vec<Part>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Part {
    delta: Delta,
    #[allow(dead_code, reason = "reading it is the work")]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    #[allow(dead_code, reason = "reading it is the work")]
    prompt_tokens: u64,
    #[allow(dead_code, reason = "reading it is the work")]
    completion_tokens: u64,
    total_tokens: u64,
}
