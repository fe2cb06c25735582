//! Rows as one block of bytes that is read where it lies.
//!
//! The block begins with the offsets and counts of its sections. Every number is little-endian, every row of a section as
//! long as the others, and every text a number of the pool, whose texts are sorted: the order of the numbers is that of the texts.

use std::collections::{BTreeMap, BTreeSet};

use crate::day::Day;
use crate::draft::{CardRow, RateRow, Rows};
use crate::latest::latest;
use crate::score::scores;
use crate::sum::{fingerprint, name_sum, term_sum};
use crate::when::{When, Window};

pub(crate) mod sets;

/// What every block begins with; the digit is the version of the layout.
pub(crate) const MAGIC: [u8; 8] = *b"nohopcat";

/// The scope of names that are no provider's: those of models.
pub(crate) const MODELS: u16 = u16::MAX;

/// The scope of the names of providers.
pub(crate) const PROVIDERS: u16 = u16::MAX - 1;

/// How many rates a card has at the most: a bit is left beside the place of one.
const MOST_RATES: u16 = i16::MAX as u16;

/// A card has a rate for the tokens past a bound alone.
pub(crate) const EXCESS: u8 = 1;

/// No rate of a card has a condition.
pub(crate) const PLAIN: u8 = 2;

/// A number that says that there is nothing.
pub(crate) const NONE: u32 = u32::MAX;

/// The sections, in order, and how long a row of each is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Section {
    TextEnds,
    Texts,
    Sources,
    Providers,
    Patterns,
    Models,
    Scores,
    Offers,
    Cards,
    Sets,
    Rates,
    Whens,
    Windows,
    Prices,
    Factors,
    Allowances,
    Names,
    Index,
    Lists,
}

impl Section {
    pub(crate) const COUNT: usize = 19;

    /// How many bytes a row has.
    pub(crate) const SIZES: [usize; Self::COUNT] =
        [4, 1, 8, 16, 8, 68, 12, 44, 20, 8, 8, 52, 6, 16, 8, 12, 12, 4, 4];

    pub(crate) const HEAD: usize = MAGIC.len() + 8 + Self::COUNT * 8;
}

/// Packs `rows`.
///
/// # Errors
///
/// A sentence on what does not fit.
pub(crate) fn pack(rows: &Rows) -> Result<Vec<u8>, String> {
    Packer::new(rows).pack(rows)
}

struct Packer {
    texts: BTreeMap<String, u32>,
    sections: [Put; Section::COUNT],
    whens: BTreeMap<When, u16>,
    prices: BTreeMap<u128, u32>,
    cards: BTreeMap<CardRow, u32>,
}

impl Packer {
    fn new(rows: &Rows) -> Self {
        let mut texts = BTreeSet::new();
        let mut add = |text: &str| {
            texts.insert(text.to_owned());
        };
        add("");
        rows.sources.iter().for_each(|source| add(&source.name));
        for (id, row) in &rows.providers {
            add(id);
            row.patterns.iter().for_each(|(pattern, _)| add(pattern));
        }
        for (slug, row) in &rows.models {
            for text in [slug, &row.name, &row.family, &row.tokenizer, &row.successor] {
                add(text);
            }
            row.scores.iter().for_each(|score| add(&score.name));
        }
        for ((provider, native), row) in &rows.offers {
            for text in [provider, native, &row.region, &row.quantization, &row.data] {
                add(text);
            }
            let conditions = row.card.rates.iter().map(|rate| &rate.when);
            for when in conditions.chain(row.card.factors.iter().map(|it| &it.when)) {
                when.terms.iter().for_each(|term| add(&term.word));
            }
            row.card.allowances.iter().for_each(|it| add(&it.group));
        }
        for (name, ..) in names(rows) {
            add(&name);
        }
        let texts = texts.into_iter().zip(0..).collect();
        Self {
            texts,
            sections: Default::default(),
            whens: BTreeMap::new(),
            prices: BTreeMap::new(),
            cards: BTreeMap::new(),
        }
    }

