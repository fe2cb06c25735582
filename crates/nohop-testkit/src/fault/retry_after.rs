use std::time::{Duration, SystemTime};

/// How a 429 says when to come back.
///
/// A date needs the wall clock, which a paused clock does not stop; every other form is relative.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RetryAfter {
    /// Not at all.
    Missing,
    /// `retry-after` in whole seconds, rounded up.
    Seconds(Duration),
    /// `retry-after` in seconds with a fraction.
    Decimal(Duration),
    /// `retry-after` as an HTTP date, rounded up to whole seconds.
    Date(Duration),
    /// `retry-after-ms`.
    Millis(Duration),
    /// `x-ms-retry-after-ms`, as at Azure.
    MsMillis(Duration),
    /// The dialect's own reset headers: `x-ratelimit-reset-requests: 1m30s`, or RFC 3339. Google,
    /// Cohere, Ollama and Bedrock have none, and say it as [`Field`](Self::Field).
    Reset(Duration),
    /// In the message alone: `Please try again in 1m30s.`, or in the provider's other words.
    Prose(Duration),
    /// In a field of the error: `retry_after`, in seconds with a fraction, or Google's `retryDelay`.
    Field(Duration),
}

impl RetryAfter {
    /// Every form, all with the same time.
    pub fn all(after: Duration) -> Vec<Self> {
        vec![
            Self::Missing,
            Self::Seconds(after),
            Self::Decimal(after),
            Self::Date(after),
            Self::Millis(after),
            Self::MsMillis(after),
            Self::Reset(after),
            Self::Prose(after),
            Self::Field(after),
        ]
    }

    /// The header that says it, where it is one that every dialect shares.
    pub(crate) fn header(self) -> Option<(&'static str, String)> {
        Some(match self {
            Self::Seconds(after) => ("retry-after", whole_seconds(after).to_string()),
            Self::Decimal(after) => ("retry-after", after.as_secs_f64().to_string()),
            Self::Date(after) => ("retry-after", http_date(after)),
            Self::Millis(after) => ("retry-after-ms", after.as_millis().to_string()),
            Self::MsMillis(after) => ("x-ms-retry-after-ms", after.as_millis().to_string()),
            Self::Missing | Self::Reset(_) | Self::Prose(_) | Self::Field(_) => return None,
        })
    }
}

fn http_date(after: Duration) -> String {
    let now = SystemTime::now();
    let fraction = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| (since + after).subsec_nanos());
    let up = if fraction == 0 { Duration::ZERO } else { Duration::from_secs(1) };
    httpdate::fmt_http_date(now + after + up)
}

fn whole_seconds(after: Duration) -> u64 {
    after.as_secs() + u64::from(after.subsec_nanos() > 0)
}

/// As Go prints a duration, which is how OpenAI and Groq state resets: `2m59.56s`, `12ms`.
pub(crate) fn go_duration(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        return format!("{}ms", duration.as_millis());
    }
    let (minutes, seconds) = (duration.as_secs() / 60, duration.as_secs() % 60);
    let seconds = match duration.subsec_millis() {
        0 => format!("{seconds}s"),
        millis => format!("{seconds}.{}s", format!("{millis:03}").trim_end_matches('0')),
    };
    match (minutes / 60, minutes % 60) {
        (0, 0) => seconds,
        (0, minutes) => format!("{minutes}m{seconds}"),
        (hours, minutes) => format!("{hours}h{minutes}m{seconds}"),
    }
}

/// That far from now, as RFC 3339 in UTC, which is how Anthropic states resets.
pub(crate) fn rfc3339(after: Duration) -> String {
    let since =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default() + after;
    let seconds = since.as_secs() + u64::from(since.subsec_nanos() > 0);
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The date of that many days after 1970-01-01, by Howard Hinnant's `civil_from_days`.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests;
