//! Batches of work: many requests, so many at once.

use std::fmt;
use std::future::poll_fn;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_core::Stream;
use nohop_types::{Error, ErrorKind, Money, Request, Response, Result};
use tokio::time::{Sleep, sleep_until, timeout_at};

mod progress;
mod requests;
mod resume;
mod running;
mod till;

pub use progress::{Ended, Progress, Watch};

use crate::Router;
use crate::asked::Bounds;
use crate::clock::now;
use requests::{Iter, Requests};
use resume::Resume;
use running::Running;
use till::{Estimate, Till};

/// How long after the deadline a request is given up that has not ended by itself.
const GRACE: Duration = Duration::from_secs(1);

/// How many requests are passed over in one turn of the task.
const MOST_SKIPPED: usize = 64;

impl Router {
    /// Sends all of `requests`, so many at once, and tells each as it is over: a stream in the order of completion.
    ///
    /// They are taken from the iterator one by one, when there is room for one more, so that a million need no
    /// memory. A request that fails is told as any other, and the others go on.
    ///
    /// ```
    /// # async fn check(router: nohop_router::Router) -> nohop_types::Result<()> {
    /// use nohop_types::{Money, Request};
    ///
    /// let requests = ["Paris", "Rome"].map(|city| {
    ///     Request::new("fast").user(format!("How many people live in {city}?")).max_tokens(20)
    /// });
    /// let mut batch = router.map(requests, 8).budget(Money::DOLLAR).resume("people.jsonl")?;
    /// while let Some(done) = batch.next().await {
    ///     match done.result {
    ///         Ok(response) => println!("{}: {}", done.number, response.text()),
    ///         Err(error) => println!("{}: {error}", done.number),
    ///     }
    /// }
    /// println!("{} in all", batch.progress().cost);
    /// # Ok(())
    /// # }
    /// ```
    pub fn map<'a, I>(&self, requests: I, concurrency: usize) -> Map<'a>
    where
        I: IntoIterator<IntoIter: Send + 'a, Item: Into<Arc<Request>>>,
    {
        self.map_stream(Iter(requests.into_iter()), concurrency)
    }

    /// Sends all of `requests` as [`map`](Self::map) does, where they come one by one themselves.
    pub fn map_stream<'a, S>(&self, requests: S, concurrency: usize) -> Map<'a>
    where
        S: Stream<Item: Into<Arc<Request>>> + Send + 'a,
    {
        Map::new(self.clone(), Box::pin(Requests(Box::pin(requests))), concurrency)
    }
}

/// A batch of requests under way: a stream of [`Done`], in the order in which they are over.
///
/// It works only while it is polled, and begins with the first poll. Dropping it drops what is under way, and whoever
/// answers it is told to stop.
pub struct Map<'a> {
    router: Router,
    requests: Pin<Box<dyn Stream<Item = Arc<Request>> + Send + 'a>>,
    concurrency: usize,
    /// The number of the request that is taken next.
    next: u64,
    /// It was taken, and waits for money that others hold.
    waiting: Option<(u64, u128, Arc<Request>)>,
    /// It is over without having been sent, and is told next.
    told: Option<Box<Done>>,
    running: Running<Over>,
    till: Option<Till>,
    deadline: Option<Duration>,
    until: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
    resume: Option<Resume>,
    known: Known,
    /// Why the file could not be written to, until that is told.
    trouble: Option<Error>,
    watch: Watch,
}

/// One request that is over.
#[derive(Debug)]
#[non_exhaustive]
pub struct Done {
    /// Which it was, counted from zero, in the order in which they were given.
    pub number: u64,
    /// What was asked.
    pub request: Arc<Request>,
    /// What came of it.
    ///
    /// An error of the kind `Budget` that has no trace was never sent: there was no money for it.
    pub result: Result<Response>,
    /// Whether it was told from the file to go on from, and nobody was asked.
    pub known: bool,
}

/// What becomes of requests that a file says are finished.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Known {
    /// They are passed over in silence.
    Skip,
    /// They are told again, from the file.
    #[default]
    Tell,
}

/// A request that was under way.
struct Over {
    number: u64,
    fingerprint: u128,
    request: Arc<Request>,
    held: Option<Money>,
    result: Result<Response>,
}

/// What came of looking for one more request.
enum Taken {
    /// It is under way.
    Begun,
    /// It is over already.
    Told(Box<Done>),
    Skipped,
    /// There is none now.
    Nothing,
}

