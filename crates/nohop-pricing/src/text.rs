//! Catalogs as text: what the files in `data` hold, a line for each thing said.
//!
//! A line that does not begin with a space opens a block, `source`, `provider`, `model` or `offer`, and the lines
//! below it say what is so of it. An offer is the last provider's.

use std::fmt::Write as _;

use crate::day::{civil, parse};
use crate::draft::{
    ABILITIES, AllowanceRow, CardRow, EFFORTS, FactorRow, ModelRow, OfferRow, ProviderRow, RateRow,
    Rows, ScoreRow, SourceRow, bit,
};
use crate::meter::{Form, Meter};
use crate::number;
use crate::when::When;

/// What the lines are about.
enum Block {
    None,
    Provider(String),
    Model(String),
    Offer(String, String),
}

/// Reads `text` into `rows`.
///
/// # Errors
///
/// The number of the line that says nothing, and the line.
pub(crate) fn read(text: &str, rows: &mut Rows) -> Result<(), String> {
    let mut block = Block::None;
    let mut provider = String::new();
    for (number, line) in text.lines().enumerate() {
        let wrong = || format!("line {}: {line}", number + 1);
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(line) = line.strip_prefix(' ') {
            let (word, rest) = line.split_once(' ').ok_or_else(wrong)?;
            detail(rows, &block, word, rest).ok_or_else(wrong)?;
            continue;
        }
        let (word, name) = line.split_once(' ').ok_or_else(wrong)?;
        block = match word {
            "source" => {
                rows.sources.push(source(name).ok_or_else(wrong)?);
                Block::None
            }
            "provider" => {
                provider = name.to_owned();
                rows.providers.entry(provider.clone()).or_default();
                Block::Provider(provider.clone())
            }
            "model" => {
                rows.models.insert(name.to_owned(), ModelRow::default());
                Block::Model(name.to_owned())
            }
            "offer" if !provider.is_empty() => {
                let key = (provider.clone(), name.to_owned());
                rows.offers.insert(key.clone(), OfferRow::default());
                Block::Offer(key.0, key.1)
            }
            _ => return Err(wrong()),
        };
    }
    Ok(())
}

fn source(text: &str) -> Option<SourceRow> {
    let mut words = text.split(' ');
    let letter = words.next()?.chars().next()?;
    let day = parse(words.next()?)?;
    Some(SourceRow { letter, day, name: words.collect::<Vec<_>>().join(" ") })
}

fn detail(rows: &mut Rows, block: &Block, word: &str, rest: &str) -> Option<()> {
    let letters: Vec<char> = rows.sources.iter().map(|source| source.letter).collect();
    match block {
        Block::None => None,
        Block::Provider(id) => provider_detail(rows.providers.get_mut(id)?, word, rest),
        Block::Model(slug) => model_detail(rows.models.get_mut(slug)?, word, rest),
        Block::Offer(provider, native) => {
            let key = (provider.clone(), native.clone());
            offer_detail(rows.offers.get_mut(&key)?, &letters, word, rest)
        }
    }
}

fn provider_detail(row: &mut ProviderRow, word: &str, rest: &str) -> Option<()> {
    match word {
        "fallback" => row.fallbacks.push(rest.to_owned()),
        "pattern" => {
            let (pattern, native) = rest.split_once(" = ")?;
            row.patterns.push((pattern.to_owned(), native.to_owned()));
        }
        _ => return None,
    }
    Some(())
}

fn model_detail(row: &mut ModelRow, word: &str, rest: &str) -> Option<()> {
    let forms =
        || words(rest, |it| Form::ALL.into_iter().find(|form| form.word() == it).map(bit_of));
    match word {
        "name" => rest.clone_into(&mut row.name),
        "also" => row.also.push(rest.to_owned()),
        "family" => rest.clone_into(&mut row.family),
        "limits" => (row.context, row.output) = pair(rest)?,
        "reads" => row.reads = forms()? as u8,
        "writes" => row.writes = forms()? as u8,
        "can" => row.can = words(rest, |it| bit(&ABILITIES, it))?,
        "cannot" => row.cannot = words(rest, |it| bit(&ABILITIES, it))?,
        "efforts" => row.efforts = words(rest, |it| bit(&EFFORTS, it))? as u8,
        "budget" => row.budget = Some(pair(rest)?),
        "tokenizer" => rest.clone_into(&mut row.tokenizer),
        "cutoff" => row.cutoff = Some(parse(rest)?),
        "released" => row.released = Some(parse(rest)?),
        "retires" => row.retires = Some(parse(rest)?),
        "successor" => rest.clone_into(&mut row.successor),
        "score" => {
            let mut parts = rest.splitn(3, ' ');
            let milli = number::read(parts.next()?, 3).ok()?.value as u32;
            let day = parse(parts.next()?)?;
            row.scores.push(ScoreRow { name: parts.next()?.to_owned(), milli, day });
        }
        _ => return None,
    }
    Some(())
}

