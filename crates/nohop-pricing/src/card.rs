use std::time::SystemTime;

use nohop_types::{Money, Usage};

use crate::bill::Bill;
use crate::facts::Facts;
use crate::meter::Meter;
use crate::pack::Section;
use crate::packed::{Block, Row};
use crate::when::{By, Window};
use crate::{bill_of, day, pack};

/// A rate card: what an offer charges, for what, and when.
///
/// A card without any charge is unknown, which is not the same as free.
#[derive(Clone, Copy)]
pub struct Card<'a> {
    pub(crate) block: &'a Block,
    pub(crate) row: Row<'a>,
}

impl<'a> Card<'a> {
    /// What is charged, meter by meter, the special before the general.
    pub fn charges(self) -> impl Iterator<Item = Charge<'a>> {
        let block = self.block;
        block
            .rows(Section::Rates, self.row.span(0, self.row.u16(4).into()))
            .map(move |row| Charge { block, row })
    }

    /// What somebody says is charged and others do not.
    pub fn disputed(self) -> impl Iterator<Item = Charge<'a>> {
        let block = self.block;
        let first = self.row.u32(0) + u32::from(self.row.u16(4));
        let span = crate::packed::Span { first, len: self.row.u8(15).into() };
        block.rows(Section::Rates, span).map(move |row| Charge { block, row })
    }

    /// Whether nothing is known.
    pub fn is_unknown(self) -> bool {
        self.row.u16(4) == 0
    }

    /// Whether all of it is known to cost nothing.
    pub fn is_free(self) -> bool {
        !self.is_unknown() && self.charges().all(|charge| charge.price() == Money::ZERO)
    }

    /// Whether anything differs by the length of the prompt, by what is asked for, or by time.
    pub fn features(self) -> Features {
        let mut features = Features {
            factors: self.row.u8(6) > 0,
            allowances: self.row.u8(7) > 0,
            ..Features::default()
        };
        for charge in self.charges() {
            features.add(charge);
        }
        features
    }

    /// The price of one of `meter` where nothing particular is so of the request.
    pub fn base(self, meter: Meter) -> Option<Money> {
        self.base_at(meter, 0)
    }

    /// The same where the prompt has `prompt` tokens.
    pub fn base_at(self, meter: Meter, prompt: u64) -> Option<Money> {
        let plain = self.charges().filter(|charge| charge.meter() == Some(meter));
        let plain = plain.filter(|charge| charge.is_plain(prompt));
        // The special come first, and of the equal the first is meant.
        let longest =
            plain.reduce(
                |one, other| {
                    if other.when().least() > one.when().least() { other } else { one }
                },
            );
        longest.map(Charge::price)
    }

    /// The lengths of prompts, in tokens, from which on the whole request has other prices, the shortest first.
    pub fn bounds(self) -> Vec<u64> {
        let bounds = self.charges().filter(|charge| charge.is_plain(u64::MAX));
        let mut bounds: Vec<u64> = bounds.map(|charge| charge.when().least().into()).collect();
        bounds.sort_unstable();
        bounds.dedup();
        bounds.retain(|least| *least > 0);
        bounds
    }

    /// What `usage` costs at a time; `None` where nothing is known of the card, or of the usage.
    ///
    /// A cost that the provider states goes before ours. What the card has no rate for is charged at the rate that
    /// stands in for it, and where it can not be told which of two rates applies the dearer does; both are marked.
    pub fn bill(self, usage: &Usage, facts: &Facts<'_>, at: SystemTime) -> Option<Bill> {
        bill_of::bill(self, usage, facts, at)
    }

    /// The factors, in thousandths, with by what their conditions ask, and where these are.
    pub(crate) fn factors(self) -> impl Iterator<Item = (u8, u16, u32)> {
        let (first, many) = (self.row.u32(8) as usize, usize::from(self.row.u8(6)));
        let rows = self.block.slice(Section::Factors).as_chunks::<8>().0;
        let rows = rows.get(first..first + many).unwrap_or_default();
        rows.iter().map(|[one, other, _, asks, milli @ ..]| {
            (*asks, u16::from_le_bytes([*one, *other]), u32::from_le_bytes(*milli))
        })
    }

    /// What is free, with how many of it, whether in a month and not in a day, and together with what.
    pub fn allowances(self) -> impl Iterator<Item = Allowance<'a>> {
        let block = self.block;
        let span =
            crate::packed::Span { first: self.row.u16(12).into(), len: self.row.u8(7).into() };
        block.rows(Section::Allowances, span).filter_map(move |row| {
            let period = if row.u8(2) == 1 { Period::Month } else { Period::Day };
            let group = block.text(row.u32(8));
            Meter::from_code(row.u8(0)).map(|meter| Allowance {
                meter,
                count: row.u32(4).into(),
                period,
                group,
            })
        })
    }

    pub(crate) fn has_factors(self) -> bool {
        self.row.u8(6) > 0
    }

    pub(crate) fn has_excess(self) -> bool {
        self.row.u8(14) & pack::EXCESS != 0
    }

    /// The sets of its conditions, and what lies behind them; `None` where it has none.
    pub(crate) fn sets(self) -> Option<&'a [crate::sets::Word]> {
        let words = self.block.slice(Section::Sets).as_chunks().0;
        words.get(self.row.u32(16) as usize..)
    }

    /// Whether no rate has a condition.
    pub(crate) fn is_plain(self) -> bool {
        self.row.u8(14) & pack::PLAIN != 0
    }
}