    fn pack(mut self, rows: &Rows) -> Result<Vec<u8>, String> {
        if rows.sources.len() > 8 {
            return Err("more than eight sources".to_owned());
        }
        let providers: BTreeMap<&str, u16> =
            rows.providers.keys().map(String::as_str).zip(0..).collect();
        let models: BTreeMap<&str, u32> = rows.models.keys().map(String::as_str).zip(0..).collect();

        // The offers of a model lie together, and a model knows where.
        let mut offers: Vec<_> = rows.offers.iter().collect();
        offers.sort_by_key(|((provider, native), row)| {
            (models.get(row.model.as_str()).copied().unwrap_or(NONE), provider, native)
        });
        let places: BTreeMap<(&str, &str), u32> = offers
            .iter()
            .map(|((provider, native), _)| (provider.as_str(), native.as_str()))
            .zip(0..)
            .collect();

        self.write_texts();
        self.write_sources(rows);
        self.write_providers(rows, &providers, &places);
        let mut spans: BTreeMap<u32, (u32, u16)> = BTreeMap::new();
        for (place, (key, row)) in (0..).zip(&offers) {
            let model = models.get(row.model.as_str()).copied().unwrap_or(NONE);
            let span = spans.entry(model).or_insert((place, 0));
            span.1 = span.1.saturating_add(1);
            let card = self.card(&row.card)?;
            let provider = providers.get(key.0.as_str()).copied().ok_or("an offer of nobody's")?;
            self.offer(key, row, model, provider, card);
        }
        self.write_models(rows, &models, &spans);
        self.write_names(rows, &providers, &models, &places)?;
        self.write_prices();
        Ok(self.join())
    }

    fn write_texts(&mut self) {
        let mut end = 0_u32;
        let texts: Vec<String> = self.texts.keys().cloned().collect();
        for text in texts {
            end += text.len() as u32;
            self.sections[Section::Texts as usize].0.extend_from_slice(text.as_bytes());
            self.put(Section::TextEnds).u32(end);
        }
    }

    fn write_sources(&mut self, rows: &Rows) {
        for source in &rows.sources {
            let name = self.text(&source.name);
            let letter = u32::from(source.letter) as u16;
            self.put(Section::Sources).u32(name).u16(source.day).u16(letter);
        }
    }

    fn write_providers(
        &mut self,
        rows: &Rows,
        providers: &BTreeMap<&str, u16>,
        offers: &BTreeMap<(&str, &str), u32>,
    ) {
        for (id, row) in &rows.providers {
            let name = self.text(id);
            let (first_pattern, first_list) =
                (self.count(Section::Patterns), self.count(Section::Lists));
            for (pattern, native) in &row.patterns {
                if let Some(offer) = offers.get(&(id.as_str(), native.as_str())) {
                    let pattern = self.text(pattern);
                    self.put(Section::Patterns).u32(pattern).u32(*offer);
                }
            }
            let fallbacks = row.fallbacks.iter().filter_map(|other| providers.get(other.as_str()));
            for other in fallbacks {
                self.put(Section::Lists).u32((*other).into());
            }
            let patterns = (self.count(Section::Patterns) - first_pattern) as u16;
            let lists = (self.count(Section::Lists) - first_list) as u16;
            let put = self.put(Section::Providers);
            put.u32(name).u32(first_pattern).u32(first_list).u16(patterns).u16(lists);
        }
    }

    fn write_models(
        &mut self,
        rows: &Rows,
        models: &BTreeMap<&str, u32>,
        spans: &BTreeMap<u32, (u32, u16)>,
    ) {
        let scores = scores(rows.models.values());
        for (place, ((slug, row), score)) in (0..).zip(rows.models.iter().zip(scores)) {
            let (offer, offers) = spans.get(&place).copied().unwrap_or((0, 0));
            let first_score = self.count(Section::Scores);
            for result in &row.scores {
                let name = self.text(&result.name);
                self.put(Section::Scores).u32(name).u32(result.milli).u16(result.day).u16(0);
            }
            let [slug, name, family, tokenizer] =
                [slug, &row.name, &row.family, &row.tokenizer].map(|text| self.text(text));
            let successor = models.get(row.successor.as_str()).copied().unwrap_or(NONE);
            let (least, most) = row.budget.unwrap_or((0, 0));
            let put = self.put(Section::Models);
            put.u32(slug).u32(name).u32(family).u32(tokenizer).u32(successor);
            put.u32(row.context).u32(row.output).u32(row.can).u32(row.cannot).u32(least).u32(most);
            put.u32(offer).u16(offers).u16(row.scores.len() as u16).u32(first_score);
            put.u16(day(row.cutoff)).u16(day(row.released)).u16(day(row.retires));
            put.u8(row.reads).u8(row.writes).u8(row.efforts).u8(0).u16(score);
        }
    }

    fn offer(
        &mut self,
        key: &(String, String),
        row: &crate::draft::OfferRow,
        model: u32,
        provider: u16,
        card: u32,
    ) {
        let [native, region, quantization, data] =
            [&key.1, &row.region, &row.quantization, &row.data].map(|text| self.text(text));
        let first_list = self.count(Section::Lists);
        let put = self.put(Section::Offers);
        put.u32(native).u32(model).u32(card).u32(row.context).u32(row.output).u32(region);
        put.u32(quantization).u32(data).u32(first_list).u16(provider).u16(day(row.retires)).u32(0);
    }

