//! Prices of one's own, in TOML.

use std::fmt::Write as _;

use toml::{Table, Value};

use crate::draft::{OfferRow, SourceRow};
use crate::{Error, Rows, day};

impl Rows {
    /// Lays prices of one's own over the rows: what they say wins.
    ///
    /// ```
    /// # use nohop_pricing::Rows;
    /// let mut rows = Rows::default();
    /// rows.overlay(
    ///     r#"
    ///     source = "our contract"
    ///     day = "2026-11-12"
    ///
    ///     [[offer]]
    ///     provider = "openai"
    ///     native = "gpt-4o"
    ///     rates = [
    ///         { input = "2.25", output = "9" },               # dollars for a million tokens
    ///         { input = "1.1", when = "processing=batch" },
    ///     ]
    ///     "#,
    /// )?;
    /// assert_eq!(rows.offers(), 1);
    /// # Ok::<(), nohop_pricing::Error>(())
    /// ```
    ///
    /// An offer that has rates here has only these; what else is said of it stays where nothing is said here. Prices are
    /// those of the data files: dollars for a million tokens, for an hour, or for one of anything else.
    ///
    /// # Errors
    ///
    /// What is no TOML, and the first field that is not known: a slip must not be a price.
    pub fn overlay(&mut self, toml: &str) -> Result<(), Error> {
        let wrong = |error: toml::de::Error| {
            Error::new("the overlay", format!("is no TOML: {}", error.message()))
        };
        let table: Table = toml.parse().map_err(wrong)?;
        let mut lines = String::new();
        let source = string(&table, "source", "the overlay")?.unwrap_or("an overlay");
        let day = string(&table, "day", "the overlay")?.unwrap_or("1970-01-01");
        let day = day::parse(day)
            .ok_or_else(|| Error::new("the overlay", format!("is of a day that is none: {day}")))?;
        known(&table, &["source", "day", "offer"], "the overlay")?;
        let _ = writeln!(lines, "source u {} {source}", day::civil(day));
        for offer in tables(&table, "offer", "the overlay")? {
            self::offer(offer, &mut lines)?;
        }
        let over = Self::read(&lines)?;
        self.lay(over)
    }

    fn lay(&mut self, over: Self) -> Result<(), Error> {
        let rows = &mut self.rows;
        let place = rows.sources.len();
        if place >= 8 {
            return Err(Error::new("the overlay", "is one source too many; there may be eight"));
        }
        let letter =
            ('p'..='z').find(|letter| rows.sources.iter().all(|source| source.letter != *letter));
        rows.sources.extend(
            over.rows
                .sources
                .into_iter()
                .map(|source| SourceRow { letter: letter.unwrap_or('u'), ..source }),
        );
        for id in over.rows.providers.into_keys() {
            rows.providers.entry(id).or_default();
        }
        for (key, mut theirs) in over.rows.offers {
            theirs.card.rates.iter_mut().for_each(|rate| rate.sources = 1 << place);
            theirs.card.factors.iter_mut().for_each(|factor| factor.sources = 1 << place);
            let mine = self.rows.offers.entry(key).or_default();
            lay(mine, theirs);
            if !mine.model.is_empty() {
                self.rows.models.entry(mine.model.clone()).or_default();
            }
        }
        Ok(())
    }
}

fn lay(mine: &mut OfferRow, theirs: OfferRow) {
    if !theirs.card.rates.is_empty() {
        mine.card = theirs.card;
    }
    for (mine, theirs) in [
        (&mut mine.model, theirs.model),
        (&mut mine.region, theirs.region),
        (&mut mine.quantization, theirs.quantization),
        (&mut mine.data, theirs.data),
    ] {
        if !theirs.is_empty() {
            *mine = theirs;
        }
    }
    for (mine, theirs) in [(&mut mine.context, theirs.context), (&mut mine.output, theirs.output)] {
        if theirs > 0 {
            *mine = theirs;
        }
    }
    mine.also.extend(theirs.also);
}

/// Writes an offer as the data files have it.
fn offer(table: &Table, lines: &mut String) -> Result<(), Error> {
    let required = |name: &str| {
        string(table, name, "an offer")?
            .ok_or_else(|| Error::new("an offer", format!("has no {name}; say it")))
    };
    let (provider, native) = (required("provider")?, required("native")?);
    let row = format!("{native}@{provider}");
    known(
        table,
        &[
            "provider",
            "native",
            "model",
            "region",
            "quantization",
            "data",
            "also",
            "context",
            "output",
            "rates",
            "times",
        ],
        &row,
    )?;
    let _ = writeln!(lines, "provider {provider}\noffer {native}");
    for name in ["model", "region", "quantization", "data"] {
        if let Some(said) = string(table, name, &row)? {
            let _ = writeln!(lines, " {name} {said}");
        }
    }
    for also in
        table.get("also").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    {
        let _ = writeln!(lines, " also {also}");
    }
    let count = |name: &str| table.get(name).and_then(Value::as_integer).unwrap_or_default();
    if count("context") + count("output") > 0 {
        let _ = writeln!(lines, " limits {} {}", count("context"), count("output"));
    }
    for rate in tables(table, "rates", &row)? {
        lines.push_str(" rate u");
        for (meter, price) in rate.iter().filter(|(meter, _)| *meter != "when") {
            let _ = write!(lines, " {meter} {}", number(price, meter, &row)?);
        }
        when(rate, lines, &row)?;
    }
    for factor in tables(table, "times", &row)? {
        known(factor, &["factor", "when"], &row)?;
        let by = factor
            .get("factor")
            .ok_or_else(|| Error::new(&row, "has a factor without one; say factor"))?;
        let _ = write!(lines, " times u {}", number(by, "factor", &row)?);
        when(factor, lines, &row)?;
    }
    Ok(())
}

fn when(table: &Table, lines: &mut String, row: &str) -> Result<(), Error> {
    match string(table, "when", row)? {
        Some(when) if !when.contains('\n') => lines.push_str(&format!(" when {when}\n")),
        Some(_) => return Err(Error::new(row, "has a condition of several lines")),
        None => lines.push('\n'),
    }
    Ok(())
}

/// A price as it is written, whether with quotes or without.
fn number(value: &Value, name: &str, row: &str) -> Result<String, Error> {
    match value {
        Value::String(text) if !text.contains(char::is_whitespace) => Ok(text.clone()),
        Value::Integer(whole) => Ok(whole.to_string()),
        Value::Float(float) => Ok(float.to_string()),
        _ => Err(Error::new(row, format!("has a price for {name} that is no number"))),
    }
}

fn string<'a>(table: &'a Table, name: &str, row: &str) -> Result<Option<&'a str>, Error> {
    match table.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.contains('\n') => Ok(Some(text)),
        Some(_) => Err(Error::new(row, format!("has a {name} that is not one line of text"))),
    }
}

fn tables<'a>(table: &'a Table, name: &str, row: &str) -> Result<Vec<&'a Table>, Error> {
    let wrong = || Error::new(row, format!("has {name} that are not a list of tables"));
    match table.get(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(list)) => {
            list.iter().map(|item| item.as_table().ok_or_else(wrong)).collect()
        }
        Some(_) => Err(wrong()),
    }
}

fn known(table: &Table, names: &[&str], row: &str) -> Result<(), Error> {
    match table.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(Error::new(
            row,
            format!("has {name:?}, which means nothing; known are {}", names.join(", ")),
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