fn offer_detail(row: &mut OfferRow, letters: &[char], word: &str, rest: &str) -> Option<()> {
    match word {
        "model" => rest.clone_into(&mut row.model),
        "also" => row.also.push(rest.to_owned()),
        "limits" => (row.context, row.output) = pair(rest)?,
        "retires" => row.retires = Some(parse(rest)?),
        "region" => rest.clone_into(&mut row.region),
        "quantization" => rest.clone_into(&mut row.quantization),
        "data" => rest.clone_into(&mut row.data),
        "rate" | "not" | "times" | "free" => return charge(&mut row.card, letters, word, rest),
        _ => return None,
    }
    Some(())
}

fn charge(card: &mut CardRow, letters: &[char], word: &str, rest: &str) -> Option<()> {
    let mut when = When::default();
    let (said, conditions) = rest.split_once(" when ").unwrap_or((rest, ""));
    for condition in conditions.split_ascii_whitespace() {
        when.read(condition)?;
    }
    let mut said = said.split_ascii_whitespace();
    let sources = said.next()?.chars().try_fold(0_u8, |set, letter| {
        letters.iter().position(|known| *known == letter).map(|place| set | (1 << place))
    })?;
    match word {
        "times" => {
            let milli = number::read(said.next()?, 3).ok()?.value as u32;
            card.factors.push(FactorRow { when, milli, sources });
        }
        "free" => {
            let meter = Meter::from_word(said.next()?)?;
            let count = said.next()?.parse().ok()?;
            let monthly = said.next()? == "month";
            let group = said.next().unwrap_or_default().to_owned();
            card.allowances.push(AllowanceRow { meter, count, monthly, group, sources });
        }
        _ => {
            while let Some(meter) = said.next() {
                let meter = Meter::from_word(meter)?;
                let shift = 18 - meter.shift() as i32;
                let price = number::read(said.next()?, shift).ok()?.value;
                let row = RateRow { when: when.clone(), meter, price, sources };
                if word == "not" { card.disputed.push(row) } else { card.rates.push(row) }
            }
        }
    }
    Some(())
}

fn pair(text: &str) -> Option<(u32, u32)> {
    let (first, second) = text.split_once(' ')?;
    Some((first.parse().ok()?, second.parse().ok()?))
}

fn words(text: &str, known: impl Fn(&str) -> Option<u32>) -> Option<u32> {
    text.split_ascii_whitespace().try_fold(0, |set, word| known(word).map(|bit| set | bit))
}

fn bit_of(form: Form) -> u32 {
    1 << form as u32
}

/// Writes who says so.
pub(crate) fn write_sources(rows: &Rows) -> String {
    let mut text = String::new();
    for source in &rows.sources {
        let _ = writeln!(text, "source {} {} {}", source.letter, civil(source.day), source.name);
    }
    text
}

/// Writes the models.
pub(crate) fn write_models(rows: &Rows) -> String {
    let mut text = String::new();
    for (slug, row) in &rows.models {
        let _ = writeln!(text, "model {slug}");
        model(&mut text, row);
    }
    text
}

