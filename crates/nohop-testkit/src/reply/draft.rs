use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Method;
use http::header::AUTHORIZATION;
use http::request::Parts;
use nohop_types::ErrorKind;
use serde_json::Value;

use super::{End, Reply};
use crate::dialect::{Asked, Call, Frame, Framing, Refusal, Speech, Told, credential};
use crate::script::{Answer, Part, prompt};
use crate::{Fault, Outcome, Script};

/// One request and what is known about it.
pub(super) struct Exchange<'a> {
    pub(super) script: &'a Script,
    pub(super) speech: &'static dyn Speech,
    pub(super) fault: Option<&'a Fault>,
    pub(super) head: &'a Parts,
    /// What is to be found in headers, URLs and messages of the answer.
    pub(super) plant: Option<String>,
    number: u64,
    body: &'a [u8],
}

/// A reply that is not yet bytes.
pub(super) struct Draft {
    pub(super) delay: Duration,
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) content: Content,
    pub(super) end: End,
    pub(super) close_idle: Option<Duration>,
    pub(super) outcome: Outcome,
}

/// What a reply has for a body.
pub(super) enum Content {
    /// Neither head nor body.
    Nothing,
    /// A stream of frames.
    Frames(Vec<Frame>),
    /// A whole body: what is sent of it, and how long the head says it is.
    Whole { sent: Bytes, length: Option<usize> },
}

/// Where a huge text is put in later.
pub(super) const MARK: &str = "@@huge@@";

impl<'a> Exchange<'a> {
    pub(super) fn new(script: &'a Script, call: u64, head: &'a Parts, body: &'a [u8]) -> Self {
        let fault = if call == 0 { None } else { script.fault_of(call) };
        let plant = match fault {
            Some(Fault::KeyEchoed) => key(head),
            _ => script.plant.clone(),
        };
        let speech = script.speech();
        Self { script, speech, fault, head, plant, number: call, body }
    }

    pub(super) fn reply(&self) -> Reply {
        if self.number == 0 {
            return self.render(self.other());
        }
        let mut draft = self.call();
        draft.delay += self.script.pace.delay;
        self.render(draft)
    }

    /// An error in the provider's shape, as the whole body.
    pub(super) fn refuse(&self, refusal: Refusal) -> Draft {
        let (status, kind) = (refusal.status, refusal.kind);
        let refusal = self.leaky(refusal);
        if status == 200 && self.speech.streams(self.head, &Value::Null) {
            let frames = vec![self.speech.error_frame(&refusal, &self.id())];
            return Draft::stream(frames, Outcome::Failed(kind));
        }
        let body = self.speech.error(&refusal, &self.id());
        let mut draft = Draft::whole(status, body, Outcome::Failed(kind));
        let kind = ("content-type", self.speech.error_type(self.head).to_owned());
        let headers = self.speech.error_headers(&refusal).into_iter().chain([kind]);
        draft.headers.extend(headers.map(|(name, value)| (name.to_owned(), value)));
        draft
    }

    /// The same error with the planted secret in its message.
    pub(super) fn leaky(&self, mut refusal: Refusal) -> Refusal {
        if let Some(plant) = &self.plant {
            refusal.message += &format!(" ({plant}, see {})", leaky_url(plant));
        }
        refusal
    }

    pub(super) fn id(&self) -> String {
        self.speech.id(self.number)
    }

    fn call(&self) -> Draft {
        if let Some(draft) = self.fault.and_then(|fault| self.instead(fault)) {
            return draft;
        }
        if let Err(refusal) = self.speech.admit(self.script, &self.head.headers) {
            return self.refuse(refusal);
        }
        let body = serde_json::from_slice(self.body).unwrap_or(Value::Null);
        if self.speech.does(self.head.uri.path()) {
            return self.told(&body);
        }
        if let Err(refusal) = self.speech.check(self.script, self.head, &body) {
            return self.refuse(refusal);
        }
        let answer = self.answer();
        let call = Call {
            script: self.script,
            answer: &answer,
            number: self.number,
            model: self.speech.model(self.head, &body),
            tokens: answer.tokens(prompt(&body)),
            head: self.head,
            body: &body,
        };
        self.answered(&call)
    }

