//! What a client costs, and the limits that ours keeps.

use std::fmt;
use std::time::Duration;

use crate::mock::Told;
use crate::peers::{Peer, Run, Times};
use crate::valgrind::{Count, Trouble};

/// What one client costs.
#[derive(Debug)]
#[non_exhaustive]
pub struct Costs {
    /// The client's name.
    pub name: &'static str,
    /// Instructions of a chat: a question of 110 bytes, an answer of 1.1 KB.
    pub chat: f64,
    /// Instructions of the same chat behind 20 KB of conversation.
    pub history: f64,
    /// Instructions of a streamed event when many come at once.
    pub chunk: f64,
    /// Instructions of one that comes alone.
    pub paced: f64,
    /// Allocations of a chat.
    pub chat_allocations: f64,
    /// Allocations of a streamed event.
    pub chunk_allocations: f64,
    /// Instructions of a whole process that asks once.
    pub first: u64,
    /// Bytes of the program without its symbols.
    pub size: u64,
}

/// Where the answers are.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Urls {
    /// Whole, or streamed without a pause.
    pub fast: String,
    /// Streamed with a pause between the events.
    pub paced: String,
}

impl Urls {
    /// Where the events come at once, and where they come one by one.
    pub fn new(url: impl Fn(u64, Duration) -> String) -> Self {
        Self { fast: url(EVENTS, Duration::ZERO), paced: url(PACED, PAUSE) }
    }
}

/// How many events an answer has that is streamed without a pause.
const EVENTS: u64 = 2_000;

/// How many it has with pauses, which take their time.
const PACED: u64 = 400;

/// Longer than any client takes for an event under valgrind, so that each comes alone.
const PAUSE: Duration = Duration::from_millis(4);

impl Costs {
    /// Counts what `peer` costs.
    ///
    /// # Errors
    ///
    /// Says what keeps valgrind from counting, or that the client lost something.
    pub fn of(peer: &Peer, urls: &Urls) -> Result<Self, Trouble> {
        use Count::{Allocations, Instructions};
        let chat = Run::chat(&urls.fast);
        let history = Run { history: 20 << 10, ..chat.clone() };
        let (fast, paced) = (Run::stream(&urls.fast, EVENTS), Run::stream(&urls.paced, PACED));
        Ok(Self {
            name: peer.name,
            chat: peer.each(Instructions, &chat, [50, 150])?,
            history: peer.each(Instructions, &history, [20, 60])?,
            chunk: peer.each(Instructions, &fast, [1, 3])? / EVENTS as f64,
            paced: peer.each(Instructions, &paced, [1, 3])? / PACED as f64,
            chat_allocations: peer.each(Allocations, &chat, [20, 60])?,
            chunk_allocations: peer.each(Allocations, &fast, [1, 3])? / EVENTS as f64,
            first: peer.count(Instructions, &chat, 1)?,
            size: peer.size()?,
        })
    }

    /// The line that the rows' columns stand under.
    pub fn title() -> String {
        format!(
            "{:12} {:>9} {:>11} {:>9} {:>9} {:>9} {:>10} {:>12} {:>9}",
            "client",
            "chat",
            "chat 20 KB",
            "chunk",
            "alone",
            "allocs",
            "per chunk",
            "first call",
            "binary"
        )
    }
}

impl fmt::Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, chat, history, chunk, paced, .. } = self;
        write!(f, "{name:12} {chat:>9.0} {history:>11.0} {chunk:>9.0} {paced:>9.0}")?;
        let Self { chat_allocations, chunk_allocations, first, size, .. } = self;
        write!(f, " {chat_allocations:>9.1} {chunk_allocations:>10.1} {first:>12} {size:>9}")
    }
}

impl<'a> Run<'a> {
    fn chat(url: &'a str) -> Self {
        Self { mode: "chat", url, history: 0, each: Told::whole() }
    }

    fn stream(url: &'a str, events: u64) -> Self {
        Self { mode: "stream", url, history: 0, each: Told::streamed(events) }
    }
}

