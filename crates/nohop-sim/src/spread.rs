use std::time::Duration;

use crate::chance::Chance;

/// How a size varies: log-normally, as times on networks and lengths of texts do.
///
/// ```
/// use nohop_sim::Spread;
///
/// // Milliseconds: half of them within 400, all but one of a hundred within 1,500.
/// let first_content = Spread::of(400.0, 1_500.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct Spread {
    /// Half of them are at most that.
    pub half: f64,
    /// All but one of a hundred are at most that.
    pub most: f64,
}

impl Spread {
    /// Half of them are at most `half`, and all but one of a hundred at most `most`.
    pub const fn of(half: f64, most: f64) -> Self {
        Self { half, most }
    }

    /// All are the same.
    pub const fn exactly(size: f64) -> Self {
        Self { half: size, most: size }
    }

    /// One of them; what is no size is none.
    pub(crate) fn draw(&self, chance: &mut Chance) -> f64 {
        let normal = chance.normal();
        // Which is where a normal distribution has all but one of a hundred below.
        let deviation = (self.most / self.half).ln() / 2.326_347_9;
        let size = match deviation.is_finite() {
            true => self.half * (deviation * normal).exp(),
            false => self.half,
        };
        if size.is_nan() { 0.0 } else { size.clamp(0.0, MOST) }
    }

    /// One of them, rounded.
    pub(crate) fn count(&self, chance: &mut Chance) -> u64 {
        self.draw(chance).round() as u64
    }

    /// One of them, in milliseconds.
    pub(crate) fn time(&self, chance: &mut Chance) -> Duration {
        millis(self.draw(chance))
    }
}

/// So many milliseconds; what is no time is none.
pub(crate) fn millis(millis: f64) -> Duration {
    seconds(millis / 1_000.0)
}

/// So many seconds; what is no time is none.
pub(crate) fn seconds(seconds: f64) -> Duration {
    if seconds.is_nan() {
        Duration::ZERO
    } else {
        Duration::from_secs_f64(seconds.clamp(0.0, MOST))
    }
}

/// Larger than any size that makes sense, and small enough to be added up.
const MOST: f64 = 1e9;