impl std::fmt::Debug for Card<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.charges()).finish()
    }
}

/// So many of something are not charged for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Allowance<'a> {
    /// Of what.
    pub meter: Meter,
    /// How many.
    pub count: u64,
    /// In what time.
    pub period: Period,
    /// Which offers share it; empty where none do.
    pub group: &'a str,
}

/// The time in which an allowance is used up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Period {
    /// A day.
    Day,
    /// A month.
    Month,
}

/// By what the charges of a card differ.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Features {
    /// By the length of the prompt.
    pub thresholds: bool,
    /// By the tier that serves.
    pub tiers: bool,
    /// By being processed with others, later.
    pub batch: bool,
    /// By speed.
    pub speed: bool,
    /// By region.
    pub regions: bool,
    /// By the day.
    pub dates: bool,
    /// By the time of the day or the week.
    pub windows: bool,
    /// By how long a cache lives.
    pub lifetimes: bool,
    /// By the form of tokens.
    pub forms: bool,
    /// By something that is not a token.
    pub others: bool,
    /// By a factor.
    pub factors: bool,
    /// By an allowance.
    pub allowances: bool,
}

impl Features {
    fn add(&mut self, charge: Charge<'_>) {
        use crate::meter::{Class, Form};
        let when = charge.when();
        self.thresholds |= when.least() > 0;
        self.dates |= when.from() > 0 || when.until() < day::Day::MAX;
        self.windows |= when.windows().next().is_some();
        let asks = |by: By| when.asks() & 1 << by as u8 != 0;
        self.tiers |= asks(By::Tier);
        self.batch |= asks(By::Processing);
        self.speed |= asks(By::Speed);
        self.regions |= asks(By::Region);
        match charge.meter() {
            Some(Meter::Tokens(class, form)) => {
                self.forms |= form != Form::Any;
                self.lifetimes |= class > Class::CacheWrite && class < Class::Tool;
            }
            _ => self.others = true,
        }
    }
}

/// One price of a card.
#[derive(Clone, Copy)]
pub struct Charge<'a> {
    pub(crate) block: &'a Block,
    pub(crate) row: Row<'a>,
}

impl<'a> Charge<'a> {
    /// For what.
    pub fn meter(self) -> Option<Meter> {
        Meter::from_code(self.row.u8(0))
    }

    /// What [`Meter::per`] of it cost.
    pub fn price(self) -> Money {
        Money::from_atto(self.block.price(self.row.u32(4)))
    }

    /// When, as the data say it; empty where it always applies.
    pub fn condition(self) -> String {
        self.when().to_when().text()
    }

    /// Who says so, and the day on which it was looked up.
    pub fn sources(self) -> impl Iterator<Item = (&'a str, String)> {
        let set = self.row.u8(1);
        let known = (0..8_u32).filter(move |place| set & (1 << place) != 0);
        known.map(move |place| {
            let row = self.block.row(Section::Sources, place);
            (self.block.text(row.u32(0)), day::civil(row.u16(4)))
        })
    }

