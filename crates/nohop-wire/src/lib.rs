//! Bytes to vocabulary and back.
//!
//! A [`Dialect`] is one way providers talk HTTP, seen from the client: give it a [`Call`] and it
//! returns bytes; give its [`Decoder`] frames and it returns events. A [`Surface`] is the same way of
//! talking, seen from the server: their request in, our answer out. [`Reader`] puts the framing in
//! front of a decoder and decides what happens to bytes that are wrong. [`Embed`] is the part of a dialect
//! that makes vectors of texts. [`laws`] says what all of them
//! must obey, ours and yours.
//!
//! Invariant: no sockets, no clock, no async.

mod abilities;
mod allowance;
mod call;
pub mod dialect;
mod embed;
mod framing;
mod json;
pub mod laws;
mod loss;
mod media;
mod models;
mod reader;
mod rerank;
pub mod schema;
mod surface;
mod wait;

use std::fmt;

use nohop_types::{Error, Event, Result};

pub use abilities::{Abilities, Ability};
pub use allowance::{Allowance, Counted};
pub use call::{Call, Encoded, Head, Mode};
pub use embed::{Embed, EmbedCall, vectors};
pub use framing::{Frame, Framer, Framing, Uncut};
pub use media::{Source, Taken, Takes, Wanted, is_of, sniff, wanted};
pub use models::{Page, models};
pub use nohop_types::{Change, Loss};
pub use reader::{Reader, Strictness};
pub use rerank::{Rerank, RerankCall, ranking};
pub use surface::{Encoder, Incoming, Reply, RequestHead, Stamp, Surface};

/// One way providers talk HTTP.
///
/// The value holds its departures from the inventor's own: a field each, with its default in the
/// dialect's `PLAIN`.
pub trait Dialect: fmt::Debug + Send + Sync + 'static {
    /// The name, for issuers, scopes and the trace.
    fn name(&self) -> &'static str;

    /// Writes the call's request as this dialect would send it.
    ///
    /// # Errors
    ///
    /// `InvalidRequest` when the request means nothing in any dialect, `Unsupported` when the model's
    /// abilities say to refuse rather than to lose, or when the host does not take what is shown to it.
    fn encode(&self, call: &Call<'_>) -> Result<Encoded>;

    /// Opens the answer to `call` that begins with `head`.
    ///
    /// # Errors
    ///
    /// `Protocol` when no answer of this dialect can begin like that.
    fn open(&self, call: &Call<'_>, head: &Head) -> Result<(Framing, Box<dyn Decoder>)>;

    /// Reads an answer whose status is not a success.
    fn error(&self, head: &Head, body: &[u8]) -> Error;

    /// Asks, with GET, which models there are beside the `path` of a way; [`models`] reads the answer.
    ///
    /// What a page says of the next, as [`Page::next`], asks for the page `after` it. A path that begins with
    /// `//` names another host, whose places are filled as the base URL's are. `None` where nobody knows how.
    fn models(&self, path: &str, after: Option<&str>) -> Option<Encoded> {
        let _ = (path, after);
        None
    }

    /// What media the host takes where it serves `model`; everything, unless this is said.
    fn media(&self, model: &str) -> &'static Takes {
        let _ = model;
        &Takes::ANY
    }

    /// How the dialect makes vectors of texts; `None` where it has no way to.
    fn embed(&self) -> Option<&dyn Embed> {
        None
    }

    /// How the dialect puts documents in the order of their relevance; `None` where it has no way to.
    fn rerank(&self) -> Option<&dyn Rerank> {
        None
    }
}

/// Turns the frames of one answer into events.
///
/// A decoder is a state machine driven by [`Reader`]. It appends to `events` and never waits.
pub trait Decoder: Send {
    /// Reads one frame.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the frame, and leaves to the reader what to do about it.
    fn frame(&mut self, frame: Frame<'_>, events: &mut Vec<Event>) -> Result<(), Fault>;

    /// Whether more must come.
    fn state(&self) -> State;

    /// Reads the end of the body; called once, and only when the state is not [`State::Open`].
    fn end(&mut self, events: &mut Vec<Event>);
}

/// What is wrong with a frame.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fault {
    /// It is not what the dialect says a frame is.
    Corrupt(Error),
    /// It is where the provider says that it failed.
    Failed(Error),
    /// It is of a kind that the dialect has not heard of.
    Unknown(String),
}

/// How far an answer has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "a reader must handle every state")]
pub enum State {
    /// More must come: an end here is a truncation.
    Open,
    /// The answer is complete; its usage may follow.
    Enough,
    /// Nothing that follows matters.
    Done,
}
