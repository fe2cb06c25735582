//! A conversation stays where its cache is warm.

use std::time::Duration;

use nohop_types::{CacheMark, Money, Request, Usage};

use crate::{Attempt, Candidate, Candidates, Context, Outcome, Policy, Warm};

mod conversation;
mod memory;

use memory::{Known, Memory, Place};

/// Lets `policy` decide, and keeps a conversation where its cache is warm until leaving saves more than the cache is worth.
///
/// A **conversation** is one session of one user ([`Request::session`], [`Request::user`]), or else whatever begins with the same
/// message of the person; the model, the turns of the application before that and the tools are always part of it,
/// for a cache is lost with them.
///
/// **Warm** is what answered it before, for as long as the request's cache marks say, or else the candidate's
/// [`Offer::cached`](crate::Offer::cached), or else five minutes. What the answer said it had read and written is
/// believed. Where it said neither, a prompt of 1,024 tokens is expected to be cached, until that once turns out wrong.
///
/// What `policy` sees of a warm candidate is the price with its cache: `sticky(by(cheapest()))` is the cheapest, cache
/// included. Where `policy` would rather have another, the conversation stays while that saves money by this request's
/// prices: what it costs now at either, and as often again as it had turns before, both caches warm by then. Who is resting
/// is left, who is dropped by `policy` as well, and so is who has more than twice its share of what all are busy with.
/// Prices that are not known are no reason to leave.
///
/// A decision hashes the opening, at most two thousand bytes of each part, and looks it up under the short lock of
/// one of sixteen shards; it writes nothing. An attempt that is done writes one row there. Conversations beyond
/// [`conversations`](Sticky::conversations) are forgotten, oldest first.
///
/// ```
/// use nohop_policy::{Policy, available, by, cheapest, sticky};
///
/// let policy = available().then(sticky(by(cheapest())));
/// assert_eq!(policy.name(), "available, then sticky, by cheapest");
/// ```
pub fn sticky<P: Policy>(policy: P) -> Sticky<P> {
    let name = format!("sticky, {}", policy.name());
    Sticky { policy, name, lifetime: Sticky::<P>::LIFETIME, memory: Memory::new(Sticky::<P>::MOST) }
}

/// A policy that keeps conversations where they are; made by [`sticky`].
#[derive(Debug)]
pub struct Sticky<P> {
    policy: P,
    name: String,
    lifetime: Duration,
    memory: Memory,
}

impl<P> Sticky<P> {
    const LIFETIME: Duration = Duration::from_secs(300);
    const MOST: usize = 16_384;

    /// The shortest prompt that a provider caches unasked.
    const SHORTEST: u64 = 1_024;

    /// The most turns that a conversation is expected to go on for.
    const FURTHER: u64 = 32;

    /// How many attempts nobody is called busy for.
    const QUIET: u64 = 16;

    /// Says how many conversations are remembered, 16,384 unless this is said.
    #[must_use]
    pub fn conversations(mut self, most: usize) -> Self {
        self.memory = Memory::new(most);
        self
    }

    /// Says how long a cache lasts where neither the request nor the offer says.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// How long what `cx.request` had cached at `candidate` lasts there.
    fn lasts(&self, request: &Request, candidate: &Candidate, usage: Option<&Usage>) -> Duration {
        let written = usage.into_iter().flat_map(|usage| &usage.written);
        let written = written.filter(|written| written.tokens > 0).map(|written| written.lifetime);
        let marked = marks(request).filter_map(|mark| mark.lifetime);
        let said = written.max().or_else(|| marked.max()).or(candidate.offer.cached);
        said.unwrap_or(self.lifetime)
    }
}

impl<P: Policy> Policy for Sticky<P> {
    fn apply(&self, cx: &Context<'_>, list: &mut Candidates<'_>) {
        self.apply_front(cx, list, usize::MAX);
    }

    fn apply_front(&self, cx: &Context<'_>, list: &mut Candidates<'_>, front: usize) {
        let known = self.memory.get(conversation::key(cx.request));
        let turns = known.map_or(0, |known| u64::from(known.turns).min(Self::FURTHER));
        let warm: Vec<Warm> = match known {
            Some(known) => worth(cx, list, known, turns),
            None => Vec::new(),
        };
        if warm.is_empty() {
            return self.policy.apply_front(cx, list, front);
        }
        let cx = cx.clone().warm(&warm);
        self.policy.apply_front(&cx, list, front);
        let place = |candidate: &Candidate| candidate.fingerprint();
        // The last that answered is the first of them.
        let stay = warm.iter().find_map(|warm| {
            let here = list.iter().find(|candidate| place(candidate) == warm.place)?;
            (!here.health.is_resting(cx.now) && !is_busy(here, list, Self::QUIET))
                .then_some((here, warm))
        });
        let (Some((here, warm)), Some(leader)) = (stay, list.iter().next()) else { return };
        let dearer = |(here, other)| here > other;
        let costs =
            in_all(&cx, here, warm.tokens, turns).zip(in_all(&cx, leader, warm.tokens, turns));
        if place(leader) != warm.place && !costs.is_some_and(dearer) {
            list.sort_front_by_key(1, |candidate| place(candidate) != warm.place);
        }
    }

