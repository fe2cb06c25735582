use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep};

use super::connection::{Fate, Line};
use super::service::{Broken, is_alone_on_its_connection};
use crate::journal::{Received, Served};
use crate::{Chunk, End, Journal};

/// A body that comes as its script says.
pub(super) struct Body {
    chunks: VecDeque<Chunk>,
    end: End,
    close_idle: Option<Duration>,
    progress: Progress,
    timer: Option<Pin<Box<Sleep>>>,
    has_rested: bool,
    writes: usize,
    settling: Option<JoinHandle<()>>,
}

/// A reset discards what the kernel still holds back. It holds nothing back of the first ten
/// packets after a request; beyond them it waits for the client's acknowledgement, which may be
/// delayed by 40 ms.
const WRITES_THAT_ARRIVE_AT_ONCE: usize = 8;
const BYTES_THAT_ARRIVE_AT_ONCE: usize = 32 << 10;
const ACKNOWLEDGEMENT: Duration = Duration::from_millis(100);

impl Body {
    pub(super) fn new(
        chunks: Vec<Chunk>,
        end: End,
        close_idle: Option<Duration>,
        mut progress: Progress,
    ) -> Self {
        let chunks: VecDeque<Chunk> =
            chunks.into_iter().filter(|chunk| !chunk.bytes.is_empty()).collect();
        if chunks.is_empty() && end == End::Complete {
            // The connection never asks for a body that is empty.
            progress.served(|served| served.whole = true);
        }
        // A first chunk goes out with the head; if there is none, the head must go out by itself.
        let has_rested = !chunks.is_empty();
        Self {
            chunks,
            end,
            close_idle,
            progress,
            timer: None,
            has_rested,
            writes: 0,
            settling: None,
        }
    }

    /// Writes the next chunk, when its time has come.
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let Some(first) = self.chunks.front_mut() else { return Poll::Ready(None) };
        let after = std::mem::take(&mut first.after);
        if !after.is_zero() {
            self.timer = Some(Box::pin(sleep(after)));
        }
        ready!(self.poll_timer(cx));
        let chunk = self.chunks.pop_front();
        self.writes += 1;
        Poll::Ready(chunk.map(|Chunk { bytes, events, .. }| {
            let is_whole = self.chunks.is_empty() && self.end == End::Complete;
            self.progress.served(|served| {
                served.bytes += bytes.len();
                served.events += events;
                served.whole |= is_whole;
            });
            bytes
        }))
    }

    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match &self.end {
            End::Complete => {
                self.progress.served(|served| served.whole = true);
                Poll::Ready(None)
            }
            End::Stall { ping: None } => Poll::Pending,
            End::Stall { ping: Some((interval, bytes)) } => {
                let (interval, bytes) = (*interval, bytes.clone());
                if self.timer.is_none() {
                    self.timer = Some(Box::pin(sleep(interval)));
                }
                ready!(self.poll_timer(cx));
                self.progress.served(|served| served.bytes += bytes.len());
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            End::Reset => {
                ready!(self.poll_settled(cx));
                self.progress.broke(&End::Reset);
                Poll::Ready(Some(Err(Broken)))
            }
            End::Close => {
                self.progress.broke(&End::Close);
                Poll::Ready(Some(Err(Broken)))
            }
        }
    }

    /// Waits until what was written has arrived.
    ///
    /// The kernel keeps real time, so this waits in real time: while a blocking task runs, a paused
    /// clock stands still.
    fn poll_settled(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let arrives_at_once = self.writes <= WRITES_THAT_ARRIVE_AT_ONCE
            && self.progress.bytes <= BYTES_THAT_ARRIVE_AT_ONCE;
        if arrives_at_once {
            return Poll::Ready(());
        }
        let settling = self.settling.get_or_insert_with(|| {
            tokio::task::spawn_blocking(|| std::thread::sleep(ACKNOWLEDGEMENT))
        });
        // It can fail only in a runtime that shuts down.
        Pin::new(settling).poll(cx).map(drop)
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(timer) = &mut self.timer {
            ready!(timer.as_mut().poll(cx));
            self.timer = None;
        }
        Poll::Ready(())
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let body = self.get_mut();
        if !body.has_rested {
            // The connection writes out what it has only when there is nothing more to have.
            body.has_rested = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let chunk = ready!(body.poll_chunk(cx));
        body.has_rested = chunk.is_none();
        match chunk {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None => body.poll_end(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.chunks.is_empty() && self.end == End::Complete
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        if let Some(after) = self.close_idle {
            self.progress.line.decide(Fate::CloseIdle(Instant::now() + after));
        }
    }
}

/// How far an exchange has come, written down as it goes, and when it is dropped.
pub(super) struct Progress {
    journal: Journal,
    line: Arc<Line>,
    number: Option<u64>,
    bytes: usize,
    is_alone: bool,
    is_over: bool,
}

impl Progress {
    pub(super) fn new<B>(journal: Journal, line: Arc<Line>, request: &http::Request<B>) -> Self {
        let is_alone = is_alone_on_its_connection(request.version());
        Self { journal, line, number: None, bytes: 0, is_alone, is_over: false }
    }

    pub(super) fn connection(&self) -> u64 {
        self.line.id
    }

    pub(super) fn open(&mut self, received: Received) {
        self.number = Some(self.journal.open(received));
    }

    pub(super) fn served(&mut self, change: impl FnOnce(&mut Served)) {
        if let Some(number) = self.number {
            self.journal.note(number, |served| {
                change(served);
                self.bytes = served.bytes;
                self.is_over |= served.whole;
            });
        }
    }

    /// Notes that the script broke it off, and sees to it that the socket does what that means.
    pub(super) fn broke(&mut self, end: &End) {
        if *end == End::Reset && self.is_alone {
            self.line.reset_on_close();
        }
        self.is_over = true;
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.line.finish();
        if !self.is_over && !self.line.is_closed() {
            self.served(|served| served.left = true);
        }
        if let Some(number) = self.number {
            self.journal.close(number);
        }
    }
}
