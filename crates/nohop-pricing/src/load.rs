//! Reads public catalogs.
//!
//! A catalog that is malformed is refused whole, with the row that is at fault: a price that is half read is worse than
//! an old one. What a catalog says in a unit that no meter has is passed over and counted.

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::draft::{RateRow, SourceRow};
use crate::meter::Meter;
use crate::moment::Moment;
use crate::when::When;
use crate::{Error, Rows, day, number};

mod genai;
mod json;
pub(crate) mod listed;
mod litellm;
mod models_dev;
mod names;
mod openrouter;
mod pattern;

/// A catalog larger than this is none: the largest known has 3 MB.
const MOST_BYTES: usize = 64 << 20;

/// Prices past these are in another unit than they say: a token of the dearest model costs $0.0006, one of the
/// cheapest a ten-thousandth of a millionth.
const MOST_FOR_A_TOKEN: u128 = 10_u128.pow(16);
const LEAST_FOR_A_TOKEN: u128 = 10_u128.pow(7);

/// The most that one of anything else may cost, in dollars.
const MOST_FOR_ANYTHING: u128 = 100_000;

/// A public catalog, by its shape.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Shape {
    /// The list of providers of genai-prices.
    GenaiPrices,
    /// The price map of LiteLLM.
    LiteLlm,
    /// The list of providers of models.dev.
    ModelsDev,
    /// The list of models of OpenRouter.
    OpenRouter,
}

/// What a catalog came to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Loaded {
    /// Its rows.
    pub rows: Rows,
    /// How many figures had digits that are noise, and were rounded.
    pub rounded: usize,
    /// What was passed over because nothing here can say it, and how often.
    pub passed: BTreeMap<String, usize>,
}

impl Shape {
    /// Reads a catalog whose figures were looked up on a `day` such as `2026-11-12`, by the `name` under which
    /// it is quoted.
    ///
    /// # Errors
    ///
    /// The first row that is malformed: a price that is negative, no number, or past every price in its unit, a row
    /// that is there twice, a field of another kind. Nothing is taken over then.
    pub fn load(self, bytes: &[u8], name: &str, day: &str) -> Result<Loaded, Error> {
        let day = day::parse(day).ok_or_else(|| Error::new(day, "is no day"))?;
        let text = json::text(bytes)?;
        let mut into = Pile::new(self.letter(), name, day);
        match self {
            Self::GenaiPrices => genai::load(text, &mut into)?,
            Self::LiteLlm => litellm::load(text, &mut into)?,
            Self::ModelsDev => models_dev::load(text, &mut into)?,
            Self::OpenRouter => openrouter::load(text, &mut into)?,
        }
        if into.loaded.rows.rows.offers.is_empty() {
            return Err(Error::new("the list", "holds no offers"));
        }
        Ok(into.loaded)
    }

    /// What a provider and its id for a model are called here.
    pub fn ours(self, provider: &str, native: &str) -> (String, String) {
        let (provider, suffix) = match self {
            Self::GenaiPrices => names::genai(provider),
            Self::LiteLlm => names::litellm(provider),
            Self::ModelsDev => names::models_dev(provider),
            Self::OpenRouter => (provider.to_owned(), String::new()),
        };
        (provider, format!("{native}{suffix}"))
    }

    /// What its publishers call it, and under which its figures are quoted.
    pub fn name(self) -> &'static str {
        match self {
            Self::GenaiPrices => "genai-prices",
            Self::LiteLlm => "litellm",
            Self::ModelsDev => "models.dev",
            Self::OpenRouter => "openrouter",
        }
    }

    pub(crate) const ALL: [Self; 4] =
        [Self::OpenRouter, Self::ModelsDev, Self::LiteLlm, Self::GenaiPrices];

    pub(crate) fn letter(self) -> char {
        match self {
            Self::GenaiPrices => 'g',
            Self::LiteLlm => 'l',
            Self::ModelsDev => 'm',
            Self::OpenRouter => 'o',
        }
    }
}

impl Loaded {
    /// Adds what OpenRouter's list of the endpoints of one model says: what each of its hosts charges, as the price
    /// behind the door of that name.
    ///
    /// # Errors
    ///
    /// As [`Shape::load`]; a model that the list of models has not is none either. Nothing is taken over then.
    pub fn endpoints(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut pile = Pile { loaded: self.clone() };
        openrouter::endpoints(json::text(bytes)?, &mut pile)?;
        *self = pile.loaded;
        Ok(())
    }
}

/// The day of a time, in Greenwich, as lists are quoted by it.
pub fn day_of(at: SystemTime) -> String {
    day::civil(Moment::of(at).day)
}

/// Where a loader puts what it reads.
struct Pile {
    loaded: Loaded,
}

impl Pile {
    fn new(letter: char, name: &str, day: day::Day) -> Self {
        let mut rows = Rows::default();
        rows.rows.sources.push(SourceRow { letter, name: name.to_owned(), day });
        Self { loaded: Loaded { rows, rounded: 0, passed: BTreeMap::new() } }
    }

    /// A price as it is written in a catalog, times ten to the `shift`, in attodollars.
    fn price(&mut self, row: &str, text: &str, meter: Meter, shift: i32) -> Result<u128, Error> {
        let wrong =
            |what: &str| Error::new(row, format!("has a price for {} that {what}", meter.word()));
        let read = number::read(text, shift).map_err(|it| wrong(it.as_str()))?;
        // What is not zero must not become it: free is another thing.
        let vanished = read.value == 0 && read.rounded;
        if vanished && matches!(meter, Meter::Tokens(..)) {
            return Err(wrong("is in another unit than a token's"));
        }
        sane(row, meter, read.value)?;
        self.loaded.rounded += usize::from(read.rounded);
        Ok(read.value)
    }

    fn pass(&mut self, what: &str) {
        *self.loaded.passed.entry(what.to_owned()).or_default() += 1;
    }
}

/// Refuses a price that is past every price in its unit.
fn sane(row: &str, meter: Meter, price: u128) -> Result<(), Error> {
    let what = match meter {
        Meter::Tokens(..)
            if price > MOST_FOR_A_TOKEN || (1..LEAST_FOR_A_TOKEN).contains(&price) =>
        {
            "is in another unit than a token's"
        }
        Meter::Tokens(..) => return Ok(()),
        _ if price / 10_u128.pow(18) > MOST_FOR_ANYTHING => "is past every price",
        _ => return Ok(()),
    };
    Err(Error::new(row, format!("has a price for {} that {what}", meter.word())))
}

fn rate(when: &When, meter: Meter, price: u128) -> RateRow {
    RateRow { when: when.clone(), meter, price, sources: 1 }
}

#[cfg(test)]
mod tests;
