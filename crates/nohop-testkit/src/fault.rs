mod departure;
mod retry_after;

use std::time::Duration;

use nohop_types::ErrorKind;

pub use departure::Departure;
pub use retry_after::RetryAfter;
pub(crate) use retry_after::{go_duration, rfc3339};

/// What goes wrong with one request.
///
/// `events` counts content events: a piece of text, of thinking or of arguments, or the opening of
/// a tool call. What comes before the first of them (a role, a ping, the opening of a text) is sent
/// in any case. A whole answer has no events: there, half of the body takes their place.
///
/// A reset comes when everything before it has arrived. After many small writes that takes a tenth
/// of a second of real time, during which a paused clock stands still.
///
/// Over HTTP/2 a reset or a close ends the one stream (`RST_STREAM`), and the connection lives.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Answers with this status, these headers and this body, verbatim.
    Status {
        /// The status.
        status: u16,
        /// Headers beside the content type.
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },
    /// Answers 429 and says when to come back, or does not.
    RateLimited(RetryAfter),
    /// Answers 429 because the account is out of credit, which no waiting helps.
    InsufficientQuota,
    /// Answers 400 because a tool's schema is wrong.
    BadSchema,
    /// Answers 400 because the prompt does not fit the model.
    ContextLength,
    /// Answers 400 because the provider's filter stopped the prompt, or 498 at Cohere; Gemini answers
    /// 200 and says so.
    ContentFilter,
    /// Refuses the key: 401, or 400 at Gemini, or 403 at Bedrock.
    Unauthorized,
    /// Refuses the key and repeats it in body, headers and URL, plain and encoded.
    KeyEchoed,
    /// Answers 404 because the model does not exist, or 400 in OpenAI's responses and at Bedrock.
    UnknownModel,
    /// Answers 500 in the provider's shape.
    ServerError,
    /// Answers 529, or 503 at Gemini, Cohere, Ollama and Bedrock: the provider sheds load.
    Overloaded,
    /// Answers 503 with a page of HTML, as a load balancer does.
    HtmlPage,
    /// Answers 200 with JSON that ends in the middle; a stream's last line does.
    TruncatedJson,
    /// Answers 200 with `choices: []`, or the like.
    NoChoices,
    /// Answers 200 with no content, ended regularly.
    NullContent,
    /// Answers 200 with an error for a body, whether or not a stream was asked for.
    ErrorUnder200,
    /// Reads the request and never answers.
    Hang,
    /// Reads the request and resets the connection.
    Reset,
    /// Reads the request and closes the connection in order.
    Close,
    /// Sends the head and resets before the first byte of the body.
    CutBeforeFirst,
    /// Sends an error as the first event; Cohere's is an end of the message that tells of it.
    ErrorFirst(ErrorKind),
    /// Sends that many content events, then an error event. With none, the role comes first; Ollama
    /// names it with the content, and so begins with the error.
    ErrorAfter {
        /// How many content events.
        events: usize,
        /// Which error.
        kind: ErrorKind,
    },
    /// Sends the head, and then nothing.
    StallAfterHead,
    /// Sends that many content events, and then nothing.
    StallAfter {
        /// How many content events.
        events: usize,
    },
    /// Sends that many content events, then resets the connection.
    ResetAfter {
        /// How many content events.
        events: usize,
    },
    /// Sends that many content events, then closes the connection without ending the body.
    CloseAfter {
        /// How many content events.
        events: usize,
    },
    /// Sends that many content events, then ends the body as if that were all.
    EofAfter {
        /// How many content events.
        events: usize,
    },
    /// Sends one line, or message, that is no JSON after that many content events, and goes on.
    MalformedAfter {
        /// How many content events.
        events: usize,
    },
    /// Answers with so many bytes of text in one string.
    Oversized {
        /// How many bytes.
        bytes: usize,
    },
    /// Redirects to another host, with a 3xx status.
    Redirect {
        /// The status.
        status: u16,
        /// The origin that takes the place of ours; the path stays.
        to: String,
    },
    /// Answers correctly, but only after this time.
    Late(Duration),
    /// Answers correctly, and closes the connection once it was idle for this time.
    CloseIdle(Duration),
}

impl Fault {
    /// Answers with this status and body.
    pub fn status(status: u16, body: impl Into<String>) -> Self {
        Self::Status { status, headers: Vec::new(), body: body.into() }
    }

    /// Sends this header too, where the answer is one of [`Fault::status`].
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Self::Status { headers, .. } = &mut self {
            headers.push((name.into(), value.into()));
        }
        self
    }

    /// One of each, for suites that go through all of them.
    ///
    /// Counts are small, times short, and a redirect leads nowhere.
    pub fn all() -> Vec<Self> {
        let limits = RetryAfter::all(Duration::from_millis(1_300));
        let mut all: Vec<Self> = limits.into_iter().map(Self::RateLimited).collect();
        all.extend([
            Self::status(418, "{\"error\":\"short and stout\"}").header("x-teapot", "yes"),
            Self::InsufficientQuota,
            Self::BadSchema,
            Self::ContextLength,
            Self::ContentFilter,
            Self::Unauthorized,
            Self::KeyEchoed,
            Self::UnknownModel,
            Self::ServerError,
            Self::Overloaded,
            Self::HtmlPage,
            Self::TruncatedJson,
            Self::NoChoices,
            Self::NullContent,
            Self::ErrorUnder200,
            Self::Hang,
            Self::Reset,
            Self::Close,
            Self::CutBeforeFirst,
            Self::ErrorFirst(ErrorKind::Quota),
            Self::ErrorAfter { events: 0, kind: ErrorKind::Server },
            Self::ErrorAfter { events: 2, kind: ErrorKind::Overloaded },
            Self::StallAfterHead,
            Self::StallAfter { events: 2 },
            Self::ResetAfter { events: 2 },
            Self::CloseAfter { events: 2 },
            Self::EofAfter { events: 2 },
            Self::MalformedAfter { events: 2 },
            Self::Oversized { bytes: 1 << 20 },
            Self::Redirect { status: 307, to: "http://127.0.0.1:9".to_owned() },
            Self::Late(Duration::from_millis(10)),
            Self::CloseIdle(Duration::ZERO),
        ]);
        all
    }

    /// Whether the request is answered all the same.
    pub(crate) fn answers(&self) -> bool {
        matches!(self, Self::Late(_) | Self::CloseIdle(_))
    }
}
