//! A provider that answers at once, so that nothing is measured but the client.
//!
//! It speaks as much HTTP/1.1 as clients on the same machine need: requests with a length, answers
//! with a length or in chunks, and connections that stay. An address names how an answer is streamed:
//! `http://HOST/EVENTS/MICROSECONDS/v1` sends so many words, and so long a pause between them.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::bodies::{CHUNK, READ};

/// What a client that lost nothing has read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Told {
    /// How many bytes of text.
    pub text: u64,
    /// How many tokens, in all.
    pub tokens: u64,
}

impl Told {
    /// What the answer to a request says that asks for all at once.
    pub fn whole() -> Self {
        Self { text: TEXT.len() as u64, tokens: PROMPT + 38 }
    }

    /// What an answer of so many events says.
    pub fn streamed(events: u64) -> Self {
        // Each word is in the events as JSON writes it; no client should see that.
        let text = |place| WORDS[place as usize % WORDS.len()].replace('\\', "").len() as u64;
        Self { text: (0..events).map(text).sum(), tokens: PROMPT + events }
    }

    /// What so many of these answers say.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self { text: self.text * count, tokens: self.tokens * count }
    }
}

/// Where the answers are streamed with so many events and so long a pause between them.
pub fn url(address: SocketAddr, events: u64, pause: Duration) -> String {
    format!("http://{address}/{events}/{}/v1", pause.as_micros())
}

/// Answers whoever connects, for as long as the program runs.
pub fn serve(listener: &TcpListener) {
    for stream in listener.incoming().flatten() {
        // A client that leaves is no trouble of ours.
        thread::spawn(move || drop(converse(stream)));
    }
}

fn converse(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut requests = BufReader::new(stream.try_clone()?);
    while let Some(request) = Request::read(&mut requests)? {
        match request.streamed {
            true => request.stream(&mut stream)?,
            false => stream.write_all(whole().as_bytes())?,
        }
    }
    Ok(())
}

/// What is read of a request.
struct Request {
    events: usize,
    pause: Duration,
    streamed: bool,
}

impl Request {
    /// The next of a connection, or nothing when it was closed.
    fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut numbers = line.split([' ', '/']).filter_map(|word| word.parse().ok());
        let (events, pause) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        let mut body = vec![0; length(from)?];
        from.read_exact(&mut body)?;
        let streamed = body.windows(13).any(|bytes| bytes == br#""stream":true"#);
        let pause = Duration::from_micros(pause as u64);
        Ok(Some(Self { events, pause, streamed }))
    }

    /// Sends events a segment at a time or, with pauses between them, one at a time.
    fn stream(&self, to: &mut impl Write) -> io::Result<()> {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\
            transfer-encoding: chunked\r\nx-request-id: req_benches\r\n\r\n";
        let mut segment = head.as_bytes().to_vec();
        for data in events(self.events) {
            // The chunk of the transfer is the event with what frames it.
            write!(segment, "{:x}\r\ndata: {data}\n\n\r\n", data.len() + 8)?;
            if segment.len() >= READ || !self.pause.is_zero() {
                to.write_all(&segment)?;
                segment.clear();
                thread::sleep(self.pause);
            }
        }
        segment.extend_from_slice(b"0\r\n\r\n");
        to.write_all(&segment)
    }
}

/// Reads the headers, and says how long the body is.
fn length(from: &mut impl BufRead) -> io::Result<usize> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        match line.trim_end().to_ascii_lowercase().split_once(':') {
            Some(("content-length", value)) => length = value.trim().parse().unwrap_or(0),
            Some(_) => {}
            None => return Ok(length),
        }
    }
}

/// The data of each event of a stream of so many words.
fn events(words: usize) -> impl Iterator<Item = String> {
    const DELTA: &str = r#""delta":{"content":" brown"}"#;
    const USAGE: &str = r#""usage":null"#;
    let role = r#""delta":{"role":"assistant","content":"","refusal":null}"#;
    let word = |place| CHUNK.replace(" brown", WORDS[place % WORDS.len()]);
    let end = CHUNK.replace(DELTA, r#""delta":{}"#);
    let (before, behind) = CHUNK.split_once(r#""choices":"#).unwrap_or_default();
    let (_, behind) = behind.split_once(USAGE).unwrap_or_default();
    [CHUNK.replace(DELTA, role)].into_iter().chain((0..words).map(word)).chain([
        end.replace(r#""finish_reason":null"#, r#""finish_reason":"stop""#),
        format!(r#"{before}"choices":[],"usage":{}{behind}"#, usage(words)),
        "[DONE]".to_owned(),
    ])
}

/// The answer to a request that asks for all at once, with its head.
fn whole() -> String {
    let body = WHOLE.replace("TEXT", TEXT);
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_benches\r\n\
        x-ratelimit-remaining-requests: 9999\r\nx-ratelimit-remaining-tokens: 199900\r\n";
    format!("{head}content-length: {}\r\n\r\n{body}", body.len())
}

fn usage(words: usize) -> String {
    let total = PROMPT + words as u64;
    format!(
        r#"{{"prompt_tokens":{PROMPT},"completion_tokens":{words},"total_tokens":{total},"prompt_tokens_details":{{"cached_tokens":0,"audio_tokens":0}},"completion_tokens_details":{{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}}"#
    )
}

/// How many tokens every question has.
const PROMPT: u64 = 57;

/// The text of the whole answer.
const TEXT: &str = "Height decides how far the light may travel before the sea itself hides it, and strength decides how far it does travel in the air of that night, so the taller one wins when it is clear.";

/// The words of the streamed answer, as JSON writes them: most are letters, and some are not.
const WORDS: [&str; 8] =
    [" the", " keeper", " saw", " \\\"two\\\"", " lights", " à", " bâbord", " today"];

/// Printed with lines and spaces, as the provider does.
const WHOLE: &str = r#"{
  "id": "chatcmpl-CkZ3vX1y2z3A4b5C6d7E8f9G0h1I2",
  "object": "chat.completion",
  "created": 1763600000,
  "model": "gpt-4o-mini-2024-07-18",
  "choices": [
    {
      "index": 0,
      "message": {
        "role": "assistant",
        "content": "TEXT",
        "refusal": null,
        "annotations": []
      },
      "logprobs": null,
      "finish_reason": "stop"
    }
  ],
  "usage": {
    "prompt_tokens": 57,
    "completion_tokens": 38,
    "total_tokens": 95,
    "prompt_tokens_details": {
      "cached_tokens": 0,
      "audio_tokens": 0
    },
    "completion_tokens_details": {
      "reasoning_tokens": 0,
      "audio_tokens": 0,
      "accepted_prediction_tokens": 0,
      "rejected_prediction_tokens": 0
    }
  },
  "service_tier": "default",
  "system_fingerprint": "fp_560af6e559"
}
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_the_size_that_is_told() {
        let sizes: Vec<usize> = events(800).map(|data| data.len() + 8).collect();
        let mean = sizes[1..801].iter().sum::<usize>() / 800;
        assert!((325..=340).contains(&mean), "{mean}");
    }

    #[test]
    fn every_event_is_json() {
        let events: Vec<String> = events(8).collect();
        for data in &events[..events.len() - 1] {
            assert!(serde_json::from_str::<serde_json::Value>(data).is_ok(), "{data}");
        }
    }

    #[test]
    fn the_whole_answer_is_json_of_about_a_kilobyte() {
        let answer = whole();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(body).is_ok(), "{body}");
        assert!((950..=1_200).contains(&body.len()), "{}", body.len());
    }
}
