//! From counts and a card to a bill.

use std::time::SystemTime;

use nohop_types::{Cost, Money, ServiceTier, Usage};

use crate::bill::{Bill, Doubt, Part};
use crate::card::Card;
use crate::cells::Cells;
use crate::choose::{Applied, Chosen, Slot};
use crate::facts::Facts;
use crate::meter::{Class, Form, Meter};
use crate::situation::Situation;

pub(crate) fn bill(
    card: Card<'_>,
    usage: &Usage,
    facts: &Facts<'_>,
    at: SystemTime,
) -> Option<Bill> {
    let counts = is_counted(usage) || !facts.counts.is_empty();
    if card.is_unknown() || !counts {
        let stated = usage.cost.map(Cost::provider)?;
        return Some(Bill { cost: stated, parts: Vec::new() });
    }
    let tier = match &usage.tier {
        Some(ServiceTier::Auto) | None => facts.tier,
        Some(tier) => Some(tier.as_str()),
    };
    let tier = tier.filter(|tier| !is_usual(tier));
    let mut cells = Cells::NONE;
    cells.fill(usage, facts);
    let situation = Situation::new(cells.prompt(), tier, facts, at);
    let mut slots = Slot::NONE;
    let mut biller = Biller {
        card,
        rates: &Chosen::of(card, &situation, &mut slots),
        facts,
        factors: &situation.factors(card),
        passed: 0,
        parts: Vec::with_capacity(6),
        sum: Money::ZERO,
        partly: false,
    };
    biller.known(&cells);
    biller.side(&cells, true);
    biller.side(&cells, false);
    biller.others(usage);
    Some(biller.finish(usage))
}

/// Whether the usage counts anything.
fn is_counted(usage: &Usage) -> bool {
    let Usage {
        input, cache_read, cache_write, output, reasoning, tool_prompt, search_units, ..
    } = usage;
    let counts = [input, cache_read, cache_write, output, reasoning, tool_prompt, search_units];
    counts.iter().any(|count| count.is_some())
}

/// Whether a tier or a speed is the one that everybody has who asks for none.
pub(crate) fn is_usual(word: &str) -> bool {
    matches!(word, "auto" | "default" | "on_demand" | "standard")
}

struct Biller<'a> {
    card: Card<'a>,
    rates: &'a Chosen<'a>,
    facts: &'a Facts<'a>,
    /// The factors that apply, in thousandths, with what their conditions ask by.
    factors: &'a [(u8, u32)],
    /// How many tokens of the prompt have their price: those past a bound are the last.
    passed: u64,
    parts: Vec<Part>,
    /// What they come to, and whether one has no price.
    sum: Money,
    partly: bool,
}

