use nohop_types::{Error, ErrorKind, Json, Purpose, Result, Vectors};
use serde_json::value::RawValue;

use super::tokens::Tokens;
use super::{Gemini, VectorMethod, address, failure, instances};
use crate::dialect::kept::Kept;
use crate::json::{self, Packed, Reach, Writer, row};
use crate::loss::Losses;
use crate::{Embed, EmbedCall, Encoded, Head};

/// The most inputs of a call.
const MOST: usize = 100;

/// The vector of one input is asked for by itself, unless the way asks for a batch; those of several
/// are a batch.
impl Embed for Gemini {
    fn most(&self, model: &str) -> usize {
        match self.method(model) {
            Method::Batch => MOST,
            Method::Content => 1,
            Method::Predict => instances::most(model),
        }
    }

    fn encode(&self, call: &EmbedCall<'_>) -> Result<Encoded> {
        let method = self.method(call.model);
        if method == Method::Predict {
            return instances::encode(call);
        }
        let request = call.request;
        let path = address::vectors(call.path, call.model, call.inputs.len() != 1)?;
        let batch = address::is_batch(&path);
        let mut item = Item {
            call,
            out: Writer::with_capacity(request.len() + request.len() / 8 + 256),
            losses: Losses::default(),
            config: (method == Method::Content).then_some("embedContentConfig"),
        };
        if request.user.is_some() {
            item.losses.dropped("user", "the dialect has no word for it");
        }
        let texts = call.texts()?;
        if batch {
            item.out.object().key("requests").array();
        }
        for text in texts {
            item.write(text, batch);
        }
        if batch {
            item.out.end_array().end_object();
        }
        Ok(Encoded::json(path, item.out.into_bytes(), item.losses.into_vec()))
    }

    fn read(&self, call: &EmbedCall<'_>, _: &Head, body: &str) -> Result<Vectors> {
        let row: AnswerRow<'_> = json::parse(body)?;
        if row.predictions.is_some() {
            return instances::read(call, body);
        }
        let items: Vec<ItemRow<'_>> = match (row.error, row.several, row.one) {
            (None, Some(several), _) => json::at_most(several, call.inputs.len())?,
            (None, None, Some(one)) => vec![one],
            _ => {
                return Err(failure::read(body, None).unwrap_or_else(|| {
                    Error::new(
                        ErrorKind::Protocol,
                        "the answer has no vectors: `embeddings` is missing",
                    )
                }));
            }
        };
        let mut kept = Kept::default();
        let mut answer = Vectors::default();
        for (place, item) in items.into_iter().enumerate() {
            let Some(values) = item.values else {
                let message = format!("the item {place} has no `values`");
                return Err(Error::new(ErrorKind::Protocol, message));
            };
            answer.vectors.push(json::vector(values, Packed::Floats)?);
            kept.add(Self::NAME, "embeddings.", item.rest);
        }
        let usage = row.usage.and_then(json::lax::<Tokens<'_>>);
        answer.usage = usage.map(Tokens::usage).unwrap_or_default();
        kept.add(Self::NAME, "", row.rest);
        answer.extra = kept.take();
        Ok(answer)
    }
}

/// How the vectors of a model are asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Method {
    Batch,
    Content,
    Predict,
}

impl Gemini {
    fn method(&self, model: &str) -> Method {
        let name = model.rsplit('/').next().unwrap_or_default();
        let own = name.contains("gemini") && name != "gemini-embedding-001";
        match self.vectors {
            VectorMethod::Content => Method::Batch,
            VectorMethod::ByModel if own || name.contains("maas") => Method::Content,
            VectorMethod::ByModel => Method::Predict,
        }
    }
}

/// Writes what is said of one input.
struct Item<'a> {
    call: &'a EmbedCall<'a>,
    out: Writer,
    losses: Losses,
    /// The object that holds all but the text, where there is one.
    config: Option<&'static str>,
}

impl Item<'_> {
    fn write(&mut self, text: &str, batch: bool) {
        let Self { call, out, losses, config } = self;
        let request = call.request;
        let reach = Reach { dialect: Gemini::NAME, endpoint: call.endpoint };
        let spelled = |key| {
            let form = request.extra.get(Gemini::NAME, call.endpoint, key).map(Json::as_str);
            form == Some("null")
        };
        out.object();
        if batch {
            let root = if call.model.contains('/') { "" } else { "models/" };
            out.field("model", format!("{root}{}", call.model));
        }
        out.key("content").object().key("parts").array();
        out.object().text("text", text).end_object().end_array();
        out.extras(&request.extra, "content.", &[], reach, losses).end_object();
        let purpose = request.purpose.as_ref().map(word);
        if let Some(config) = *config {
            out.key(config).object().maybe("taskType", purpose);
            out.maybe("outputDimensionality", request.dimensions);
            out.extras(&request.extra, "", &["content."], reach, losses).end_object().end_object();
            return;
        }
        out.maybe("taskType", purpose);
        let dimensions = match spelled("output_dimensionality") {
            true => "output_dimensionality",
            false => "outputDimensionality",
        };
        out.maybe(dimensions, request.dimensions);
        out.extras(&request.extra, "", &["content."], reach, losses).end_object();
    }
}

row! {
    struct AnswerRow {
        one: ItemRow<'a> = "embedding",
        several: &'a RawValue = "embeddings",
        predictions: &'a RawValue = "predictions",
        usage: &'a RawValue = "usageMetadata" | "usage_metadata",
        error: &'a RawValue = "error",
    }
}

row! {
    struct ItemRow {
        values: &'a RawValue = "values",
    }
}

/// The dialect's word for a purpose.
pub(super) fn word(purpose: &Purpose) -> &str {
    match purpose {
        Purpose::Classification => "CLASSIFICATION",
        Purpose::Clustering => "CLUSTERING",
        Purpose::Document => "RETRIEVAL_DOCUMENT",
        Purpose::Query => "RETRIEVAL_QUERY",
        Purpose::Similarity => "SEMANTIC_SIMILARITY",
        other => other.as_str(),
    }
}
