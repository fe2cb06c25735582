//! How names, times and amounts are written, and set in columns.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::Money;

/// The most names that one line shows.
const MOST_NAMES: usize = 8;

/// The rows as lines, each column as wide as its widest cell.
pub(super) fn columns<const N: usize>(rows: &[[String; N]]) -> impl Iterator<Item = String> {
    let length = |cell: &String| cell.chars().count();
    let width = |column: usize| rows.iter().map(|row| length(&row[column])).max();
    let widths: [usize; N] = std::array::from_fn(|column| width(column).unwrap_or_default());
    rows.iter().map(move |row| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    })
}

/// A list of names, cut short.
pub(super) struct Names<'a>(pub(super) &'a [Arc<str>]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.0[..self.0.len().min(MOST_NAMES)];
        write!(f, "{}", List(shown))?;
        match self.0.len() - shown.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// A list of anything.
pub(super) struct List<'a, T>(pub(super) &'a [T]);

impl<T: fmt::Display> fmt::Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.0.iter().enumerate() {
            write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// A time in three digits.
pub(super) struct Time(pub(super) Duration);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(time) = self;
        match time.as_micros() {
            0..1_000 => write!(f, "{} µs", time.as_micros()),
            1_000..100_000 => write!(f, "{:.1} ms", time.as_secs_f64() * 1e3),
            100_000..1_000_000 => write!(f, "{} ms", time.as_millis()),
            1_000_000..100_000_000 => write!(f, "{:.2} s", time.as_secs_f64()),
            _ => write!(f, "{} s", time.as_secs()),
        }
    }
}

/// An amount in three digits, unless it is of dollars: a sum is read, and not added up by hand.
pub(super) struct Dollars(pub(super) Money);

impl fmt::Display for Dollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let atto = self.0.as_atto();
        let digits = atto.checked_ilog10().map_or(0, |most| most + 1);
        let kept = match atto < Money::DOLLAR.as_atto() {
            true => 3,
            // To the cent.
            false => digits.saturating_sub(16),
        };
        let unit = 10_u128.pow(digits.saturating_sub(kept));
        // What is dropped rounds up from the half.
        let rounded = atto.saturating_add(unit / 2) / unit;
        Money::from_atto(rounded.saturating_mul(unit)).fmt(f)
    }
}
