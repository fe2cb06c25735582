//! Finds out which model an offer is of, and gathers what is known of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::draft::{ModelRow, OfferRow, Rows};
use crate::latest::version;
use crate::makers::maker;
use crate::merge::complete;
use crate::pattern::undated;

/// Other names of makers.
const AUTHORS: &[(&str, &str)] = &[
    ("alibaba", "qwen"),
    ("deepseek-ai", "deepseek"),
    ("gemini", "google"),
    ("meta", "meta-llama"),
    ("minimaxai", "minimax"),
    ("mistral", "mistralai"),
    ("moonshot", "moonshotai"),
    ("writer", "writer"),
    ("xai", "x-ai"),
    ("zai", "z-ai"),
    ("zai-org", "z-ai"),
    ("zhipuai", "z-ai"),
    ("accounts/fireworks/models", ""),
];

/// The list whose names for models are the ones used here.
const NAMER: &str = "openrouter";

/// Fills in the model of every offer, and the models.
pub(crate) fn link(rows: &mut Rows) {
    let names = Names::of(rows);
    let mut hints: BTreeMap<String, Vec<(u8, ModelRow)>> = BTreeMap::new();
    let mut aliases: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for ((provider, native), row) in &mut rows.offers {
        // A name that moves on names no model: the newest of the family is found when it is asked for.
        if provider == NAMER && native.starts_with('~') {
            row.model.clear();
            continue;
        }
        let slug = names.slug(provider, native, row);
        let maker = maker(provider).is_some_and(|author| slug.starts_with(author));
        let rank = if maker { 0 } else { 1 + u8::from(provider != NAMER) };
        hints.entry(slug.clone()).or_default().push((rank, std::mem::take(&mut row.hint)));
        // By what its maker calls it, it is known too.
        if let Some(author) = maker_of(provider, &slug) {
            let own = format!("{author}/{}", native.to_ascii_lowercase());
            if own != slug {
                aliases.entry(slug.clone()).or_default().insert(own);
            }
        }
        row.model = slug;
    }
    for (slug, mut hints) in hints {
        hints.sort_by_key(|(rank, _)| *rank);
        let mut model = ModelRow::default();
        hints.iter().for_each(|(_, hint)| complete(&mut model, hint));
        if model.family.is_empty() {
            model.family = family(&slug);
        }
        model.also = aliases.remove(&slug).unwrap_or_default().into_iter().collect();
        rows.models.insert(slug, model);
    }
    retire(rows);
    succeed(rows);
}

/// The names that models have.
struct Names {
    /// By author and key.
    known: BTreeMap<(String, String), String>,
    /// By key alone; nothing where there are several.
    alone: BTreeMap<String, Option<String>>,
}

impl Names {
    fn of(rows: &Rows) -> Self {
        let mut names = Self { known: BTreeMap::new(), alone: BTreeMap::new() };
        let listed = rows.offers.keys().filter(|(provider, _)| provider == NAMER);
        let mut plain: Vec<&str> = listed.map(|(_, native)| native.as_str()).collect();
        plain.retain(|native| {
            !native.contains(':') && !native.starts_with(['~', '@']) && native.contains('/')
        });
        for native in plain {
            names.add(native.to_ascii_lowercase());
        }
        // What a maker offers is a model, whether it is listed there or not.
        for (provider, native) in rows.offers.keys() {
            let Some(author) = maker(provider) else { continue };
            let name = native.rsplit('/').next().unwrap_or(native).to_ascii_lowercase();
            let base = undated(&name).unwrap_or(&name);
            // A maker may offer what others make.
            let others =
                native.split_once('/').is_some_and(|(theirs, _)| canonical(theirs) != author);
            let known = |name: &str| names.alone.contains_key(&key(name));
            if !others && !known(&name) && !known(base) {
                names.add(format!("{author}/{name}"));
            }
        }
        names
    }

    fn add(&mut self, slug: String) {
        let Some((author, name)) = slug.split_once('/') else { return };
        let key = key(name);
        let alone = self.alone.entry(key.clone()).or_insert_with(|| Some(slug.clone()));
        if alone.as_ref().is_some_and(|known| *known != slug) {
            *alone = None;
        }
        self.known.entry((author.to_owned(), key)).or_insert(slug);
    }

    fn slug(&self, provider: &str, native: &str, row: &OfferRow) -> String {
        let native = native.to_ascii_lowercase();
        if provider == NAMER {
            return native;
        }
        if let Some((author, name)) = row.model.split_once('/')
            && let Some(slug) = self.find(canonical(author), name)
        {
            return slug;
        }
        let (author, name) = parts(&native);
        let said = author.map(canonical).filter(|author| !author.is_empty());
        let found = said.or(maker(provider)).and_then(|author| {
            self.find(author, name).or_else(|| self.find(&format!("{author}-llama"), name))
        });
        // Without an author, the one model of that name is meant.
        let alone = |name: &str| self.alone.get(&key(name)).cloned().flatten();
        let found = found.or_else(|| match said {
            Some(_) => None,
            None => alone(name).or_else(|| alone(undated(name)?)),
        });
        let author = said.or(maker(provider)).unwrap_or(provider);
        found.unwrap_or_else(|| format!("{author}/{name}"))
    }

