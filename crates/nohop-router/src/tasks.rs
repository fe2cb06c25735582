//! What a router is asked for beside chats.

use std::sync::Arc;

use nohop_types::{
    EmbedRequest, Error, ErrorKind, Listed, Ranking, Request, RerankRequest, Result, Trace, Vectors,
};
use nohop_wire::Mode;

use crate::Router;
use crate::asked::{Asked, Asking};
use crate::flight::Permit;
use crate::outline::Outline;
use crate::work::{Kept, Whole, Work};

impl Router {
    /// Asks for a vector of each input, by the same plan, limits and ledger as a chat.
    ///
    /// Inputs that are too many for one call go in several, four at a time; what a target has told before
    /// it failed is not asked for again there. All vectors are of one target.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); `InvalidRequest` where [`EmbedRequest::check`] finds something.
    pub async fn embed(&self, mut request: EmbedRequest) -> Result<Vectors> {
        let shown = self.show((&mut request).into()).and_then(|it| request.check().map(|()| it));
        let shown = shown.map_err(|error| Asked::undecided(error, &request.model))?;
        let work = Work::Embed { request: Arc::new(request), kept: Kept::default() };
        let (whole, trace) = self.whole(shown, work).await?;
        let Whole::Vectors(mut vectors) = whole else { return Err(another(trace)) };
        vectors.cost = trace.cost();
        vectors.trace = Some(Box::new(trace));
        Ok(vectors)
    }

    /// Asks for documents in the order of their relevance, by the same plan, limits and ledger as a chat.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); `InvalidRequest` where [`RerankRequest::check`] finds something.
    pub async fn rerank(&self, mut request: RerankRequest) -> Result<Ranking> {
        let shown = self.show((&mut request).into()).and_then(|it| request.check().map(|()| it));
        let shown = shown.map_err(|error| Asked::undecided(error, &request.model))?;
        let (whole, trace) = self.whole(shown, Work::Rerank(Arc::new(request))).await?;
        let Whole::Ranking(mut ranking) = whole else { return Err(another(trace)) };
        ranking.cost = trace.cost();
        ranking.trace = Some(Box::new(trace));
        Ok(ranking)
    }

    /// Asks which models there are at the endpoint of this name, by the same plan, limits and ledger as a
    /// chat.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); `Unsupported` when the endpoint lists no models.
    pub async fn models(&self, endpoint: &str) -> Result<Vec<Listed>> {
        // All of them are meant, and no endpoint calls one so.
        let every = Arc::new(Request::new(format!("*@{endpoint}")));
        let permit = self.shared.flight.answer();
        let permit = permit.map_err(|error| Asked::undecided(error, &every.model))?;
        let (whole, trace) = self.whole((permit, every), Work::List).await?;
        let Whole::Models(models) = whole else { return Err(another(trace)) };
        Ok(models)
    }

    /// Lets one more request begin, and shows it to the hooks.
    fn show(&self, outline: Outline<'_>) -> Result<(Permit, Arc<Request>)> {
        let permit = self.shared.flight.answer()?;
        Ok((permit, outline.shown(&self.shared.hooks)?))
    }

    async fn whole(
        &self,
        (permit, seen): (Permit, Arc<Request>),
        work: Work,
    ) -> Result<(Whole, Trace)> {
        let asking = Asking::new(self, seen, Mode::Whole)?.work(work);
        self.begin(permit, asking)?.whole().await
    }
}

/// The error for an answer of another kind than was asked for, which no attempt gives.
fn another(trace: Trace) -> Error {
    Error::new(ErrorKind::Protocol, "the answer is of another kind").with_trace(trace)
}
