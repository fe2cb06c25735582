use std::collections::BTreeMap;
use std::time::Duration;

use crate::chance::Chance;
use crate::spread::seconds;
use crate::{Spread, Workload};

use super::Row;

/// A workload that nobody wrote: how many ask how often for what.
///
/// ```
/// use nohop_sim::Traffic;
///
/// let workload = Traffic { requests: 10_000, ..Traffic::of(["chat"]) }.make(7);
/// assert_eq!(workload.len(), 10_000);
/// ```
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal that ends in `..`")]
pub struct Traffic {
    /// How many requests there are.
    pub requests: usize,
    /// In which time they come.
    pub lasts: Duration,
    /// How the hours of a day share them.
    pub curve: [u32; 24],
    /// What they name, and in which shares.
    pub models: Vec<(String, u32)>,
    /// The tokens that a turn adds to the prompt.
    pub input: Spread,
    /// The tokens of an answer.
    pub output: Spread,
    /// How many turns a conversation has.
    pub turns: Spread,
    /// The seconds between an answer and the next turn.
    pub pause: Spread,
    /// How many people ask.
    pub users: u32,
    /// Words for policies: a key, a value, and its share among those of the key.
    pub tags: Vec<(String, String, u32)>,
    /// How far off the tag `difficulty` may be, which a classifier wrote; `None` where there is no classifier.
    pub judged: Option<u32>,
}

impl Traffic {
    /// A day of ten thousand requests for `models`, most of them while people are awake.
    pub fn of<M: Into<String>>(models: impl IntoIterator<Item = M>) -> Self {
        Self {
            requests: 10_000,
            lasts: Duration::from_secs(DAY),
            curve: [2, 1, 1, 1, 1, 2, 3, 5, 8, 10, 10, 9, 8, 9, 10, 10, 9, 8, 7, 6, 6, 5, 4, 3],
            models: models.into_iter().map(|model| (model.into(), 1)).collect(),
            input: Spread::of(800.0, 12_000.0),
            output: Spread::of(250.0, 2_000.0),
            turns: Spread::of(2.0, 12.0),
            pause: Spread::of(30.0, 400.0),
            users: 1_000,
            tags: Vec::new(),
            judged: None,
        }
    }

    /// The requests that follow from `seed`.
    pub fn make(&self, seed: u64) -> Workload {
        let mut workload = Workload::default();
        let models: Vec<_> =
            self.models.iter().map(|(model, _)| workload.models.place(model.clone())).collect();
        let hours = self.hours();
        let mut conversation = 0;
        while workload.asks.len() < self.requests && !models.is_empty() {
            let mut chance = Chance::of(seed, [CONVERSATIONS, conversation, 0]);
            let model = chance.one_of(self.models.iter().map(|(_, share)| *share));
            let user = format!("user {}", chance.below(self.users.into()));
            let user = Some(workload.users.place(user));
            let session = Some(workload.sessions.place(format!("conversation {conversation}")));
            let (mut at, mut prefix) = (self.moment(&hours, &mut chance), 0);
            let turns = self.turns.count(&mut chance).max(1) as usize;
            for _ in 0..turns.min(self.requests - workload.asks.len()) {
                let difficulty = chance.below(1_000) as u32;
                let tags = self.tagged(difficulty, &mut chance);
                let input = prefix + self.input.count(&mut chance).max(1);
                let output = self.output.count(&mut chance).max(1);
                let tags = (!tags.is_empty()).then(|| workload.tags.place(tags));
                let model = models[model];
                workload.asks.push(Row {
                    at,
                    model,
                    input,
                    output,
                    prefix,
                    session,
                    user,
                    tags,
                    difficulty,
                });
                prefix = input + output;
                at += seconds(self.pause.draw(&mut chance));
            }
            conversation += 1;
        }
        workload.sorted()
    }

    /// How much of all comes by the end of each hour that it lasts.
    fn hours(&self) -> Vec<f64> {
        let count = self.lasts.as_secs().div_ceil(HOUR).clamp(1, 24 * 366) as usize;
        let mut sum = 0.0;
        let sums = (0..count).map(|hour| {
            sum += f64::from(self.curve[hour % 24]) * self.length(hour);
            sum
        });
        sums.collect()
    }

    /// When a conversation begins.
    fn moment(&self, hours: &[f64], chance: &mut Chance) -> Duration {
        let drawn = chance.unit() * hours.last().copied().unwrap_or_default();
        let hour = hours.partition_point(|sum| *sum < drawn).min(hours.len() - 1);
        seconds((hour as u64 * HOUR) as f64 + chance.unit() * self.length(hour))
    }

    /// How many seconds of an hour it lasts.
    fn length(&self, hour: usize) -> f64 {
        let left = self.lasts.saturating_sub(Duration::from_secs(hour as u64 * HOUR));
        left.as_secs_f64().min(HOUR as f64)
    }

    fn tagged(&self, difficulty: u32, chance: &mut Chance) -> BTreeMap<String, String> {
        let mut tags = BTreeMap::new();
        let mut keys: Vec<&String> = self.tags.iter().map(|(key, ..)| key).collect();
        keys.dedup();
        for key in keys {
            let values: Vec<_> = self.tags.iter().filter(|(other, ..)| other == key).collect();
            let value = chance.one_of(values.iter().map(|(.., share)| *share));
            tags.insert(key.clone(), values[value].1.clone());
        }
        if let Some(most) = self.judged {
            let most = most.min(1_000);
            let off = chance.below(2 * u64::from(most) + 1) as u32;
            let judged = (difficulty + off).saturating_sub(most).min(999);
            tags.insert("difficulty".to_owned(), judged.to_string());
        }
        tags
    }
}

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// What the words are for that a sequence of chance belongs to.
const CONVERSATIONS: u64 = 3;
