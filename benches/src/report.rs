//! The table of what the works cost.

use std::fmt;

use crate::valgrind::{Count, Trouble};
use crate::works::{Limit, Work};

/// What doing a work once costs.
#[derive(Debug)]
#[non_exhaustive]
pub struct Row {
    /// The work's name.
    pub name: &'static str,
    /// How many instructions.
    pub instructions: f64,
    /// How many allocations.
    pub allocations: f64,
    /// What it may cost.
    pub limit: Limit,
    /// How often the other work's instructions it takes, where that is its limit.
    pub ratio: Option<f64>,
}

impl Row {
    /// Whether it costs no more than it may.
    pub fn is_ok(&self) -> bool {
        match self.limit {
            Limit::None => true,
            Limit::Each(instructions, allocations) => {
                self.instructions <= instructions
                    && allocations.is_none_or(|most| self.allocations <= most)
            }
            Limit::Times(most, _) => self.ratio.is_some_and(|ratio| ratio <= most),
        }
    }

    /// The line that the rows' columns stand under.
    pub fn title() -> String {
        format!("{:22} {:>14} {:>12}  {:40} ok", "work", "instructions", "allocations", "limit")
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = match (self.limit, self.ratio) {
            (Limit::None, _) => "-".to_owned(),
            (Limit::Each(instructions, None), _) => format!("{instructions:.0}"),
            (Limit::Each(instructions, Some(most)), _) => {
                format!("{instructions:.0}, {most:.0} allocations")
            }
            (Limit::Times(most, other), ratio) => {
                format!("{:.2} of {most:.1} times {other}", ratio.unwrap_or(f64::NAN))
            }
        };
        let Self { name, instructions, allocations, .. } = self;
        let ok = if self.is_ok() { "ok" } else { "OVER" };
        write!(f, "{name:22} {instructions:>14.0} {allocations:>12.1}  {limit:40} {ok}")
    }
}

/// Measures every one of `works`, and shows each row as soon as it is known.
///
/// # Errors
///
/// Says what keeps valgrind from counting.
pub fn rows(works: &[Work], show: impl Fn(&Row)) -> Result<Vec<Row>, Trouble> {
    let mut rows: Vec<Row> = Vec::new();
    for work in works {
        let Work { name, times, limit, .. } = work;
        let each = |count: Count| Ok::<_, Trouble>(count.of_a_pass(work)? / *times as f64);
        let (instructions, allocations) = (each(Count::Instructions)?, each(Count::Allocations)?);
        let ratio = match limit {
            Limit::Times(_, other) => rows.iter().find(|row| row.name == *other),
            _ => None,
        };
        let ratio = ratio.map(|other| instructions / other.instructions);
        rows.push(Row { name, instructions, allocations, limit: *limit, ratio });
        rows.last().into_iter().for_each(&show);
    }
    Ok(rows)
}