/// What chats take by the clock, one after the other and many at once.
///
/// The best of a few rounds: others who use the machine only ever make it slower.
#[derive(Debug)]
#[non_exhaustive]
pub struct Clock {
    /// The client's name.
    pub name: &'static str,
    /// Over one connection.
    pub one: Times,
    /// Over 64.
    pub many: Times,
}

impl Clock {
    /// Times `peers` in turn, so that a busy moment falls on all of them.
    ///
    /// # Errors
    ///
    /// Says that a program failed or lost something.
    pub fn of(peers: &[Peer], urls: &Urls) -> Result<Vec<Self>, Trouble> {
        const ROUNDS: usize = 5;
        let mut clocks: Vec<Self> = Vec::new();
        for round in 0..ROUNDS {
            for (place, peer) in peers.iter().enumerate() {
                let one = peer.times(&urls.fast, 2_000, 1)?;
                let many = peer.times(&urls.fast, 6_400, 64)?;
                match round {
                    0 => clocks.push(Self { name: peer.name, one, many }),
                    _ => clocks[place].take(one, many),
                }
            }
        }
        Ok(clocks)
    }

    fn take(&mut self, one: Times, many: Times) {
        self.one = self.one.min(one);
        self.many = self.many.min(many);
    }

    /// The line that the rows' columns stand under.
    pub fn title() -> String {
        format!(
            "{:12} {:>14} {:>8} {:>16} {:>8}",
            "client", "1 connection", "p99", "64 connections", "p99"
        )
    }
}

impl Times {
    fn min(self, other: Self) -> Self {
        Self { each: self.each.min(other.each), p99: self.p99.min(other.p99) }
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, one, many } = self;
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        write!(f, "{name:12} {:>11.1} µs {:>8.1}", micros(one.each), micros(one.p99))?;
        write!(f, " {:>13.1} µs {:>8.1}", micros(many.each), micros(many.p99))
    }
}

/// Something that ours may cost, and what it costs.
#[derive(Debug)]
#[non_exhaustive]
pub struct Limit {
    /// What costs.
    pub what: &'static str,
    /// What it costs.
    pub is: f64,
    /// What it may cost.
    pub most: f64,
    /// What it costs at the most as long as that is out of reach; worse is a step back.
    pub reached: Option<f64>,
}

impl Limit {
    /// What `ours` keeps beside `raw`; `transport` is what a first call costs over our transport alone.
    pub fn all(ours: &Costs, raw: &Costs, transport: u64) -> Vec<Self> {
        let limit = |what, is, most| Self { what, is, most, reached: None };
        let missed = |what, is, most, reached| Self { what, is, most, reached: Some(reached) };
        let more = |one: u64, other: u64| one as f64 - other as f64;
        vec![
            missed("a chat, in chats of raw reqwest", ours.chat / raw.chat, 1.15, 1.55),
            limit("20 KB of history, the same", ours.history / raw.history, 1.15),
            limit("a streamed chunk, instructions", ours.chunk, 15_500.0),
            limit("a streamed chunk, allocations", ours.chunk_allocations, 4.0),
            // Whatever is put off until it is needed, the first call needs.
            limit("a first call beyond its transport's", more(ours.first, transport), 300_000.0),
            // Half of it is for the catalog, which is bundled by default.
            limit("the binary beyond raw reqwest's, bytes", more(ours.size, raw.size), 3_000_000.0),
        ]
    }

    /// Whether it costs no more than it may, or than it has cost while that is out of reach.
    pub fn is_ok(&self) -> bool {
        self.is <= self.reached.unwrap_or(self.most)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, is, most, .. } = self;
        // Ratios and counts per event are small, and their digits behind the point matter.
        let digits = if *most < 100.0 { 2 } else { 0 };
        let ok = match self.is_ok() {
            true if is <= most => "ok",
            true => "MISSED, as before",
            false => "OVER",
        };
        write!(f, "{what:40} {is:>10.digits$} of {most:>10.digits$}  {ok}")
    }
}
