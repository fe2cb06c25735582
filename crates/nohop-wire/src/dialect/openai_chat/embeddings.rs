use nohop_types::{EmbedInput, Error, ErrorKind, Json, Purpose, Result, Usage, Vectors};
use serde_json::value::RawValue;

use super::tokens::Tokens;
use super::{OpenAiChat, failure};
use crate::dialect::kept::Kept;
use crate::json::{self, Packed, Reach, Str, Writer, row};
use crate::loss::Losses;
use crate::models::beside;
use crate::{Embed, EmbedCall, Encoded, Head};

/// OpenAI's Embeddings, which most hosts of its Chat Completions offer beside them.
///
/// Vectors are read in every form, whatever was asked for: as lists of numbers, or in base64.
///
/// Reference: <https://platform.openai.com/docs/api-reference/embeddings>.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct OpenAiEmbeddings {
    /// Where they are, beside `/chat/completions`.
    pub path: &'static str,
    /// In which form vectors are asked for.
    pub form: VectorForm,
    /// How many inputs one call may have.
    pub most: usize,
    /// The field that holds the number of dimensions.
    pub dimensions: &'static str,
    /// The field that holds the purpose, if there is one.
    pub purpose: Option<&'static str>,
    /// Fields of the dialect that the host refuses, by their names.
    pub refuses: &'static [&'static str],
}

/// In which form vectors are asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum VectorForm {
    /// In base64, which is a third as long.
    Base64,
    /// As the host likes, whose base64 holds a byte for each number.
    Bytes,
    /// As the host likes: in lists of numbers.
    Numbers,
}

impl OpenAiEmbeddings {
    /// The name, for the scopes of extra fields.
    pub const NAME: &'static str = "openai-embeddings";

    /// The dialect as its inventor speaks it.
    pub const PLAIN: Self = Self {
        path: "/embeddings",
        form: VectorForm::Base64,
        most: 2_048,
        dimensions: "dimensions",
        purpose: None,
        refuses: &[],
    };

    /// The dialect as hosts of open models speak it: what few of them understand is left unsaid.
    pub const HOSTED: Self = Self { form: VectorForm::Numbers, ..Self::PLAIN };
}

impl Embed for OpenAiEmbeddings {
    fn most(&self, _: &str) -> usize {
        self.most
    }

    fn encode(&self, call: &EmbedCall<'_>) -> Result<Encoded> {
        let request = call.request;
        let mut losses = Losses::default();
        let mut out = Writer::with_capacity(request.len() + request.len() / 8 + 256);
        let form = |key| request.extra.get(Self::NAME, call.endpoint, key).map(Json::as_str);
        out.object();
        // Where the path names the model, the body need not.
        out.maybe("model", (!call.model.is_empty()).then_some(call.model));
        out.key("input");
        inputs(&mut out, call.inputs, form("input") == Some("\"\""))?;
        self.maybe(&mut out, self.dimensions, request.dimensions, &mut losses);
        match (&request.purpose, self.purpose) {
            (Some(purpose), Some(field)) => match word(purpose) {
                Some(word) => self.maybe(&mut out, field, Some(word), &mut losses),
                None => losses.dropped("purpose", "the host knows documents and queries only"),
            },
            (Some(_), None) => losses.dropped("purpose", "the host has no word for it"),
            _ => (),
        }
        self.maybe(&mut out, "user", request.user.as_ref(), &mut losses);
        if self.form == VectorForm::Base64 && form("encoding_format").is_none() {
            out.field("encoding_format", "base64");
        }
        let reach = Reach { dialect: Self::NAME, endpoint: call.endpoint };
        out.extras(&request.extra, "", &[], reach, &mut losses).end_object();
        let beside = beside(call.path, "/chat/completions", self.path);
        let path = call.address(beside.as_deref().unwrap_or(call.path))?;
        Ok(Encoded::json(path, out.into_bytes(), losses.into_vec()))
    }

