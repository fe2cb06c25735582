use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nohop_types::{Error, ErrorKind, Scope};

use super::breaker::{Claim, Closed};
use super::gauge::{Endpoint, Place, Rests, Target, Witnesses};
use super::saved::{Prior, Saved};
use super::window::{Measured, Tally};
use super::{Gauge, Health};
use crate::{Attempt, Manner, Outcome, Rest};

/// How long the numbers may have changed before the snapshots follow.
const STALE: Duration = Duration::from_millis(50);

/// The same where a limit was reached, or there is room again.
const PRESSING: Duration = Duration::from_millis(5);

/// How many calls in a row must come to nothing on the way, at more than one endpoint, until it is the way.
const LOST: u32 = 5;

/// How everyone is doing: numbers that every attempt may change, and nobody waits for.
///
/// It has no clock: every function is told the time. Whoever makes attempts says when they begin, when
/// their first content comes and how they end; whoever makes snapshots reads [`health`](Self::health), and makes
/// them anew when the [`generation`](Self::generation) has changed. It remembers at most
/// [`MOST_TARGETS`](Self::MOST_TARGETS) targets that nobody holds a gauge of, and as many keys and endpoints.
///
/// ```
/// use std::time::{Duration, Instant};
/// use nohop_policy::{Attempt, Board, Candidate, Outcome};
///
/// let (now, second) = (Instant::now(), Duration::from_secs(1));
/// let board = Board::new(now);
/// let candidate = Candidate::new("m@e");
/// let gauge = board.gauge("e", 0, &candidate.target);
///
/// board.begin(&gauge, now);
/// let attempt = Attempt::new(&candidate, Outcome::Finished, second).first_content(second);
/// board.learn(&gauge, now + second, &attempt);
/// assert_eq!(board.health(&gauge, now + second).attempts, 1);
/// ```
#[derive(Debug)]
pub struct Board {
    epoch: Instant,
    /// Counts up whenever snapshots are to be made anew.
    generation: AtomicU64,
    /// When it last did because numbers had changed.
    freshened: AtomicU64,
    /// The endpoints that could not be reached since one was.
    lost: Witnesses,
    known: Mutex<Known>,
}

/// Everyone that has a gauge.
#[derive(Debug, Default)]
struct Known {
    endpoints: BTreeMap<String, Arc<Endpoint>>,
    keys: BTreeMap<(String, u32), Arc<Rests>>,
    targets: BTreeMap<Arc<str>, Arc<Target>>,
    places: BTreeMap<(Arc<str>, u32), Arc<Place>>,
}

impl Board {
    /// How many targets are remembered that nobody holds a gauge of.
    pub const MOST_TARGETS: usize = 4_096;

    /// A board on which nobody stands, whose time begins at `epoch`.
    pub fn new(epoch: Instant) -> Self {
        Self {
            epoch,
            generation: AtomicU64::new(1),
            freshened: AtomicU64::new(0),
            lost: Witnesses::default(),
            known: Mutex::default(),
        }
    }

    /// The gauge of `target` with the `key` of `endpoint`.
    pub fn gauge(&self, endpoint: &str, key: u32, target: &Arc<str>) -> Gauge {
        let mut known = self.known();
        known.forget();
        let new = || Arc::new(Endpoint::new(endpoint));
        Gauge {
            endpoint: known.endpoints.entry(endpoint.to_owned()).or_insert_with(new).clone(),
            key: known.keys.entry((endpoint.to_owned(), key)).or_default().clone(),
            target: known.target(target),
            place: known.places.entry((target.clone(), key)).or_default().clone(),
        }
    }

    /// How many targets are remembered.
    pub fn targets(&self) -> usize {
        self.known().targets.len()
    }

    /// Which snapshots are current.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// How the candidate of `gauge` is doing at `now`.
    pub fn health(&self, gauge: &Gauge, now: Instant) -> Health {
        let Gauge { endpoint, key, target, place } = gauge;
        let rests: [&Rests; 4] = [&endpoint.rests, key, &target.rests, &place.rests];
        let latest = |time: fn(&Rests) -> &AtomicU64| {
            rests.iter().map(|rests| time(rests).load(Ordering::Relaxed)).max().unwrap_or(0)
        };
        let ours = latest(|rests| &rests.ours);
        let open = endpoint.breaker.until().max(target.breaker.until());
        let at = self.nanos(now);
        let room = [place.cap.room(at), place.allowed.left(at)].into_iter().flatten().min();
        let health = Health::new()
            .resting_until(self.instant(ours.max(open)))
            .asked_until(self.instant(latest(|rests| &rests.asked)))
            .room(room);
        target.measured(at, health)
    }

    /// How every target is doing at `now`, whatever the key.
    pub fn all(&self, now: Instant) -> BTreeMap<Arc<str>, Health> {
        let targets = self.known().targets.clone();
        let at = self.nanos(now);
        let health = |target: &Target| {
            let until = target.rests.ours.load(Ordering::Relaxed).max(target.breaker.until());
            let asked = target.rests.asked.load(Ordering::Relaxed);
            let health =
                Health::new().resting_until(self.instant(until)).asked_until(self.instant(asked));
            target.measured(at, health)
        };
        targets.iter().map(|(name, target)| (name.clone(), health(target))).collect()
    }

