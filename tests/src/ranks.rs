//! Replays one recorded exchange about an order of documents.

use nohop_types::{Ranking, RerankRequest};
use nohop_wire::{RerankCall, laws, ranking};
use serde_json::Value;

use crate::held;
use crate::hosts::Ranker;
use crate::lists::Lists;
use crate::recording::Recording;
use crate::replay::{Outcome, Return, Status};

/// Replays `recording`, which holds a request to `ranker`.
pub(crate) fn replay(recording: &Recording, ranker: &Ranker, lists: &Lists, outcome: &mut Outcome) {
    let body = &recording.request.body;
    let asked = (!body.is_null()).then(|| (ranker.asked)(body.to_string().as_bytes()));
    let known = asked.as_ref().and_then(|asked| asked.as_ref().ok().cloned());
    if let Err(why) = answer(recording, ranker, known, lists, outcome) {
        outcome.status = Status::Failed;
        outcome.why = Some(why);
    }
    match asked {
        None => (),
        Some(Err(error)) => {
            outcome.why.get_or_insert(format!("the request has no words of ours: {error}"));
        }
        Some(Ok(asked)) => request(recording, ranker, &asked, lists, outcome),
    }
}

/// Reads the answer, and holds it to what is true of every order.
fn answer(
    recording: &Recording,
    ranker: &Ranker,
    asked: Option<RerankRequest>,
    lists: &Lists,
    outcome: &mut Outcome,
) -> Result<(), String> {
    let (head, body) = (recording.head(), recording.bytes());
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    let expected = scores(&told);
    // Nobody recorded what some were asked.
    let asked = asked.unwrap_or_else(|| {
        let count = expected.iter().map(|(index, _)| index + 1).max().unwrap_or(1);
        let top = u32::try_from(expected.len()).unwrap_or(u32::MAX);
        RerankRequest::new("m", "q").documents(vec!["?"; count]).top(top)
    });
    let call = RerankCall::new(&asked, &asked.model, recording.path());
    let read = |body: &[u8]| ranking(ranker.dialect, &call, &head, body);
    match read(&body) {
        Ok(answer) => {
            let held = complete(&answer, &expected, &told, lists);
            let held = held.and_then(|()| held::cut(&body, read));
            outcome.ranking = Some(answer);
            held
        }
        Err(error) => {
            let theirs = recording.response.status >= 400 || error.code().is_some();
            let why = (!theirs).then(|| error.to_string());
            outcome.error = Some(error);
            why.map_or(Ok(()), Err)
        }
    }
}

/// Law 6: the order is that of the body, and whatever else it says is in the answer.
fn complete(
    answer: &Ranking,
    expected: &[(usize, f64)],
    told: &Value,
    lists: &Lists,
) -> Result<(), String> {
    let found: Vec<_> = answer.results.iter().map(|it| (it.index, it.score)).collect();
    if found != expected {
        return Err(format!("law 6: {found:?} is not the order of the body"));
    }
    let kept = serde_json::to_value(answer).unwrap_or_default();
    if let Some(lost) = held::lost(told, &kept, |path| lists.noise().contains(&path)) {
        return Err(lost);
    }
    let total = ["/usage/total_tokens", "/meta/billed_units/search_units"];
    let counts = [answer.usage.total(), answer.usage.search_units];
    for (path, count) in total.iter().zip(counts) {
        let stated = told.pointer(path).and_then(Value::as_u64);
        if stated.is_some() && stated != count {
            return Err(format!("law 6: {path}: {stated:?} is read as {count:?}"));
        }
    }
    Ok(())
}

/// The documents of a body and their scores, the best first, read by other means than ours.
fn scores(told: &Value) -> Vec<(usize, f64)> {
    let items = told["results"].as_array().cloned().unwrap_or_default();
    let score = |item: &Value| {
        let index = usize::try_from(item["index"].as_u64()?).ok()?;
        Some((index, item["relevance_score"].as_f64()?))
    };
    let mut scores: Vec<_> = items.iter().filter_map(score).collect();
    scores.sort_by(|a, b| b.1.total_cmp(&a.1));
    scores
}

/// Writes the request again, and compares.
fn request(
    recording: &Recording,
    ranker: &Ranker,
    asked: &RerankRequest,
    lists: &Lists,
    outcome: &mut Outcome,
) {
    let call = RerankCall::new(asked, &asked.model, recording.path());
    let encoded = match ranker.dialect.rerank().map(|rerank| rerank.encode(&call)) {
        Some(Ok(encoded)) => encoded,
        other => {
            outcome.request = Return::Differs;
            outcome.why.get_or_insert(format!("the request is refused: {other:?}"));
            return;
        }
    };
    let ours = serde_json::from_slice(&encoded.body).unwrap_or(Value::Null);
    outcome.compare(laws::differences(&recording.request.body, &ours), lists);
}
