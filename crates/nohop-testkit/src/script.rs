mod answer;

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;

pub(crate) use answer::{Answer, Part, Tokens, base64, fragments, halves, pieces, prompt};

use crate::dialect::{Maker, Speech};
use crate::{Departure, Dialect, Fault, Reply};

/// What an emulator says, how fast, and what goes wrong.
///
/// Plain data: [`start`](Self::start) puts it behind a socket, [`respond`](Self::respond) asks it
/// directly. Requests are checked as the real provider checks them, and refused in its words.
#[derive(Clone, Debug)]
pub struct Script {
    pub(crate) dialect: Dialect,
    pub(crate) maker: Maker,
    /// Never empty; the last one repeats.
    pub(crate) answers: Vec<Answer>,
    pub(crate) keys: Vec<String>,
    pub(crate) models: Vec<String>,
    pub(crate) context: Option<u64>,
    pub(crate) dimensions: usize,
    pub(crate) salt: String,
    pub(crate) tokens_per_event: usize,
    pub(crate) pace: Pace,
    pub(crate) departures: Vec<Departure>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) plant: Option<String>,
    pub(crate) http2: Option<u32>,
    #[cfg(feature = "tls")]
    pub(crate) tls: bool,
    pub(crate) remembers: usize,
    rules: Vec<(RangeInclusive<u64>, Option<Fault>)>,
    responded: Arc<AtomicU64>,
}

/// How fast an answer comes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    pub(crate) delay: Duration,
    pub(crate) first_after: Duration,
    pub(crate) pause: Duration,
    pub(crate) keep_alive: Option<Duration>,
    pub(crate) drip: Option<(usize, Duration)>,
}