impl<'a> Map<'a> {
    fn new(
        router: Router,
        requests: Pin<Box<dyn Stream<Item = Arc<Request>> + Send + 'a>>,
        concurrency: usize,
    ) -> Self {
        let watch = Watch::default();
        if let (least, Some(most)) = requests.size_hint()
            && least == most
        {
            watch.state().total = Some(most as u64);
        }
        Self {
            router,
            requests,
            concurrency: concurrency.max(1),
            next: 0,
            waiting: None,
            told: None,
            running: Running::new(),
            till: None,
            deadline: None,
            until: None,
            timer: None,
            resume: None,
            known: Known::default(),
            trouble: None,
            watch,
        }
    }

    /// Sends no request that may cost more, by its estimate, than is left of `budget`.
    ///
    /// Such a request is told an error of the kind `Budget`, and so is one that has no price. All attempts at a request
    /// keep within what is held for it. Exact, as far as estimates are; a cap on the answer's tokens makes
    /// them so. With a file to go on from it is for all runs together.
    #[must_use]
    pub fn budget(mut self, budget: Money) -> Self {
        self.till = Some(Till::new(budget));
        self
    }

    /// Allows this much time for all, from the first poll on.
    ///
    /// Then no more requests begin, those under way fail with `Timeout`, and the stream ends.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Writes down each request that is over at `path`, and goes on from what stands there.
    ///
    /// Requests are known by their number and what they ask ([`Request::essence`]). Those that are finished are not
    /// asked again; those that failed are. It is a line for each, with the answer but without its trace, which is
    /// appended in one piece before the request is told, and left to the operating system to bring to the disk. It is
    /// read at once, here: a large one is better read on a thread for it.
    ///
    /// Where a line turns out to be of another request, its number is told an error of the kind `Config`, and no more
    /// begin.
    ///
    /// # Errors
    ///
    /// `Config` when it can not be read or written, when another batch writes to it, or when it is something else, with
    /// the number of the line.
    pub fn resume(mut self, path: impl AsRef<Path>) -> Result<Self> {
        let resume = Resume::open(path.as_ref())?;
        self.watch.state().progress.cost = resume.spent;
        self.resume = Some(resume);
        Ok(self)
    }

    /// Says what becomes of requests that the file says are finished: they are told, unless this is said.
    #[must_use]
    pub fn known(mut self, known: Known) -> Self {
        self.known = known;
        self
    }

    /// Says how many requests there are, where the iterator does not, for the progress alone.
    #[must_use]
    pub fn total(self, requests: u64) -> Self {
        self.watch.state().total = Some(requests);
        self
    }

    /// The next one that is over; `None` when there is none left.
    pub async fn next(&mut self) -> Option<Done> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.watch.progress()
    }

    /// Reads how far it is, from anywhere.
    pub fn watch(&self) -> Watch {
        self.watch.clone()
    }

    /// Starts the clock, with the first poll.
    fn begin(&mut self) {
        if self.watch.state().began.is_some() {
            return;
        }
        let now = now();
        self.watch.state().began = Some(now);
        self.until = self.deadline.and_then(|deadline| now.checked_add(deadline));
        self.timer = self.until.map(|until| Box::pin(sleep_until(until.into())));
        if let (Some(till), Some(resume)) = (&mut self.till, &self.resume) {
            till.spend(resume.spent);
        }
    }

    /// Looks whether the time is over.
    fn look(&mut self, cx: &mut Context<'_>) {
        let over = |timer: &mut Pin<Box<Sleep>>| timer.as_mut().poll(cx).is_ready();
        if self.timer.as_mut().is_some_and(over) {
            self.timer = None;
            self.end(Ended::Deadline);
        }
    }

    fn has_ended(&self) -> bool {
        self.watch.state().progress.ended.is_some()
    }

    /// Lets no more requests begin.
    fn end(&mut self, why: Ended) {
        (self.waiting, self.timer) = (None, None);
        self.watch.state().end(why);
    }

    /// Takes one more request, and begins it if it may.
    fn take(&mut self, cx: &mut Context<'_>) -> Taken {
        let (number, fingerprint, request) = match self.waiting.take() {
            Some(waiting) => waiting,
            None => {
                let request = match self.requests.as_mut().poll_next(cx) {
                    Poll::Ready(Some(request)) => request,
                    Poll::Ready(None) => {
                        self.end(Ended::All);
                        return Taken::Nothing;
                    }
                    Poll::Pending => return Taken::Nothing,
                };
                let number = self.next;
                self.next += 1;
                match self.recall(number, &request) {
                    Ok(Recalled::Unknown(fingerprint)) => (number, fingerprint, request),
                    Ok(Recalled::Response(response)) => {
                        self.watch.state().know();
                        let result = Ok(response);
                        return Taken::told(Done { number, request, result, known: true });
                    }
                    Ok(Recalled::Skipped) => {
                        self.watch.state().know();
                        return Taken::Skipped;
                    }
                    Err(error) => {
                        self.end(Ended::File);
                        return self.refuse(number, request, error);
                    }
                }
            }
        };
        let held = match &mut self.till {
            None => None,
            Some(till) => match till.hold(Estimate::of(&self.router, &request)) {
                Ok(Some(held)) => Some(held),
                Ok(None) => {
                    self.waiting = Some((number, fingerprint, request));
                    return Taken::Nothing;
                }
                Err(error) => return self.refuse(number, request, error),
            },
        };
        self.watch.state().progress.running += 1;
        let bounds = Bounds { money: held, until: self.until };
        let router = self.router.clone();
        self.running.push(async move {
            let result = send(&router, request.clone(), bounds).await;
            Over { number, fingerprint, request, held, result }
        });
        Taken::Begun
    }

    /// What the file knows of a request.
    fn recall(&mut self, number: u64, request: &Request) -> Result<Recalled> {
        if let Some(error) = self.trouble.take() {
            return Err(error);
        }
        let Some(resume) = &self.resume else { return Ok(Recalled::Unknown(0)) };
        let fingerprint = Resume::fingerprint(request);
        if !resume.is_finished(number, fingerprint)? {
            return Ok(Recalled::Unknown(fingerprint));
        }
        match self.known {
            Known::Skip => Ok(Recalled::Skipped),
            Known::Tell => resume.response(number).map(Recalled::Response),
        }
    }

    /// Tells a request that it is not sent.
    fn refuse(&self, number: u64, request: Arc<Request>, error: Error) -> Taken {
        self.watch.state().refuse();
        Taken::told(Done { number, request, result: Err(error), known: false })
    }

    /// Takes note of one that is over.
    fn settle(&mut self, over: Over) -> Done {
        let Over { number, fingerprint, request, held, mut result } = over;
        let cost = cost(&result);
        if let (Some(till), Some(held)) = (&mut self.till, held) {
            till.settle(held, cost);
        }
        if let Some(resume) = &mut self.resume
            && let Err(error) = resume.write(number, fingerprint, &mut result, cost)
        {
            tracing::error!(%error, "a batch can not be gone on from");
            self.resume = None;
            self.trouble = Some(error);
        }
        self.watch.state().settle(&result, cost);
        Done { number, request, result, known: false }
    }
}

