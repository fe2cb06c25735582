//! The dialects, one file each; a folder where a file would be too long.

mod anthropic;
mod bedrock;
mod calls;
mod carried;
mod cohere;
mod converse;
mod gemini;
mod kept;
mod media;
mod offered;
mod ollama;
mod openai_chat;
mod openai_responses;
mod own;
mod ranked;
mod status;
mod whole;

use std::time::Duration;

use nohop_types::{CacheMark, Error, ErrorKind, Event};

use crate::loss::Losses;
use crate::{Fault, Framing, Head, Mode, State};

pub use anthropic::{Anthropic, LateSystem, Streams, ThinkingStyle, VersionPlace};
pub use cohere::Cohere;
pub use converse::{Converse, ThinkingWords};
pub use gemini::{CallIds, Gemini, Labels, Schemas, ThinkingGauge, Unsigned, VectorMethod};
pub use ollama::Ollama;
pub use openai_chat::{
    Cap, Counted, Ends, Files, History, IdForm, JinaRerank, Marks, OpenAiChat, OpenAiEmbeddings,
    OwnMedia, Refusals, Required, Shapes, StreamUsage, Tags, ThinkingField, ToolMedia, Unthought,
    VectorForm,
};
pub use openai_responses::{Answers, Budgets, Instructions, OpenAiResponses, SealedThinking};

/// How the body is cut: a stream that was asked for is read as one whatever its label says, for some
/// hosts mislabel theirs, and a bare JSON body in its place is still found.
fn framing(head: &Head, mode: Mode) -> Framing {
    match mode == Mode::Stream || head.is("text/event-stream") == Some(true) {
        true => Framing::Sse,
        false => Framing::Whole,
    }
}

/// The text of a frame.
fn text(data: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(data).map_err(|source| {
        Fault::Corrupt(Error::new(ErrorKind::Protocol, "the body is not UTF-8").with_source(source))
    })
}

/// Whether a frame is the last mark of a stream; what is complete is done with it.
fn is_last(text: &str, state: &mut State) -> bool {
    let last = text == "[DONE]";
    if last && *state == State::Enough {
        *state = State::Done;
    }
    last
}

/// A request that means nothing as it stands.
fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidRequest, message)
}

/// A conversation in which nobody speaks but the application, which some dialects take: `spoke` is how
/// many turns it had.
fn silent(spoke: usize) -> Error {
    let kind = if spoke == 0 { ErrorKind::InvalidRequest } else { ErrorKind::Unsupported };
    Error::new(kind, "messages: a conversation needs at least one; add a turn of the user")
}

/// Closes every part that `open` numbers.
fn close(open: impl IntoIterator<Item = usize>, events: &mut Vec<Event>) {
    events.extend(open.into_iter().map(|part| Event::Close { part }));
}

/// A lifetime as both inventors spell it: `5m`, `1h`.
fn ttl(lifetime: Duration) -> String {
    match lifetime.as_secs() {
        hours if hours > 0 && hours % 3_600 == 0 => format!("{}h", hours / 3_600),
        seconds => format!("{}m", seconds.div_ceil(60)),
    }
}

/// How long a mark may ask for where only `seconds` are known: the next longer, or the longest.
fn lasting(mark: CacheMark, seconds: &[u64], losses: &mut Losses) -> Option<Duration> {
    let asked = mark.lifetime?.as_secs();
    let longest = seconds.iter().max();
    let known = seconds.iter().filter(|known| **known >= asked).min().or(longest).copied()?;
    if known != asked {
        losses.clamped("cache", "the dialect knows other lifetimes; the next longer is asked for");
    }
    Some(Duration::from_secs(known))
}

/// The lifetime that `ttl` spells.
fn lifetime(ttl: &str) -> Option<Duration> {
    let (count, unit) = ttl.split_at_checked(ttl.len().checked_sub(1)?)?;
    let scale = match unit {
        "m" => 60,
        "h" => 3_600,
        _ => return None,
    };
    let read = Duration::from_secs(count.parse::<u64>().ok()?.checked_mul(scale)?);
    (self::ttl(read) == ttl).then_some(read)
}
