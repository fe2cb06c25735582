//! What tests need.

use std::time::{Duration, SystemTime};

use nohop_types::{Kind, Modality, Share, Usage};

use crate::{Bill, Catalog, Facts, Rows};

/// Rows with everything that rows can say.
pub(crate) const TEXT: &str = "source g 2026-11-10 genai-prices 0.2.3
source l 2026-11-12 litellm 1.109.1
model acme/big
 name Big
 also acme/large
 family big
 limits 1000 100
 reads text image
 writes text
 can tools schema
 cannot prefill
 efforts low high
 budget 1024 64000
 tokenizer acme
 cutoff 2025-01-01
 released 2025-06-01
 retires 2027-01-01
 successor acme/bigger
 score 56.9 2025-06-02 Some Test
model acme/bigger
provider acme
 fallback other
 pattern big-* = big
offer big
 model acme/big
 also big-latest
 limits 900 90
 retires 2026-12-31
 region eu
 quantization fp8
 data no training
 rate gl input 0.5 output 2
 rate l cache_read 0.05
 rate gl input 1 when >200000 tier=flex from=2026-01-01 until=2026-12-31 utc=01:00-04:00/12345 utc=22:00-00:30
 rate g input 2 when >=1000+
 not l input 0.6
 times l 1.1 when region=us
 free l web_search 5000 month group
provider other
offer x
";

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
