//! Which of a card's rates apply to a request.

use nohop_types::Money;

use crate::bill::Doubt;
use crate::bill_of::is_usual;
use crate::card::{Card, Condition};
use crate::facts::Facts;
use crate::meter::{Class, Form, Meter};
use crate::moment::Moment;
use crate::pack::{NONE, Section};
use crate::packed::Block;
use crate::sum::term_sum;
use crate::when::By;

/// How many meters there can be: those of tokens, and behind them the others.
const SLOTS: usize = Meter::TOKENS + 32;

/// How long a group, a rate and a price are.
const GROUP: usize = Section::SIZES[Section::Groups as usize];
const RATE: usize = Section::SIZES[Section::Rates as usize];
const PRICE: usize = Section::SIZES[Section::Prices as usize];

/// What sets a request apart where it is said: its tier, how it was processed, and its speed.
const SPECIAL: u8 = 1 << By::Tier as u8 | 1 << By::Processing as u8 | 1 << By::Speed as u8;

/// What conditions are about.
pub(crate) struct Situation<'a> {
    /// How many tokens the prompt has, cached or not.
    prompt: u64,
    moment: Moment,
    /// By what something was said, a bit for each.
    told: u8,
    /// What is so of the request, by what it is about, and the sums of that.
    said: [&'a str; By::ALL.len()],
    sums: [u32; By::ALL.len()],
    /// The numbers of these words among the catalog's texts, as far as they were met.
    words: [u32; By::ALL.len()],
}

/// The rates that apply, by meter.
pub(crate) struct Chosen<'a> {
    block: &'a Block,
    /// All conditions and all prices.
    whens: &'a [u8],
    prices: &'a [u8],
    /// By what the request is said to be special.
    special: u8,
    slots: &'a mut Slots,
    /// Rates for the tokens past a bound: the slot of the meter, the first token that they are for, and the price.
    pub(crate) excess: Vec<(usize, u64, Money)>,
}

/// Which rate applies to a meter: its row, in which by what its condition asks, and what is known of it, stand in
/// place of its meter and its sources. All bits are clear where there is none.
#[derive(Clone, Copy, Default)]
pub(crate) struct Slot(u64);

/// A slot for each meter.
pub(crate) type Slots = [Slot; SLOTS];

/// There is a rate.
const KNOWN: u64 = 1 << 8;
/// It can not be told which of several applies.
const UNCLEAR: u64 = 1 << 9;
/// It was not told whether it applies.
const PERHAPS: u64 = 1 << 10;

impl Slot {
    const STATE: u64 = KNOWN | UNCLEAR | PERHAPS;

    pub(crate) const NONE: Slots = [Self(0); SLOTS];

    fn of(rate: u64, asks: u8, state: u64) -> Self {
        Self(rate & !0xffff | u64::from(asks) | state)
    }

    fn with(self, state: u64) -> Self {
        Self(self.0 & !Self::STATE | state)
    }

    fn state(self) -> u64 {
        self.0 & Self::STATE
    }

    fn asks(self) -> u8 {
        self.0 as u8
    }

    fn when(self) -> u16 {
        (self.0 >> 16) as u16
    }

