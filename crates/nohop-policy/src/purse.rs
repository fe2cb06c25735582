use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use nohop_types::Money;

#[cfg(test)]
mod tests;

/// What pays for retries, or for hedges, filled by successes; one of each per process.
///
/// A fixed number of retries per request multiplies an outage; a purse that all requests share
/// bounds the extra load to a fraction of what succeeds, so an outage gets none. The first call of
/// each candidate is free, unless it is a hedge.
#[derive(Debug)]
pub struct Purse {
    /// In hundredths of a call.
    coins: AtomicU32,
    percent: u32,
    fund: Option<Fund>,
}

/// The money in a purse, in billionths of a dollar.
#[derive(Debug)]
struct Fund {
    left: AtomicU64,
    most: u64,
}

impl Purse {
    const CALL: u32 = 100;
    const FULL: u32 = 100 * Self::CALL;

    /// A purse that pays `percent` calls for every hundred successes, and ten to begin with.
    pub fn new(percent: u32) -> Self {
        Self { coins: AtomicU32::new(10 * Self::CALL), percent, fund: None }
    }

    /// Bounds the money as well: there is `most` to begin with and never more, and of what successes cost the same
    /// share is paid in. What calls and successes cost is what they were expected to; what has no price is not paid
    /// for.
    #[must_use]
    pub fn money(mut self, most: Money) -> Self {
        let most = nanos(most);
        self.fund = Some(Fund { left: AtomicU64::new(most), most });
        self
    }

    /// Pays in for one success at this cost; a full purse is only looked at, so it is shared at no cost.
    pub fn deposit(&self, cost: Option<Money>) {
        self.add(self.percent);
        if let (Some(fund), Some(cost)) = (&self.fund, cost) {
            let share = u128::from(nanos(cost)) * u128::from(self.percent) / 100;
            fund.add(u64::try_from(share).unwrap_or(u64::MAX));
        }
    }

    /// Takes out one call at this cost, and says whether it was there.
    pub fn withdraw(&self, cost: Option<Money>) -> bool {
        let take = |coins: u32| coins.checked_sub(Self::CALL);
        if self.coins.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err() {
            return false;
        }
        let paid = self.fund.as_ref().is_none_or(|fund| cost.is_some_and(|cost| fund.take(cost)));
        if !paid {
            self.add(Self::CALL);
        }
        paid
    }

    /// Puts back a call that was taken out at this cost and not made.
    pub fn refund(&self, cost: Option<Money>) {
        self.add(Self::CALL);
        if let (Some(fund), Some(cost)) = (&self.fund, cost) {
            fund.add(nanos(cost));
        }
    }

    /// How many calls it can pay for, whatever they cost.
    pub fn calls(&self) -> u32 {
        self.coins.load(Ordering::Relaxed) / Self::CALL
    }

    /// How much money is in it, where that is bounded.
    pub fn left(&self) -> Option<Money> {
        let left = self.fund.as_ref()?.left.load(Ordering::Relaxed);
        Some(Money::from_atto(u128::from(left) * NANO))
    }

    fn add(&self, coins: u32) {
        let add = |had: u32| (had < Self::FULL).then(|| had.saturating_add(coins).min(Self::FULL));
        // Nothing is wrong with a purse that is full.
        let _ = self.coins.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

impl Default for Purse {
    /// Ten calls for every hundred successes.
    fn default() -> Self {
        Self::new(10)
    }
}

impl Fund {
    fn take(&self, cost: Money) -> bool {
        let take = |left: u64| left.checked_sub(nanos(cost));
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    fn add(&self, nanos: u64) {
        let add = |left: u64| (left < self.most).then(|| left.saturating_add(nanos).min(self.most));
        // Nothing is wrong with a fund that is full.
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

/// A billionth of a dollar, in attodollars.
const NANO: u128 = 1_000_000_000;

/// Rounded up, so that nothing is free that is not.
fn nanos(money: Money) -> u64 {
    u64::try_from(money.as_atto().div_ceil(NANO)).unwrap_or(u64::MAX)
}
