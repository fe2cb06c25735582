//! Vectors as Vertex AI makes them by `:predict`.

use nohop_types::{Error, ErrorKind, Result, Vectors};
use serde_json::value::RawValue;

use super::{Gemini, address, embeddings, failure};
use crate::dialect::kept::Kept;
use crate::json::{self, Packed, Reach, Writer, row};
use crate::loss::Losses;
use crate::{EmbedCall, Encoded};

/// What the names of the fields that hold for all texts begin with.
const PARAMETERS: &str = "parameters.";

/// How many texts one call of `model` may have: of the largest one, by its documentation.
pub(super) fn most(model: &str) -> usize {
    if model.ends_with("gemini-embedding-001") { 1 } else { 250 }
}

/// Writes the request: an instance for each text.
pub(super) fn encode(call: &EmbedCall<'_>) -> Result<Encoded> {
    let request = call.request;
    let path = address::instances(call.path, call.model)?;
    let mut losses = Losses::default();
    losses.unheard(&[("user", request.user.is_some())]);
    let mut out = Writer::with_capacity(request.len() + request.len() / 8 + 256);
    let reach = Reach { dialect: Gemini::NAME, endpoint: call.endpoint };
    out.object().key("instances").array();
    for text in call.texts()? {
        out.object().text("content", text);
        out.maybe("task_type", request.purpose.as_ref().map(embeddings::word));
        out.extras(&request.extra, "", &[PARAMETERS], reach, &mut losses).end_object();
    }
    out.end_array();
    let own = |key: &str| key.starts_with(PARAMETERS);
    if request.dimensions.is_some() || request.extra.iter().any(|entry| own(&entry.key)) {
        out.key("parameters").object().maybe("outputDimensionality", request.dimensions);
        out.extras(&request.extra, PARAMETERS, &[], reach, &mut losses).end_object();
    }
    out.end_object();
    Ok(Encoded::json(path, out.into_bytes(), losses.into_vec()))
}

/// Reads the answer, which counts the tokens of each text.
pub(super) fn read(call: &EmbedCall<'_>, body: &str) -> Result<Vectors> {
    let row: AnswerRow<'_> = json::parse(body)?;
    let (None, Some(predictions)) = (row.error, row.predictions) else {
        return Err(failure::read(body, None).unwrap_or_else(|| wrong("`predictions` is missing")));
    };
    let items: Vec<ItemRow<'_>> = json::at_most(predictions, call.inputs.len())?;
    let mut kept = Kept::default();
    let mut answer = Vectors::default();
    let mut counted = Some(0_u64);
    for item in items {
        let vector = item.embeddings.unwrap_or_default();
        let Some(values) = vector.values else {
            return Err(wrong("a prediction has no `embeddings.values`"));
        };
        answer.vectors.push(json::vector(values, Packed::Floats)?);
        let told = vector.statistics.unwrap_or_default();
        counted = counted.zip(told.tokens).map(|(sum, more)| sum.saturating_add(more as u64));
        let truncated = told.rest.into_iter().filter(|(_, value)| value.get() != "false");
        kept.add(Gemini::NAME, "predictions.embeddings.statistics.", truncated);
        kept.add(Gemini::NAME, "predictions.embeddings.", vector.rest);
        kept.add(Gemini::NAME, "predictions.", item.rest);
    }
    answer.usage.input = counted;
    let counts = row.metadata.map(|metadata| ("metadata".into(), metadata));
    answer.usage.extra = json::extras(Gemini::NAME, Vec::from_iter(counts));
    kept.add(Gemini::NAME, "", row.rest);
    answer.extra = kept.take();
    Ok(answer)
}

row! {
    struct AnswerRow {
        predictions: &'a RawValue = "predictions",
        metadata: &'a RawValue = "metadata",
        error: &'a RawValue = "error",
    }
}

row! {
    struct ItemRow {
        embeddings: VectorRow<'a> = "embeddings",
    }
}

row! {
    struct VectorRow {
        values: &'a RawValue = "values",
        statistics: CountRow<'a> = "statistics",
    }
}

row! {
    struct CountRow {
        /// A whole number, which the host may write with a fraction.
        tokens: f64 = "token_count",
    }
}

fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::Protocol, format!("the answer has no vectors: {what}"))
}
