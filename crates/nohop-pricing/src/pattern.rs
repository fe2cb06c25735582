//! Ids that resemble others.

/// Whether `text` is what `pattern` says: `*` is anything, `#` a digit, and behind ` !` stands what it must not be.
///
/// A pattern is in lower case, and so is the text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split(" !");
    let wanted = parts.next().unwrap_or_default();
    glob(wanted.as_bytes(), text.as_bytes())
        && !parts.any(|unwanted| glob(unwanted.as_bytes(), text.as_bytes()))
}

fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    // Where the last star stands, and what it has taken so far: it takes one more when the rest does not fit.
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        let fits = match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
                continue;
            }
            Some(b'#') => text[from].is_ascii_digit(),
            Some(byte) => *byte == text[from],
            None => false,
        };
        if fits {
            (at, from) = (at + 1, from + 1);
        } else {
            let Some((place, taken)) = star else { return false };
            star = Some((place, taken + 1));
            (at, from) = (place + 1, taken + 1);
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

/// A name with a day behind it as `20251211`, with that as `2025-12-11`.
pub(crate) fn dashed(name: &str) -> Option<String> {
    let mut places = name.match_indices("-20").map(|(place, _)| place);
    places.find_map(|place| {
        let day = name.get(place + 1..place + 9).filter(|day| is_day(day))?;
        let rest = name.get(place + 9..)?;
        let ends = rest.is_empty() || rest.starts_with(['-', ':']);
        let (year, month, day) = (&day[..4], &day[4..6], &day[6..]);
        ends.then(|| format!("{}-{year}-{month}-{day}{rest}", &name[..place]))
    })
}

/// A name without the day behind it.
pub(crate) fn undated(name: &str) -> Option<&str> {
    let compact = || {
        let (rest, day) = name.split_at_checked(name.len().checked_sub(8)?)?;
        let rest = rest.strip_suffix(['-', '@'])?;
        is_day(day).then_some(rest)
    };
    let long = || {
        let (rest, day) = name.split_at_checked(name.len().checked_sub(10)?)?;
        let rest = rest.strip_suffix('-')?;
        crate::day::parse(day).map(|_| rest)
    };
    compact().or_else(long).filter(|rest| !rest.is_empty())
}

fn is_day(text: &str) -> bool {
    let dashed = text.get(..4).zip(text.get(4..6)).zip(text.get(6..8));
    text.len() == 8
        && text.starts_with("20")
        && dashed.is_some_and(|((year, month), day)| {
            crate::day::parse(&format!("{year}-{month}-{day}")).is_some()
        })
}

#[cfg(test)]
mod tests;