impl Script {
    /// A provider of `dialect` that accepts every key and model and answers with nothing yet.
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            maker: Maker::Inventor,
            answers: vec![Answer::default()],
            keys: Vec::new(),
            models: Vec::new(),
            context: None,
            dimensions: 8,
            salt: "nohop-testkit".to_owned(),
            tokens_per_event: 1,
            pace: Pace::default(),
            departures: Vec::new(),
            headers: Vec::new(),
            plant: None,
            http2: None,
            #[cfg(feature = "tls")]
            tls: false,
            remembers: usize::MAX,
            rules: Vec::new(),
            responded: Arc::default(),
        }
    }

    /// A provider that speaks OpenAI's chat completions.
    pub fn openai() -> Self {
        Self::new(Dialect::OpenAiChat)
    }

    /// Mistral, which speaks OpenAI's chat completions in its own way.
    pub fn mistral() -> Self {
        Self { maker: Maker::Mistral, ..Self::openai() }
    }

    /// A host of many models, such as OpenRouter, which speaks OpenAI's chat completions and takes more of a
    /// conversation than OpenAI does.
    pub fn openrouter() -> Self {
        Self { maker: Maker::Host, ..Self::openai() }
    }

    /// DeepSeek, which speaks OpenAI's chat completions in its own way.
    pub fn deepseek() -> Self {
        Self { maker: Maker::DeepSeek, ..Self::openai() }
    }

    /// A provider that speaks Anthropic's messages.
    pub fn anthropic() -> Self {
        Self::new(Dialect::Anthropic)
    }

    /// A provider that speaks OpenAI's responses.
    pub fn responses() -> Self {
        Self::new(Dialect::OpenAiResponses)
    }

    /// A provider that speaks Google's generateContent.
    pub fn gemini() -> Self {
        Self::new(Dialect::Gemini)
    }

    /// A provider that speaks Cohere's chat.
    pub fn cohere() -> Self {
        Self::new(Dialect::Cohere)
    }

    /// A provider that speaks Ollama's own chat.
    pub fn ollama() -> Self {
        Self::new(Dialect::Ollama)
    }

    /// A provider that speaks Amazon Bedrock's Converse.
    pub fn converse() -> Self {
        Self::new(Dialect::Converse)
    }

    /// Adds text to the answer.
    #[must_use]
    pub fn says(self, text: impl Into<String>) -> Self {
        self.part(Part::Text(text.into()))
    }

    /// Adds thinking to the answer: a signed block, a sealed item, `reasoning_content`, or what the
    /// model plans before its calls.
    #[must_use]
    pub fn thinks(self, text: impl Into<String>) -> Self {
        self.part(Part::Thinking(text.into()))
    }

    /// Adds a refusal to the answer, which most dialects tell as text.
    #[must_use]
    pub fn refuses(self, text: impl Into<String>) -> Self {
        self.part(Part::Refusal(text.into()))
    }

    /// Adds a tool call to the answer. The arguments are sent as they print.
    #[must_use]
    pub fn calls(self, tool: impl Into<String>, arguments: impl Display) -> Self {
        self.part(Part::Call { name: tool.into(), arguments: arguments.to_string() })
    }

    /// Adds a picture to the answer, which is a PNG. Anthropic and Cohere make none, and leave it out.
    #[must_use]
    pub fn shows(self, png: impl Into<Bytes>) -> Self {
        match self.dialect {
            Dialect::Anthropic | Dialect::Cohere => self,
            _ => self.part(Part::Picture(png.into())),
        }
    }

    /// Adds a sound to the answer, in which this is said. Only OpenAI's chat and Gemini speak aloud; the
    /// others leave it out.
    #[must_use]
    pub fn speaks(self, sound: impl Into<Bytes>, said: impl Into<String>) -> Self {
        match self.dialect {
            Dialect::OpenAiChat | Dialect::Gemini => {
                self.part(Part::Sound { bytes: sound.into(), said: said.into() })
            }
            _ => self,
        }
    }

    /// States the prompt's and the answer's tokens, all of them; otherwise they are estimated.
    #[must_use]
    pub fn usage(mut self, input: u64, output: u64) -> Self {
        self.answer().usage = Some((input, output));
        self
    }

    /// States how many of the prompt's tokens were read from the cache.
    #[must_use]
    pub fn cached(mut self, tokens: u64) -> Self {
        self.answer().cached = tokens;
        self
    }

    /// States how many of the answer's tokens were spent thinking.
    #[must_use]
    pub fn reasoned(mut self, tokens: u64) -> Self {
        self.answer().reasoned = Some(tokens);
        self
    }

    /// Ends the answer with this reason, in the provider's word.
    #[must_use]
    pub fn finish(mut self, reason: impl Into<String>) -> Self {
        self.answer().finish = Some(reason.into());
        self
    }

    /// Begins the answer to the next request; the last answer repeats.
    #[must_use]
    pub fn then(mut self) -> Self {
        self.answers.push(Answer::default());
        self
    }

    /// Accepts this key, and from now on only keys so named; an empty one admits those without, whom
    /// Ollama admits unless a key is named.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.keys.push(key.into());
        self
    }

    /// Knows this model, and from now on only models so named.
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.models.push(model.into());
        self
    }

    /// Refuses prompts of more tokens, at four bytes each.
    #[must_use]
    pub fn context(mut self, tokens: u64) -> Self {
        self.context = Some(tokens);
        self
    }

    /// Makes vectors of so many numbers, and refuses to make longer ones; eight unless said otherwise.
    #[must_use]
    pub fn dimensions(mut self, count: usize) -> Self {
        self.dimensions = count;
        self
    }

    /// Signs thinking with this salt, and refuses what another salt signed.
    #[must_use]
    pub fn signs(mut self, salt: impl Into<String>) -> Self {
        self.salt = salt.into();
        self
    }

    /// Puts so many words into each event; one unless said otherwise.
    #[must_use]
    pub fn tokens_per_event(mut self, tokens: usize) -> Self {
        self.tokens_per_event = tokens.max(1);
        self
    }

    /// Waits before the head.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.pace.delay = delay;
        self
    }

    /// Waits before a stream's first content event, the head and the role being out.
    #[must_use]
    pub fn first_after(mut self, delay: Duration) -> Self {
        self.pace.first_after = delay;
        self
    }

    /// Waits between a stream's content events.
    #[must_use]
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pace.pause = pause;
        self
    }

    /// Sends a comment or a ping at this interval while a stream waits or stalls; Ollama and
    /// Bedrock have neither.
    #[must_use]
    pub fn keep_alive(mut self, interval: Duration) -> Self {
        self.pace.keep_alive = (!interval.is_zero()).then_some(interval);
        self
    }

    /// Writes so many bytes at a time, and waits before each.
    #[must_use]
    pub fn drip(mut self, bytes: usize, interval: Duration) -> Self {
        self.pace.drip = Some((bytes.max(1), interval));
        self
    }

    /// Departs from the plain dialect in one more way.
    #[must_use]
    pub fn departs(mut self, departure: Departure) -> Self {
        self.departures.push(departure);
        self
    }

    /// Sends this header with every answer, as Anthropic sends `retry-after` with good ones.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Plants a secret in every answer: headers and URLs, and the message of every error.
    #[must_use]
    pub fn plants(mut self, secret: impl Into<String>) -> Self {
        self.plant = Some(secret.into());
        self
    }

    /// Applies `fault` to every call that no earlier rule speaks for.
    #[must_use]
    pub fn fault(self, fault: Fault) -> Self {
        self.rule(1..=u64::MAX, Some(fault))
    }

    /// Applies `fault` to the first `times` calls.
    #[must_use]
    pub fn fault_times(self, times: u64, fault: Fault) -> Self {
        self.rule(1..=times, Some(fault))
    }

    /// Applies `fault` to the `call`th call, counted from one.
    #[must_use]
    pub fn fault_at(self, call: u64, fault: Fault) -> Self {
        self.rule(call..=call, Some(fault))
    }

    /// Applies one fault to each call in turn, or none; after the last, calls are answered.
    #[must_use]
    pub fn faults<F: Into<Option<Fault>>>(self, faults: impl IntoIterator<Item = F>) -> Self {
        (1..).zip(faults).fold(self, |script, (call, fault)| script.rule(call..=call, fault.into()))
    }

    /// Speaks HTTP/2, and allows so many streams on a connection at once.
    ///
    /// With TLS the client chooses by ALPN; without, every connection is HTTP/2 from its first byte.
    #[must_use]
    pub fn http2(mut self, max_concurrent_streams: u32) -> Self {
        self.http2 = Some(max_concurrent_streams);
        self
    }

    /// Speaks HTTPS, with the certificate of [`Emulator::certificate_pem`](crate::Emulator::certificate_pem).
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Keeps only the last so many requests in the journal; every one unless said otherwise.
    #[must_use]
    pub fn remembers(mut self, requests: usize) -> Self {
        self.remembers = requests;
        self
    }

    /// Says what the provider would do with this request, without a socket.
    ///
    /// Calls are counted as they come; clones share the count. An adapter turns the reply into
    /// whatever the code under test reads: wait [`Reply::delay`], give the head, then each chunk
    /// after its wait, then the end.
    ///
    /// ```
    /// use nohop_testkit::{Outcome, Script};
    ///
    /// let body = r#"{"model":"m","messages":[{"role":"user","content":"Hello?"}]}"#;
    /// let request = http::Request::post("/v1/chat/completions")
    ///     .header("authorization", "Bearer sk-any")
    ///     .body(body.into())?;
    /// let reply = Script::openai().says("Hello!").respond(request);
    ///
    /// assert!(matches!(reply.outcome, Outcome::Answered { text, .. } if text == "Hello!"));
    /// # Ok::<(), http::Error>(())
    /// ```
    pub fn respond(&self, request: http::Request<Bytes>) -> Reply {
        let (head, body) = request.into_parts();
        let call = if self.dialect.is_call(&head) {
            self.responded.fetch_add(1, Ordering::Relaxed) + 1
        } else {
            0
        };
        Reply::new(self, call, &head, &body)
    }

    /// How its provider talks.
    pub(crate) fn speech(&self) -> &'static dyn Speech {
        self.dialect.speech(self.maker)
    }

    /// Whether a request with this key is let in; one without has an empty key.
    pub(crate) fn accepts(&self, key: &str) -> bool {
        let is_named = self.keys.iter().any(|known| known == key);
        is_named || (self.keys.is_empty() && !key.is_empty())
    }

    /// What goes wrong with this call.
    pub(crate) fn fault_of(&self, call: u64) -> Option<&Fault> {
        let rule = self.rules.iter().find(|(calls, _)| calls.contains(&call));
        rule.and_then(|(_, fault)| fault.as_ref())
    }

    /// What this call is answered with. A call that fails does not use up an answer.
    pub(crate) fn answer_of(&self, call: u64) -> &Answer {
        let last = self.answers.len() - 1;
        let answered = |call: &u64| self.fault_of(*call).is_none_or(Fault::answers);
        &self.answers[(1..call).filter(answered).take(last).count()]
    }

    pub(crate) fn has(&self, departure: Departure) -> bool {
        self.departures.contains(&departure)
    }

    fn part(mut self, part: Part) -> Self {
        self.answer().parts.push(part);
        self
    }

    fn answer(&mut self) -> &mut Answer {
        let last = self.answers.len() - 1;
        &mut self.answers[last]
    }

    fn rule(mut self, calls: RangeInclusive<u64>, fault: Option<Fault>) -> Self {
        self.rules.push((calls, fault));
        self
    }
}

#[cfg(test)]
mod tests;
