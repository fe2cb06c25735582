use nohop_types::{Ranking, Result, Usage};
use serde_json::value::RawValue;

use super::{embeddings, failure};
use crate::dialect::cohere;
use crate::dialect::ranked::{self, Tells};
use crate::json::{Reach, Writer};
use crate::loss::Losses;
use crate::models::beside;
use crate::{Encoded, Head, Rerank, RerankCall};

/// Jina's way to put documents in order, which several hosts offer beside Chat Completions.
///
/// Reference: <https://api.jina.ai/docs#/rerank>.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "a row is written as a literal")]
pub struct JinaRerank {
    /// Where it is, beside `/chat/completions`.
    pub path: &'static str,
    /// The field that holds how many documents are wanted.
    pub top: &'static str,
}

impl JinaRerank {
    /// The name, for the scopes of extra fields.
    pub const NAME: &'static str = "jina-rerank";

    /// The shape as its inventor has it.
    pub const PLAIN: Self = Self { path: "/rerank", top: "top_n" };
}

impl Rerank for JinaRerank {
    fn encode(&self, call: &RerankCall<'_>) -> Result<Encoded> {
        let request = call.request;
        let mut losses = Losses::default();
        let mut out = Writer::with_capacity(request.len() + request.len() / 8 + 256);
        out.object();
        // Where the path names the model, the body need not.
        out.maybe("model", (!call.model.is_empty()).then_some(call.model));
        out.text("query", &request.query).field("documents", &request.documents);
        out.maybe(self.top, request.top);
        losses.unheard(&[("user", request.user.is_some())]);
        let reach = Reach { dialect: Self::NAME, endpoint: call.endpoint };
        out.extras(&request.extra, "", &[], reach, &mut losses).end_object();
        let beside = beside(call.path, "/chat/completions", self.path);
        let path = call.address(beside.as_deref().unwrap_or(call.path))?;
        Ok(Encoded::json(path, out.into_bytes(), losses.into_vec()))
    }

    fn read(&self, call: &RerankCall<'_>, _: &Head, body: &str) -> Result<Ranking> {
        let failed = |body: &str| failure::read(body, None);
        ranked::read(&Tells { scope: Self::NAME, failed, counted }, call, body)
    }
}

/// What was counted, in OpenAI's words; some hosts have Cohere's.
fn counted(raw: &RawValue) -> Usage {
    cohere::billed(raw).unwrap_or_else(|| embeddings::usage(raw))
}
