use std::time::{Duration, SystemTime};

/// A second of the world's clock, as Amazon writes it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Moment {
    seconds: u64,
}

impl Moment {
    /// So many seconds after 1970 began.
    pub(crate) fn new(seconds: u64) -> Self {
        Self { seconds }
    }

    /// What the machine's clock says.
    pub(crate) fn now() -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self::new(since.unwrap_or_default().as_secs())
    }

    /// The moment that a text such as `2026-11-21T17:00:00Z` tells; fractions of a second do not count.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let numbers = |text: &str, by| {
            let mut numbers = text.splitn(3, by).map(|number| number.parse::<u64>().ok());
            Some((numbers.next()??, numbers.next()??, numbers.next()??))
        };
        let (year, month, day) = numbers(date, '-')?;
        let (hour, minute, second) = numbers(time.split('.').next()?, ':')?;
        let known = (1970..10_000).contains(&year)
            && (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && hour < 24
            && minute < 60
            && second <= 60;
        let seconds = || days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
        known.then(|| Self::new(seconds()))
    }

    /// How long it is from `earlier` until this moment; nothing where that is the later one.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::from_secs(self.seconds.saturating_sub(earlier.seconds))
    }

    /// The date and the time, as `20261121T170000Z`.
    pub(crate) fn stamp(self) -> String {
        let (year, month, day) = date(self.seconds / 86_400);
        let second = self.seconds % 86_400;
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
    }
}

/// Days from 1970 to a date of the Gregorian calendar. Years that begin in March put the leap day last.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date so many days after 1970 began.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests;
