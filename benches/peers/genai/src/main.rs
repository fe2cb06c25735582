//! genai, whose types are made for many providers.

use std::process::ExitCode;

use futures_util::StreamExt;
use genai::adapter::AdapterKind;
use genai::chat::{ChatMessage, ChatOptions, ChatRequest, ChatStreamEvent};
use genai::resolver::{AuthData, Endpoint};
use genai::{Client, ModelIden, ServiceTarget};
use peer_work::{Conversation, KEY, MODEL, Peer, Result, Role, Told, Turn};

fn main() -> ExitCode {
    peer_work::main::<Genai>()
}

#[derive(Clone)]
struct Genai {
    client: Client,
    target: ServiceTarget,
    options: ChatOptions,
}

impl Peer for Genai {
    fn new(url: &str) -> Result<Self> {
        // Paths are joined to the URL, so it ends in a slash.
        let target = ServiceTarget {
            endpoint: Endpoint::from_owned(format!("{url}/")),
            auth: AuthData::from_single(KEY),
            model: ModelIden::new(AdapterKind::OpenAI, MODEL),
        };
        let options = ChatOptions::default().with_capture_usage(true);
        Ok(Self { client: Client::new()?, target, options })
    }

    async fn chat(&self, conversation: &Conversation) -> Result<Told> {
        let (target, request) = (self.target.clone(), request(conversation));
        let answer = self.client.exec_chat(target, request, Some(&self.options)).await?;
        let mut told = Told::default();
        told.text(answer.first_text().ok_or("no text")?);
        told.tokens(answer.usage.total_tokens.unwrap_or_default().unsigned_abs());
        Ok(told)
    }

    async fn stream(&self, conversation: &Conversation) -> Result<Told> {
        let (target, request) = (self.target.clone(), request(conversation));
        let answer = self.client.exec_chat_stream(target, request, Some(&self.options)).await?;
        let mut events = answer.stream;
        let mut told = Told::default();
        while let Some(event) = events.next().await {
            match event? {
                ChatStreamEvent::Chunk(chunk) => told.text(&chunk.content),
                ChatStreamEvent::End(end) => {
                    let total = end.captured_usage.and_then(|usage| usage.total_tokens);
                    told.tokens(total.unwrap_or_default().unsigned_abs());
                }
                _ => {}
            }
        }
        Ok(told)
    }
}

fn request(conversation: &Conversation) -> ChatRequest {
    ChatRequest::new(conversation.turns().map(message).collect())
}

fn message(turn: Turn<'_>) -> ChatMessage {
    match turn.role {
        Role::System => ChatMessage::system(turn.text),
        Role::User => ChatMessage::user(turn.text),
        Role::Assistant => ChatMessage::assistant(turn.text),
    }
}
