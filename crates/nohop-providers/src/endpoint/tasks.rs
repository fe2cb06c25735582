//! What is asked for beside answers to conversations: vectors, orders and lists, each in one exchange.

use http::Method;
use nohop_types::{
    EmbedInput, EmbedRequest, Error, ErrorKind, Listed, Ranking, RerankRequest, Result, Task,
    Vectors,
};
use nohop_wire::{Dialect, EmbedCall, Loss, Page, RerankCall, models, ranking, vectors};

use super::Endpoint;
use super::errand::{Errand, Own};
use crate::{Transport, Way};

/// The most bytes of an answer, beside what its items take.
const MOST: usize = 1 << 20;

/// The most bytes that the vector of one input takes: some ten thousand numbers, however they are written.
const MOST_VECTOR: usize = 256 << 10;

/// How much longer a document is where it is said again.
const MOST_SAID: usize = 8;

/// The most bytes that are read of a page of models; the longest that is known has one million.
const MOST_PAGE: usize = 8 << 20;

/// The most pages of a list.
const MOST_PAGES: usize = 16;

/// An answer that came whole, and how.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Told<T> {
    /// The answer.
    pub answer: T,
    /// What of the request the dialect could not say.
    pub losses: Vec<Loss>,
    /// The status of the answer.
    pub status: u16,
}

impl<T> Told<T> {
    /// The same, with what `make` makes of the answer.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Told<U> {
        let Self { answer, losses, status } = self;
        Told { answer: make(answer), losses, status }
    }
}

