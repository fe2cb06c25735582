//! Provider emulators on real sockets, with faults and a journal.
//!
//! An [`Emulator`] answers on a loopback socket as OpenAI, Anthropic, Google, Cohere, Ollama or
//! Amazon Bedrock would, from a [`Script`]: what it says, how fast, and what goes wrong. It refuses what the real provider refuses, in the
//! same words. Vectors, orders of documents and lists of models it makes as well: [`vector`] is what it makes of a
//! text. Its [`Journal`] tells what arrived, what was served, and what follows for a correct
//! client. Everything it says is written by hand here, so that it can contradict the code under
//! test.
//!
//! ```
//! use nohop_testkit::{Emulator, Fault};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let failing = Emulator::openai().fault(Fault::Overloaded).start().await?;
//! let healthy = Emulator::anthropic().says("Hello from the second.").start().await?;
//!
//! // Give your application failing.url() and healthy.url(), and let it ask. Then:
//! # ask(&failing).await?;
//! assert_eq!(failing.journal().calls(), 1);
//! assert_eq!(healthy.journal().calls(), 0);
//! let received = failing.journal().last().expect("there was a call");
//! assert_eq!(received.json()["model"], "gpt-4.1");
//! assert_eq!(received.served.status.map(|status| status.as_u16()), Some(529));
//! # Ok(())
//! # }
//! #
//! # async fn ask(emulator: &Emulator) -> std::io::Result<()> {
//! #     use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! #     let mut socket = tokio::net::TcpStream::connect(emulator.address()).await?;
//! #     let body = r#"{"model":"gpt-4.1","messages":[]}"#;
//! #     let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nconnection: close";
//! #     let length = body.len();
//! #     let request = format!("{head}\r\ncontent-length: {length}\r\n\r\n{body}");
//! #     socket.write_all(request.as_bytes()).await?;
//! #     socket.read_to_end(&mut Vec::new()).await?;
//! #     Ok(())
//! # }
//! ```
//!
//! # The clock
//!
//! Every wait of an emulator is by tokio's clock, in the runtime that started it. So a test of
//! timeouts takes no time, if it keeps one rule: **client and emulator live in the same
//! current-thread runtime**, and its clock is paused:
//!
//! ```
//! # use std::time::Duration;
//! # use nohop_testkit::{Emulator, Fault};
//! #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> std::io::Result<()> {
//! #   test().await
//! # }
//! # async fn test() -> std::io::Result<()> {
//! let stalled = Emulator::openai().fault(Fault::Hang).start().await?;
//! // … a client with a timeout of a minute gives up here, in no time at all.
//! # tokio::time::sleep(Duration::from_secs(60)).await;
//! # drop(stalled);
//! # Ok(())
//! # }
//! ```
//!
//! (In a test that is `#[tokio::test(start_paused = true)]`.) A paused clock jumps to the next timer
//! as soon as its runtime has nothing to do. With the emulator in the same runtime, its work is part
//! of that; with a thread or process of its own it is not, and the client's clock runs ahead while
//! the answer is still on its way: every call times out. So whatever has another thread (a client
//! with threads of its own, `spawn_blocking`, a runtime of several threads, a real server) uses real
//! clocks, wide limits, and asserts what happened and in which order, never how long it took.
//!
//! # Without sockets
//!
//! [`Script::respond`] says as plain data what an emulator would do: a [`Reply`] with its head, its
//! chunks at their times, and its end. An adapter of a few lines makes it a transport for unit
//! tests.
//!
//! Invariant: this crate never links `nohop-wire`.

mod dialect;
mod emulator;
mod fault;
mod journal;
mod outcome;
mod reply;
mod script;
#[cfg(feature = "tls")]
mod tls;

pub use dialect::{Dialect, vector};
pub use emulator::Emulator;
pub use fault::{Departure, Fault, RetryAfter};
pub use journal::{Journal, Received, Served};
pub use outcome::Outcome;
pub use reply::{Chunk, End, Head, Reply};
pub use script::Script;