impl Stream for Map<'_> {
    type Item = Done;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Done>> {
        let this = &mut *self;
        this.begin();
        this.look(cx);
        let mut skipped = 0;
        while this.told.is_none() && !this.has_ended() && this.running.len() < this.concurrency {
            match this.take(cx) {
                Taken::Begun => {}
                Taken::Told(done) => this.told = Some(done),
                Taken::Skipped => {
                    skipped += 1;
                    if skipped == MOST_SKIPPED {
                        cx.waker().wake_by_ref();
                        break;
                    }
                }
                Taken::Nothing => break,
            }
        }
        // However much there is to tell that nobody was asked for, what is under way goes on.
        let ran = this.running.poll(cx);
        if let Poll::Ready(Some(over)) = ran {
            return Poll::Ready(Some(this.settle(over)));
        }
        if let Some(done) = this.told.take() {
            return Poll::Ready(Some(*done));
        }
        match ran.is_ready() && this.has_ended() {
            true => Poll::Ready(None),
            false => Poll::Pending,
        }
    }
}

impl Drop for Map<'_> {
    fn drop(&mut self) {
        self.watch.state().drop_all();
    }
}

impl fmt::Debug for Map<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map")
            .field("concurrency", &self.concurrency)
            .field("progress", &self.progress())
            .finish_non_exhaustive()
    }
}

impl Taken {
    fn told(done: Done) -> Self {
        Self::Told(Box::new(done))
    }
}

/// What a file knows of a request.
enum Recalled {
    Response(Response),
    Skipped,
    /// It is not finished; what identifies it there.
    Unknown(u128),
}

/// Sends one, which ends by the deadline.
async fn send(router: &Router, request: Arc<Request>, bounds: Bounds) -> Result<Response> {
    let work = router.within(request, bounds);
    let Some(until) = bounds.until else { return work.await };
    // It ends by itself, unless it waits for something that has no clock of the plan's.
    timeout_at((until + GRACE).into(), work).await.unwrap_or_else(|_| Err(late()))
}

/// What a request cost, failed attempts included; `None` where that is not known.
fn cost(result: &Result<Response>) -> Option<Money> {
    match result {
        Ok(response) => response.cost.map(|cost| cost.amount),
        // What was tried and consumed nothing cost nothing; of what was given up without a word nobody knows.
        Err(error) => Some(error.trace()?.cost().map_or(Money::ZERO, |cost| cost.amount)),
    }
}

fn late() -> Error {
    Error::new(ErrorKind::Timeout, "the deadline for all requests has passed; allow more time")
}