impl Endpoint {
    /// The way that is taken for `task`: the chosen one, or where that has none to do it, the first of the
    /// provider's that has.
    ///
    /// # Errors
    ///
    /// `Config` when the provider has no such way as was chosen, `Unsupported` when none does the task.
    pub fn way_to(&self, task: &Task) -> Result<&'static Way> {
        let chosen = self.chosen()?;
        let does = |way: &&Way| match task {
            Task::Chat => true,
            Task::Embed => way.dialect.embed().is_some(),
            Task::List => way.dialect.models(way.path, None).is_some(),
            Task::Rerank => way.dialect.rerank().is_some(),
            _ => false,
        };
        let mut ways = std::iter::once(chosen).chain(self.provider.ways);
        ways.find(does).ok_or_else(|| {
            let what = match task {
                Task::Embed => "makes no vectors",
                Task::List => "has no list of its models",
                Task::Rerank => "puts no documents in order",
                _ => "has no way to do that",
            };
            let message = format!("endpoint {}: the provider {what}", self.name());
            Error::new(ErrorKind::Unsupported, message)
        })
    }

    /// How many inputs one call of `model` for vectors may have at the most.
    ///
    /// # Errors
    ///
    /// Those of [`way_to`](Self::way_to).
    pub fn embed_most(&self, model: &str) -> Result<usize> {
        let embed = self.way_to(&Task::Embed)?.dialect.embed();
        Ok(embed.map_or(1, |embed| embed.most(model)))
    }

    /// Asks `model` for the vectors of `inputs`, which are those of `request` or a part of them, with the key
    /// at `key`: one exchange, so that they may be no more than [`embed_most`](Self::embed_most).
    ///
    /// # Errors
    ///
    /// Those of [`way_to`](Self::way_to) and of [`call`](Self::call); `Protocol` when the answer has not one
    /// vector for each input, or is too long. No secret occurs in any of them.
    pub async fn embed(
        &self,
        transport: &dyn Transport,
        request: &EmbedRequest,
        inputs: &[EmbedInput],
        model: &str,
        key: usize,
    ) -> Result<Told<Vectors>> {
        let way = self.way_to(&Task::Embed)?;
        let mut call = EmbedCall::new(request, model, way.path).endpoint(self.name());
        call.inputs = inputs;
        let encode = || match way.dialect.embed() {
            Some(embed) => embed.encode(&call),
            None => Err(unable(way.dialect)),
        };
        let errand = Errand { way, method: Method::POST, own: request.into(), encode: &encode };
        let mut answered = self.run(transport, &errand, key).await?;
        let most = MOST.saturating_add(inputs.len().saturating_mul(MOST_VECTOR));
        let body = answered.whole(most).await?;
        let answer = vectors(way.dialect, &call, &answered.head, &body);
        let answer = answer.map_err(|error| answered.secrets.redact(error))?;
        Ok(Told { answer, losses: answered.losses, status: answered.head.status.as_u16() })
    }

    /// Asks `model` to put the documents of `request` in order, with the key at `key`.
    ///
    /// # Errors
    ///
    /// Those of [`way_to`](Self::way_to) and of [`call`](Self::call); `Protocol` when the answer has not each
    /// wanted document once, or is too long. No secret occurs in any of them.
    pub async fn rerank(
        &self,
        transport: &dyn Transport,
        request: &RerankRequest,
        model: &str,
        key: usize,
    ) -> Result<Told<Ranking>> {
        let way = self.way_to(&Task::Rerank)?;
        let call = RerankCall::new(request, model, way.path).endpoint(self.name());
        let encode = || match way.dialect.rerank() {
            Some(rerank) => rerank.encode(&call),
            None => Err(unable(way.dialect)),
        };
        let errand = Errand { way, method: Method::POST, own: request.into(), encode: &encode };
        let mut answered = self.run(transport, &errand, key).await?;
        let said = request.len().saturating_mul(MOST_SAID);
        let items = request.documents.len().saturating_mul(1 << 10);
        let body = answered.whole(MOST.saturating_add(said).saturating_add(items)).await?;
        let answer = ranking(way.dialect, &call, &answered.head, &body);
        let answer = answer.map_err(|error| answered.secrets.redact(error))?;
        Ok(Told { answer, losses: answered.losses, status: answered.head.status.as_u16() })
    }

    /// Asks for the models there, as the provider lists them, with the key at `key`; a list of several pages
    /// is read to its end, or to its sixteenth page.
    ///
    /// It costs nothing at any provider that is known, so it also tells whether an endpoint is reached and
    /// its key is good. There is no clock here, as with [`call`](Self::call).
    ///
    /// # Errors
    ///
    /// `Unsupported` where there is no such list; `Protocol` when the answer is none, or too long; and those
    /// of [`call`](Self::call). No secret occurs in any of them.
    pub async fn models(&self, transport: &dyn Transport, key: usize) -> Result<Told<Vec<Listed>>> {
        let way = self.way_to(&Task::List)?;
        let mut told = Told { answer: Vec::new(), losses: Vec::new(), status: 0 };
        let mut after: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let page = self.page(transport, way, after.as_deref(), key).await?;
            told.status = page.status;
            let Page { models, next, .. } = page.answer;
            told.answer.extend(models);
            // A host that is asked for what follows and repeats itself would never end.
            if next.is_none() || next == after {
                break;
            }
            after = next;
        }
        Ok(told)
    }

    /// Asks for one page of the list.
    async fn page(
        &self,
        transport: &dyn Transport,
        way: &'static Way,
        after: Option<&str>,
        key: usize,
    ) -> Result<Told<Page>> {
        let encode = || way.dialect.models(way.path, after).ok_or_else(|| unable(way.dialect));
        let (method, own) = (Method::GET, Own::default());
        let errand = Errand { way, method, own, encode: &encode };
        let answered = self.run(transport, &errand, key).await;
        let mut answered = answered.map_err(|error| match error.kind() {
            // Whoever has a list has it whatever the models are.
            ErrorKind::NotFound => {
                let message = "the endpoint has no list of its models";
                Error::new(ErrorKind::Unsupported, message).with_status(error.status())
            }
            _ => error,
        })?;
        let body = answered.whole(MOST_PAGE).await?;
        let answer = models(&body).map_err(|error| answered.secrets.redact(error))?;
        Ok(Told { answer, losses: answered.losses, status: answered.head.status.as_u16() })
    }
}

/// The dialect was asked for what it does not do.
fn unable(dialect: &dyn Dialect) -> Error {
    let message = format!("the dialect {} has no way to do that", dialect.name());
    Error::new(ErrorKind::Unsupported, message)
}

#[cfg(test)]
mod tests;
