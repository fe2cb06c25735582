//! The work that every peer does, and how it is run.
//!
//! A peer is a program of its own, so that it links what it needs and nothing else. It says what it
//! read, so that nobody is found cheap who lost something.
//!
//! ```text
//! peer-NAME chat   URL COUNT [HISTORY]      asks COUNT times, behind HISTORY bytes of conversation
//! peer-NAME stream URL COUNT [HISTORY]      the same, and reads the answers as they come
//! peer-NAME load   URL COUNT CONNECTIONS    asks COUNT times over so many connections, by the clock
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what the programs do")]

mod conversation;
mod load;

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::process::ExitCode;

use tokio::runtime::{Builder, Runtime};

pub use conversation::{Conversation, Role, Turn};

/// A result of anything that a client may say.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The model that is asked.
pub const MODEL: &str = "gpt-4o-mini";

/// The key that is shown.
pub const KEY: &str = "sk-no-key-of-anyone";

/// A client that is measured.
pub trait Peer: Clone + Send + Sync + 'static {
    /// Makes the client for the API at `url`, as an application does once.
    ///
    /// # Errors
    ///
    /// The client's own.
    fn new(url: &str) -> Result<Self>;

    /// Asks, and reads text and usage of the whole answer.
    fn chat(&self, conversation: &Conversation) -> impl Future<Output = Result<Told>> + Send;

    /// Asks, and reads text and usage of the answer as it comes.
    fn stream(&self, conversation: &Conversation) -> impl Future<Output = Result<Told>> + Send;
}

/// What was read of an answer.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "it is a sum that every peer adds to")]
pub struct Told {
    /// How many bytes of text.
    pub text: usize,
    /// How many tokens the usage says, in all.
    pub tokens: u64,
}

impl Told {
    /// Counts a text.
    pub fn text(&mut self, text: &str) {
        self.text += black_box(text).len();
    }

    /// Counts the total of a usage.
    pub fn tokens(&mut self, tokens: impl Into<u64>) {
        self.tokens += tokens.into();
    }

    fn add(&mut self, other: Self) {
        self.text += other.text;
        self.tokens += other.tokens;
    }
}

/// The program of a peer.
pub fn main<P: Peer>() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    exit(run::<P>(&args.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// What a program ends with that has `done` something.
pub fn exit(done: Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The runtime that every peer runs on.
///
/// # Errors
///
/// The operating system's own.
pub fn runtime() -> Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

fn run<P: Peer>(args: &[&str]) -> Result<()> {
    match *args {
        ["load", url, count, connections] => {
            load::run::<P>(url, count.parse()?, connections.parse()?)
        }
        [mode, url, count] => ask::<P>(mode, url, count.parse()?, 0),
        [mode, url, count, history] => ask::<P>(mode, url, count.parse()?, history.parse()?),
        _ => Err("usage: chat|stream URL COUNT [HISTORY], or load URL COUNT CONNECTIONS".into()),
    }
}

fn ask<P: Peer>(mode: &str, url: &str, count: usize, history: usize) -> Result<()> {
    let stream = match mode {
        "chat" => false,
        "stream" => true,
        _ => return Err(format!("{mode} is neither chat nor stream").into()),
    };
    let conversation = Conversation::new(history);
    let told = runtime()?.block_on(async {
        let peer = P::new(url)?;
        let mut told = Told::default();
        for _ in 0..count {
            told.add(match stream {
                true => peer.stream(&conversation).await?,
                false => peer.chat(&conversation).await?,
            });
        }
        Ok::<_, Box<dyn Error + Send + Sync>>(told)
    })?;
    told.print();
    Ok(())
}

impl Told {
    fn print(&self) {
        println!("text {} tokens {}", self.text, self.tokens);
    }
}
