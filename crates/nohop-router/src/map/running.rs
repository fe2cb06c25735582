use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

#[cfg(test)]
mod tests;

/// What is under way at once, by one task: of many, only those are polled that have something to say.
///
/// Nothing of it runs unless it is polled, and dropping it drops all that is under way.
pub(super) struct Running<T> {
    places: Vec<Place<T>>,
    /// Which places nothing is under way at.
    empty: Vec<usize>,
    line: Arc<Line>,
}

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

struct Place<T> {
    work: Option<Work<T>>,
    bell: Arc<Bell>,
    /// Rings the bell.
    waker: Waker,
}

/// Who is to be polled.
#[derive(Default)]
struct Line(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    places: VecDeque<usize>,
    /// Who is told that there is somebody.
    waker: Option<Waker>,
}

/// Puts its place in line, once until that is polled.
struct Bell {
    place: usize,
    rung: AtomicBool,
    line: Arc<Line>,
}

impl<T> Running<T> {
    pub(super) fn new() -> Self {
        Self { places: Vec::new(), empty: Vec::new(), line: Arc::default() }
    }

    /// How many are under way.
    pub(super) fn len(&self) -> usize {
        self.places.len() - self.empty.len()
    }

    /// Adds one, which is polled with the others.
    pub(super) fn push(&mut self, work: impl Future<Output = T> + Send + 'static) {
        let index = self.empty.pop().unwrap_or_else(|| {
            let (place, line) = (self.places.len(), self.line.clone());
            let bell = Arc::new(Bell { place, rung: AtomicBool::new(false), line });
            self.places.push(Place { work: None, waker: bell.clone().into(), bell });
            place
        });
        let place = &mut self.places[index];
        place.work = Some(Box::pin(work));
        place.bell.ring();
    }

    /// What the next one comes to that is over; `None` when none is under way.
    pub(super) fn poll(&mut self, cx: &Context<'_>) -> Poll<Option<T>> {
        // Each has one turn at the most: whoever is never satisfied must not keep the task for itself.
        for _ in 0..self.line.begin(cx.waker()) {
            let Some(index) = self.line.next() else { break };
            let place = &mut self.places[index];
            // Before it is polled, so that what it hears meanwhile is not lost.
            place.bell.rung.store(false, Ordering::SeqCst);
            let Some(work) = &mut place.work else { continue };
            if let Poll::Ready(over) = work.as_mut().poll(&mut Context::from_waker(&place.waker)) {
                place.work = None;
                self.empty.push(index);
                return Poll::Ready(Some(over));
            }
        }
        if self.len() == 0 {
            return Poll::Ready(None);
        }
        if !self.line.is_empty() {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl Line {
    /// Says who polls, and how many are to be polled.
    fn begin(&self, waker: &Waker) -> usize {
        let mut waiting = self.lock();
        match &mut waiting.waker {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
        waiting.places.len()
    }

    fn next(&self) -> Option<usize> {
        self.lock().places.pop_front()
    }

    fn is_empty(&self) -> bool {
        self.lock().places.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bell {
    fn ring(&self) {
        if self.rung.swap(true, Ordering::SeqCst) {
            return;
        }
        let mut waiting = self.line.lock();
        waiting.places.push_back(self.place);
        let waker = waiting.waker.take();
        drop(waiting);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.ring();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ring();
    }
}
