//! async-openai, whose types are one provider's.

use std::process::ExitCode;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::types::chat::{
    ChatCompletionRequestAssistantMessage, ChatCompletionRequestMessage,
    ChatCompletionRequestSystemMessage, ChatCompletionRequestUserMessage,
    ChatCompletionStreamOptions, CreateChatCompletionRequest, CreateChatCompletionRequestArgs,
};
use futures_util::StreamExt;
use peer_work::{Conversation, KEY, MODEL, Peer, Result, Role, Told, Turn};

fn main() -> ExitCode {
    peer_work::main::<AsyncOpenAi>()
}

#[derive(Clone)]
struct AsyncOpenAi(Client<OpenAIConfig>);

impl Peer for AsyncOpenAi {
    fn new(url: &str) -> Result<Self> {
        let config = OpenAIConfig::new().with_api_base(url).with_api_key(KEY);
        Ok(Self(Client::with_config(config)))
    }

    async fn chat(&self, conversation: &Conversation) -> Result<Told> {
        let answer = self.0.chat().create(request(conversation, false)?).await?;
        let mut told = Told::default();
        let text = answer.choices.first().and_then(|choice| choice.message.content.as_ref());
        told.text(text.ok_or("no text")?);
        told.tokens(answer.usage.ok_or("no usage")?.total_tokens);
        Ok(told)
    }

    async fn stream(&self, conversation: &Conversation) -> Result<Told> {
        let mut chunks = self.0.chat().create_stream(request(conversation, true)?).await?;
        let mut told = Told::default();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
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

fn request(conversation: &Conversation, stream: bool) -> Result<CreateChatCompletionRequest> {
    let mut request = CreateChatCompletionRequestArgs::default();
    request.model(MODEL).messages(conversation.turns().map(message).collect::<Vec<_>>());
    if stream {
        request.stream_options(ChatCompletionStreamOptions {
            include_usage: Some(true),
            include_obfuscation: None,
        });
    }
    Ok(request.build()?)
}

fn message(turn: Turn<'_>) -> ChatCompletionRequestMessage {
    match turn.role {
        Role::System => ChatCompletionRequestSystemMessage::from(turn.text).into(),
        Role::User => ChatCompletionRequestUserMessage::from(turn.text).into(),
        Role::Assistant => ChatCompletionRequestAssistantMessage::from(turn.text).into(),
    }
}
