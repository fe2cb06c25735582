//! What one request had fetched, for all of its attempts.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::task::{Context, Poll};

use nohop_types::{Error, ErrorKind, Request, Result};
use nohop_wire::{Takes, wanted};
use tokio::sync::Mutex;

use super::{Fetch, Fetched};

/// What one request had fetched: every address is asked once, however many candidates want it.
#[derive(Debug)]
pub struct Basket {
    fetch: Arc<Fetch>,
    /// How many bytes may still be fetched.
    left: AtomicUsize,
    kept: Mutex<Kept>,
}

type Kept = HashMap<String, Result<Fetched, Failure>>;

/// The most addresses that are asked at once.
const AT_ONCE: usize = 8;

/// What is kept of an error, which can not be copied.
#[derive(Clone, Debug)]
struct Failure {
    kind: ErrorKind,
    message: String,
}

impl Basket {
    /// An empty one, which `fetch` fills.
    pub fn new(fetch: impl Into<Arc<Fetch>>) -> Self {
        let fetch = fetch.into();
        let left = AtomicUsize::new(fetch.together);
        Self { fetch, left, kept: Mutex::default() }
    }

    /// The request, with all in it as bytes that a host which `takes` so much can not fetch itself.
    ///
    /// # Errors
    ///
    /// Those of [`Fetch::fetch`], behind the place of the part; another host may fetch it itself.
    pub async fn fill(&self, request: &Arc<Request>, takes: &Takes) -> Result<Arc<Request>> {
        let wanted = wanted(request, takes);
        if wanted.is_empty() {
            return Ok(request.clone());
        }
        let mut kept = self.kept.lock().await;
        let mut urls: Vec<&str> = wanted.iter().map(|wanted| wanted.url).collect();
        urls.sort_unstable();
        urls.dedup();
        urls.retain(|url| !kept.contains_key(*url));
        let work = self.fetch_all(&urls, &mut kept);
        if tokio::time::timeout(self.fetch.time, work).await.is_err() {
            for url in urls {
                kept.entry(url.to_owned()).or_insert_with(|| Err(failure(self.fetch.late())));
            }
        }
        let mut filled = Request::clone(request);
        for wanted in &wanted {
            match kept.get(wanted.url) {
                Some(Ok(Fetched { media_type, bytes })) => {
                    wanted.put(&mut filled, media_type, bytes.clone());
                }
                Some(Err(Failure { kind, message })) => {
                    return Err(Error::new(*kind, message.as_str()).at(wanted.path()));
                }
                None => (),
            }
        }
        Ok(Arc::new(filled))
    }

    /// Fetches all of these, some at once, and keeps what comes of each.
    async fn fetch_all(&self, urls: &[&str], kept: &mut Kept) {
        let mut running: Vec<Running<'_>> = Vec::new();
        for url in urls {
            let work = Box::pin(self.fetch.fetch_within(url, &self.left));
            running.push(Running { url, work: Some(work) });
        }
        poll_fn(|cx| {
            let mut waiting = 0;
            for one in &mut running {
                match one.poll(cx) {
                    Some(Poll::Ready(found)) => drop(kept.insert(one.url.to_owned(), found)),
                    Some(Poll::Pending) => waiting += 1,
                    None => (),
                }
                if waiting == AT_ONCE {
                    break;
                }
            }
            if waiting == 0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// One that is being fetched.
struct Running<'a> {
    url: &'a str,
    work: Option<Pin<Box<dyn Future<Output = Result<Fetched>> + Send + 'a>>>,
}

impl Running<'_> {
    /// What came of it, once.
    fn poll(&mut self, cx: &mut Context<'_>) -> Option<Poll<Result<Fetched, Failure>>> {
        let polled = self.work.as_mut()?.as_mut().poll(cx);
        if polled.is_ready() {
            self.work = None;
        }
        Some(polled.map(|found| found.map_err(failure)))
    }
}

fn failure(error: Error) -> Failure {
    Failure { kind: error.kind(), message: error.message().to_owned() }
}