fn model(text: &mut String, row: &ModelRow) {
    let mut line = |word: &str, said: String| {
        if !said.is_empty() {
            let _ = writeln!(text, " {word} {said}");
        }
    };
    let forms = |set: u8| {
        let forms = Form::ALL.into_iter().filter(|form| u32::from(set) & bit_of(*form) != 0);
        forms.map(Form::word).collect::<Vec<_>>().join(" ")
    };
    let bits = |words: &[&str], set: u32| {
        let known = words.iter().enumerate().filter(|(place, _)| set & (1 << place) != 0);
        known.map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
    };
    let pair = |pair: (u32, u32)| format!("{} {}", pair.0, pair.1);
    let limits = (row.context, row.output);
    line("name", row.name.clone());
    row.also.iter().for_each(|also| line("also", also.clone()));
    line("family", row.family.clone());
    line("limits", if limits == (0, 0) { String::new() } else { pair(limits) });
    line("reads", forms(row.reads));
    line("writes", forms(row.writes));
    line("can", bits(&ABILITIES, row.can));
    line("cannot", bits(&ABILITIES, row.cannot));
    line("efforts", bits(&EFFORTS, row.efforts.into()));
    line("budget", row.budget.map(pair).unwrap_or_default());
    line("tokenizer", row.tokenizer.clone());
    line("cutoff", row.cutoff.map(civil).unwrap_or_default());
    line("released", row.released.map(civil).unwrap_or_default());
    line("retires", row.retires.map(civil).unwrap_or_default());
    line("successor", row.successor.clone());
    for score in &row.scores {
        let value = number::write(score.milli.into(), 3);
        line("score", format!("{value} {} {}", civil(score.day), score.name));
    }
}

/// Writes one provider and its offers.
pub(crate) fn write_provider(rows: &Rows, id: &str) -> String {
    let mut text = format!("provider {id}\n");
    if let Some(row) = rows.providers.get(id) {
        for other in &row.fallbacks {
            let _ = writeln!(text, " fallback {other}");
        }
        for (pattern, native) in &row.patterns {
            let _ = writeln!(text, " pattern {pattern} = {native}");
        }
    }
    let letters: Vec<char> = rows.sources.iter().map(|source| source.letter).collect();
    for ((_, native), row) in rows.offers.iter().filter(|((provider, _), _)| provider == id) {
        let _ = writeln!(text, "offer {native}");
        offer(&mut text, row, &letters);
    }
    text
}

fn offer(text: &mut String, row: &OfferRow, letters: &[char]) {
    let mut line = |word: &str, said: &str| {
        if !said.is_empty() {
            let _ = writeln!(text, " {word} {said}");
        }
    };
    line("model", &row.model);
    row.also.iter().for_each(|also| line("also", also));
    if (row.context, row.output) != (0, 0) {
        line("limits", &format!("{} {}", row.context, row.output));
    }
    line("retires", &row.retires.map(civil).unwrap_or_default());
    line("region", &row.region);
    line("quantization", &row.quantization);
    line("data", &row.data);
    card(text, &row.card, letters);
}

/// Writes what is charged, the rates that share their conditions and sources on one line.
pub(crate) fn card(text: &mut String, card: &CardRow, letters: &[char]) {
    let who = |set: u8| -> String {
        let known = letters.iter().enumerate().filter(|(place, _)| set & (1 << place) != 0);
        known.map(|(_, letter)| *letter).collect()
    };
    let end = |text: &mut String, when: &When| {
        let when = when.text();
        let _ = if when.is_empty() { writeln!(text) } else { writeln!(text, " when {when}") };
    };
    for (word, rates) in [("rate", &card.rates), ("not", &card.disputed)] {
        // What applies always is read first.
        let mut rates: Vec<&RateRow> = rates.iter().collect();
        rates.sort_by_key(|rate| (rate.when.weight(), &rate.when, rate.sources, rate.meter));
        for alike in rates.chunk_by(|a, b| (&a.when, a.sources) == (&b.when, b.sources)) {
            let Some(first) = alike.first() else { continue };
            let _ = write!(text, " {word} {}", who(first.sources));
            for rate in alike {
                let price = number::write(rate.price, 18 - rate.meter.shift());
                let _ = write!(text, " {} {price}", rate.meter.word());
            }
            end(text, &first.when);
        }
    }
    for factor in &card.factors {
        let _ = write!(
            text,
            " times {} {}",
            who(factor.sources),
            number::write(factor.milli.into(), 3)
        );
        end(text, &factor.when);
    }
    for it in &card.allowances {
        let period = if it.monthly { "month" } else { "day" };
        let (who, meter, group) = (who(it.sources), it.meter.word(), &it.group);
        let _ = writeln!(text, " free {who} {meter} {} {period} {group}", it.count);
    }
}

#[cfg(test)]
mod tests;
