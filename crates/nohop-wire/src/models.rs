mod facts;

use nohop_types::{Error, ErrorKind, Listed, Result};
use serde_json::value::RawValue;

use crate::call::address::escape;
use crate::json::{self, Str, row};

/// The most models that one page may list; the longest list that is known has some thousands.
const MOST: usize = 16_384;

/// Models as their provider lists them: a list, or a page of one.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Page {
    /// The models.
    pub models: Vec<Listed>,
    /// What asks for the page after this, where there is one; [`Dialect::models`](crate::Dialect::models)
    /// takes it.
    pub next: Option<String>,
}

/// Reads a list of models, as hosts write it: below `data`, `models` or another name, or bare, with
/// whatever facts they tell.
///
/// ```
/// use nohop_types::{Money, Unit};
///
/// let body = r#"{"data":[{"id":"a/b","context_length":8192,"pricing":{"prompt":"0.00000015"}}]}"#;
/// let model = &nohop_wire::models(body.as_bytes())?.models[0];
/// assert_eq!((&*model.id, model.context), ("a/b", Some(8_192)));
/// assert_eq!(model.rate(&Unit::Input), Some(Money::cents_per_million(15)));
/// # Ok::<(), nohop_types::Error>(())
/// ```
///
/// # Errors
///
/// `Protocol` when the body is no such list, or one that is too long.
pub fn models(body: &[u8]) -> Result<Page> {
    let none = || Error::new(ErrorKind::Protocol, "the answer lists no models");
    let text = std::str::from_utf8(body).map_err(|_| none())?;
    let (list, next) = match serde_json::from_str::<ListRow<'_>>(text) {
        Ok(row) => {
            let list = row.data.or(row.models).or(row.other).ok_or_else(none)?;
            let more = row.more.is_some_and(|more| more.get() == "true");
            let next = row.next.or(row.last.filter(|_| more));
            (list, next.and_then(Str::said))
        }
        Err(_) => (serde_json::from_str::<&RawValue>(text).map_err(|_| none())?, None),
    };
    if !list.get().starts_with('[') {
        return Err(none());
    }
    let models: Vec<&RawValue> = json::at_most(list, MOST)?;
    let all = models.len();
    let models: Vec<Listed> = models.into_iter().filter_map(facts::read).collect();
    // A list of something else is no list of models.
    if models.is_empty() && all > 0 { Err(none()) } else { Ok(Page { models, next }) }
}

/// The `path` of a way with `end` in the place of its own; a query stays.
pub(crate) fn beside(path: &str, own: &str, end: &str) -> Option<String> {
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    Some(path.strip_suffix(own)?.to_owned() + end + query)
}

/// The `path` with these in its query.
pub(crate) fn asking(mut path: String, fields: &[(&str, Option<&str>)]) -> String {
    for (key, value) in fields {
        let Some(value) = value else { continue };
        // A place of a host may have a mark of its own in it.
        let asked = path.rsplit('}').next().is_some_and(|end| end.contains('?'));
        path.push(if asked { '&' } else { '?' });
        path.push_str(key);
        path.push('=');
        escape(&mut path, value);
    }
    path
}

row! {
    struct ListRow {
        data: &'a RawValue = "data",
        models: &'a RawValue = "models",
        other: &'a RawValue = "items" | "modelSummaries" | "publisherModels",
        next: Str<'a> = "nextPageToken" | "next_page_token",
        more: &'a RawValue = "has_more",
        last: Str<'a> = "last_id",
    }
}

#[cfg(test)]
mod tests;
