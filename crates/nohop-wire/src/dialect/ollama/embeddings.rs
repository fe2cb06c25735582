use nohop_types::{Error, ErrorKind, Json, Result, Vectors};
use serde_json::value::RawValue;

use super::{Ollama, failure};
use crate::dialect::kept::Kept;
use crate::json::{self, Packed, Reach, Str, Writer, row};
use crate::loss::Losses;
use crate::models::beside;
use crate::{Embed, EmbedCall, Encoded, Head};

/// The one vector of the older `/api/embeddings` is read as well.
impl Embed for Ollama {
    fn most(&self, _: &str) -> usize {
        usize::MAX
    }

    fn encode(&self, call: &EmbedCall<'_>) -> Result<Encoded> {
        let request = call.request;
        let mut losses = Losses::default();
        let mut out = Writer::with_capacity(request.len() + request.len() / 8 + 256);
        out.object().text("model", call.model).key("input");
        let form = request.extra.get(Self::NAME, call.endpoint, "input").map(Json::as_str);
        match (&*call.texts()?, form) {
            ([text], Some("\"\"")) => out.string(text),
            (texts, _) => out.value(texts),
        };
        out.maybe("dimensions", request.dimensions);
        let unsaid = [("purpose", request.purpose.is_some()), ("user", request.user.is_some())];
        for (field, _) in unsaid.into_iter().filter(|(_, said)| *said) {
            losses.dropped(field, "the dialect has no word for it");
        }
        let reach = Reach { dialect: Self::NAME, endpoint: call.endpoint };
        out.extras(&request.extra, "", &[], reach, &mut losses).end_object();
        let beside = beside(call.path, "/chat", "/embed");
        let path = call.address(beside.as_deref().unwrap_or(call.path))?;
        Ok(Encoded::json(path, out.into_bytes(), losses.into_vec()))
    }

    fn read(&self, call: &EmbedCall<'_>, _: &Head, body: &str) -> Result<Vectors> {
        let row: AnswerRow<'_> = json::parse(body)?;
        let vectors = match (row.error, row.several, row.one) {
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
        let vectors = vectors.into_iter().map(|vector| json::vector(vector, Packed::Floats));
        let mut answer = Vectors::new(vectors.collect::<Result<_>>()?);
        answer.model = row.model.and_then(Str::said);
        answer.usage.input = row.count.and_then(json::lax);
        let mut kept = Kept::default();
        kept.add(Self::NAME, "", row.rest);
        answer.extra = kept.take();
        Ok(answer)
    }
}

row! {
    struct AnswerRow {
        model: Str<'a> = "model",
        several: &'a RawValue = "embeddings",
        one: &'a RawValue = "embedding",
        count: &'a RawValue = "prompt_eval_count",
        error: &'a RawValue = "error",
    }
}
