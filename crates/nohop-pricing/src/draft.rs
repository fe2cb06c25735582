//! A catalog as rows, before it is packed.

use std::collections::BTreeMap;

use crate::day::Day;
use crate::meter::Meter;
use crate::when::When;

/// A catalog as rows that can be changed, merged and written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rows {
    /// Who says so; at most eight, whose places are bits of a set.
    pub(crate) sources: Vec<SourceRow>,
    pub(crate) providers: BTreeMap<String, ProviderRow>,
    /// By slug.
    pub(crate) models: BTreeMap<String, ModelRow>,
    /// By provider and native id.
    pub(crate) offers: BTreeMap<(String, String), OfferRow>,
}

/// Where figures are from.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct SourceRow {
    pub(crate) letter: char,
    pub(crate) name: String,
    /// When its figures were looked up.
    pub(crate) day: Day,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct ProviderRow {
    /// Who else's offers it has at the same price, where it lists none of its own.
    pub(crate) fallbacks: Vec<String>,
    /// Which ids are which offer's: the first that matches decides.
    pub(crate) patterns: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ModelRow {
    pub(crate) name: String,
    /// Other names of the same.
    pub(crate) also: Vec<String>,
    pub(crate) family: String,
    /// The most tokens it reads, and answers with; none where it is not known.
    pub(crate) context: u32,
    pub(crate) output: u32,
    /// Which forms it reads and answers with, a bit for each.
    pub(crate) reads: u8,
    pub(crate) writes: u8,
    /// What it can do and what it can not, a bit for each of [`ABILITIES`].
    pub(crate) can: u32,
    pub(crate) cannot: u32,
    /// The efforts that it knows, a bit for each of [`EFFORTS`].
    pub(crate) efforts: u8,
    /// The least and the most tokens of thinking that may be asked for.
    pub(crate) budget: Option<(u32, u32)>,
    pub(crate) tokenizer: String,
    pub(crate) cutoff: Option<Day>,
    pub(crate) released: Option<Day>,
    pub(crate) retires: Option<Day>,
    pub(crate) successor: String,
    pub(crate) scores: Vec<ScoreRow>,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct ScoreRow {
    pub(crate) name: String,
    /// In thousandths.
    pub(crate) milli: u32,
    pub(crate) day: Day,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct OfferRow {
    /// The slug of its model, where it is known.
    pub(crate) model: String,
    pub(crate) also: Vec<String>,
    pub(crate) context: u32,
    pub(crate) output: u32,
    pub(crate) retires: Option<Day>,
    pub(crate) region: String,
    pub(crate) quantization: String,
    /// What the provider does with what it is told.
    pub(crate) data: String,
    pub(crate) card: CardRow,
    /// Whether its catalog quotes the vendor's own page; it is not written either.
    pub(crate) quotes: bool,
    /// What its catalog says of the model; it goes to the model when that is known, and is not written.
    pub(crate) hint: ModelRow,
}

#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct CardRow {
    pub(crate) rates: Vec<RateRow>,
    pub(crate) factors: Vec<FactorRow>,
    pub(crate) allowances: Vec<AllowanceRow>,
    /// Rates that somebody says and that were not taken, because others say otherwise.
    pub(crate) disputed: Vec<RateRow>,
}

#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct RateRow {
    pub(crate) when: When,
    pub(crate) meter: Meter,
    /// Attodollars for as many as [`Meter::per`] says.
    pub(crate) price: u128,
    /// Who says so, a bit for each source.
    pub(crate) sources: u8,
}

/// A factor on everything that is charged for tokens.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct FactorRow {
    pub(crate) when: When,
    /// In thousandths.
    pub(crate) milli: u32,
    pub(crate) sources: u8,
}

/// So many of something are not charged for.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct AllowanceRow {
    pub(crate) meter: Meter,
    pub(crate) count: u32,
    /// Whether in a month, and not in a day.
    pub(crate) monthly: bool,
    /// Which offers share it; empty where none do.
    pub(crate) group: String,
    pub(crate) sources: u8,
}

impl RateRow {
    /// Whether it is for the tokens past a bound alone: what is no token has no such rates.
    pub(crate) fn is_past_bound(&self) -> bool {
        let is_token = matches!(self.meter, Meter::Tokens(..));
        is_token && self.when.above.is_some_and(|above| above.excess)
    }
}

impl CardRow {
    /// Puts the rates in the order in which they are looked at: what says more comes first.
    pub(crate) fn sort(&mut self) {
        self.rates.sort_by(|a, b| {
            let order = b.when.weight().cmp(&a.when.weight());
            order.then_with(|| a.when.cmp(&b.when)).then_with(|| a.meter.cmp(&b.meter))
        });
        self.disputed.sort();
        self.factors.sort();
        self.allowances.sort();
    }
}

/// What a model can do, or can not; the place is the bit.
pub(crate) const ABILITIES: [&str; 20] = [
    "tools",
    "parallel_tools",
    "forced_tools",
    "schema",
    "reasoning",
    "reasoning_off",
    "sampling",
    "prefill",
    "system",
    "late_system",
    "caching",
    "web_search",
    "computer_use",
    "embeddings",
    "reranking",
    "transcription",
    "speech",
    "pictures",
    "films",
    "open_weights",
];

/// The efforts, the least first; the place is the bit.
pub(crate) const EFFORTS: [&str; 7] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/// The bit of `word` in a list of words.
pub(crate) fn bit(words: &[&str], word: &str) -> Option<u32> {
    words.iter().position(|known| *known == word).map(|place| 1 << place)
}
