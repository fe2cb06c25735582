use std::time::{SystemTime, UNIX_EPOCH};

use crate::day::Day;

/// A moment as rates see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) day: Day,
    /// The day of the week as a bit, Monday the lowest.
    pub(crate) weekday: u8,
    pub(crate) minute: u16,
}

impl Moment {
    pub(crate) fn of(at: SystemTime) -> Self {
        let seconds = at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let days = seconds / 86_400;
        Self {
            // The last of all days is behind every one on which something ends.
            day: Day::try_from(days).unwrap_or(Day::MAX).min(Day::MAX - 1),
            // The first of January 1970 was a Thursday.
            weekday: 1 << ((days + 3) % 7),
            minute: (seconds % 86_400 / 60) as u16,
        }
    }
}
