//! What is found out about a request before the policy decides.

use std::any::type_name;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use nohop_policy::Difficulty;
use nohop_types::{Aside, Attempted, Classified, Label, Priority, Request, Response, Result};
use nohop_wire::Mode;
use tokio::time::timeout;

use crate::asked::Asking;
use crate::clock::now;
use crate::safely::safely;
use crate::{Answer, Router};

mod judge;

pub use judge::{Judge, Thresholds};

/// Labels a request before the policy decides, so that policies may go by the labels.
///
/// A closure from a request to labels is a classifier. One that has to ask somebody implements
/// [`ask`](Self::ask) as well.
///
/// ```
/// use nohop_policy::{in_order, when};
/// use nohop_router::Route;
/// use nohop_types::{Label, Request};
///
/// let length = |request: &Request| {
///     let length = if request.len() > 100_000 { "long" } else { "short" };
///     vec![Label::new("length", length)]
/// };
/// let route = Route::new("chat", ["qwen3@here", "gemini-3-pro@gemini"])
///     .classify(length)
///     .policy(when("length", "long", in_order(["gemini-3-pro@gemini"])));
/// ```
#[async_trait]
pub trait Classify: Send + Sync + 'static {
    /// The labels that the request itself tells; `None` where somebody must be asked.
    fn look(&self, request: &Request) -> Option<Vec<Label>>;

    /// Asks for the labels, where a look was not enough.
    ///
    /// It is given up once [`patience`](Self::patience) ends, by dropping the future.
    ///
    /// # Errors
    ///
    /// Whatever it fails with: the request goes on with the labels of [`otherwise`](Self::otherwise).
    async fn ask(&self, request: &Request, inquiry: &Inquiry<'_>) -> Result<Vec<Label>> {
        let _ = (request, inquiry);
        Ok(self.otherwise())
    }

    /// The labels for want of better ones: asking failed, or took too long.
    fn otherwise(&self) -> Vec<Label> {
        Vec::new()
    }

    /// How long asking may take, of the time of the request.
    fn patience(&self) -> Duration {
        Duration::from_millis(2_500)
    }

    /// Whom it asks through the router: the name is looked up when the router is built.
    fn asks(&self) -> Option<&str> {
        None
    }

    /// The name on the trace.
    fn name(&self) -> &str {
        type_name::<Self>()
    }
}

impl<F> Classify for F
where
    F: Fn(&Request) -> Vec<Label> + Send + Sync + 'static,
{
    fn look(&self, request: &Request) -> Option<Vec<Label>> {
        Some(self(request))
    }
}

/// The classifier that labels a request by its [`Difficulty`]: `easy`, `medium` or `hard`.
///
/// It goes by what the request itself shows, and asks nobody; [`Judge`] asks a model.
pub fn difficulty() -> impl Classify {
    ByDifficulty
}

/// The name of the label that says how difficult a request is.
const DIFFICULTY: &str = "difficulty";

struct ByDifficulty;

#[async_trait]
impl Classify for ByDifficulty {
    fn look(&self, request: &Request) -> Option<Vec<Label>> {
        Some(vec![Label::new(DIFFICULTY, Difficulty::of(request).as_str())])
    }

    fn name(&self) -> &str {
        DIFFICULTY
    }
}

/// Asks the router something about a request, on behalf of its classifier.
///
/// What is asked is neither classified nor shadowed itself, whatever its route says, and the hooks of the
/// application do not see it. It has ledger entries of its own, with the user and the tags of the request, and waits for room
/// under quotas by its priority.
pub struct Inquiry<'a> {
    router: &'a Router,
    request: &'a Request,
    noted: &'a Noted,
}

/// What was asked, and what came of it.
#[derive(Default)]
struct Noted(Mutex<(Vec<Arc<str>>, Vec<Attempted>)>);

