//! What Bedrock's models do by InvokeModel beside conversations, each in the words of its maker.

mod rows;

use nohop_types::{Error, ErrorKind, Purpose, Ranking, Result, Vectors};
use serde_json::value::RawValue;

use self::rows::{AnswerRow, NovaRow, TypesRow};
use super::read;
use crate::dialect::converse::Converse;
use crate::dialect::kept::Kept;
use crate::dialect::ranked::{self, Tells};
use crate::dialect::{Cohere, cohere};
use crate::json::{self, Packed, Reach, Str, Writer};
use crate::loss::Losses;
use crate::models::beside;
use crate::{Embed, EmbedCall, Encoded, Head, Rerank, RerankCall};

/// Vectors and orders by InvokeModel; whose words a model takes is known by its name.
#[derive(Clone, Copy, Debug)]
pub(in crate::dialect) struct Invoke;

/// Who made a model.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Maker {
    Cohere,
    Nova,
    Titan,
    TitanImage,
}

impl Embed for Invoke {
    fn most(&self, model: &str) -> usize {
        if maker(model) == Some(Maker::Cohere) { cohere::MOST_INPUTS } else { 1 }
    }

    fn encode(&self, call: &EmbedCall<'_>) -> Result<Encoded> {
        let path = call.address(&invoke(call.path))?;
        let (body, losses) = match maker(call.model) {
            Some(Maker::Cohere) => cohere::texts(call, None)?,
            Some(maker) => amazon(call, maker)?,
            None => return Err(unknown(call.model)),
        };
        Ok(Encoded::json(path, body, losses.into_vec()))
    }

    fn read(&self, call: &EmbedCall<'_>, head: &Head, body: &str) -> Result<Vectors> {
        if maker(call.model) == Some(Maker::Cohere) {
            let mut answer = cohere::vectors(call, body, |body| read(body, None, None))?;
            answer.usage.input = answer.usage.input.or(counted(head));
            return Ok(answer);
        }
        let row: AnswerRow<'_> = json::parse(body)?;
        let mut kept = Kept::default();
        let vector = match (row.one, row.by_type, row.several) {
            (Some(one), _, _) => Some(one),
            (None, Some(types), _) => {
                let types: TypesRow<'_> = json::parse(types.get())?;
                kept.add(Converse::NAME, "embeddingsByType.", types.rest);
                types.float
            }
            (None, None, Some(several)) => {
                let items: Vec<NovaRow<'_>> = json::at_most(several, call.inputs.len())?;
                let item = items.into_iter().next().unwrap_or_default();
                kept.add(Converse::NAME, "embeddings.", item.rest);
                item.embedding
            }
            _ => None,
        };
        let Some(vector) = vector else {
            return Err(read(body, None, None).unwrap_or_else(|| {
                Error::new(ErrorKind::Protocol, "the answer has no vector: `embedding` is missing")
            }));
        };
        let mut answer = Vectors::new(vec![json::vector(vector, Packed::Floats)?]);
        answer.id = row.id.and_then(Str::said);
        answer.usage.input = row.count.and_then(json::lax).or(counted(head));
        kept.add(Converse::NAME, "", row.rest);
        answer.extra = kept.take();
        Ok(answer)
    }
}

impl Rerank for Invoke {
    fn encode(&self, call: &RerankCall<'_>) -> Result<Encoded> {
        let request = call.request;
        let path = call.address(&invoke(call.path))?;
        let cohere = call.model.contains("cohere.");
        if !cohere && !call.model.contains("amazon.") {
            return Err(unknown(call.model));
        }
        let mut losses = Losses::default();
        let mut out = Writer::with_capacity(request.len() + request.len() / 8 + 256);
        out.object().text("query", &request.query).field("documents", &request.documents);
        out.maybe("top_n", request.top);
        // Nobody else may say a version, and Cohere's first knows other models.
        let version = if cohere { Some(2) } else { None };
        out.maybe("api_version", version);
        losses.unheard(&[("user", request.user.is_some())]);
        let dialect = if cohere { Cohere::NAME } else { Converse::NAME };
        let reach = Reach { dialect, endpoint: call.endpoint };
        out.extras(&request.extra, "", &[], reach, &mut losses).end_object();
        Ok(Encoded::json(path, out.into_bytes(), losses.into_vec()))
    }

