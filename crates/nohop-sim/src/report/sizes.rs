use std::time::Duration;

/// How long things took: exactly, for all of them are known.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Sizes {
    /// How many there were.
    pub count: u64,
    /// Half of them took at most that.
    pub p50: Duration,
    /// Nine of ten did.
    pub p90: Duration,
    /// All but one of a hundred did.
    pub p99: Duration,
    /// All of them did.
    pub most: Duration,
}

impl Sizes {
    /// Those of times in microseconds.
    pub(super) fn of(mut times: Vec<u32>) -> Self {
        let Some(last) = times.len().checked_sub(1) else { return Self::default() };
        times.sort_unstable();
        let at = |percent: usize| {
            let place = (times.len() * percent).div_ceil(100).saturating_sub(1).min(last);
            Duration::from_micros(times[place].into())
        };
        let count = times.len() as u64;
        Self { count, p50: at(50), p90: at(90), p99: at(99), most: at(100) }
    }
}
