use std::io::ErrorKind;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::{Dialect, Emulator};

/// What a client sees that reads bytes and trusts nobody.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) head: String,
    pub(super) body: Vec<u8>,
    pub(super) end: Ending,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ending {
    /// The body ended as HTTP says.
    Complete,
    /// The connection ended in order before the body did.
    Eof,
    Reset,
    /// Nothing more came.
    Silence,
}

impl Seen {
    pub(super) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let named = |line: &&str| line.split(':').next() == Some(name);
        let line = self.head.lines().find(named)?;
        Some(line[name.len() + 1..].trim())
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub(super) fn chat(streams: bool) -> Value {
    json!({
        "model": "gpt-4.1",
        "max_tokens": 100,
        "stream": streams,
        "messages": [{"role": "user", "content": "Why is the sky red?"}],
    })
}

pub(super) async fn openai(emulator: &Emulator, body: &Value) -> Seen {
    let key = [("authorization", "Bearer sk-1")];
    ask(emulator, "POST", "/v1/chat/completions", &key, &body.to_string()).await
}

pub(super) async fn message(emulator: &Emulator, body: &Value) -> Seen {
    let headers = [("x-api-key", "sk-1"), ("anthropic-version", "2023-06-01")];
    ask(emulator, "POST", "/v1/messages", &headers, &body.to_string()).await
}

/// Asks for the same in this dialect.
pub(super) async fn call(dialect: Dialect, emulator: &Emulator, streams: bool) -> Seen {
    match dialect {
        Dialect::OpenAiChat => openai(emulator, &chat(streams)).await,
        Dialect::Anthropic => message(emulator, &chat(streams)).await,
        Dialect::OpenAiResponses => response(emulator, streams).await,
        Dialect::Gemini => generate(emulator, streams).await,
        Dialect::Cohere => cohere(emulator, streams).await,
        Dialect::Ollama => ollama(emulator, streams).await,
        Dialect::Converse => converse(emulator, streams).await,
    }
}

pub(super) async fn response(emulator: &Emulator, streams: bool) -> Seen {
    let body = json!({
        "model": "gpt-5",
        "stream": streams,
        "store": false,
        "include": ["reasoning.encrypted_content"],
        "input": "Why is the sky red?",
    });
    let key = [("authorization", "Bearer sk-1")];
    ask(emulator, "POST", "/v1/responses", &key, &body.to_string()).await
}

pub(super) async fn generate(emulator: &Emulator, streams: bool) -> Seen {
    let body = json!({
        "contents": [{"role": "user", "parts": [{"text": "Why is the sky red?"}]}],
    });
    let what = if streams { "streamGenerateContent?alt=sse" } else { "generateContent" };
    let path = format!("/v1beta/models/gemini-2.5-flash:{what}");
    ask(emulator, "POST", &path, &[("x-goog-api-key", "sk-1")], &body.to_string()).await
}

pub(super) async fn cohere(emulator: &Emulator, streams: bool) -> Seen {
    let body = json!({
        "model": "command-a-03-2025",
        "stream": streams,
        "messages": [{"role": "user", "content": "Why is the sky red?"}],
    });
    let key = [("authorization", "Bearer sk-1")];
    ask(emulator, "POST", "/v2/chat", &key, &body.to_string()).await
}

pub(super) async fn ollama(emulator: &Emulator, streams: bool) -> Seen {
    // It streams unless told not to, and needs no key.
    let mut body = json!({
        "model": "qwen3:4b",
        "messages": [{"role": "user", "content": "Why is the sky red?"}],
    });
    if !streams {
        body["stream"] = json!(false);
    }
    ask(emulator, "POST", "/api/chat", &[], &body.to_string()).await
}

pub(super) async fn converse(emulator: &Emulator, streams: bool) -> Seen {
    let body = json!({"messages": [
        {"role": "user", "content": [{"text": "Why is the sky red?"}]},
    ]});
    let what = if streams { "converse-stream" } else { "converse" };
    let path = format!("/model/us.anthropic.claude-v1%3A0/{what}");
    let key = [("authorization", "Bearer sk-1")];
    ask(emulator, "POST", &path, &key, &body.to_string()).await
}

pub(super) async fn ask(
    emulator: &Emulator,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Seen {
    let mut socket = TcpStream::connect(emulator.address()).await.unwrap();
    send(&mut socket, method, path, headers, body).await;
    read(&mut socket).await
}

pub(super) async fn send(
    socket: &mut TcpStream,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) {
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("content-length: {}\r\n\r\n{body}", body.len());
    socket.write_all(request.as_bytes()).await.unwrap();
}

/// Reads one answer, to its end or to the end of patience.
pub(super) async fn read(socket: &mut TcpStream) -> Seen {
    let (mut raw, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
    let end = loop {
        if is_complete(&raw) {
            break Ending::Complete;
        }
        match timeout(Duration::from_secs(1), socket.read(&mut buffer)).await {
            Err(_) => break Ending::Silence,
            Ok(Ok(0)) => break Ending::Eof,
            Ok(Ok(read)) => raw.extend_from_slice(&buffer[..read]),
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionReset => break Ending::Reset,
            Ok(Err(error)) => panic!("{error}"),
        }
    };
    let (head, body) = split(&raw).unwrap_or_default();
    let body = if head.contains("chunked") { unchunked(&body).0 } else { body };
    Seen { head, body, end }
}

fn is_complete(raw: &[u8]) -> bool {
    let Some((head, body)) = split(raw) else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    match length {
        Some(length) => body.len() >= length.parse().unwrap(),
        None => unchunked(&body).1,
    }
}

fn split(raw: &[u8]) -> Option<(String, Vec<u8>)> {
    let at = raw.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some((String::from_utf8(raw[..at].to_vec()).unwrap(), raw[at + 4..].to_vec()))
}

/// The chunks' bytes, and whether the last chunk is there.
fn unchunked(mut raw: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(at) = raw.windows(2).position(|window| window == b"\r\n") {
        let size = std::str::from_utf8(&raw[..at]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        raw = &raw[at + 2..];
        if size == 0 {
            return (body, true);
        }
        body.extend_from_slice(&raw[..size.min(raw.len())]);
        raw = raw.get(size + 2..).unwrap_or_default();
    }
    (body, false)
}

/// The JSON of each event.
pub(super) fn parse(body: &[u8]) -> Vec<Value> {
    payloads(body).iter().map(|data| serde_json::from_str(data).unwrap()).collect()
}

/// What each event says, but for the last mark.
pub(super) fn payloads(body: &[u8]) -> Vec<String> {
    if body.starts_with(b"\0") {
        return messages(body).into_iter().map(|(_, payload)| payload).collect();
    }
    let text = std::str::from_utf8(body).unwrap();
    if text.starts_with('{') {
        return text.lines().map(str::to_owned).collect();
    }
    let data = text.lines().filter_map(|line| line.strip_prefix("data:"));
    data.map(str::trim).filter(|data| *data != "[DONE]").map(str::to_owned).collect()
}

/// The name of each message of Amazon's, and what it says; an exception is the error of an object.
pub(super) fn messages(mut body: &[u8]) -> Vec<(String, String)> {
    let mut messages = Vec::new();
    while !body.is_empty() {
        let number = |at: usize| u32::from_be_bytes(body[at..at + 4].try_into().unwrap()) as usize;
        let (length, headers) = (number(0), number(4));
        assert_eq!(number(8), sum(&body[..8]));
        // The sum of a huge one would take its time.
        if length < 1 << 16 {
            assert_eq!(number(length - 4), sum(&body[..length - 4]));
        }
        let payload = std::str::from_utf8(&body[12 + headers..length - 4]).unwrap();
        let headers = String::from_utf8_lossy(&body[12..12 + headers]).into_owned();
        let (name, _) = headers.split_once("\r:content-type").unwrap();
        let (key, name) = name.split_once("-type\u{7}\0").unwrap();
        let (is_exception, name) = (key.ends_with("exception"), name[1..].to_owned());
        assert!(headers.ends_with(if is_exception { "\texception" } else { "\u{5}event" }));
        let payload = payload.to_owned();
        let payload = if is_exception { format!(r#"{{"error":{payload}}}"#) } else { payload };
        messages.push((name, payload));
        body = &body[length..];
    }
    messages
}

/// The check sum, bit by bit.
fn sum(bytes: &[u8]) -> usize {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc as usize
}

/// How many events say some text.
pub(super) fn contents(body: &[u8]) -> usize {
    const TEXTS: [&str; 6] = [
        "/choices/0/delta/content",
        "/delta/text",
        "/delta",
        "/candidates/0/content/parts/0/text",
        "/delta/message/content/text",
        "/message/content",
    ];
    let says = |event: &Value| {
        let mut texts = TEXTS.iter().filter_map(|place| event.pointer(place)?.as_str());
        texts.any(|text| !text.is_empty())
    };
    let events = payloads(body).into_iter().filter_map(|data| serde_json::from_str(&data).ok());
    events.filter(says).count()
}
