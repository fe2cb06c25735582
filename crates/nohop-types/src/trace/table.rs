//! The trace as a person reads it.

use std::fmt;
use std::time::Duration;

use super::{Attempted, Stage, Trace};

/// The most names that one line shows.
const MOST_NAMES: usize = 8;

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, name, resolved, candidates, decided, took, .. } = self;
        writeln!(f, "{name:?} ({resolved}), request {id}")?;
        let many = if *candidates == 1 { "" } else { "s" };
        writeln!(f, "{candidates} candidate{many}, decided in {}", Time(*decided))?;
        let width = self.stages.iter().map(|stage| stage.name.len()).max().unwrap_or_default();
        for stage in &self.stages {
            writeln!(f, "  {:width$}  {stage}", stage.name)?;
        }
        match self.attempts.is_empty() {
            true => self.plan(f),
            false => {
                self.tried(f)?;
                write!(f, "in all {}", Time(*took))?;
                self.cost().map_or(Ok(()), |cost| write!(f, ", {}", cost.amount))
            }
        }
    }
}

impl Trace {
    /// Whom a request would try.
    fn plan(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "order: {}", Names(&self.order))
    }

    fn tried(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["#", "target", "outcome", "began", "sent", "head", "content", "took", "cost"];
        let rows = self.attempts.iter().enumerate().map(|(index, tried)| tried.cells(index + 1));
        let rows: Vec<_> = rows.collect();
        let head = head.map(str::to_owned);
        let width = |column: usize| {
            let cells = rows.iter().chain([&head]).map(|row| row[column].chars().count());
            cells.max().unwrap_or_default()
        };
        let widths: Vec<_> = (0..head.len()).map(width).collect();
        let line = |f: &mut fmt::Formatter<'_>, row: &[String]| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())
        };
        line(f, &head)?;
        for (row, tried) in rows.iter().zip(&self.attempts) {
            line(f, row)?;
            for remark in tried.remarks() {
                writeln!(f, "   {remark}")?;
            }
        }
        Ok(())
    }
}

impl Attempted {
    fn cells(&self, number: usize) -> [String; 9] {
        let since =
            |time: Option<Duration>| time.map_or("-".to_owned(), |time| Time(time).to_string());
        let outcome = match self.outcome {
            None => "running".to_owned(),
            Some(_) if self.is_refused() => "not sent".to_owned(),
            Some(outcome) => outcome.to_string(),
        };
        let target = match self.key {
            0 => self.target.to_string(),
            key => format!("{} (key {key})", self.target),
        };
        [
            number.to_string(),
            target,
            outcome,
            since(Some(self.began)),
            since(self.sent),
            since(self.head),
            since(self.first_content),
            since(Some(self.took)),
            self.cost.map_or("-".to_owned(), |cost| cost.amount.to_string()),
        ]
    }

    /// What does not fit in a cell.
    fn remarks(&self) -> impl Iterator<Item = String> {
        let skipped =
            (self.skipped > 0).then(|| format!("passed over {} bad frames", self.skipped));
        let waited =
            (!self.waited.is_zero()).then(|| format!("waited {} for room", Time(self.waited)));
        let way = self.way.as_ref().map_or_else(String::new, |way| format!(" ({way})"));
        let losses = self.losses.iter().map(move |loss| format!("loss{way}: {loss}"));
        waited.into_iter().chain(self.error.clone()).chain(losses).chain(skipped)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kept, dropped, unnamed, .. } = self;
        write!(f, "kept {kept}")?;
        if !dropped.is_empty() {
            write!(f, ", dropped {}", Names(dropped))?;
        }
        match unnamed {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// A list of names, cut short.
struct Names<'a>(&'a [std::sync::Arc<str>]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.0[..self.0.len().min(MOST_NAMES)];
        for (index, name) in shown.iter().enumerate() {
            write!(f, "{}{name}", if index == 0 { "" } else { ", " })?;
        }
        match self.0.len() - shown.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// A time in three digits.
struct Time(Duration);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(time) = self;
        match time.as_micros() {
            0..1_000 => write!(f, "{} µs", time.as_micros()),
            1_000..100_000 => write!(f, "{:.1} ms", time.as_secs_f64() * 1e3),
            100_000..1_000_000 => write!(f, "{} ms", time.as_millis()),
            _ => write!(f, "{:.2} s", time.as_secs_f64()),
        }
    }
}