    fn find(&self, author: &str, name: &str) -> Option<String> {
        let known = |name: &str| self.known.get(&(author.to_owned(), key(name))).cloned();
        known(name).or_else(|| known(undated(name)?))
    }
}

/// The author that stands before a name, if one does, and the name without what providers put around it.
fn parts(native: &str) -> (Option<&str>, &str) {
    const REGIONS: [&str; 9] =
        ["us", "eu", "global", "apac", "jp", "au", "us-gov", "ca", "regional"];
    let mut name = native.strip_prefix("accounts/fireworks/models/").unwrap_or(native);
    name = name.strip_prefix("databricks-").unwrap_or(name);
    // A host that stands behind a colon, or a version of Amazon's.
    name = name.split_once(':').map_or(name, |(name, _)| name);
    if let Some((start, version)) = name.rsplit_once("-v")
        && name.contains('.')
        && version.bytes().all(|byte| byte.is_ascii_digit())
    {
        name = start;
    }
    if let Some((rest, last)) = name.rsplit_once('/') {
        let author = rest.rsplit('/').next().unwrap_or(rest);
        let author = author.strip_prefix("@cf").map_or(author, |_| "");
        return (Some(author).filter(|author| !author.is_empty()), last);
    }
    let dotted = name.split_once('.').filter(|(first, _)| REGIONS.contains(first));
    let name = dotted.map_or(name, |(_, rest)| rest);
    match name.split_once('.') {
        // Amazon's way: `anthropic.claude-3`. A version has a digit before its dot.
        Some((author, rest)) if !author.contains(|letter: char| letter.is_ascii_digit()) => {
            (Some(author), rest)
        }
        _ => (None, name),
    }
}

fn canonical(author: &str) -> &str {
    AUTHORS.iter().find(|(theirs, _)| *theirs == author).map_or(author, |(_, ours)| ours)
}

fn maker_of(provider: &str, slug: &str) -> Option<&'static str> {
    maker(provider)
        .filter(|author| slug.strip_prefix(author).is_some_and(|rest| rest.starts_with('/')))
}

/// A name without what is written now so and now so.
fn key(name: &str) -> String {
    name.to_ascii_lowercase().replace(['.', '_'], "-")
}

/// What a model is one of: its name without numbers, days and words for what is not settled.
fn family(slug: &str) -> String {
    let name = slug.rsplit('/').next().unwrap_or(slug);
    let words = name.split(['-', ':', '_']).filter(|word| {
        !matches!(*word, "preview" | "latest" | "exp" | "beta" | "free" | "instruct" | "it")
            && !word.starts_with(|letter: char| letter.is_ascii_digit())
    });
    let words = words
        .map(|word| word.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.'));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

/// A model is retired when the last offer of its maker's is.
fn retire(rows: &mut Rows) {
    let mut days: BTreeMap<&str, Option<u16>> = BTreeMap::new();
    for ((provider, _), row) in &rows.offers {
        if maker_of(provider, &row.model).is_none() {
            continue;
        }
        let day = days.entry(&row.model).or_insert(row.retires);
        *day = match (*day, row.retires) {
            (Some(one), Some(other)) => Some(one.max(other)),
            _ => None,
        };
    }
    let days: Vec<(String, u16)> =
        days.into_iter().filter_map(|(slug, day)| Some((slug.to_owned(), day?))).collect();
    for (slug, day) in days {
        if let Some(model) = rows.models.get_mut(&slug) {
            model.retires = Some(day);
        }
    }
}

/// Who retires is followed by the newest of its family that stays.
fn succeed(rows: &mut Rows) {
    let mut newest: BTreeMap<(String, String), String> = BTreeMap::new();
    for (slug, row) in
        rows.models.iter().filter(|(slug, row)| row.retires.is_none() && !slug.contains(':'))
    {
        let Some((author, name)) = slug.split_once('/') else { continue };
        let known =
            newest.entry((author.to_owned(), row.family.clone())).or_insert_with(|| slug.clone());
        let age = |slug: &str| {
            (version(slug.rsplit('/').next().unwrap_or(slug)), std::cmp::Reverse(slug.len()))
        };
        if age(name).0 > age(known).0 || (age(name).0 == age(known).0 && slug.len() < known.len()) {
            known.clone_from(slug);
        }
    }
    for (slug, row) in rows.models.iter_mut().filter(|(_, row)| row.retires.is_some()) {
        let Some((author, name)) = slug.split_once('/') else { continue };
        let next = newest.get(&(author.to_owned(), row.family.clone()));
        let next =
            next.filter(|next| version(next.rsplit('/').next().unwrap_or(next)) >= version(name));
        row.successor = next.cloned().unwrap_or_default();
    }
}

#[cfg(test)]
mod tests;