impl Biller<'_> {
    /// Tokens whose class and form are known.
    fn known(&mut self, cells: &Cells) {
        for (class, form, count) in &cells.known {
            self.tokens(*class, Some(*form), *count, false);
        }
    }

    /// The prompt, or the answer.
    fn side(&mut self, cells: &Cells, prompt: bool) {
        if cells.has_forms(prompt) {
            self.formed(cells, prompt);
            return;
        }
        for class in order(prompt) {
            let count = cells.classes[*class as usize];
            if count > 0 {
                self.charge(*class, None, count, false);
            }
        }
    }

    /// The prompt, or the answer, where forms of its tokens were told.
    fn formed(&mut self, cells: &Cells, prompt: bool) {
        let forms = cells.forms(prompt);
        let classes: Vec<(Class, u64)> = cells.side(prompt).collect();
        match (&classes[..], &forms[..]) {
            ([(class, _)], _) => {
                for (form, count) in &forms {
                    self.tokens(*class, Some(*form), *count, false);
                }
            }
            (_, [(form, _)]) => {
                for (class, count) in &classes {
                    self.tokens(*class, Some(*form), *count, false);
                }
            }
            _ => self.spread(classes, forms),
        }
    }

    /// Tokens of several classes and several forms: nobody told which of one are which of the other. Where that makes a
    /// difference the dearest cells are filled first.
    fn spread(&mut self, mut classes: Vec<(Class, u64)>, mut forms: Vec<(Form, u64)>) {
        let rate = |class, form| self.rates.tokens(class, Some(form));
        let price = |rate: Option<Applied>| rate.map(|rate| self.rates.price(rate));
        let same = |class: Class| {
            forms.windows(2).all(|two| match two {
                [(one, _), (other, _)] => price(rate(class, *one)) == price(rate(class, *other)),
                _ => true,
            })
        };
        let matters = !classes.iter().all(|(class, _)| same(*class));
        let mut cells: Vec<(Class, Form)> = classes
            .iter()
            .flat_map(|(class, _)| forms.iter().map(|(form, _)| (*class, *form)))
            .collect();
        cells.sort_by_cached_key(|(class, form)| std::cmp::Reverse(price(rate(*class, *form))));
        let mut filled = Vec::new();
        for (class, form) in cells {
            let Some(row) = classes.iter_mut().find(|(it, _)| *it == class) else { continue };
            let Some(column) = forms.iter_mut().find(|(it, _)| *it == form) else { continue };
            let count = row.1.min(column.1);
            row.1 -= count;
            column.1 -= count;
            if count > 0 {
                filled.push((class, form, count));
            }
        }
        for (class, form, count) in filled {
            self.tokens(class, Some(form), count, matters);
        }
    }

    /// The same as `charge`, called and not repeated at every place.
    #[inline(never)]
    fn tokens(&mut self, class: Class, form: Option<Form>, count: u64, is_dearest: bool) {
        self.charge(class, form, count, is_dearest);
    }

    /// Charges tokens of a class, and of a form where it was told; `is_dearest` where they may be of a cheaper one.
    #[inline(always)]
    fn charge(&mut self, class: Class, form: Option<Form>, count: u64, is_dearest: bool) {
        let meter = Meter::Tokens(class, form.unwrap_or(Form::Any));
        let Some(rate) = self.rates.tokens(class, form) else {
            self.unpriced(meter, count);
            return;
        };
        let price = self.rates.price(rate);
        let mut amount = if self.card.has_excess() && class.is_prompt() {
            self.past(rate, count)
        } else {
            price * count
        };
        for (asks, milli) in self.factors {
            // One that the rate was made for is in its price already.
            if asks & rate.asks == 0 {
                amount = Money::from_atto(amount.as_atto().saturating_mul((*milli).into()) / 1_000);
            }
        }
        let doubt = if is_dearest { rate.doubt.max(Some(Doubt::Dearer)) } else { rate.doubt };
        self.push(Part { meter, count, price, amount, doubt });
    }

    fn unpriced(&mut self, meter: Meter, count: u64) {
        let (price, amount) = (Money::ZERO, Money::ZERO);
        self.partly = true;
        self.push(Part { meter, count, price, amount, doubt: Some(Doubt::Unpriced) });
    }

    fn push(&mut self, part: Part) {
        self.sum = self.sum + part.amount;
        self.parts.push(part);
    }

    /// What `count` more tokens of the prompt cost where those past a bound have a rate of their own.
    fn past(&mut self, base: Applied, count: u64) -> Money {
        let end = self.passed.saturating_add(count);
        let mut bounds = self.rates.past(base.code());
        bounds.sort_unstable();
        let (mut amount, mut at, mut price) = (Money::ZERO, self.passed, self.rates.price(base));
        for (bound, next) in bounds {
            let here = bound.clamp(at, end);
            amount = amount + price * (here - at);
            (at, price) = (here, next);
        }
        self.passed = end;
        amount + price * (end - at)
    }

    /// What is not a token.
    fn others(&mut self, usage: &Usage) {
        let facts = self.facts;
        let told = |meter: Meter| facts.counts.iter().any(|(it, _)| *it == meter);
        if !told(Meter::Request) && self.rates.other(Meter::Request).is_some() {
            self.other(Meter::Request, 1);
        }
        if let Some(units) = usage.search_units.filter(|_| !told(Meter::Rerank)) {
            self.other(Meter::Rerank, units);
        }
        for (meter, count) in &facts.counts {
            if !matches!(meter, Meter::Tokens(..)) && *count > 0 {
                self.other(*meter, *count);
            }
        }
    }

    fn other(&mut self, meter: Meter, count: u64) {
        let Some(rate) = self.rates.other(meter).or_else(|| self.rates.other(above(meter)?)) else {
            self.unpriced(meter, count);
            return;
        };
        let facts = self.facts;
        let free = facts.free.iter().find(|(it, _)| *it == meter).map(|(_, count)| *count);
        let allowed = self.card.allowances().any(|it| it.meter == meter);
        let doubt = (allowed && free.is_none()).then_some(Doubt::Allowance).max(rate.doubt);
        let price = self.rates.price(rate);
        let charged = price * count.saturating_sub(free.unwrap_or_default());
        let per = u128::from(meter.per());
        let amount = Money::from_atto(charged.as_atto().saturating_add(per / 2) / per);
        self.push(Part { meter, count, price, amount, doubt });
    }

    fn finish(self, usage: &Usage) -> Bill {
        let Self { sum, partly, .. } = self;
        let cost = match usage.cost {
            Some(stated) => Cost::provider(stated),
            None if partly => Cost::partly(sum),
            None if usage.estimated => Cost::estimated(sum),
            None => Cost::computed(sum),
        };
        Bill { cost, parts: self.parts }
    }
}

/// The classes of a side, in the order in which they lie in the prompt: what is cached comes first.
fn order(prompt: bool) -> &'static [Class] {
    if prompt {
        &[
            Class::CacheRead,
            Class::CacheWrite,
            Class::CacheWrite5m,
            Class::CacheWrite30m,
            Class::CacheWrite1h,
            Class::CacheWrite12h,
            Class::Input,
            Class::Tool,
        ]
    } else {
        &[Class::Output, Class::Reasoning, Class::Citation, Class::Rejected]
    }
}

/// The meter whose rate stands in.
fn above(meter: Meter) -> Option<Meter> {
    match meter {
        Meter::AnnotatedPage => Some(Meter::Page),
        Meter::AudioIn | Meter::AudioOut => Some(Meter::Audio),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
