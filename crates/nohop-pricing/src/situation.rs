//! What conditions are about.

use std::cell::OnceCell;
use std::time::SystemTime;

use crate::bill_of::is_usual;
use crate::card::{Card, Condition};
use crate::facts::Facts;
use crate::moment::Moment;
use crate::pack::NONE;
use crate::packed::Block;
use crate::sum::term_sum;
use crate::when::By;

/// What sets a request apart where it is said: its tier, how it was processed, and its speed.
const SPECIAL: u8 = 1 << By::Tier as u8 | 1 << By::Processing as u8 | 1 << By::Speed as u8;

/// What is so of a request.
pub(crate) struct Situation<'a> {
    /// How many tokens the prompt has, cached or not.
    pub(crate) prompt: u64,
    at: SystemTime,
    /// The same as rates see it, once one asks.
    moment: OnceCell<Moment>,
    /// By what something was said, a bit for each.
    told: u8,
    /// What is so of the request, by what it is about, and the sums of that: as many as the highest bits of a sum can name.
    said: [&'a str; By::ALL.len()],
    sums: [u32; 16],
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Holds {
    No,
    Yes,
    /// What it asks about was not told.
    Perhaps,
}

impl<'a> Situation<'a> {
    #[inline]
    pub(crate) fn new(
        prompt: u64,
        tier: Option<&'a str>,
        facts: &Facts<'a>,
        at: SystemTime,
    ) -> Self {
        let Facts { processing, speed, region, search, door, .. } = facts;
        let speed = speed.filter(|speed| !is_usual(speed));
        // No sum has all bits.
        let (mut told, mut said, mut sums) = (0, [""; By::ALL.len()], [NONE; 16]);
        for (place, word) in
            [tier, *processing, speed, *region, *search, *door].into_iter().enumerate()
        {
            if let Some(word) = word {
                told |= 1 << place;
                (said[place], sums[place]) = (word, term_sum(place as u8, word));
            }
        }
        Self { prompt, at, moment: OnceCell::new(), told, said, sums }
    }

    pub(crate) fn moment(&self) -> Moment {
        *self.moment.get_or_init(|| Moment::of(self.at))
    }

    /// By what the request is said to be special.
    pub(crate) fn special(&self) -> u8 {
        self.told & SPECIAL
    }

    /// Whether what a term asks is so: its `sum`, and the number of its word.
    #[inline]
    pub(crate) fn term(&self, sum: u32, word: u32, block: &Block) -> Holds {
        let by = (sum >> 28) as usize;
        let known = self.sums[by];
        // Words that differ may have the same sum.
        if known == sum && self.is(by, word, block) {
            Holds::Yes
        } else if by == By::Search as usize && known == NONE {
            // Nobody need be told how much was searched.
            Holds::Perhaps
        } else {
            Holds::No
        }
    }

    fn is(&self, by: usize, word: u32, block: &Block) -> bool {
        self.said.get(by).is_some_and(|said| block.text_bytes(word) == said.as_bytes())
    }

    /// Whether all that a condition asks is so.
    pub(crate) fn holds(&self, when: Condition<'_>) -> Holds {
        let day = self.moment().day;
        if self.prompt < when.least().into() || day < when.from() || day >= when.until() {
            return Holds::No;
        }
        if when.has_windows() && !self.is_open(when) {
            return Holds::No;
        }
        let mut holds = Holds::Yes;
        for (sum, word) in when.terms() {
            match self.term(sum, word, when.block) {
                Holds::No => return Holds::No,
                Holds::Yes => {}
                Holds::Perhaps => holds = Holds::Perhaps,
            }
        }
        holds
    }

    /// Whether it is one of the times that a condition names.
    pub(crate) fn is_open(&self, when: Condition<'_>) -> bool {
        let Moment { weekday, minute, .. } = self.moment();
        when.windows().any(|window| window.holds(weekday, minute))
    }

    /// The factors that apply, with what their conditions ask by.
    #[inline]
    pub(crate) fn factors(&self, card: Card<'_>) -> Vec<(u8, u32)> {
        let mut factors = Vec::new();
        if card.has_factors() {
            for (asks, place, milli) in card.factors() {
                let holds = || self.holds(Condition::of(card.block, place));
                if asks & !self.told == 0 && holds() == Holds::Yes {
                    factors.push((asks, milli));
                }
            }
        }
        factors
    }
}