    /// Writes a card, unless one like it is there.
    fn card(&mut self, card: &CardRow) -> Result<u32, String> {
        let mut card = card.clone();
        card.sort();
        // Of the same the first is meant.
        card.rates.dedup_by(|next, one| (&next.when, next.meter) == (&one.when, one.meter));
        if let Some(place) = self.cards.get(&card) {
            return Ok(*place);
        }
        let (rate, factor, allowance) = (
            self.count(Section::Rates),
            self.count(Section::Factors),
            self.count(Section::Allowances),
        );
        let mut rates: Vec<&RateRow> = card.rates.iter().collect();
        rates.sort_by_key(|rate| (rate.meter.code(), rate.is_past_bound()));
        let mut flags = 0;
        for row in rates.into_iter().chain(&card.disputed) {
            let when = self.when(&row.when)?;
            let next = self.prices.len() as u32;
            let price = *self.prices.entry(row.price).or_insert(next);
            flags |= if row.is_past_bound() { EXCESS } else { 0 };
            let put = self.put(Section::Rates);
            put.u8(row.meter.code()).u8(row.sources).u16(when).u32(price);
        }
        let is_plain = card.rates.iter().all(|rate| rate.when == When::default());
        flags |= if is_plain { PLAIN } else { 0 };
        let sets = if is_plain { NONE } else { self.sets(&card.rates) };
        for row in &card.factors {
            let when = self.when(&row.when)?;
            let asks = row.when.asks();
            self.put(Section::Factors).u16(when).u8(row.sources).u8(asks).u32(row.milli);
        }
        for row in &card.allowances {
            let group = self.text(&row.group);
            let put = self.put(Section::Allowances);
            put.u8(row.meter.code()).u8(row.sources).u8(row.monthly.into()).u8(0);
            put.u32(row.count).u32(group);
        }
        let rates = u16::try_from(card.rates.len()).ok().filter(|many| *many <= MOST_RATES);
        let rates = rates.ok_or("a card of too many rates")?;
        let disputed = u8::try_from(card.disputed.len()).unwrap_or(u8::MAX);
        let (factors, allowances) = (card.factors.len() as u8, card.allowances.len() as u8);
        let put = self.put(Section::Cards);
        put.u32(rate).u16(rates).u8(factors).u8(allowances).u32(factor);
        put.u16(allowance as u16).u8(flags).u8(disputed).u32(sets);
        let place = self.count(Section::Cards) - 1;
        self.cards.insert(card, place);
        Ok(place)
    }

    /// Writes the sets of a card's conditions, whose rows are written, where they fit.
    fn sets(&mut self, rates: &[RateRow]) -> u32 {
        let place = |when: &When| self.whens.get(when).copied().unwrap_or_default();
        let Some(words) = sets::sets(rates, |text| self.text(text), place) else { return NONE };
        let first = self.count(Section::Sets);
        for word in words {
            self.put(Section::Sets).0.extend_from_slice(&word.to_le_bytes());
        }
        first
    }

    fn when(&mut self, when: &When) -> Result<u16, String> {
        if let Some(place) = self.whens.get(when) {
            return Ok(*place);
        }
        if when.terms.len() > 4 {
            return Err(format!("more than four conditions: {}", when.text()));
        }
        let first = self.count(Section::Windows);
        for Window { days, from, to } in &when.windows {
            self.put(Section::Windows).u8(*days).u8(0).u16(*from).u16(*to);
        }
        let terms: Vec<u32> = when.terms.iter().map(|term| self.text(&term.word)).collect();
        let (least, excess) = when.above.map_or((0, false), |above| (above.least, above.excess));
        let put = self.put(Section::Whens);
        put.u32(least).u8(excess.into()).u8(terms.len() as u8);
        put.u16(when.from.unwrap_or(0)).u16(when.until.unwrap_or(Day::MAX));
        put.u16(first as u16).u8(when.windows.len() as u8).u8(when.asks()).u16(0);
        // Terms are compared by their sums, and where these are the same by their words.
        for place in 0..4 {
            let sum = when.terms.get(place).map(|term| term_sum(term.by as u8, &term.word));
            put.u32(sum.unwrap_or(NONE));
        }
        for place in 0..4 {
            put.u32(terms.get(place).copied().unwrap_or(NONE));
        }
        put.u32(0);
        let place = u16::try_from(self.whens.len()).map_err(|_| "too many conditions")?;
        self.whens.insert(when.clone(), place);
        Ok(place)
    }

