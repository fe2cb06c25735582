//! Holds the catalog's arithmetic to what others say that requests cost.

use std::fmt;

pub mod estimates;
pub mod litellm;
pub mod recorded;
pub mod usages;

/// How many answers were compared, and what came of those that differ.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Tally {
    /// What was compared.
    pub title: String,
    /// How many are the same to the last attodollar.
    pub same: usize,
    /// What differs, and why.
    pub others: Vec<String>,
    /// What could not be compared, counted by reason.
    pub left: std::collections::BTreeMap<String, usize>,
}

impl Tally {
    /// Nothing compared yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// How many were compared.
    pub fn compared(&self) -> usize {
        self.same + self.others.len()
    }

    /// Whether so many in a thousand are the same, and anything was compared.
    pub fn reaches(&self, thousandths: usize) -> bool {
        self.compared() > 0 && self.same * 1_000 >= self.compared() * thousandths
    }

    /// Counts what could not be compared.
    pub fn leave(&mut self, reason: impl Into<String>) {
        *self.left.entry(reason.into()).or_default() += 1;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (same, compared) = (self.same, self.compared());
        let share = same * 100_000 / compared.max(1);
        writeln!(
            f,
            "{}: {same} of {compared} are the same, {}.{:03} %",
            self.title,
            share / 1_000,
            share % 1_000
        )?;
        for other in &self.others {
            writeln!(f, "  differs: {other}")?;
        }
        for (reason, count) in &self.left {
            writeln!(f, "  not compared: {count} {reason}")?;
        }
        Ok(())
    }
}
