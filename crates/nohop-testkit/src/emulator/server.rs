use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;

use super::connection::{self, Fate, Line};
use crate::{Journal, Script};

/// What the listener, the connections and the handle share.
pub(super) struct Server {
    pub(super) journal: Journal,
    pub(super) http2: Option<u32>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<tokio_rustls::TlsAcceptor>,
    script: Mutex<Arc<Script>>,
    lines: Mutex<HashMap<u64, Arc<Line>>>,
    accepted: AtomicU64,
    calls: AtomicU64,
}

impl Server {
    #[cfg_attr(not(feature = "tls"), allow(clippy::unnecessary_wraps, reason = "TLS may fail"))]
    pub(super) fn new(script: Script) -> io::Result<Self> {
        Ok(Self {
            journal: Journal::new(script.remembers),
            http2: script.http2,
            #[cfg(feature = "tls")]
            tls: script.tls.then(|| crate::tls::acceptor(script.http2.is_some())).transpose()?,
            script: Mutex::new(Arc::new(script)),
            lines: Mutex::default(),
            accepted: AtomicU64::new(0),
            calls: AtomicU64::new(0),
        })
    }

    /// Accepts connections until it is aborted.
    pub(super) async fn listen(self: Arc<Self>, socket: TcpListener) {
        loop {
            match socket.accept().await {
                Ok((stream, _)) => {
                    let id = self.accepted.fetch_add(1, Ordering::Relaxed) + 1;
                    let line = Arc::new(Line::new(id));
                    self.lines().insert(id, Arc::clone(&line));
                    let registration = Registration { server: Arc::clone(&self), id };
                    tokio::spawn(connection::serve(Arc::clone(&self), line, stream, registration));
                }
                // Out of file descriptors, most likely: some will be closed.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    }

    pub(super) fn script(&self) -> Arc<Script> {
        Arc::clone(&self.script.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set_script(&self, script: Script) {
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(script);
    }

    /// Counts one call more.
    pub(super) fn next_call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn is_secure(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.tls.is_some();
        #[cfg(not(feature = "tls"))]
        return false;
    }

    pub(super) fn connections(&self) -> usize {
        self.lines().len()
    }

    pub(super) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    pub(super) fn close_idle(&self) {
        self.lines().values().filter(|line| line.is_idle()).for_each(|line| {
            line.decide(Fate::CloseIdle(tokio::time::Instant::now()));
        });
    }

    pub(super) fn close_all(&self) {
        self.lines().values().for_each(|line| line.decide(Fate::Closed));
    }

    pub(super) fn reset_all(&self) {
        for line in self.lines().values() {
            line.reset_on_close();
            line.decide(Fate::Closed);
        }
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<u64, Arc<Line>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's place in the list, until it ends however it ends.
pub(super) struct Registration {
    server: Arc<Server>,
    id: u64,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.server.lines().remove(&self.id);
    }
}
