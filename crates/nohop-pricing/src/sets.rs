//! Which rates of a card apply, by its sets of conditions.

use crate::card::Condition;
use crate::pack::sets::{CELLS, FROM, LEAST, TIMES, UNTIL};
use crate::packed::Block;
use crate::situation::{Holds, Situation};

/// A number as it is packed.
pub(crate) type Word = [u8; 8];

/// Which rate applies to a meter.
#[derive(Clone, Copy)]
pub(crate) struct Told {
    /// Its place on the card.
    pub(crate) place: usize,
    /// By what its condition asks.
    pub(crate) asks: u8,
    /// Whether it can not be told which of several does.
    pub(crate) unclear: bool,
}

/// The sets of a card, and which of its conditions hold.
pub(crate) struct Sets<'a> {
    /// The code of each meter and the place of its first rate, and the conditions under which it has one.
    meters: &'a [[Word; 2]],
    /// Of each meter under each condition how far its rate is behind the first, and by what the condition asks.
    cells: &'a [Word],
    /// Those that each condition goes before.
    behind: &'a [Word],
    held: u64,
    /// Those of the held of which it was not told whether they do.
    perhaps: u64,
}

impl<'a> Sets<'a> {
    /// The sets that `words` begin with; `None` where there are none.
    #[inline]
    pub(crate) fn of(words: &'a [Word], situation: &Situation<'_>, block: &Block) -> Option<Self> {
        let (head, words) = words.split_first()?;
        let head = u64::from_le_bytes(*head);
        let [tests, meters, conditions] =
            [0, 16, 32].map(|shift| (head >> shift & 0xffff) as usize);
        let (tests, words) = words.split_at_checked(2 * tests)?;
        let (meters, words) = words.split_at_checked(2 * meters)?;
        let (cells, words) =
            words.split_at_checked(meters.len() / 2 * conditions.div_ceil(CELLS))?;
        let behind = words.get(..conditions)?;
        let (mut held, mut perhaps) = (u64::MAX, 0);
        for [what, set] in tests.as_chunks().0 {
            let (what, set) = (u64::from_le_bytes(*what), u64::from_le_bytes(*set));
            match meets(what as u32, (what >> 32) as u32, situation, block) {
                Holds::Yes => {}
                Holds::No => held &= !set,
                Holds::Perhaps => perhaps |= set,
            }
        }
        Some(Self { meters: meters.as_chunks().0, cells, behind, held, perhaps })
    }

    /// Says of each meter that has one which rate applies: its code, and what is [`Told`] of it. `price` tells what the rate
    /// at a place is.
    #[inline]
    pub(crate) fn rates(&self, price: impl Fn(usize) -> u128, mut say: impl FnMut(u8, Told)) {
        let rows = self.cells.chunks_exact(self.behind.len().div_ceil(CELLS).max(1));
        for ([what, all], row) in self.meters.iter().zip(rows) {
            let (what, all) = (u64::from_le_bytes(*what), u64::from_le_bytes(*all));
            let cells = row.as_flattened().as_chunks::<2>().0;
            let told = |condition: u32, unclear| {
                let [behind, asks] = *cells.get(condition as usize)?;
                let place = (what >> 32) as usize + usize::from(behind);
                Some(Told { place, asks, unclear })
            };
            let mut some = all & self.held;
            let mut unclear = false;
            if some & self.perhaps != 0 {
                // What was not asked for is as it usually is.
                let sure = some & !self.perhaps;
                unclear = sure == 0;
                some = if unclear { some } else { sure };
            }
            let first = some.trailing_zeros();
            let Some(behind) = self.behind.get(first as usize) else { continue };
            let rivals = some & some.wrapping_sub(1) & !u64::from_le_bytes(*behind);
            let told = if rivals == 0 {
                told(first, unclear)
            } else {
                let price = |condition| told(condition, true).map_or(0, |told| price(told.place));
                let best = self.settle(some, price);
                best.and_then(|(best, neither)| told(best, unclear || neither))
            };
            if let Some(told) = told {
                say(what as u8, told);
            }
        }
    }

    #[cold]
    fn settle(&self, some: u64, price: impl Fn(u32) -> u128) -> Option<(u32, bool)> {
        let some = (0..u64::BITS).filter(|condition| some & 1 << condition != 0);
        let before = |one: u32, other: u32| {
            let behind = self.behind.get(one as usize);
            behind.is_some_and(|behind| u64::from_le_bytes(*behind) & 1 << other != 0)
        };
        settle(some, before, price)
    }
}

/// Whether what a test asks is so.
#[inline]
fn meets(what: u32, than: u32, situation: &Situation<'_>, block: &Block) -> Holds {
    let is = |so: bool| if so { Holds::Yes } else { Holds::No };
    if what < LEAST {
        return situation.term(what, than, block);
    }
    match what {
        LEAST => is(situation.prompt >= than.into()),
        FROM => is(u32::from(situation.moment().day) >= than),
        UNTIL => is(u32::from(situation.moment().day) < than),
        TIMES => is(situation.is_open(Condition::of(block, than as u16))),
        _ => Holds::No,
    }
}

/// Which of several that all hold applies, in their order: the one that goes before the others, and the dearer where
/// none does. With it comes whether it can not be told.
pub(crate) fn settle<T: Copy>(
    some: impl IntoIterator<Item = T>,
    before: impl Fn(T, T) -> bool,
    price: impl Fn(T) -> u128,
) -> Option<(T, bool)> {
    let mut some = some.into_iter();
    let (mut best, mut unclear) = (some.next()?, false);
    for next in some {
        if before(best, next) {
            continue;
        }
        if before(next, best) {
            best = next;
            continue;
        }
        let (mine, theirs) = (price(best), price(next));
        unclear |= mine != theirs;
        if theirs > mine {
            best = next;
        }
    }
    Some((best, unclear))
}
