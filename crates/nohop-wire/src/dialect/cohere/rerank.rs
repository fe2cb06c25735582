use nohop_types::{Ranking, Result};

use super::{Cohere, billed, failure};
use crate::dialect::ranked::{self, Tells};
use crate::json::{Reach, Writer};
use crate::loss::Losses;
use crate::models::beside;
use crate::{Encoded, Head, Rerank, RerankCall};

impl Rerank for Cohere {
    fn encode(&self, call: &RerankCall<'_>) -> Result<Encoded> {
        let request = call.request;
        let mut losses = Losses::default();
        let mut out = Writer::with_capacity(request.len() + request.len() / 8 + 256);
        out.object().text("model", call.model).text("query", &request.query);
        out.field("documents", &request.documents).maybe("top_n", request.top);
        losses.unheard(&[("user", request.user.is_some())]);
        let reach = Reach { dialect: Self::NAME, endpoint: call.endpoint };
        out.extras(&request.extra, "", &[], reach, &mut losses).end_object();
        let beside = beside(call.path, "/v2/chat", "/v2/rerank");
        let path = call.address(beside.as_deref().unwrap_or(call.path))?;
        Ok(Encoded::json(path, out.into_bytes(), losses.into_vec()))
    }

    fn read(&self, call: &RerankCall<'_>, _: &Head, body: &str) -> Result<Ranking> {
        let counted = |meta: &_| billed(meta).unwrap_or_default();
        ranked::read(&Tells { scope: Self::NAME, failed: failure::within, counted }, call, body)
    }
}
