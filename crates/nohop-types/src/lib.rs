//! The vocabulary every other crate speaks.
//!
//! A [`Request`] goes in, [`Event`]s come out, and a [`Response`] is nothing more than the fold of
//! those events. [`Usage`] says what was consumed, [`Money`] what it cost, [`Error`] what went wrong
//! and what may be done about it. An [`EmbedRequest`] is answered with [`Vectors`],
//! a [`RerankRequest`] with a [`Ranking`]; [`Listed`] is one model of those that a provider has.
//!
//! ```
//! use nohop_types::Request;
//!
//! let request = Request::new("openai/gpt-4.1").system("Be terse.").user("Why is the sky red?");
//! assert_eq!(request.messages.len(), 2);
//! ```
//!
//! Invariant: nothing here performs IO, reads a clock or knows a provider.

mod aside;
mod asker;
mod base64;
mod citation;
mod cost;
mod embed;
mod error;
mod event;
mod extra;
mod finish;
mod grammar;
mod json;
mod label;
mod listed;
mod logprob;
mod loss;
mod media;
mod message;
mod money;
mod numbered;
mod options;
mod outcome;
mod part;
mod preferences;
mod priority;
mod ranking;
mod reasoning;
mod request;
mod rerank;
mod response;
#[cfg(feature = "schema")]
mod schema;
mod secret;
mod sketch;
#[cfg(test)]
mod strategies;
mod task;
mod tool;
mod trace;
mod usage;
mod vectors;
mod words;

/// The crate whose `JsonSchema` is derived for [`Shaped`] types.
#[cfg(feature = "schema")]
pub use schemars;

pub use aside::Aside;
pub use citation::{Citation, Span};
pub use cost::{Cost, Provenance};
pub use embed::{EmbedInput, EmbedRequest, Purpose};
pub use error::{Error, ErrorKind, Recovery, Result, Scope};
pub use event::{Event, Piece};
pub use extra::{Extra, ExtraScope, Extras};
pub use finish::FinishReason;
pub use grammar::Grammar;
pub use json::Json;
pub use label::Label;
pub use listed::{Listed, Rate, Unit};
pub use logprob::{Logprob, TokenLogprob};
pub use loss::{Change, Loss};
pub use media::{Audio, Document, Image, Media, Modality, Video};
pub use message::{Message, Role};
pub use money::{Money, NotMoney};
pub use options::{OutputFormat, Sampling, Schema, ServiceTier, Verbosity};
pub use outcome::Outcome;
pub use part::{CacheMark, Content, Opaque, Part};
pub use preferences::{
    Cutoffs, DataCollection, Firmness, MaxPrice, Partition, Preferences, Sort, SortBy,
};
pub use priority::Priority;
pub use ranking::{Ranked, Ranking};
pub use reasoning::{Effort, Issuer, Reasoning, Summary, Thinking, Visibility};
pub use request::Request;
pub use rerank::RerankRequest;
pub use response::{Choice, Response};
#[cfg(feature = "schema")]
pub use schema::Shaped;
pub use secret::Secret;
pub use sketch::Sketch;
pub use task::Task;
pub use tool::{Function, Input, Parallel, Tool, ToolCall, ToolChoice, ToolKind, ToolResult};
pub use trace::{Attempted, Classified, Considered, Lazy, Maker, Shadowed, Stage, Trace};
pub use usage::{Kind, Share, Usage, Written};
pub use vectors::Vectors;
