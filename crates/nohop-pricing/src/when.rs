//! When a rate applies.

use std::fmt::Write as _;

use crate::day::{Day, civil};

/// When a rate applies: everything here must hold.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct When {
    /// The prompt is at least so long.
    pub(crate) above: Option<Above>,
    /// What is so of the request.
    pub(crate) terms: Vec<Term>,
    /// The first day.
    pub(crate) from: Option<Day>,
    /// The first day on which it does not apply any more.
    pub(crate) until: Option<Day>,
    /// The times of the week; none means always.
    pub(crate) windows: Vec<Window>,
}

/// A bound on the length of the prompt.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Above {
    /// The shortest prompt, in tokens, to which the rate applies: `>` counts one more than `>=`.
    pub(crate) least: u32,
    /// Whether the rate is for the tokens past the bound alone, and not for the whole request.
    pub(crate) excess: bool,
}

/// Something that is so of the request.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Term {
    pub(crate) by: By,
    pub(crate) word: String,
}

/// By what a rate may differ, apart from length and time.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum By {
    /// The tier that served.
    Tier,
    /// How it was processed: `batch`.
    Processing,
    /// How fast it was asked to be.
    Speed,
    /// Where.
    Region,
    /// How much was searched, or how.
    Search,
    /// Through which of the provider's doors.
    Door,
}

impl By {
    pub(crate) const ALL: [(Self, &'static str); 6] = [
        (Self::Tier, "tier"),
        (Self::Processing, "processing"),
        (Self::Speed, "speed"),
        (Self::Region, "region"),
        (Self::Search, "search"),
        (Self::Door, "door"),
    ];

    pub(crate) fn word(self) -> &'static str {
        Self::ALL.iter().find(|(by, _)| *by == self).map_or("", |(_, word)| word)
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(by, _)| *by)
    }
}

/// A time of the week, in UTC.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Window {
    /// The days, Monday the lowest bit.
    pub(crate) days: u8,
    /// The minute of the day with which it begins.
    pub(crate) from: u16,
    /// The minute with which it is over; before `from`, on the next day.
    pub(crate) to: u16,
}

impl Window {
    pub(crate) const DAILY: u8 = 0b111_1111;
    const DAY: u16 = 24 * 60;

    /// Whether it is open at `minute` of a day whose bit is `day`.
    pub(crate) fn holds(self, day: u8, minute: u16) -> bool {
        let yesterday = (day >> 1) | ((day & 1) << 6);
        if self.from < self.to {
            self.days & day != 0 && (self.from..self.to).contains(&minute)
        } else {
            (self.days & day != 0 && minute >= self.from)
                || (self.days & yesterday != 0 && minute < self.to)
        }
    }
}

impl When {
    /// The condition that `term` holds.
    #[cfg(feature = "load")]
    pub(crate) fn term(by: By, word: &str) -> Self {
        let terms = vec![Term { by, word: word.to_owned() }];
        Self { terms, ..Self::default() }
    }

    /// The condition that this and `other` hold.
    #[cfg(feature = "load")]
    pub(crate) fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.above = other.above.or(both.above);
        for term in &other.terms {
            if !both.terms.contains(term) {
                both.terms.push(term.clone());
            }
        }
        both.terms.sort();
        both.from = other.from.max(both.from);
        both.until = [other.until, both.until].into_iter().flatten().min();
        if !other.windows.is_empty() {
            both.windows.clone_from(&other.windows);
        }
        both
    }

    /// Whether this goes before `other` where both hold: it says all that the other does, and is no older.
    pub(crate) fn goes_before(&self, other: &Self) -> bool {
        self.implies(other) && !(other.implies(self) && other.from > self.from)
    }

    /// Whether whatever meets this meets `other` as well, the days apart.
    fn implies(&self, other: &Self) -> bool {
        let least = |when: &Self| when.above.map_or(0, |above| above.least);
        least(self) >= least(other)
            && (other.windows.is_empty() || other.windows == self.windows)
            && other.terms.iter().all(|term| self.terms.contains(term))
    }

    /// By what its terms are, a bit for each.
    pub(crate) fn asks(&self) -> u8 {
        self.terms.iter().fold(0, |asks, term| asks | 1 << term.by as u8)
    }

    /// How much it says, for sorting: what says more comes first.
    pub(crate) fn weight(&self) -> usize {
        self.terms.len() + usize::from(self.above.is_some()) + usize::from(!self.windows.is_empty())
    }

    /// The condition as text, empty where there is none.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if let Some(above) = self.above {
            let least = above.least;
            // A vendor's bound is a round number, whichever sign stands before it.
            if least % 10 == 1 {
                let _ = write!(text, " >{}", least - 1);
            } else {
                let _ = write!(text, " >={least}");
            }
            text.push_str(if above.excess { "+" } else { "" });
        }
        for term in &self.terms {
            let _ = write!(text, " {}={}", term.by.word(), term.word);
        }
        if let Some(day) = self.from {
            let _ = write!(text, " from={}", civil(day));
        }
        if let Some(day) = self.until {
            let _ = write!(text, " until={}", civil(day));
        }
        for window in &self.windows {
            let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
            let _ = write!(text, " utc={}-{}", time(window.from), time(window.to));
            if window.days != Window::DAILY {
                let days = (0..7).filter(|day| window.days & (1 << day) != 0);
                let days: String = days.map(|day| char::from(b'1' + day as u8)).collect();
                let _ = write!(text, "/{days}");
            }
        }
        text.trim_start().to_owned()
    }

    /// Takes over what `word` of such a text says; `None` where it says nothing known.
    pub(crate) fn read(&mut self, word: &str) -> Option<()> {
        if let Some(bound) = word.strip_prefix('>') {
            let (bound, excess) = bound.strip_suffix('+').map_or((bound, false), |it| (it, true));
            let least = match bound.strip_prefix('=') {
                Some(least) => least.parse().ok()?,
                None => bound.parse::<u32>().ok()?.checked_add(1)?,
            };
            self.above = Some(Above { least, excess });
            return Some(());
        }
        let (key, value) = word.split_once('=')?;
        match key {
            "from" => self.from = Some(crate::day::parse(value)?),
            "until" => self.until = Some(crate::day::parse(value)?),
            "utc" => self.windows.push(window(value)?),
            by => {
                let term = Term { by: By::from_word(by)?, word: value.to_owned() };
                self.terms.push(term);
                self.terms.sort();
            }
        }
        Some(())
    }
}

/// Reads `01:00-04:00` or `01:00-04:00/12345`.
fn window(text: &str) -> Option<Window> {
    let (hours, days) =
        text.split_once('/').map_or((text, None), |(hours, days)| (hours, Some(days)));
    let (from, to) = hours.split_once('-')?;
    let days = match days {
        None => Window::DAILY,
        Some(days) => days.bytes().try_fold(0_u8, |mask, day| {
            day.checked_sub(b'1').filter(|day| *day < 7).map(|day| mask | (1 << day))
        })?,
    };
    Some(Window { days, from: minute(from)?, to: minute(to)? })
}

/// Reads `HH:MM`, as the minute of the day; `24:00` is `00:00`.
pub(crate) fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 24 && minutes < 60).then(|| (hours * 60 + minutes) % Window::DAY)
}