impl Inquiry<'_> {
    /// Sends `request` and waits for the whole answer.
    ///
    /// # Errors
    ///
    /// As [`Router::send`].
    pub async fn send(&self, request: impl Into<Arc<Request>>) -> Result<Response> {
        let mut request: Arc<Request> = request.into();
        let ours = Arc::make_mut(&mut request);
        ours.user = ours.user.take().or_else(|| self.request.user.clone());
        if ours.priority == Priority::Normal {
            ours.priority = self.request.priority;
        }
        for (name, value) in &self.request.tags {
            ours.tags.entry(name.clone()).or_insert_with(|| value.clone());
        }
        let asking = Asking::new(self.router, request, Mode::Whole)?.aside(Aside::Classification);
        let answer = self.router.beside(asking)?;
        let mut noting = Noting { answer, noted: self.noted };
        let mut response = Response::default();
        while let Some(event) = noting.answer.next().await {
            response.extend([event?]);
        }
        Ok(response)
    }
}

impl fmt::Debug for Inquiry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inquiry").finish_non_exhaustive()
    }
}

/// Notes what came of an answer, also when nobody waits for it any more.
struct Noting<'a> {
    answer: Answer,
    noted: &'a Noted,
}

impl Drop for Noting<'_> {
    fn drop(&mut self) {
        self.answer.abandon();
        let trace = self.answer.trace();
        let mut noted = self.noted.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.0.push(trace.id);
        noted.1.extend(trace.attempts);
    }
}

/// The labels of a request, and how it got them.
#[derive(Default)]
pub(crate) struct Labelled {
    pub(crate) labels: Vec<Label>,
    pub(crate) classified: Option<Classified>,
}

impl Labelled {
    /// What a look at `request` says; where that says nothing, nobody is asked.
    pub(crate) fn seen(classify: &dyn Classify, request: &Request) -> Self {
        let began = now();
        let unasked = || Found::Nothing("nobody was asked".to_owned());
        let found = look(classify, request).unwrap_or_else(unasked);
        Self::found(classify, found, began)
    }

    /// What `classify` says of `request`, in the time that it has.
    pub(crate) async fn by(classify: &dyn Classify, router: &Router, request: &Request) -> Self {
        let began = now();
        if let Some(found) = look(classify, request) {
            return Self::found(classify, found, began);
        }
        let (noted, patience) = (Noted::default(), classify.patience());
        let asked = {
            let inquiry = Inquiry { router, request, noted: &noted };
            timeout(patience, Unpanicked(classify.ask(request, &inquiry))).await
        };
        let found = match asked {
            Ok(Some(Ok(labels))) => Found::Labels(labels),
            Ok(Some(Err(error))) => Found::Nothing(error.message().to_owned()),
            Ok(None) => Found::Nothing(PANICKED.to_owned()),
            Err(_) => Found::Nothing(format!("it took longer than {patience:?}")),
        };
        let mut labelled = Self::found(classify, found, began);
        if let Some(classified) = &mut labelled.classified {
            let (requests, attempts) = noted.0.into_inner().unwrap_or_else(PoisonError::into_inner);
            (classified.requests, classified.attempts) = (requests, attempts);
        }
        labelled
    }

    fn found(classify: &dyn Classify, found: Found, began: Instant) -> Self {
        let mut classified = Classified::new(classify.name());
        let labels = match found {
            Found::Labels(labels) => labels,
            Found::Nothing(why) => {
                classified.error = Some(why);
                safely("a classifier", || classify.otherwise()).unwrap_or_default()
            }
        };
        classified.took = now() - began;
        Self { labels, classified: Some(classified) }
    }
}

/// Why there are no labels of a classifier that panicked.
const PANICKED: &str = "it panicked";

/// What came of looking or asking.
enum Found {
    Labels(Vec<Label>),
    /// Nothing, and why.
    Nothing(String),
}

/// What a look says; `None` where somebody must be asked.
fn look(classify: &dyn Classify, request: &Request) -> Option<Found> {
    match safely("a classifier", || classify.look(request)) {
        Some(labels) => labels.map(Found::Labels),
        None => Some(Found::Nothing(PANICKED.to_owned())),
    }
}

/// A future of the application, which may panic without bringing the caller down.
struct Unpanicked<'a, T>(Pin<Box<dyn Future<Output = T> + Send + 'a>>);

impl<T> Future for Unpanicked<'_, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        match safely("a classifier", || self.0.as_mut().poll(cx)) {
            Some(polled) => polled.map(Some),
            None => Poll::Ready(None),
        }
    }
}
