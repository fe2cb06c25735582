//! How long a provider asks us to wait, in each of the ways they say it.

use std::time::Duration;

use nohop_types::ErrorKind;

use crate::{Allowance, Head};

/// The longest wait that is believed; what is longer is a mistake or a ban.
const LONGEST: Duration = Duration::from_secs(40 * 24 * 3600);

/// How long the headers of a failure ask us to wait.
///
/// Only failures are asked: some providers send `retry-after` with answers that succeeded.
pub(crate) fn asked(head: &Head, kind: ErrorKind) -> Option<Duration> {
    let milliseconds = ["retry-after-ms", "x-ms-retry-after-ms"]
        .iter()
        .find_map(|name| number(head.text(name)?, 0.001));
    let header = || moment(head.text("retry-after")?, head);
    milliseconds.or_else(header).or_else(|| {
        // A limit that says when it resets says how long to wait, if it is the one that was hit.
        (kind == ErrorKind::RateLimit).then(|| reset(head)).flatten()
    })
}

/// The wait in a sentence, as "try again in 9m38.016s" or "reset after 2m 13s".
pub(crate) fn told(message: &str) -> Option<Duration> {
    const PHRASES: &[&str] =
        &["try again in ", "retry in ", "retry after ", "reset after ", "wait "];
    let lower = message.to_lowercase();
    let (phrase, at) = PHRASES.iter().find_map(|phrase| Some((phrase, lower.find(phrase)?)))?;
    let rest = &lower[at + phrase.len()..];
    let is_part = |c: char| c.is_ascii_digit() || ". hms".contains(c);
    let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let spelled = rest[..end].trim().trim_end_matches('.');
    duration(&spelled.replace(' ', "")).or_else(|| number(spelled.split(' ').next()?, 1.0))
}

/// A duration as Go prints it: `12ms`, `1s`, `6m0s`, `1h2m3.5s`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (count, tail) = rest.split_at(end);
        let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        let scale = match unit {
            "ms" => 0.001,
            "s" | "sec" | "seconds" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        total += count.parse::<f64>().ok()? * scale;
        rest = tail;
    }
    (!text.is_empty()).then(|| seconds(total)).flatten()
}

/// A number of `unit` seconds.
pub(crate) fn number(text: &str, unit: f64) -> Option<Duration> {
    let text = text.trim();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    seconds(plain.then(|| text.parse::<f64>().ok()).flatten()? * unit)
}

fn seconds(count: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(count).ok().filter(|wait| *wait <= LONGEST)
}

/// When the limits that are used up are filled again.
fn reset(head: &Head) -> Option<Duration> {
    Allowance::all(head).filter(|limit| limit.left == 0).filter_map(|limit| limit.resets).max()
}

/// A wait, or a moment relative to when the answer says it was sent: there is no clock here.
pub(crate) fn moment(text: &str, head: &Head) -> Option<Duration> {
    let sent = || date::http(head.text("date")?);
    number(text, 1.0)
        .filter(|wait| *wait < LONGEST)
        .or_else(|| duration(text))
        .or_else(|| {
            let then = date::http(text).or_else(|| date::rfc3339(text)).or_else(|| epoch(text))?;
            Duration::try_from_secs_f64((then - sent()?).max(0.0)).ok()
        })
        .filter(|wait| *wait <= LONGEST)
}

/// Seconds or milliseconds since 1970.
fn epoch(text: &str) -> Option<f64> {
    let count = text.trim().parse().ok().filter(|count: &f64| *count > 1e9)?;
    Some(if count > 1e11 { count / 1000.0 } else { count })
}

mod date {
    /// Seconds since 1970 of a date such as `Wed, 21 Oct 2026 07:28:00 GMT`.
    pub(super) fn http(text: &str) -> Option<f64> {
        const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
        let mut words = text.split_once(", ")?.1.split(' ');
        let day = words.next()?.parse().ok()?;
        let name = words.next().filter(|name| name.len() == 3)?;
        let month = MONTHS.find(name)? as i64 / 3 + 1;
        let year = words.next()?.parse().ok()?;
        Some(days(year, month, day)? * 86_400.0 + clock(words.next()?)?)
    }

    /// Seconds since 1970 of a moment such as `2026-06-26T03:22:00Z`.
    pub(super) fn rfc3339(text: &str) -> Option<f64> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let mut numbers = date.splitn(3, '-').map(|number| number.parse().ok());
        let (year, month, day) = (numbers.next()??, numbers.next()??, numbers.next()??);
        Some(days(year, month, day)? * 86_400.0 + clock(time)?)
    }

    fn clock(text: &str) -> Option<f64> {
        let mut numbers = text.splitn(3, ':').map(|number| number.parse::<f64>().ok());
        let (hours, minutes, seconds) = (numbers.next()??, numbers.next()??, numbers.next()??);
        Some(hours * 3600.0 + minutes * 60.0 + seconds)
    }

    /// Days from 1970 to a date of the Gregorian calendar.
    fn days(year: i64, month: i64, day: i64) -> Option<f64> {
        if !(1970..10_000).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day)
        {
            return None;
        }
        // Years that begin in March put the leap day last.
        let year = if month <= 2 { year - 1 } else { year };
        let (era, of_era) = (year / 400, year % 400);
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        Some((era * 146_097 + of_era - 719_468) as f64)
    }
}

#[cfg(test)]
mod tests;