    fn price(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// A rate, and what is not certain about it.
#[derive(Clone, Copy)]
pub(crate) struct Applied {
    pub(crate) price: Money,
    pub(crate) doubt: Option<Doubt>,
    /// By what its condition asks.
    pub(crate) asks: u8,
    /// The slot of the meter that it is for; of tokens that is their code.
    pub(crate) place: usize,
}

/// A sum for whatever may be said together, by the bits of what it is about.
type Sums = [u32; 1 << By::ALL.len()];

#[derive(Clone, Copy, Eq, PartialEq)]
enum Holds {
    No,
    Yes,
    /// What it asks about was not told.
    Perhaps,
}

impl<'a> Situation<'a> {
    pub(crate) fn new(
        prompt: u64,
        tier: Option<&'a str>,
        facts: &Facts<'a>,
        moment: Moment,
    ) -> Self {
        let Facts { processing, speed, region, search, door, .. } = facts;
        let words = [NONE; By::ALL.len()];
        let speed = speed.filter(|speed| !is_usual(speed));
        let (mut told, mut said, mut sums) = (0, [""; By::ALL.len()], [0; By::ALL.len()]);
        for (place, word) in
            [tier, *processing, speed, *region, *search, *door].into_iter().enumerate()
        {
            if let Some(word) = word {
                told |= 1 << place;
                (said[place], sums[place]) = (word, term_sum(place as u8, word));
            }
        }
        Self { prompt, moment, told, said, sums, words }
    }

    /// The sums of whatever was said together, by what it is about: those that a condition may ask for to hold.
    fn all_sums(&self) -> Sums {
        // No sum has all bits.
        let mut all = [u32::MAX; 1 << By::ALL.len()];
        all[0] = 0;
        let told = usize::from(self.told);
        // Every part of what was said, the lesser first.
        let mut asks = 0_usize.wrapping_sub(told) & told;
        while asks != 0 {
            let first = asks.trailing_zeros() as usize % self.sums.len();
            all[asks % all.len()] = all[asks & (asks - 1)] ^ self.sums[first];
            asks = asks.wrapping_sub(told) & told;
        }
        all
    }

    fn holds(&mut self, when: Condition<'_>) -> Holds {
        let missing = when.asks() & !self.told;
        if missing & !(1 << By::Search as u8) != 0 {
            return Holds::No;
        }
        let Moment { day, weekday, minute } = self.moment;
        if self.prompt < when.least().into() || day < when.from() || day >= when.until() {
            return Holds::No;
        }
        for (by, word) in when.terms() {
            let is_told = missing == 0 || by != By::Search as u8;
            if is_told && !self.is(by, word, when) {
                return Holds::No;
            }
        }
        if when.has_windows() && !when.windows().any(|window| window.holds(weekday, minute)) {
            return Holds::No;
        }
        if missing == 0 { Holds::Yes } else { Holds::Perhaps }
    }

    /// Whether what is said is the text of the number `word`: texts differ where their numbers do.
    fn is(&mut self, by: u8, word: u32, when: Condition<'_>) -> bool {
        let Some(known) = self.words.get_mut(usize::from(by)) else { return false };
        if *known == NONE && when.word(word) == self.said[usize::from(by)].as_bytes() {
            *known = word;
        }
        *known == word
    }

    /// The factors that apply, with what their conditions ask by.
    pub(crate) fn factors(&mut self, card: Card<'_>) -> Vec<(u8, u32)> {
        let mut factors = Vec::new();
        if card.has_factors() {
            for (when, milli) in card.factors() {
                if self.holds(when) == Holds::Yes {
                    factors.push((when.asks(), milli));
                }
            }
        }
        factors
    }
}

impl<'a> Chosen<'a> {
    /// Fills `slots`, which are empty.
    pub(crate) fn of(card: Card<'a>, situation: &mut Situation<'_>, slots: &'a mut Slots) -> Self {
        let mut chosen = Self {
            block: card.block,
            whens: card.block.slice(Section::Whens),
            prices: card.block.slice(Section::Prices),
            special: situation.told & SPECIAL,
            slots,
            excess: Vec::new(),
        };
        let rates = card.block.slice(Section::Rates).as_chunks::<RATE>().0;
        let mut first = card.row.u32(0) as usize;
        let end = first + usize::from(card.row.u16(4));
        let rates = rates.get(..end).unwrap_or_default();
        let groups = card.block.slice(Section::Groups).as_chunks::<GROUP>().0;
        let mut groups = groups.get(card.row.u32(16) as usize..).unwrap_or_default();
        let sums = situation.all_sums();
        let mut ranks = Ranks::default();
        while let Some((group, rest)) = seek(groups, &sums, &mut first, end) {
            let (place, next) = ((group >> 32) as u16, first + alike(group));
            let when = chosen.condition(place);
            let holds = situation.holds(when);
            if holds != Holds::No {
                let rates = rates.get(first..next).unwrap_or_default();
                chosen.take(rates, place, when, holds, &mut ranks);
            }
            (groups, first) = (rest, next);
        }
        chosen
    }

    /// Takes the rates of a group whose condition holds: those of meters that have none, and those that go before.
    fn take(
        &mut self,
        rates: &[[u8; RATE]],
        place: u16,
        when: Condition<'_>,
        holds: Holds,
        ranks: &mut Ranks,
    ) {
        let (asks, excess) = (when.asks(), when.is_excess());
        let state = if holds == Holds::Perhaps { KNOWN | UNCLEAR | PERHAPS } else { KNOWN };
        for rate in rates {
            let rate = u64::from_le_bytes(*rate);
            let slot = slot_of(rate as u8);
            let Some(known) = self.slots.get(slot).copied() else { continue };
            let mut next = Slot::of(rate, asks, state);
            if excess && slot < Meter::TOKENS {
                let bound = when.least().saturating_sub(1).into();
                self.excess.push((slot, bound, self.price(next)));
                continue;
            }
            if known.state() != 0 {
                match (holds, known.state() & PERHAPS != 0) {
                    // What was not asked for is as it usually is.
                    (Holds::Yes, true) => {}
                    (Holds::Perhaps, false) => continue,
                    _ => match ranks.of(self, (known.when(), place), holds) {
                        Rank::Special => continue,
                        Rank::General => next = next.with(known.state()),
                        // Nothing says which of the two it is.
                        Rank::Neither => {
                            let (mine, theirs) = (self.price(known), self.price(next));
                            let doubt = if mine == theirs { 0 } else { UNCLEAR };
                            let dearer = if theirs > mine { next } else { known };
                            next = dearer.with(known.state() | doubt);
                        }
                    },
                }
            }
            self.slots[slot] = next;
        }
    }

    fn price(&self, slot: Slot) -> Money {
        let start = slot.price() as usize * PRICE;
        let price = self.prices.get(start..).and_then(|rest| rest.first_chunk());
        Money::from_atto(price.map_or(0, |price| u128::from_le_bytes(*price)))
    }

    fn condition(&self, place: u16) -> Condition<'a> {
        Condition::among(self.block, self.whens, place)
    }

    /// The rate of what is not a token.
    pub(crate) fn other(&self, meter: Meter) -> Option<Applied> {
        self.at(slot_of(meter.code()))
    }

    /// The rate for tokens of a class and form; `form` is `None` where nobody told it.
    pub(crate) fn tokens(&self, class: Class, form: Option<Form>) -> Option<Applied> {
        let own = self.at(cell(class, form.unwrap_or(Form::Any)));
        let mut applied = match (own, form) {
            (Some(own), _) => own,
            (None, None) => self.any(class, Form::Text)?,
            (None, Some(form)) => self.formed(class, form)?,
        };
        // It was not made for such a request.
        if self.special & !applied.asks != 0 && applied.doubt.is_none() {
            applied.doubt = Some(Doubt::Assumed);
        }
        Some(applied)
    }

    /// The rate of a class whatever the form; that for `form` where there is no such, and that of the class above
    /// where there is none of both.
    fn any(&self, class: Class, form: Form) -> Option<Applied> {
        let (mut at, mut guess) = (class, false);
        loop {
            let own = self.at(cell(at, Form::Any)).or_else(|| self.at(cell(at, form)));
            if let Some(rate) = own {
                let doubt = rate.doubt.max(guess.then_some(Doubt::Assumed));
                return Some(Applied { doubt, ..rate });
            }
            let parent = at.parent()?;
            guess |= is_guess(at, parent);
            at = parent;
        }
    }

    /// The rate of a class and form that has none of its own. Where there is one for the class in any form, and one for
    /// the form in the class above, either may be meant, and the dearer is taken.
    fn formed(&self, class: Class, form: Form) -> Option<Applied> {
        let own = self.at(cell(class, Form::Any));
        let above = class.parent().and_then(|parent| {
            self.only(parent, form).map(|above| stands_in(class, parent, above))
        });
        match (own, above) {
            (Some(own), Some(above)) if own.price != above.price => {
                let dearer = if own.price > above.price { own } else { above };
                Some(Applied { doubt: Some(Doubt::Dearer), ..dearer })
            }
            (Some(own), _) => Some(own),
            (None, Some(above)) => Some(above),
            (None, None) => {
                let parent = class.parent()?;
                self.any(parent, form).map(|above| stands_in(class, parent, above))
            }
        }
    }

    /// The rate of a form alone, in this class or one above it.
    fn only(&self, class: Class, form: Form) -> Option<Applied> {
        self.at(cell(class, form)).or_else(|| self.only(class.parent()?, form))
    }

    #[inline]
    fn at(&self, place: usize) -> Option<Applied> {
        let slot = self.slots.get(place).filter(|slot| slot.state() != 0)?;
        let doubt = (slot.state() & UNCLEAR != 0).then_some(Doubt::Dearer);
        Some(Applied { price: self.price(*slot), doubt, asks: slot.asks(), place })
    }
}

/// The next group of a card whose condition may hold by the sum of what it asks, and those behind it; `first` goes on
/// to its first rate, and `end` is behind the card's last.
#[inline(never)]
fn seek<'g>(
    groups: &'g [[u8; GROUP]],
    sums: &Sums,
    first: &mut usize,
    end: usize,
) -> Option<(u64, &'g [[u8; GROUP]])> {
    let (mut at, mut left) = (*first, groups);
    while at < end {
        let (group, rest) = left.split_first()?;
        let group = u64::from_le_bytes(*group);
        if sums[(group >> 56) as usize % sums.len()] == group as u32 {
            *first = at;
            return Some((group, rest));
        }
        (at, left) = (at + alike(group), rest);
    }
    None
}

