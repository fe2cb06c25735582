//! Shares of the requests by price and speed, with something left over for finding out.

use super::orders::{Wait, drawn};
use super::peers::Typical;
use crate::{Candidate, Candidates, Context, Policy};

/// Draws at random, so that each leads for a share of the requests that falls with its adjusted price and its slowness.
///
/// The *adjusted price* is this request's estimate, made dearer by eight percent for each percent of attempts that fail and by
/// one for each percent of answers with calls that fit no tool; an unknown price is the dearest that is known.
/// *Slowness* is the time for this answer: the time to the first content and its tokens at the usual speed. How far
/// a candidate is behind is how much dearer it is than the cheapest, and half as much as it is slower than the fastest;
/// what counts is how far it is behind the best of all in that.
///
/// A quarter behind is not behind at all; beyond that the share falls with the fourth power. One request in twenty explores:
/// it goes to anyone, evenly, so that whoever got better is found out. What is known of a candidate by few attempts is drawn
/// towards the typical one of its peers: twenty attempts of its own weigh as much as they.
///
/// The draw belongs to the seed and the candidate, and who comes next is drawn the same way from those that are left.
pub fn balanced() -> impl Policy {
    Balanced
}

struct Balanced;

impl Policy for Balanced {
    fn apply(&self, cx: &Context<'_>, list: &mut Candidates<'_>) {
        self.apply_front(cx, list, usize::MAX);
    }

    fn apply_front(&self, cx: &Context<'_>, list: &mut Candidates<'_>, front: usize) {
        if list.len() > 1 {
            let market = Market::of(cx, list);
            list.sort_front_by_key(front, |candidate| market.draw(cx, candidate));
        }
    }

    fn name(&self) -> &str {
        "balanced"
    }
}

/// What a list is like as a whole, by which each of it is judged.
struct Market {
    typical: Typical,
    /// The price of those whose price nobody knows.
    dearest: u128,
    /// The least adjusted price, and the least slowness.
    cheapest: u128,
    fastest: u128,
    /// How far behind both the best of all is, who need be neither the cheapest nor the fastest.
    least: u64,
    /// The merits of all.
    merits: u64,
    count: u64,
}

impl Market {
    /// The merit of whoever is not behind.
    const FULL: u64 = 1 << 20;

    /// As far behind as nobody minds, in thousandths of the best.
    const EDGE: u64 = 1_250;

    /// All shares together, and what of that is for exploring.
    const WHOLE: u64 = 1_000_000_000;
    const EXPLORED: u64 = Self::WHOLE / 20;

    fn of(cx: &Context<'_>, list: &Candidates<'_>) -> Self {
        let prices = list.iter().filter_map(|candidate| cx.estimate(candidate));
        let mut market = Self {
            typical: Typical::of(list),
            dearest: prices.max().unwrap_or_default().as_atto(),
            cheapest: u128::MAX,
            fastest: u128::MAX,
            least: 0,
            merits: 0,
            count: list.len() as u64,
        };
        for candidate in list.iter() {
            market.cheapest = market.cheapest.min(market.price(cx, candidate));
            market.fastest = market.fastest.min(market.time(cx, candidate));
        }
        let behind = list.iter().map(|candidate| market.behind(cx, candidate));
        market.least = behind.min().unwrap_or_default();
        market.merits = list.iter().map(|candidate| market.merit(cx, candidate)).sum();
        market
    }

    /// When `candidate` is drawn.
    fn draw(&self, cx: &Context<'_>, candidate: &Candidate) -> Wait {
        drawn(cx.random_for(candidate), self.share(cx, candidate) as f64)
    }

    /// The share of `candidate` in all requests.
    fn share(&self, cx: &Context<'_>, candidate: &Candidate) -> u64 {
        let earned = Self::WHOLE - Self::EXPLORED;
        let earned = u128::from(earned) * u128::from(self.merit(cx, candidate))
            / u128::from(self.merits.max(1));
        (earned as u64 + Self::EXPLORED / self.count.max(1)).max(1)
    }

    fn merit(&self, cx: &Context<'_>, candidate: &Candidate) -> u64 {
        let behind = self.behind(cx, candidate) * 1_000 / self.least.max(1_000);
        let behind = behind.max(Self::EDGE);
        let fall =
            |merit: u64| (u128::from(merit) * u128::from(Self::EDGE) / u128::from(behind)) as u64;
        fall(fall(fall(fall(Self::FULL))))
    }

    /// How far behind the cheapest and the fastest, in thousandths of being neither.
    fn behind(&self, cx: &Context<'_>, candidate: &Candidate) -> u64 {
        let dearer = behind(self.price(cx, candidate), self.cheapest);
        let slower = behind(self.time(cx, candidate), self.fastest);
        1_000 + dearer + slower / 2
    }

    /// The estimate in attodollars, made dearer by what goes wrong.
    fn price(&self, cx: &Context<'_>, candidate: &Candidate) -> u128 {
        const MILLION: u128 = 1_000_000;
        let health = &candidate.health;
        let price = cx.estimate(candidate).map_or(self.dearest, |price| price.as_atto());
        let failures = u128::from(self.typical.failures(health));
        let malformed = u128::from(self.typical.malformed(health));
        // The units are small: a price that is so high that it overflows is no price.
        let dearer =
            |price: u128, part: u128| price.saturating_add((price / MILLION).saturating_mul(part));
        dearer(dearer(price.max(MILLION), 8 * failures), malformed)
    }

    /// The time for the answer in microseconds; what nobody knows is the same for all.
    fn time(&self, cx: &Context<'_>, candidate: &Candidate) -> u128 {
        let health = &candidate.health;
        let latency = self.typical.latency(health).unwrap_or(1);
        let tokens = self.typical.throughput(health).map_or(0, |throughput| {
            u128::from(cx.output) * 1_000_000_000 / u128::from(throughput.max(1))
        });
        u128::from(latency).saturating_add(tokens).max(1)
    }
}

/// By how many thousandths of `best` it is more than that.
fn behind(figure: u128, best: u128) -> u64 {
    let more = figure.saturating_sub(best);
    // Beyond that nobody has a share to speak of.
    let most = best.saturating_mul(1_000);
    (more.min(most).saturating_mul(1_000) / best.max(1)) as u64
}

#[cfg(test)]
mod tests;