    /// Whether an attempt at the candidate of `gauge` may lead: while it is tried again after an outage, one
    /// at a time may.
    ///
    /// Whoever may not is better tried behind the others, and all the same when there are none.
    pub fn may_lead(&self, gauge: &Gauge, now: Instant) -> bool {
        let at = self.nanos(now);
        let claims =
            [&gauge.endpoint.breaker, &gauge.target.breaker].map(|breaker| breaker.claim(at));
        if claims.contains(&Claim::Resting) {
            // A probe that is not made is nobody's.
            if claims[0] == Claim::Probe {
                gauge.endpoint.breaker.release(at, at);
            }
            if claims[1] == Claim::Probe {
                gauge.target.breaker.release(at, at);
            }
            return false;
        }
        if claims.contains(&Claim::Probe) {
            self.renew();
        }
        true
    }

    /// An attempt at the candidate of `gauge` begins.
    pub fn begin(&self, gauge: &Gauge, now: Instant) {
        gauge.target.running.fetch_add(1, Ordering::Relaxed);
        gauge.place.allowed.begin();
        if gauge.place.cap.begin() {
            self.freshen(now, PRESSING);
        }
    }

    /// An attempt that began at `began` ends without a word about its target.
    pub fn forget(&self, gauge: &Gauge, began: Instant, now: Instant) {
        self.end(gauge, now);
        self.release(gauge, began, now);
    }

    /// An attempt that was to begin at `began` did not.
    pub fn release(&self, gauge: &Gauge, began: Instant, now: Instant) {
        let (began, at) = (self.nanos(began), self.nanos(now));
        let released =
            [&gauge.endpoint.breaker, &gauge.target.breaker].map(|it| it.release(began, at));
        if released.contains(&true) {
            self.renew();
        }
    }

    /// The first content came of an attempt that began at `began`.
    pub fn spoke(&self, gauge: &Gauge, began: Instant, now: Instant) {
        self.lost.clear();
        if gauge.endpoint.breaker.until() > 0 || gauge.target.breaker.until() > 0 {
            self.answered(gauge, self.nanos(began), self.nanos(now));
        }
    }

    /// The provider says that it takes so many more requests within this time, or nothing of the kind.
    ///
    /// It rests for that time when that is none.
    pub fn allowed(&self, gauge: &Gauge, now: Instant, left: Option<(u64, Duration)>) {
        let Some((requests, within)) = left else { return gauge.place.allowed.forget() };
        let until = self.after(now, within);
        gauge.place.allowed.say(u32::try_from(requests).unwrap_or(u32::MAX), until);
        if requests == 0 {
            self.spent(gauge, now, within);
        }
    }

    /// The provider says that something is used up for this time.
    pub fn spent(&self, gauge: &Gauge, now: Instant, within: Duration) {
        gauge.place.rests.rest(self.after(now, within.min(Rest::LONGEST)), false);
        self.renew();
    }

    /// An attempt at the candidate of `gauge` has ended.
    pub fn learn(&self, gauge: &Gauge, now: Instant, attempt: &Attempt<'_>) {
        self.end(gauge, now);
        let began = now.checked_sub(attempt.took).unwrap_or(self.epoch).max(self.epoch);
        match attempt.outcome {
            Outcome::Finished => {
                self.lost.clear();
                self.answered(gauge, self.nanos(began), self.nanos(now));
                gauge.place.cap.kept(self.nanos(now));
                self.measure(gauge, now, attempt);
            }
            Outcome::Failed(error) if attempt.is_fault() => {
                self.failed(gauge, began, now, attempt, error);
            }
            _ => {
                self.release(gauge, began, now);
                self.freshen(now, STALE);
            }
        }
    }

    /// What is known of every target, to be read by who comes after; `date` is `now` by the calendar, counted
    /// from the beginning of 1970.
    pub fn save(&self, now: Instant, date: Duration) -> Saved {
        let targets = self.known().targets.clone();
        let at = self.nanos(now);
        Saved::new(date, targets.iter().map(|(name, target)| (name, target.sketches(at))))
    }

    /// Takes over what somebody saved, for as long as nothing better is known.
    pub fn load(&self, now: Instant, date: Duration, saved: &Saved) {
        let at = self.nanos(now);
        for (name, told) in saved.targets() {
            let mut known = self.known();
            if known.targets.len() < Self::MOST_TARGETS || known.targets.contains_key(name) {
                let prior = Prior::new(told.clone(), saved.age(date), at);
                known.target(name).believe(prior);
            }
        }
        self.renew();
    }

    fn end(&self, gauge: &Gauge, now: Instant) {
        gauge.target.running.fetch_sub(1, Ordering::Relaxed);
        if gauge.place.cap.end() {
            self.freshen(now, PRESSING);
        }
    }