/// How many rates a group has.
fn alike(group: u64) -> usize {
    (group >> 48 & 0xff) as usize + 1
}

/// How the conditions of two rates are to each other.
#[derive(Clone, Copy)]
enum Rank {
    /// The first says all that the second does.
    Special,
    /// The second says all that the first does, or as much and later.
    General,
    Neither,
}

/// The ranks that were asked for last: rates that share their conditions follow each other.
#[derive(Default)]
struct Ranks {
    last: Option<((u16, u16), Rank)>,
}

impl Ranks {
    /// The rank of two conditions that hold alike.
    fn of(&mut self, chosen: &Chosen<'_>, both: (u16, u16), holds: Holds) -> Rank {
        if let Some((known, rank)) = self.last
            && known == both
        {
            return rank;
        }
        let (first, second) = (chosen.condition(both.0), chosen.condition(both.1));
        let implied = match holds {
            Holds::Yes => (first.implies_held(second), second.implies_held(first)),
            _ => (first.implies(second), second.implies(first)),
        };
        let rank = match implied {
            (true, true) if second.from() > first.from() => Rank::General,
            (true, _) => Rank::Special,
            (false, true) => Rank::General,
            (false, false) => Rank::Neither,
        };
        self.last = Some((both, rank));
        rank
    }
}

/// The rate of one class for another.
fn stands_in(class: Class, parent: Class, rate: Applied) -> Applied {
    let guess = is_guess(class, parent).then_some(Doubt::Assumed);
    Applied { doubt: rate.doubt.max(guess), ..rate }
}

/// Whether it is a guess that one class costs what the other does.
///
/// That caches cost what the prompt does is one, and so that a cache costs the same however long it lives. Thinking
/// costs what the answer does everywhere.
fn is_guess(class: Class, parent: Class) -> bool {
    match class {
        Class::CacheRead | Class::CacheWrite => true,
        Class::CacheWrite1h | Class::CacheWrite12h => parent == Class::CacheWrite,
        _ => false,
    }
}

/// The slot of tokens of a class and form, which is their code.
fn cell(class: Class, form: Form) -> usize {
    class as usize * Form::ALL.len() + form as usize
}

fn slot_of(code: u8) -> usize {
    let code = usize::from(code);
    if code < Meter::TOKENS { code } else { code.saturating_sub(128) + Meter::TOKENS }
}
