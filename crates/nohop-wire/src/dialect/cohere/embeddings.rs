use nohop_types::{Error, ErrorKind, Json, Purpose, Result, Vectors};
use serde_json::value::RawValue;

use super::tokens::Tokens;
use super::{Cohere, failure};
use crate::dialect::kept::Kept;
use crate::json::{self, Packed, Reach, Str, Writer, row};
use crate::loss::Losses;
use crate::models::beside;
use crate::{Embed, EmbedCall, Encoded, Head};

/// The most texts of a call.
pub(in crate::dialect) const MOST_INPUTS: usize = 96;

/// A purpose must be said: texts without one are documents.
impl Embed for Cohere {
    fn most(&self, _: &str) -> usize {
        MOST_INPUTS
    }

    fn encode(&self, call: &EmbedCall<'_>) -> Result<Encoded> {
        let (body, losses) = texts(call, Some(call.model))?;
        let beside = beside(call.path, "/v2/chat", "/v2/embed");
        let path = call.address(beside.as_deref().unwrap_or(call.path))?;
        Ok(Encoded::json(path, body, losses.into_vec()))
    }

    fn read(&self, call: &EmbedCall<'_>, _: &Head, body: &str) -> Result<Vectors> {
        vectors(call, body, failure::within)
    }
}

/// Writes the request for the vectors of texts; the `model` is said by the path where it is not said here.
pub(in crate::dialect) fn texts(
    call: &EmbedCall<'_>,
    model: Option<&str>,
) -> Result<(Vec<u8>, Losses)> {
    const NAME: &str = Cohere::NAME;
    let request = call.request;
    let mut losses = Losses::default();
    let mut out = Writer::with_capacity(request.len() + request.len() / 8 + 256);
    let form = |key| request.extra.get(NAME, call.endpoint, key).map(Json::as_str);
    out.object().maybe("model", model).field("texts", call.texts()?);
    let purpose = request.purpose.as_ref();
    if purpose == Some(&Purpose::Similarity) {
        losses.translated("purpose", "the dialect has no word for it; clustering is the nearest");
    }
    if purpose.is_some() || form("input_type").is_none() {
        out.field("input_type", purpose.map_or("search_document", word));
    }
    out.maybe("output_dimension", request.dimensions);
    losses.unheard(&[("user", request.user.is_some())]);
    if form("embedding_types").is_none() {
        out.field("embedding_types", ["float"]);
    }
    let reach = Reach { dialect: NAME, endpoint: call.endpoint };
    out.extras(&request.extra, "", &[], reach, &mut losses).end_object();
    Ok((out.into_bytes(), losses))
}

/// Reads vectors in either form: by their types, or where no type was asked for in a list; `failed` reads
/// the error that stands in their place.
pub(in crate::dialect) fn vectors(
    call: &EmbedCall<'_>,
    body: &str,
    failed: impl Fn(&str) -> Option<Error>,
) -> Result<Vectors> {
    const NAME: &str = Cohere::NAME;
    let row: AnswerRow<'_> = json::parse(body)?;
    let Some(embeddings) = row.embeddings else {
        return Err(failed(body).unwrap_or_else(|| {
            Error::new(ErrorKind::Protocol, "the answer has no vectors: `embeddings` is missing")
        }));
    };
    let types: TypesRow<'_> = match embeddings.get().starts_with('[') {
        true => TypesRow { float: Some(embeddings), ..TypesRow::default() },
        false => json::parse(embeddings.get())?,
    };
    let Some(vectors) = types.float.or(types.base64) else {
        let message = "the answer has no vectors of numbers; ask for `float` among the types";
        return Err(Error::new(ErrorKind::Protocol, message));
    };
    let vectors: Vec<&RawValue> = json::at_most(vectors, call.inputs.len())?;
    let vectors = vectors.into_iter().map(|vector| json::vector(vector, Packed::Floats));
    let mut answer = Vectors::new(vectors.collect::<Result<_>>()?);
    answer.id = row.id.and_then(Str::said);
    let mut kept = Kept::default();
    if let Some(meta) = row.meta.and_then(json::lax::<Tokens<'_>>) {
        answer.usage = meta.usage();
    }
    kept.add(NAME, "embeddings.", types.rest);
    kept.add(NAME, "", row.rest);
    answer.extra = kept.take();
    Ok(answer)
}

row! {
    struct AnswerRow {
        id: Str<'a> = "id",
        embeddings: &'a RawValue = "embeddings",
        meta: &'a RawValue = "meta",
    }
    noise: "texts" | "response_type"
}

row! {
    struct TypesRow {
        float: &'a RawValue = "float",
        base64: &'a RawValue = "base64",
    }
}

/// The dialect's word for a purpose.
fn word(purpose: &Purpose) -> &str {
    match purpose {
        Purpose::Document => "search_document",
        Purpose::Query => "search_query",
        Purpose::Clustering | Purpose::Similarity => "clustering",
        other => other.as_str(),
    }
}
