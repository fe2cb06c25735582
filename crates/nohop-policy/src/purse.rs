use std::sync::atomic::{AtomicU32, Ordering};

#[cfg(test)]
mod tests;

/// What pays for retries and hedges, filled by successes; one per process.
///
/// A fixed number of retries per request multiplies an outage; a purse that all requests share
/// bounds the extra load to a fraction of what succeeds, so an outage gets none. The first call of
/// each candidate is free, unless it is a hedge.
#[derive(Debug)]
pub struct Purse {
    /// In hundredths of a call.
    coins: AtomicU32,
    percent: u32,
}

impl Purse {
    const CALL: u32 = 100;
    const FULL: u32 = 100 * Self::CALL;

    /// A purse that pays `percent` calls for every hundred successes, and ten to begin with.
    pub fn new(percent: u32) -> Self {
        Self { coins: AtomicU32::new(10 * Self::CALL), percent }
    }

    /// Pays in for one success; a full purse is only looked at, so it is shared at no cost.
    pub fn deposit(&self) {
        self.add(self.percent);
    }

    /// Takes out one call, and says whether there was one.
    pub fn withdraw(&self) -> bool {
        let take = |coins: u32| coins.checked_sub(Self::CALL);
        self.coins.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// Puts back a call that was taken out and not made.
    pub fn refund(&self) {
        self.add(Self::CALL);
    }

    /// How many calls it can pay for.
    pub fn calls(&self) -> u32 {
        self.coins.load(Ordering::Relaxed) / Self::CALL
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
