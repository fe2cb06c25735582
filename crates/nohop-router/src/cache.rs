use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use nohop_types::{Content, FinishReason, Request, Response};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout, timeout_at};

use crate::clock::date;
use crate::safely::safely;

mod fill;
mod key;
mod lead;
mod memory;
#[cfg(test)]
mod tests;

pub(crate) use fill::Fill;
pub use key::Key;
pub(crate) use lead::Lead;
use lead::{Leads, Over, Turn};
use memory::Memory;

/// How long an answer is kept where nothing else is said.
const TTL: Duration = Duration::from_secs(300);

/// How long a request waits for another that asks for the same.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a request waits for the store.
const STORE: Duration = Duration::from_secs(1);

/// Keeps answers, so that what was asked before is not asked again.
///
/// Requests are the same when [`Request::essence`] says so, and their keys, their headers and the tags named by
/// [`per_tag`](Self::per_tag) are equal. Of requests that ask for the same at the same time one is sent, and the others wait for
/// it. What is kept is whole: no error, no answer that was cut or refused, and none with calls of tools unless
/// [`with_calls`](Self::with_calls) says so.
///
/// ```
/// use std::time::Duration;
///
/// use nohop_router::Cache;
///
/// let cache = Cache::memory(64 << 20).ttl(Duration::from_secs(3_600)).per_tag("tenant");
/// ```
pub struct Cache {
    store: Arc<dyn Store>,
    ttl: Duration,
    patience: Duration,
    calls: bool,
    tags: Vec<String>,
    when: Option<When>,
    leads: Arc<Leads>,
}

type When = Box<dyn Fn(&Request) -> bool + Send + Sync>;

/// Where answers are kept.
///
/// A store that fails says that it has nothing: it never fails a request.
#[async_trait::async_trait]
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// What is kept under `key`.
    async fn get(&self, key: &Key) -> Option<Arc<Kept>>;

    /// Keeps `kept` under `key`, for `ttl` at the most.
    async fn put(&self, key: Key, kept: Arc<Kept>, ttl: Duration);
}

/// An answer that is kept.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct Kept {
    /// The answer, without the trace of the request it was given to.
    pub response: Response,
    /// The target that gave it.
    pub target: Arc<str>,
    /// When it was given, counted from the beginning of 1970.
    pub at: Duration,
}

/// What came of looking for an answer.
pub(crate) enum Found {
    /// It is there.
    Kept(Arc<Kept>),
    /// It is to be asked for, and then kept.
    Missing(Lead),
    /// It is to be asked for, and not kept.
    Apart,
}

impl Cache {
    /// A cache in memory, of so many bytes: who was asked for least lately makes room.
    pub fn memory(bytes: usize) -> Self {
        Self::new(Memory::new(bytes))
    }

    /// A cache over a store of your own.
    pub fn new(store: impl Store) -> Self {
        Self {
            store: Arc::new(store),
            ttl: TTL,
            patience: PATIENCE,
            calls: false,
            tags: Vec::new(),
            when: None,
            leads: Arc::default(),
        }
    }

    /// Sets how long an answer is kept: five minutes, unless this is said.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// Sets how long a request waits for another that asks for the same, before it asks by itself: a minute, unless
    /// this is said.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Keeps answers with calls of tools as well.
    #[must_use]
    pub fn with_calls(mut self) -> Self {
        self.calls = true;
        self
    }

    /// Keeps apart the answers to requests whose tag `name` differs, as those of other tenants.
    #[must_use]
    pub fn per_tag(mut self, name: impl Into<String>) -> Self {
        self.tags.push(name.into());
        self
    }

    /// Leaves alone the requests for which `when` is false: of these nothing is looked up or kept.
    #[must_use]
    pub fn when(mut self, when: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Self {
        self.when = Some(Box::new(when));
        self
    }

    /// Looks for the answer to `request`: where another asks for the same just now, once that one is over.
    pub(crate) async fn find(&self, request: &Request) -> Found {
        if self
            .when
            .as_ref()
            .is_some_and(|when| !safely("a cache's filter", || when(request)).unwrap_or(false))
        {
            return Found::Apart;
        }
        let key = Key::of(request, &self.tags);
        let until = Instant::now() + self.patience;
        loop {
            if let Some(kept) = self.look(&key).await {
                return Found::Kept(kept);
            }
            let wait = match self.leads.turn(key) {
                Turn::Yours(lead) => return Found::Missing(lead),
                Turn::Wait(wait) => wait,
            };
            match timeout_at(until, lead::wait(wait)).await {
                Ok(Over::Kept(kept)) => return Found::Kept(kept),
                Ok(Over::Again | Over::Running) => {}
                Ok(Over::Apart) | Err(_) => return Found::Apart,
            }
        }
    }

    /// Keeps `response`, which `target` gave, if it is one to be kept.
    fn keep(&self, lead: Lead, mut response: Response, target: Arc<str>) {
        if !self.is_worth(&response) {
            return lead.end(Over::Apart);
        }
        (response.trace, response.cost) = (None, None);
        let kept = Arc::new(Kept { response, target, at: date() });
        self.put(lead.key, kept.clone());
        lead.end(Over::Kept(kept));
    }

    /// Hands `kept` to the store, and waits for nothing: what is not done at once is done beside the request.
    fn put(&self, key: Key, kept: Arc<Kept>) {
        let (store, ttl) = (self.store.clone(), self.ttl);
        let mut put = Box::pin(async move { store.put(key, kept, ttl).await });
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        match safely("a cache's store", || put.as_mut().poll(&mut cx)) {
            Some(Poll::Pending) => {
                if let Ok(runtime) = Handle::try_current() {
                    runtime.spawn(put);
                }
            }
            Some(Poll::Ready(())) | None => {}
        }
    }

    async fn look(&self, key: &Key) -> Option<Arc<Kept>> {
        let mut get = pin!(self.store.get(key));
        let looked = poll_fn(|cx| match safely("a cache's store", || get.as_mut().poll(cx)) {
            Some(poll) => poll,
            None => Poll::Ready(None),
        });
        let kept = timeout(STORE, looked).await.ok().flatten();
        kept.filter(|kept| self.is_fresh(kept))
    }

    fn is_fresh(&self, kept: &Kept) -> bool {
        date().saturating_sub(kept.at) < self.ttl
    }

    /// Whether the answer is whole, and one that may be given again.
    fn is_worth(&self, response: &Response) -> bool {
        !response.choices.is_empty()
            && response.choices.iter().all(|choice| {
                let reason = match &choice.reason {
                    Some(FinishReason::Stop) => true,
                    Some(FinishReason::ToolCalls) => self.calls,
                    _ => false,
                };
                reason
                    && choice.parts.iter().all(|part| match part.content {
                        Content::Refusal(_) => false,
                        Content::ToolCall(_) => self.calls,
                        _ => true,
                    })
            })
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("store", &self.store)
            .field("ttl", &self.ttl)
            .finish_non_exhaustive()
    }
}
