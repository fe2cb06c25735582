//! The floor: a pooled hyper client, JSON borrowed from the bytes, and an event stream cut by memchr.
//!
//! It knows one provider's answers when nothing is wrong with them, so it can not be shipped; what a
//! client costs beyond it is the price of everything else.

use std::borrow::Cow;
use std::process::ExitCode;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use memchr::memmem;
use peer_work::{Conversation, KEY, MODEL, Peer, Result, Told};
use serde::{Deserialize, Serialize};

fn main() -> ExitCode {
    peer_work::main::<Floor>()
}

#[derive(Clone)]
struct Floor {
    client: Client<HttpConnector, Full<Bytes>>,
    uri: Uri,
}

impl Peer for Floor {
    fn new(url: &str) -> Result<Self> {
        let uri = format!("{url}/chat/completions").parse()?;
        Ok(Self { client: Client::builder(TokioExecutor::new()).build_http(), uri })
    }

    async fn chat(&self, conversation: &Conversation) -> Result<Told> {
        let body = self.send(conversation, None).await?.into_body().collect().await?.to_bytes();
        let answer: Answer<'_> = serde_json::from_slice(&body)?;
        let mut told = Told::default();
        told.text(answer.choices.first().ok_or("no choice")?.message.content.as_ref());
        told.tokens(answer.usage.total_tokens);
        Ok(told)
    }

    async fn stream(&self, conversation: &Conversation) -> Result<Told> {
        let options = StreamOptions { include_usage: true };
        let mut body = self.send(conversation, Some(options)).await?.into_body();
        let (mut told, mut rest) = (Told::default(), Vec::new());
        while let Some(frame) = body.frame().await {
            let Ok(bytes) = frame?.into_data() else { continue };
            rest.extend_from_slice(&bytes);
            let mut start = 0;
            while let Some(length) = memmem::find(&rest[start..], b"\n\n") {
                read(&rest[start..start + length], &mut told)?;
                start += length + 2;
            }
            rest.drain(..start);
        }
        Ok(told)
    }
}

impl Floor {
    async fn send(
        &self,
        conversation: &Conversation,
        stream_options: Option<StreamOptions>,
    ) -> Result<Response<Incoming>> {
        let turns = conversation.turns();
        let body = Body {
            model: MODEL,
            messages: turns.map(|t| Message { role: t.role.as_str(), content: t.text }).collect(),
            stream: stream_options.is_some(),
            stream_options,
        };
        let request = Request::post(self.uri.clone())
            .header(AUTHORIZATION, format!("Bearer {KEY}"))
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "*/*")
            .body(Full::from(serde_json::to_vec(&body)?))?;
        let response = self.client.request(request).await?;
        match response.status().is_success() {
            true => Ok(response),
            false => Err(response.status().to_string().into()),
        }
    }
}

fn read(event: &[u8], told: &mut Told) -> Result<()> {
    let Some(data) = event.strip_prefix(b"data: ") else { return Ok(()) };
    if data == b"[DONE]" {
        return Ok(());
    }
    let chunk: Chunk<'_> = serde_json::from_slice(data)?;
    for choice in &chunk.choices {
        if let Some(text) = &choice.delta.content {
            told.text(text);
        }
    }
    if let Some(usage) = chunk.usage {
        told.tokens(usage.total_tokens);
    }
    Ok(())
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

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    choices: Vec<Choice<'a>>,
    usage: Usage,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    message: Text<'a>,
}

#[derive(Deserialize)]
struct Text<'a> {
    #[serde(borrow)]
    content: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow)]
    choices: Vec<Part<'a>>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow)]
    delta: Delta<'a>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow)]
    content: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Usage {
    total_tokens: u64,
}
