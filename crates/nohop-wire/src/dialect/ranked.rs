//! The one shape in which hosts answer with an order: a list of places and scores.

use nohop_types::{Error, ErrorKind, Ranked, Ranking, Result, Usage};
use serde_json::value::RawValue;

use super::kept::Kept;
use crate::RerankCall;
use crate::json::{self, Str, row};

/// How a dialect tells what else the answer holds.
pub(super) struct Tells {
    /// Whose extra fields they are.
    pub(super) scope: &'static str,
    /// Reads the error that stands in the answer's place.
    pub(super) failed: fn(&str) -> Option<Error>,
    /// Reads what was counted, below `usage` or `meta`.
    pub(super) counted: fn(&RawValue) -> Usage,
}

/// Reads the answer `body` to `call`.
pub(super) fn read(tells: &Tells, call: &RerankCall<'_>, body: &str) -> Result<Ranking> {
    let row: AnswerRow<'_> = json::parse(body)?;
    let (None, Some(results)) = (row.error, row.results) else {
        return Err((tells.failed)(body)
            .unwrap_or_else(|| wrong("the answer has no order: `results` is missing".to_owned())));
    };
    let items: Vec<ItemRow<'_>> = json::at_most(results, call.request.documents.len())?;
    let mut kept = Kept::default();
    let mut answer = Ranking::default();
    for (place, item) in items.into_iter().enumerate() {
        let (Some(index), Some(score)) = (item.index, item.score) else {
            return Err(wrong(format!("the item {place} has no `index`, or no `relevance_score`")));
        };
        answer.results.push(Ranked::new(index, score));
        kept.add(tells.scope, "results.", item.rest);
    }
    answer.id = row.id.and_then(Str::said);
    answer.model = row.model.and_then(Str::said);
    for counts in [row.meta, row.usage].into_iter().flatten() {
        answer.usage.merge((tells.counted)(counts));
    }
    kept.add(tells.scope, "", row.rest);
    answer.extra = kept.take();
    Ok(answer)
}

row! {
    struct AnswerRow {
        id: Str<'a> = "id",
        model: Str<'a> = "model",
        results: &'a RawValue = "results" | "data",
        usage: &'a RawValue = "usage",
        meta: &'a RawValue = "meta",
        error: &'a RawValue = "error",
    }
    noise: "object"
}

row! {
    struct ItemRow {
        index: usize = "index",
        score: f64 = "relevance_score" | "score",
    }
    noise: "document" | "object"
}

fn wrong(what: String) -> Error {
    Error::new(ErrorKind::Protocol, what)
}