    /// Whether it applies to a prompt of that length of which nothing else is told, on the last of days.
    fn is_plain(self, prompt: u64) -> bool {
        let when = self.when();
        u64::from(when.least()) <= prompt
            && !when.is_excess()
            && when.terms().next().is_none()
            && when.windows().next().is_none()
            && when.until() == day::Day::MAX
    }

    pub(crate) fn when(self) -> Condition<'a> {
        Condition::of(self.block, self.row.u16(2))
    }
}

impl std::fmt::Debug for Charge<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let meter = self.meter().map(Meter::word).unwrap_or_default();
        write!(f, "{meter} {} {}", self.price(), self.condition())
    }
}

/// When a charge applies, read in place.
#[derive(Clone, Copy)]
pub(crate) struct Condition<'a> {
    pub(crate) block: &'a Block,
    /// All of it is there: nothing is checked again for every number.
    row: &'a [u8; WHEN],
}

/// How long a condition is.
const WHEN: usize = Section::SIZES[Section::Whens as usize];

impl<'a> Condition<'a> {
    pub(crate) fn of(block: &'a Block, place: u16) -> Self {
        Self::among(block, block.slice(Section::Whens), place)
    }

    /// The condition at `place` of all, which are `rows`; one that never holds where there is none.
    pub(crate) fn among(block: &'a Block, rows: &'a [u8], place: u16) -> Self {
        const NEVER: &[u8; WHEN] = &[0; WHEN];
        let row = rows.get(usize::from(place) * WHEN..).and_then(|rest| rest.first_chunk());
        Self { block, row: row.unwrap_or(NEVER) }
    }

    pub(crate) fn least(self) -> u32 {
        self.long(0)
    }

    pub(crate) fn is_excess(self) -> bool {
        self.row[4] == 1
    }

    pub(crate) fn from(self) -> day::Day {
        self.short(6)
    }

    pub(crate) fn until(self) -> day::Day {
        self.short(8)
    }

    /// By what something must be so, a bit for each.
    pub(crate) fn asks(self) -> u8 {
        self.row[13]
    }

    /// What must be so: the sum of each term, in whose highest bits stands what it is about, and the number of its word.
    pub(crate) fn terms(self) -> impl Iterator<Item = (u32, u32)> + 'a {
        let [sums, words] = [16, 32].map(|at| self.row[at..].as_chunks::<4>().0.iter());
        let terms = sums.zip(words).take(self.row[5].min(4).into());
        terms.map(|(sum, word)| (u32::from_le_bytes(*sum), u32::from_le_bytes(*word)))
    }

    pub(crate) fn has_windows(self) -> bool {
        self.row[12] > 0
    }

    pub(crate) fn windows(self) -> impl Iterator<Item = Window> + 'a {
        let span = crate::packed::Span { first: self.short(10).into(), len: self.row[12].into() };
        let rows = self.block.rows(Section::Windows, span);
        rows.map(|row| Window { days: row.u8(0), from: row.u16(2), to: row.u16(4) })
    }

    pub(crate) fn to_when(self) -> crate::when::When {
        use crate::when::{Above, Term, When};
        let (least, from, until) = (self.least(), self.from(), self.until());
        let terms = self.terms().filter_map(|(sum, word)| {
            let (by, _) = *By::ALL.get((sum >> 28) as usize)?;
            Some(Term { by, word: self.block.text(word).to_owned() })
        });
        When {
            above: (least > 0).then_some(Above { least, excess: self.is_excess() }),
            terms: terms.collect(),
            from: (from > 0).then_some(from),
            until: (until < day::Day::MAX).then_some(until),
            windows: self.windows().collect(),
        }
    }

    fn long(self, at: usize) -> u32 {
        u32::from_le_bytes([self.row[at], self.row[at + 1], self.row[at + 2], self.row[at + 3]])
    }

    fn short(self, at: usize) -> u16 {
        u16::from_le_bytes([self.row[at], self.row[at + 1]])
    }
}