    fn read(&self, call: &RerankCall<'_>, head: &Head, body: &str) -> Result<Ranking> {
        let failed = |body: &str| read(body, None, None);
        let counts = |meta: &RawValue| cohere::billed(meta).unwrap_or_default();
        let tells = Tells { scope: Converse::NAME, failed, counted: counts };
        let mut answer = ranked::read(&tells, call, body)?;
        answer.usage.input = answer.usage.input.or(counted(head));
        Ok(answer)
    }
}

/// Writes a request in the words of one of Amazon's own models, each of which takes one text.
fn amazon(call: &EmbedCall<'_>, maker: Maker) -> Result<(Vec<u8>, Losses)> {
    let request = call.request;
    let texts = call.texts()?;
    let [text] = texts[..] else {
        let message = "inputs: the model takes one text in a call; split the request";
        return Err(Error::new(ErrorKind::Unsupported, message));
    };
    let mut losses = Losses::default();
    let mut out = Writer::with_capacity(text.len() + text.len() / 8 + 256);
    losses.unheard(&[("user", request.user.is_some())]);
    let reach = Reach { dialect: Converse::NAME, endpoint: call.endpoint };
    out.object();
    match maker {
        Maker::Nova => nova(call, text, &mut out, &mut losses),
        _ => {
            out.text("inputText", text);
            losses.unheard(&[("purpose", request.purpose.is_some())]);
            match (maker, request.dimensions) {
                (Maker::TitanImage, Some(count)) => {
                    out.key("embeddingConfig").object();
                    out.field("outputEmbeddingLength", count).end_object();
                }
                (_, count) => drop(out.maybe("dimensions", count)),
            }
        }
    }
    out.extras(&request.extra, "", &[PARAMETERS], reach, &mut losses).end_object();
    Ok((out.into_bytes(), losses))
}

/// What the names of the fields begin with that Nova knows of one text.
const PARAMETERS: &str = "singleEmbeddingParams.";

fn nova(call: &EmbedCall<'_>, text: &str, out: &mut Writer, losses: &mut Losses) {
    let request = call.request;
    let reach = Reach { dialect: Converse::NAME, endpoint: call.endpoint };
    let purpose = match request.purpose.as_ref() {
        None | Some(Purpose::Document) => "GENERIC_INDEX",
        Some(Purpose::Query) => "GENERIC_RETRIEVAL",
        Some(Purpose::Classification) => "CLASSIFICATION",
        Some(Purpose::Clustering) => "CLUSTERING",
        Some(Purpose::Similarity) => {
            losses.translated("purpose", "the model has no word for it; clustering is the nearest");
            "CLUSTERING"
        }
        Some(other) => other.as_str(),
    };
    out.field("taskType", "SINGLE_EMBEDDING").key("singleEmbeddingParams").object();
    out.field("embeddingPurpose", purpose).maybe("embeddingDimension", request.dimensions);
    out.key("text").object().text("value", text);
    // It must be said, and what is too long is better refused than cut unseen.
    if reach.form(&request.extra, "singleEmbeddingParams.text.truncationMode").is_none() {
        out.field("truncationMode", "NONE");
    }
    out.extras(&request.extra, "singleEmbeddingParams.text.", &[], reach, losses).end_object();
    out.extras(&request.extra, PARAMETERS, &["text."], reach, losses).end_object();
}

/// The path of InvokeModel for a way's.
fn invoke(path: &str) -> String {
    let ways = ["/{converse|converse-stream}", "/converse", "/converse-stream"];
    let found = ways.iter().find_map(|own| beside(path, own, "/invoke"));
    found.unwrap_or_else(|| path.to_owned())
}

/// Who made `model`, which a region or the rest of an ARN may stand before.
fn maker(model: &str) -> Option<Maker> {
    let made = |word| model.contains(word);
    match () {
        () if made("cohere.embed") => Some(Maker::Cohere),
        () if made("amazon.titan-embed-image") => Some(Maker::TitanImage),
        () if made("amazon.titan-embed") => Some(Maker::Titan),
        () if made("amazon.nova") => Some(Maker::Nova),
        () => None,
    }
}

fn unknown(model: &str) -> Error {
    let message = format!(
        "{model}: models are asked in the words of their makers, and the name tells none that is known; \
         name the model by its id"
    );
    Error::new(ErrorKind::Unsupported, message)
}

/// The tokens that the head says were read.
fn counted(head: &Head) -> Option<u64> {
    head.text("x-amzn-bedrock-input-token-count")?.parse().ok()
}
