//! What is known of conversations, bounded.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::Missed;

/// Conversations by their numbers, in shards that are locked one by one.
///
/// A shard is two maps: what is written goes to the young one. When that is full, the old one is thrown away and the young one is
/// the old one: so what goes was not written for at least as long as it takes to fill half a shard, and nothing keeps a list
/// of who was last.
#[derive(Debug)]
pub(super) struct Memory {
    shards: Box<[Mutex<Shard>]>,
    /// How many conversations a map may have.
    most: usize,
}

#[derive(Debug, Default)]
struct Shard {
    young: BTreeMap<u64, Known>,
    old: BTreeMap<u64, Known>,
}

impl Memory {
    const SHARDS: usize = 16;

    /// A memory of at most `most` conversations.
    pub(super) fn new(most: usize) -> Self {
        // Fewer than that are not worth sharing out: each shard would forget at once.
        let shards = if most < 4 * Self::SHARDS { 1 } else { Self::SHARDS };
        let shards: Vec<Mutex<Shard>> = (0..shards).map(|_| Mutex::default()).collect();
        Self { most: most / shards.len() / 2, shards: shards.into() }
    }

    /// What is known of the conversation `key`.
    pub(super) fn get(&self, key: u64) -> Option<Known> {
        let shard = self.shard(key);
        shard.young.get(&key).or_else(|| shard.old.get(&key)).copied()
    }

    /// Changes what is known of the conversation `key`.
    pub(super) fn change(&self, key: u64, change: impl FnOnce(&mut Known)) {
        let mut shard = self.shard(key);
        let mut known = match shard.young.remove(&key) {
            Some(known) => known,
            None => shard.old.remove(&key).unwrap_or_default(),
        };
        change(&mut known);
        let forgotten = (shard.young.len() >= self.most).then(|| {
            let young = std::mem::take(&mut shard.young);
            std::mem::replace(&mut shard.old, young)
        });
        if self.most > 0 {
            shard.young.insert(key, known);
        }
        // To free many takes a while, and nobody shall wait for it.
        drop(shard);
        drop(forgotten);
    }

    /// How many conversations are known.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let lock = |shard: &Mutex<Shard>| {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.young.len() + shard.old.len()
        };
        self.shards.iter().map(lock).sum()
    }

    fn shard(&self, key: u64) -> MutexGuard<'_, Shard> {
        let shard = &self.shards[key as usize % self.shards.len()];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a conversation was answered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    /// The last first.
    places: [Option<Place>; 3],
    pub(super) turns: u32,
}

/// Whose cache may know a conversation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The candidate's fingerprint.
    pub(super) place: u64,
    pub(super) tokens: u64,
    pub(super) missed: Missed,
    pub(super) until: Instant,
}

impl Known {
    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        self.places.iter().flatten()
    }

    pub(super) fn place(&self, place: u64) -> Option<&Place> {
        self.places().find(|it| it.place == place)
    }

    /// Takes note of an answer.
    pub(super) fn answered(&mut self, at: Place) {
        let others = self.places.into_iter().flatten().filter(|it| it.place != at.place);
        let mut places = [Some(at), None, None];
        for (free, other) in places[1..].iter_mut().zip(others) {
            *free = Some(other);
        }
        self.places = places;
        self.turns = self.turns.saturating_add(1);
    }
}
