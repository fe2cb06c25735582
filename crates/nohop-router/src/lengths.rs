use std::sync::atomic::{AtomicU64, Ordering};

/// How long the answers under a name have been lately: eight times the mean of their tokens, and zero while none is
/// known.
#[derive(Default)]
pub(crate) struct Lengths(AtomicU64);

impl Lengths {
    /// The mean of the latest, in tokens; the older weigh less.
    pub(crate) fn mean(&self) -> Option<u64> {
        let eight = self.0.load(Ordering::Relaxed);
        (eight > 0).then(|| eight.div_ceil(8))
    }

    /// One more has so many tokens. Of two that are counted at once one may be lost, which no mean minds.
    pub(crate) fn count(&self, tokens: u64) {
        let (old, tokens) = (self.0.load(Ordering::Relaxed), tokens.min(u64::MAX / 16));
        let new = if old == 0 { tokens * 8 } else { old - old / 8 + tokens };
        self.0.store(new.max(1), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_answers_follows_the_latest() {
        let lengths = Lengths::default();
        assert_eq!(lengths.mean(), None);
        lengths.count(100);
        assert_eq!(lengths.mean(), Some(100));
        lengths.count(180);
        assert_eq!(lengths.mean(), Some(110));
        (0..100).for_each(|_| lengths.count(20));
        let mean = lengths.mean();
        assert!(mean.is_some_and(|mean| (20..25).contains(&mean)), "{mean:?}");
    }
}
