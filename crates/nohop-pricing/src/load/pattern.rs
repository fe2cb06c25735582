//! How genai-prices says which ids are which model's, as patterns of ours.

use std::borrow::Cow;

use crate::Error;
use crate::load::json::Value;
use crate::pattern::matches;

/// Which ids are a model's: any of these.
#[derive(Debug, Default)]
pub(super) struct Match {
    /// Ids, and patterns; in lower case.
    any: Vec<String>,
}

/// Most of what a clause may come to.
const MOST: usize = 64;

impl Match {
    /// Reads a clause; `None` where it says what no pattern can.
    pub(super) fn read(clause: Value<'_>, row: &str) -> Result<Option<Self>, Error> {
        let any = alternatives(clause, row, 0)?;
        Ok(any.map(|any| Self { any }))
    }

    pub(super) fn matches(&self, id: &str) -> bool {
        self.any.iter().any(|pattern| matches(pattern, id))
    }

    /// The ids that are meant as they are.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.any.iter().map(String::as_str).filter(|pattern| !is_open(pattern))
    }

    /// What ids may look like.
    pub(super) fn patterns(&self) -> impl Iterator<Item = &str> {
        self.any.iter().map(String::as_str).filter(|pattern| is_open(pattern))
    }
}

fn is_open(pattern: &str) -> bool {
    pattern.contains(['*', '#']) || pattern.contains(" !")
}

fn alternatives(clause: Value<'_>, row: &str, depth: usize) -> Result<Option<Vec<String>>, Error> {
    if depth > 8 {
        return Err(Error::new(row, "is nested too deeply"));
    }
    let fields = clause.object(row)?;
    let said = fields.into_iter().find(|(key, _)| key != "_t");
    let Some((key, value)) = said else { return Ok(None) };
    let word = || -> Result<Option<String>, Error> {
        let word: Cow<'_, str> = value.string(row)?;
        Ok((!is_open(&word)).then(|| word.to_ascii_lowercase()))
    };
    Ok(match key.as_ref() {
        "equals" => word()?.map(|it| vec![it]),
        "starts_with" => word()?.map(|it| vec![format!("{it}*")]),
        "ends_with" => word()?.map(|it| vec![format!("*{it}")]),
        "contains" => word()?.map(|it| vec![format!("*{it}*")]),
        "regex" => regex(&value.string(row)?),
        "or" | "or_" => {
            let mut all = Vec::new();
            for clause in value.array(row)? {
                let Some(more) = alternatives(clause, row, depth + 1)? else { return Ok(None) };
                all.extend(more);
            }
            Some(all)
        }
        "and" | "and_" => {
            let mut all = vec![String::new()];
            for clause in value.array(row)? {
                let Some(more) = alternatives(clause, row, depth + 1)? else { return Ok(None) };
                let Some(both) = both(&all, &more) else { return Ok(None) };
                all = both;
            }
            Some(all)
        }
        _ => None,
    })
}

/// What matches one of each: at most one of two says what an id is, and the other what it is not.
fn both(some: &[String], others: &[String]) -> Option<Vec<String>> {
    let mut all = Vec::new();
    for one in some {
        for other in others {
            let (what, not) =
                one.split_once(" !").map_or((one.as_str(), ""), |(what, not)| (what, not));
            let (more, nor) =
                other.split_once(" !").map_or((other.as_str(), ""), |(what, not)| (what, not));
            let what = match (what, more) {
                ("" | "*", more) => more,
                (what, "" | "*") => what,
                _ => return None,
            };
            let not: Vec<&str> = [not, nor].into_iter().filter(|it| !it.is_empty()).collect();
            all.push([&[what], &not[..]].concat().join(" !"));
        }
    }
    (all.len() <= MOST).then_some(all)
}

/// The patterns of a regular expression, where it says no more than patterns can: ends, digits, letters in brackets,
/// groups that may be missing, and that an id has no such word.
fn regex(text: &str) -> Option<Vec<String>> {
    if let Some(word) = text.strip_prefix("^(?!.*-").and_then(|rest| rest.strip_suffix("(?:$|-))"))
    {
        let word = folded(word)?;
        return Some(vec![format!("* !*-{word} !*-{word}-*")]);
    }
    let (start, text) = text.strip_prefix('^').map_or(("*", text), |rest| ("", rest));
    let (end, text) = text.strip_suffix('$').map_or(("*", text), |rest| ("", rest));
    let mut all = vec![start.to_owned()];
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (choices, after) = match first {
            '\\' => escape(rest)?,
            '[' => {
                let (inner, after) = rest[1..].split_once(']')?;
                if inner.contains(['-', '^', '\\']) && inner != "-@" {
                    return None;
                }
                (inner.chars().map(String::from).collect(), after)
            }
            '(' => {
                let (inner, after) = rest[1..].split_once(')')?;
                let inner = inner.strip_prefix("?:").unwrap_or(inner);
                let after = after.strip_prefix('?')?;
                let mut choices = group(inner)?;
                choices.push(String::new());
                (choices, after)
            }
            letter if letter.is_ascii_alphanumeric() || "-/@:_= ".contains(letter) => {
                (vec![letter.to_ascii_lowercase().to_string()], &rest[1..])
            }
            _ => return None,
        };
        all = all
            .iter()
            .flat_map(|it| choices.iter().map(move |more| format!("{it}{more}")))
            .collect();
        rest = after;
        if all.len() > MOST || rest.starts_with(['*', '+', '?', '{']) {
            return None;
        }
    }
    Some(all.into_iter().map(|it| format!("{it}{end}")).collect())
}

/// What is inside of a group: one choice, without groups of its own.
fn group(text: &str) -> Option<Vec<String>> {
    if text.contains(['(', '|', '^', '$']) {
        return None;
    }
    regex(&format!("^{text}$"))
}

/// What stands behind a backslash, and the rest.
fn escape(text: &str) -> Option<(Vec<String>, &str)> {
    let second = text[1..].chars().next()?;
    let rest = text.get(1 + second.len_utf8()..)?;
    if second != 'd' {
        return (!second.is_ascii_alphanumeric() && second != '*' && second != '#')
            .then(|| (vec![second.to_string()], rest));
    }
    let Some(repeated) = rest.strip_prefix('{') else { return Some((vec!["#".to_owned()], rest)) };
    let (count, rest) = repeated.split_once('}')?;
    let count: usize = count.parse().ok().filter(|count| *count <= 16)?;
    Some((vec!["#".repeat(count)], rest))
}

/// A word that is written as `[tT][tT][sS]`, in lower case.
fn folded(text: &str) -> Option<String> {
    let mut letters = text.split_inclusive(']').map(|pair| {
        let pair = pair.strip_prefix('[')?.strip_suffix(']')?;
        let mut chars = pair.chars();
        let (one, other) = (chars.next()?, chars.next()?);
        (one.eq_ignore_ascii_case(&other) && chars.next().is_none())
            .then(|| one.to_ascii_lowercase())
    });
    letters.try_fold(String::new(), |mut word, letter| {
        word.push(letter?);
        Some(word)
    })
}

#[cfg(test)]
mod tests;