    fn observe(&self, cx: &Context<'_>, attempt: &Attempt<'_>) {
        self.policy.observe(cx, attempt);
        // Who failed, or was not heard out, may have cached it or not: what was known of it stays known.
        if !matches!(attempt.outcome, Outcome::Finished) {
            return;
        }
        let (candidate, usage) = (attempt.candidate, attempt.usage);
        let lasts = self.lasts(cx.request, candidate, usage).saturating_sub(attempt.took);
        let place = candidate.fingerprint();
        self.memory.change(conversation::key(cx.request), |known| {
            let before = known.place(place).filter(|before| before.until > cx.now);
            let (tokens, missed) = cached(cx, candidate, usage, before);
            let until = crate::time::after(cx.now, lasts);
            known.answered(Place { place, tokens, missed, until });
        });
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// The places whose warmth counts: those that nobody else is better than with caches and without.
fn worth(cx: &Context<'_>, list: &Candidates<'_>, known: Known, turns: u64) -> Vec<Warm> {
    let fresh = known.places().filter(|place| place.until > cx.now && place.tokens > 0);
    let warm: Vec<Warm> =
        fresh.map(|place| Warm { place: place.place, tokens: place.tokens }).collect();
    let all = cx.clone().warm(&warm);
    let better = |warm: &Warm| {
        let Some(here) = list.iter().find(|it| it.fingerprint() == warm.place) else { return true };
        let cold = cx.estimate(here);
        let costs = |candidate| in_all(&all, candidate, warm.tokens, turns);
        let in_all_here = costs(here);
        // A cheaper one that is cheaper in the long run too is the one to leave for.
        list.iter().any(|other| {
            cx.estimate(other).zip(cold).is_some_and(|(other, here)| other < here)
                && costs(other).zip(in_all_here).is_some_and(|(other, here)| other < here)
                && !other.health.is_resting(cx.now)
        })
    };
    warm.iter().filter(|warm| !better(warm)).copied().collect()
}

/// What this request costs at `candidate`, and as many more when so many tokens are warm there.
fn in_all(cx: &Context<'_>, candidate: &Candidate, tokens: u64, turns: u64) -> Option<Money> {
    Some(cx.estimate(candidate)? + cx.estimate_warm(candidate, tokens)? * turns)
}

/// Whether `candidate` has more than twice its share, by weight, of what all are busy with.
fn is_busy(candidate: &Candidate, list: &Candidates<'_>, quiet: u64) -> bool {
    let running = u64::from(candidate.health.running);
    if running <= quiet {
        return false;
    }
    let (mut all, mut weights) = (0, 0);
    for other in list.iter() {
        all += u64::from(other.health.running);
        weights += u64::from(other.weight);
    }
    (running - quiet).saturating_mul(weights)
        > 2_u64.saturating_mul(all).saturating_mul(candidate.weight.into())
}

/// How many tokens of the prompt the next request may find in the cache of `candidate`, and whether they were once
/// expected there and not found.
fn cached(
    cx: &Context<'_>,
    candidate: &Candidate,
    usage: Option<&Usage>,
    before: Option<&Place>,
) -> (u64, Missed) {
    let count = |count: fn(&Usage) -> Option<u64>| usage.and_then(count);
    let (read, written) = (count(|usage| usage.cache_read), count(|usage| usage.cache_write));
    let (read_some, written_some) = (read.unwrap_or(0), written.unwrap_or(0));
    let fresh = count(|usage| usage.input);
    let prompt = fresh.map_or(cx.input, |fresh| fresh + read_some + written_some);
    // Where writing has a price of its own, nothing is written that was not asked for.
    let asked = candidate
        .price
        .as_ref()
        .is_some_and(|price| price.cache_write.is_some_and(|write| write > price.input));
    if written_some > 0 || asked {
        return (read_some + written_some, Missed::No);
    }
    if read_some > 0 {
        return (prompt, Missed::No);
    }
    let expected = before.is_some_and(|before| before.tokens > 0);
    let missed = before.is_some_and(|before| before.missed == Missed::Yes);
    if missed || expected && read == Some(0) {
        return (0, Missed::Yes);
    }
    let long = prompt >= Sticky::<()>::SHORTEST;
    (if long { prompt } else { 0 }, Missed::No)
}

/// Every mark that says that the prompt up to there is worth caching.
fn marks(request: &Request) -> impl Iterator<Item = &CacheMark> {
    let parts = request.messages.iter().flat_map(|message| &message.parts);
    let parts = parts.filter_map(|part| part.cache.as_ref());
    let tools = request.tools.iter().filter_map(|tool| tool.cache.as_ref());
    request.cache.iter().chain(parts).chain(tools)
}

/// Whether a cache that was expected was not there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Missed {
    No,
    Yes,
}

#[cfg(test)]
mod tests;