    fn answered(&self, call: &Call<'_>) -> Draft {
        let streams = self.speech.streams(self.head, call.body);
        let is_hollow = self.fault == Some(&Fault::NoChoices);
        let states_usage = self.speech.states_usage(call, streams);
        let outcome = if is_hollow {
            Outcome::Failed(ErrorKind::Protocol)
        } else {
            let usage = states_usage.then(|| Box::new(self.speech.usage(call.tokens)));
            Outcome::Answered { text: call.answer.text(), usage }
        };
        let draft = match (streams, is_hollow) {
            (false, false) => Draft::whole(200, self.speech.whole(call), outcome),
            (false, true) => Draft::whole(200, self.speech.hollow(call).0, outcome),
            (true, false) => Draft::stream(self.speech.frames(call), outcome),
            (true, true) => Draft::stream(self.speech.hollow(call).1, outcome),
        };
        match self.fault {
            Some(fault) => self.bend(fault, draft),
            None => draft,
        }
    }

    /// Vectors or an order, which are always whole.
    fn told(&self, body: &Value) -> Draft {
        let hollow = matches!(self.fault, Some(Fault::NoChoices | Fault::NullContent));
        let (script, number, head) = (self.script, self.number, self.head);
        let told = self.speech.told(&Asked { script, number, head, body, hollow });
        let Told { mut body, usage, headers } = match told {
            Ok(told) => told,
            Err(refusal) => return self.refuse(refusal),
        };
        if let Some(Fault::Oversized { .. }) = self.fault {
            body.truncate(body.len() - 1);
            body += &format!(r#","padding":"{MARK}"}}"#);
        }
        let outcome = match hollow {
            true => Outcome::Failed(ErrorKind::Protocol),
            false => Outcome::Answered { text: String::new(), usage: Some(Box::new(usage)) },
        };
        let mut draft = Draft::whole(200, body, outcome);
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value));
        draft.headers.extend(headers);
        match self.fault {
            Some(fault) => self.bend(fault, draft),
            None => draft,
        }
    }

    /// What the script answers, or what the fault has it answer instead.
    fn answer(&self) -> Answer {
        let answer = self.script.answer_of(self.number).clone();
        match self.fault {
            Some(Fault::NullContent) => Answer { parts: Vec::new(), finish: None, ..answer },
            Some(Fault::Oversized { bytes }) => {
                // What says its length and its sum can not grow later.
                let is_summed = self.speech.framing() == Framing::Messages
                    && self.speech.streams(self.head, &Value::Null);
                let text = if is_summed { "x".repeat(*bytes) } else { MARK.to_owned() };
                Answer { parts: vec![Part::Text(text)], ..answer }
            }
            _ => answer,
        }
    }

    /// What is no call: the list of models, or nothing there is.
    fn other(&self) -> Draft {
        let is_models =
            self.head.method == Method::GET && self.speech.lists_models(self.head.uri.path());
        if !is_models {
            let mut refusal = self.speech.refusal(ErrorKind::NotFound);
            refusal.message =
                format!("Invalid URL ({} {})", self.head.method, self.head.uri.path());
            return self.refuse(refusal);
        }
        match self.speech.admit(self.script, &self.head.headers) {
            Ok(()) => {
                let body = self.speech.models(&self.script.models);
                Draft::whole(200, body, Outcome::Undecided)
            }
            Err(refusal) => self.refuse(refusal),
        }
    }
}

impl Draft {
    pub(super) fn whole(status: u16, body: impl Into<Bytes>, outcome: Outcome) -> Self {
        let body = body.into();
        let content = Content::Whole { length: Some(body.len()), sent: body };
        Self { status, content, ..Self::empty(outcome) }
    }

    pub(super) fn nothing(end: End, kind: ErrorKind) -> Self {
        Self { end, ..Self::empty(Outcome::Failed(kind)) }
    }

    fn stream(frames: Vec<Frame>, outcome: Outcome) -> Self {
        Self { content: Content::Frames(frames), ..Self::empty(outcome) }
    }

    fn empty(outcome: Outcome) -> Self {
        Self {
            delay: Duration::ZERO,
            status: 200,
            headers: Vec::new(),
            content: Content::Nothing,
            end: End::Complete,
            close_idle: None,
            outcome,
        }
    }
}

/// A URL with the secret in it, as a careless server prints one.
pub(super) fn leaky_url(plant: &str) -> String {
    format!("https://errors.example/help?key={}", percent_encoded(plant))
}

pub(super) fn base64(plant: &str) -> String {
    STANDARD.encode(plant)
}

pub(super) fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// The key that the request carries, in whichever header, or the id of the one that signed it.
pub(crate) fn key(head: &Parts) -> Option<String> {
    let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = || text(AUTHORIZATION.as_str()).and_then(credential);
    let named = ["x-api-key", "x-goog-api-key", "api-key"].into_iter().find_map(text);
    named.or_else(bearer).map(str::to_owned)
}