    fn measure(&self, gauge: &Gauge, now: Instant, attempt: &Attempt<'_>) {
        let Manner { called, malformed, refused, empty, .. } = attempt.manner;
        let tallies = [
            (Tally::Attempts, true),
            (Tally::Called, called),
            (Tally::Malformed, malformed),
            (Tally::Refused, refused),
            (Tally::Empty, empty),
        ];
        let mut tally = [Tally::Attempts; 5];
        let mut count = 0;
        for (next, _) in tallies.into_iter().filter(|(_, so)| *so) {
            tally[count] = next;
            count += 1;
        }
        let latency = attempt.first_content.map(micros);
        let measured =
            Measured { tally: &tally[..count], latency, speed: attempt.manner.throughput };
        gauge.target.window().add(self.nanos(now), measured);
        self.freshen(now, STALE);
    }

    fn answered(&self, gauge: &Gauge, began: u64, now: u64) {
        gauge.endpoint.witnesses.clear();
        let target = gauge.target.breaker.answered(began, now);
        if target == Some(Closed::Now) {
            gauge.target.window().forgive();
        }
        if gauge.endpoint.breaker.answered(began, now).or(target).is_some() {
            self.renew();
        }
    }

    fn failed(
        &self,
        gauge: &Gauge,
        began: Instant,
        now: Instant,
        attempt: &Attempt<'_>,
        error: &Error,
    ) {
        let (since, at) = (self.nanos(began), self.nanos(now));
        let heard = error.status().is_some() || attempt.first_content.is_some();
        if heard {
            self.lost.clear();
        } else if error.scope() == Scope::Network {
            let (endpoints, failures) = self.lost.add(gauge.endpoint.mark);
            // When nobody can be reached it is nobody's fault.
            if endpoints > 1 && failures >= LOST {
                return self.release(gauge, began, now);
            }
        }
        if error.kind() == ErrorKind::RateLimit {
            gauge.place.cap.met(since, at);
        }
        let rested = Rest::after(error).inspect(|rest| {
            gauge.rests(rest.scope).rest(self.after(now, rest.time), rest.asked);
        });
        // What is a key's is not its target's.
        let is_keys = matches!(error.scope(), Scope::Key | Scope::Account);
        let mut opened = false;
        if is_keys {
            self.release(gauge, began, now);
        } else {
            let tally = [Tally::Attempts, Tally::Failures];
            let measured = Measured { tally: &tally, ..Measured::default() };
            gauge.target.window().add(at, measured);
            if breaks(error.kind()) {
                opened = gauge.target.breaker.failed(since, at, || true);
                opened |= matches!(error.scope(), Scope::Endpoint | Scope::Network) && {
                    let (targets, _) = gauge.endpoint.witnesses.add(gauge.target.mark);
                    gauge.endpoint.breaker.failed(since, at, || targets > 1)
                };
            } else {
                self.release(gauge, began, now);
            }
        }
        match rested.is_some() || opened {
            true => self.renew(),
            false => self.freshen(now, STALE),
        }
    }

    /// Has snapshots made anew.
    fn renew(&self) {
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// Has snapshots made anew, unless that was a moment ago.
    fn freshen(&self, now: Instant, moment: Duration) {
        let (now, last) = (self.nanos(now), self.freshened.load(Ordering::Relaxed));
        if now.saturating_sub(last) >= moment.as_nanos() as u64 {
            self.freshened.store(now, Ordering::Relaxed);
            self.renew();
        }
    }

    fn nanos(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.epoch);
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    }

    fn after(&self, now: Instant, wait: Duration) -> u64 {
        self.nanos(now).saturating_add(u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX))
    }

    fn instant(&self, nanos: u64) -> Option<Instant> {
        (nanos > 0).then(|| self.epoch + Duration::from_nanos(nanos))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn target(&mut self, name: &Arc<str>) -> Arc<Target> {
        let new = || Arc::new(Target::new(name));
        self.targets.entry(name.clone()).or_insert_with(new).clone()
    }

    /// Makes room where there is none.
    fn forget(&mut self) {
        if self.targets.len() >= Board::MOST_TARGETS {
            self.targets.retain(|_, target| Arc::strong_count(target) > 1);
        }
        if self.places.len() >= Board::MOST_TARGETS {
            self.places.retain(|_, place| Arc::strong_count(place) > 1);
        }
        if self.keys.len() >= Board::MOST_TARGETS {
            self.keys.retain(|_, key| Arc::strong_count(key) > 1);
        }
        if self.endpoints.len() >= Board::MOST_TARGETS {
            self.endpoints.retain(|_, endpoint| Arc::strong_count(endpoint) > 1);
        }
    }
}

/// Whether failures of this kind are those of an outage.
fn breaks(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Overloaded
            | ErrorKind::Protocol
            | ErrorKind::Server
            | ErrorKind::Timeout
            | ErrorKind::Transport
            | ErrorKind::Truncated
    )
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests;