    fn read(&self, call: &EmbedCall<'_>, _: &Head, body: &str) -> Result<Vectors> {
        let row: AnswerRow<'_> = json::parse(body)?;
        if row.error.is_some() || row.data.is_none() {
            return Err(failure::read(body, None).unwrap_or_else(|| {
                Error::new(ErrorKind::Protocol, "the answer has no vectors: `data` is missing")
            }));
        }
        let packed = match self.form {
            VectorForm::Bytes => Packed::Bytes,
            _ => Packed::Floats,
        };
        let mut kept = Kept::default();
        let items = row.data.map(|data| json::at_most(data, call.inputs.len())).transpose()?;
        let mut answer = Vectors::new(placed(items.unwrap_or_default(), packed, &mut kept)?);
        answer.id = row.id.and_then(Str::said);
        answer.model = row.model.and_then(Str::said);
        answer.usage = row.usage.map(usage).unwrap_or_default();
        kept.add(Self::NAME, "", row.rest);
        answer.extra = kept.take();
        Ok(answer)
    }
}

impl OpenAiEmbeddings {
    /// Writes a field that the host may refuse, if there is a value.
    fn maybe(
        &self,
        out: &mut Writer,
        key: &'static str,
        value: Option<impl serde::Serialize>,
        losses: &mut Losses,
    ) {
        let Some(value) = value else { return };
        match self.refuses.contains(&key) {
            false => drop(out.field(key, value)),
            true => {
                out.take(key);
                losses.dropped(key, "the host refuses the field");
            }
        }
    }
}

row! {
    struct AnswerRow {
        id: Str<'a> = "id",
        model: Str<'a> = "model",
        data: &'a RawValue = "data",
        usage: &'a RawValue = "usage",
        error: &'a RawValue = "error",
    }
    noise: "object"
}

row! {
    struct ItemRow {
        index: usize = "index",
        embedding: &'a RawValue = "embedding",
    }
    noise: "object"
}

row! {
    struct TotalRow {
        total: u64 = "total_tokens",
    }
}

/// Writes the inputs; a text alone as a text, where the caller wrote it so.
fn inputs(out: &mut Writer, inputs: &[EmbedInput], alone: bool) -> Result<()> {
    let tokens = inputs.iter().any(|input| matches!(input, EmbedInput::Tokens(_)));
    let texts = inputs.iter().any(|input| matches!(input, EmbedInput::Text(_)));
    if tokens && texts {
        let message = "inputs: the dialect takes texts or tokens, and not both in one request";
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    if let ([EmbedInput::Text(text)], true) = (inputs, alone) {
        out.string(text);
        return Ok(());
    }
    out.array();
    for (place, input) in inputs.iter().enumerate() {
        match input {
            EmbedInput::Text(text) => drop(out.string(text)),
            EmbedInput::Tokens(tokens) => drop(out.value(tokens)),
            _ => {
                let message = format!("inputs[{place}]: the dialect takes texts and tokens only");
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
        }
    }
    out.end_array();
    Ok(())
}

/// The vectors of the items, in the order of the inputs.
fn placed(items: Vec<ItemRow<'_>>, packed: Packed, kept: &mut Kept) -> Result<Vec<Vec<f32>>> {
    let mut vectors = vec![None; items.len()];
    for (place, item) in items.into_iter().enumerate() {
        let index = item.index.unwrap_or(place);
        let Some(embedding) = item.embedding else {
            return Err(wrong(format!("the item {place} has no `embedding`")));
        };
        match vectors.get_mut(index) {
            None => return Err(wrong(format!("a vector is said to be of the input {index}"))),
            Some(Some(_)) => return Err(wrong(format!("two vectors are of the input {index}"))),
            Some(vector) => *vector = Some(json::vector(embedding, packed)?),
        }
        kept.add(OpenAiEmbeddings::NAME, "data.", item.rest);
    }
    Ok(vectors.into_iter().flatten().collect())
}

/// What was counted; a host that tells the total alone tells what was read.
pub(super) fn usage(raw: &RawValue) -> Usage {
    let told = json::lax::<Tokens<'_>>(raw).map(|tokens| tokens.usage(&OpenAiChat::PLAIN));
    let mut usage = told.unwrap_or_default();
    if usage.total().is_none() {
        usage.input = json::lax::<TotalRow<'_>>(raw).and_then(|row| row.total);
    }
    usage
}

/// The dialect's word for a purpose: that of a document or a query, or the caller's own.
fn word(purpose: &Purpose) -> Option<&str> {
    match purpose {
        Purpose::Document | Purpose::Query | Purpose::Other(_) => Some(purpose.as_str()),
        _ => None,
    }
}

fn wrong(what: String) -> Error {
    Error::new(ErrorKind::Protocol, what)
}
