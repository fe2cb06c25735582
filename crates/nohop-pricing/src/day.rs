//! Days, counted from the first of January 1970.

/// A day, counted from 1970.
pub(crate) type Day = u16;

/// Reads `2026-11-12`, `2026-11` or `2026`; what is missing is the first.
pub(crate) fn parse(text: &str) -> Option<Day> {
    let mut parts = text.split('-');
    let year: u32 = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    let mut part = |most: u32| -> Option<u32> {
        match parts.next() {
            None => Some(1),
            Some(text) => {
                text.parse().ok().filter(|part| text.len() == 2 && (1..=most).contains(part))
            }
        }
    };
    let (month, day) = (part(12)?, part(31)?);
    if parts.next().is_some() || !(1970..2149).contains(&year) {
        return None;
    }
    let until = |month: u32, year: u32| -> u32 { (1..month).map(|it| length(it, year)).sum() };
    let years: u32 = (1970..year).map(|it| 365 + u32::from(leaps(it))).sum();
    (day <= length(month, year)).then(|| (years + until(month, year) + day - 1) as Day)
}

/// Writes a day as `2026-11-12`.
pub(crate) fn civil(day: Day) -> String {
    let (mut rest, mut year, mut month) = (u32::from(day), 1970, 1);
    while rest >= 365 + u32::from(leaps(year)) {
        rest -= 365 + u32::from(leaps(year));
        year += 1;
    }
    while rest >= length(month, year) {
        rest -= length(month, year);
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", rest + 1)
}

fn leaps(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn length(month: u32, year: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leaps(year)),
        _ => 31,
    }
}

#[cfg(test)]
mod tests;