    fn write_names(
        &mut self,
        rows: &Rows,
        providers: &BTreeMap<&str, u16>,
        models: &BTreeMap<&str, u32>,
        offers: &BTreeMap<(&str, &str), u32>,
    ) -> Result<(), String> {
        let mut known: BTreeMap<(u32, u16), (u32, u8)> = BTreeMap::new();
        for (id, place) in providers {
            known.insert((self.text(id), PROVIDERS), ((*place).into(), 0));
        }
        for (name, provider, target, kind) in names(rows) {
            let (scope, place) = match provider {
                None => (MODELS, models.get(target)),
                Some(id) => {
                    let scope = providers.get(id).copied().ok_or("a name of nobody's")?;
                    (scope, offers.get(&(id, target)))
                }
            };
            let Some(place) = place else { continue };
            known.entry((self.text(&name), scope)).or_insert((*place, kind));
        }
        let slots = (known.len() * 4 / 3 + 1).next_power_of_two();
        let mut index = vec![0_u32; slots];
        let texts: Vec<&str> = self.texts.keys().map(String::as_str).collect();
        let mut named = Vec::new();
        for (number, ((text, scope), (place, kind))) in (1..).zip(known) {
            let sum =
                name_sum(texts.get(text as usize).copied().unwrap_or_default().as_bytes(), scope);
            let mut slot = sum as usize & (slots - 1);
            while index[slot] != 0 {
                slot = (slot + 1) & (slots - 1);
            }
            index[slot] = number;
            named.push((text, scope, kind, place));
        }
        for (text, scope, kind, place) in named {
            self.put(Section::Names).u32(text).u16(scope).u8(kind).u8(0).u32(place);
        }
        for number in index {
            self.put(Section::Index).u32(number);
        }
        Ok(())
    }

    fn write_prices(&mut self) {
        let mut prices: Vec<(u32, u128)> =
            self.prices.iter().map(|(price, at)| (*at, *price)).collect();
        prices.sort_unstable();
        for (_, price) in prices {
            self.sections[Section::Prices as usize].0.extend_from_slice(&price.to_le_bytes());
        }
    }

    fn join(self) -> Vec<u8> {
        let mut body = Vec::new();
        let mut head = Vec::from(MAGIC);
        head.extend_from_slice(&[0; 8]);
        for (section, size) in self.sections.iter().zip(Section::SIZES) {
            body.resize(body.len().next_multiple_of(16), 0);
            head.extend_from_slice(&((Section::HEAD + body.len()) as u32).to_le_bytes());
            head.extend_from_slice(&((section.0.len() / size) as u32).to_le_bytes());
            body.extend_from_slice(&section.0);
        }
        let sum = fingerprint(&body).to_le_bytes();
        head[MAGIC.len()..MAGIC.len() + 8].copy_from_slice(&sum);
        head.extend_from_slice(&body);
        head
    }

    fn text(&self, text: &str) -> u32 {
        self.texts.get(text).copied().unwrap_or_default()
    }

    fn count(&self, section: Section) -> u32 {
        (self.sections[section as usize].0.len() / Section::SIZES[section as usize]) as u32
    }

    fn put(&mut self, section: Section) -> &mut Put {
        &mut self.sections[section as usize]
    }
}

/// Every name by which something is found: lower case, whose it is, what it names, and how.
fn names(rows: &Rows) -> Vec<(String, Option<&str>, &str, u8)> {
    let mut names: Vec<(String, Option<&str>, &str, u8)> = Vec::new();
    let lower = |text: &str| text.to_ascii_lowercase();
    for slug in rows.models.keys() {
        names.push((lower(slug), None, slug, 0));
    }
    for (slug, row) in &rows.models {
        names.extend(row.also.iter().map(|also| (lower(also), None, slug.as_str(), 1)));
    }
    for (family, slug) in latest(rows) {
        names.push((family, None, slug, 2));
    }
    for (provider, native) in rows.offers.keys() {
        names.push((lower(native), Some(provider), native, 0));
    }
    for ((provider, native), row) in &rows.offers {
        let also =
            row.also.iter().map(|also| (lower(also), Some(provider.as_str()), native.as_str(), 1));
        names.extend(also);
    }
    names
}

fn day(day: Option<Day>) -> u16 {
    day.unwrap_or(0)
}

/// Bytes that numbers are put behind.
#[derive(Default)]
struct Put(Vec<u8>);

impl Put {
    fn u8(&mut self, number: u8) -> &mut Self {
        self.0.push(number);
        self
    }

    fn u16(&mut self, number: u16) -> &mut Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    fn u32(&mut self, number: u32) -> &mut Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }
}
