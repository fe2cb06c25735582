//! What tests need.

use std::time::{Duration, SystemTime};

use nohop_types::{Kind, Modality, Share, Usage};

use crate::{Bill, Catalog, Facts, Rows};

/// A catalog in which `acme` offers `big` for `rates`, a line each.
pub(crate) fn acme(rates: &str) -> Catalog {
    let lines: String = rates.lines().map(|line| format!(" {}\n", line.trim())).collect();
    let text = format!("source t 2026-11-12 a test\nprovider acme\noffer big\n{lines}");
    Rows::read(&text).unwrap().pack().unwrap()
}

/// What `usage` costs at such an offer, at noon of a Thursday.
pub(crate) fn bill(rates: &str, usage: &Usage, facts: &Facts<'_>) -> Bill {
    bill_at(rates, usage, facts, "2026-11-12 12:00").unwrap()
}

pub(crate) fn bill_at(rates: &str, usage: &Usage, facts: &Facts<'_>, at: &str) -> Option<Bill> {
    let catalog = acme(rates);
    catalog.offer("acme", "big").unwrap().bill(usage, facts, moment(at))
}

/// What a usage costs in attodollars.
pub(crate) fn cost(rates: &str, usage: &Usage, facts: &Facts<'_>) -> u128 {
    bill(rates, usage, facts).cost.amount.as_atto()
}

/// A moment written as `2026-11-12 12:00`.
pub(crate) fn moment(text: &str) -> SystemTime {
    let (day, time) = text.split_once(' ').unwrap();
    let days = u64::from(crate::day::parse(day).unwrap());
    let minutes = u64::from(crate::when::minute(time).unwrap());
    SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400 + minutes * 60)
}

pub(crate) fn usage(input: u64, output: u64) -> Usage {
    let mut usage = Usage::default();
    (usage.input, usage.output) = (Some(input), Some(output));
    usage
}

pub(crate) fn share(usage: &mut Usage, kind: Kind, modality: Modality, tokens: u64) {
    usage.shares.push(Share::new(kind, modality, tokens));
}
