use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use hyper::rt::Executor;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::server::{Registration, Server};
use super::service;

/// One connection, as its requests and the emulator see it.
pub(super) struct Line {
    pub(super) id: u64,
    requests: AtomicU64,
    in_flight: AtomicUsize,
    resets: AtomicBool,
    fate: watch::Sender<Fate>,
}

/// How long a connection has to live.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fate {
    /// As long as the client wants.
    Open,
    /// Until then, if no request comes before.
    CloseIdle(Instant),
    /// No longer.
    Closed,
}

impl Line {
    pub(super) fn new(id: u64) -> Self {
        Self {
            id,
            requests: AtomicU64::new(0),
            in_flight: AtomicUsize::new(0),
            resets: AtomicBool::new(false),
            fate: watch::Sender::new(Fate::Open),
        }
    }

    /// Counts one request more, and lives on for it.
    pub(super) fn begin(&self) -> u64 {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.fate.send_if_modified(|fate| {
            let waits = matches!(fate, Fate::CloseIdle(_));
            if waits {
                *fate = Fate::Open;
            }
            waits
        });
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn finish(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn is_idle(&self) -> bool {
        self.in_flight.load(Ordering::Relaxed) == 0
    }

    /// Decides when it ends; once it has ended, nothing changes that.
    pub(super) fn decide(&self, fate: Fate) {
        self.fate.send_if_modified(|now| {
            let is_open = *now != Fate::Closed;
            if is_open {
                *now = fate;
            }
            is_open
        });
    }

    /// Whether the emulator itself has ended it.
    pub(super) fn is_closed(&self) -> bool {
        *self.fate.borrow() == Fate::Closed
    }

    /// Has the socket reset the connection when it is closed, instead of saying goodbye.
    pub(super) fn reset_on_close(&self) {
        self.resets.store(true, Ordering::Relaxed);
    }

    /// Ends when the connection must.
    async fn closed(&self) {
        let mut fate = self.fate.subscribe();
        // The sender is ours, so that waiting can not fail.
        let _ = fate.wait_for(|fate| *fate == Fate::Closed).await;
    }

    /// Ends when the connection was idle for as long as it may be.
    async fn idled(&self) {
        let mut changes = self.fate.subscribe();
        loop {
            let fate = *changes.borrow_and_update();
            let deadline = async {
                match fate {
                    Fate::CloseIdle(at) => sleep_until(at).await,
                    _ => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                _ = changes.changed() => {}
                () = deadline => return,
            }
        }
    }
}

/// Serves one connection until either side ends it.
pub(super) async fn serve(
    server: Arc<Server>,
    line: Arc<Line>,
    stream: TcpStream,
    registration: Registration,
) {
    // Without it every small event waits for an acknowledgement.
    let _ = stream.set_nodelay(true);
    let socket = Socket { stream, line: Arc::clone(&line) };
    let watched = Arc::clone(&line);
    tokio::select! {
        biased;
        () = watched.closed() => {}
        () = speak(server, line, socket) => {}
    }
    drop(registration);
}

#[cfg(feature = "tls")]
async fn speak(server: Arc<Server>, line: Arc<Line>, socket: Socket) {
    let Some(acceptor) = server.tls.clone() else {
        let speaks_http2 = server.http2.is_some();
        return converse(server, line, socket, speaks_http2).await;
    };
    // A client that does not trust us is no concern of ours.
    if let Ok(stream) = acceptor.accept(socket).await {
        let speaks_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        converse(server, line, stream, speaks_http2).await;
    }
}

#[cfg(not(feature = "tls"))]
async fn speak(server: Arc<Server>, line: Arc<Line>, socket: Socket) {
    let speaks_http2 = server.http2.is_some();
    converse(server, line, socket, speaks_http2).await;
}

async fn converse<S>(server: Arc<Server>, line: Arc<Line>, stream: S, speaks_http2: bool)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let streams = server.http2;
    let io = TokioIo::new(stream);
    let handled = Arc::clone(&line);
    let service = service_fn(move |request| {
        service::answer(Arc::clone(&server), Arc::clone(&handled), request)
    });
    // How a connection ends is the client's business or the script's; both are in the journal.
    if speaks_http2 {
        let tasks = Tasks { line: Arc::clone(&line) };
        let mut builder = http2::Builder::new(tasks);
        builder.max_concurrent_streams(streams);
        let mut connection = pin!(builder.serve_connection(io, service));
        tokio::select! {
            _ = connection.as_mut() => return,
            () = line.idled() => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    } else {
        let mut connection = pin!(http1::Builder::new().serve_connection(io, service));
        tokio::select! {
            _ = connection.as_mut() => return,
            () = line.idled() => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }
}

/// Runs the streams of one HTTP/2 connection, no longer than it lives.
#[derive(Clone)]
struct Tasks {
    line: Arc<Line>,
}

impl<F> Executor<F> for Tasks
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, task: F) {
        let line = Arc::clone(&self.line);
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = line.closed() => {}
                _ = task => {}
            }
        });
    }
}

/// A TCP stream that may end in a reset.
struct Socket {
    stream: TcpStream,
    line: Arc<Line>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.line.resets.load(Ordering::Relaxed) {
            // If it fails, the client sees an orderly end, and the test that wanted none fails.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
