use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use nohop_types::{Aside, Cost, Label, Money, Outcome, Request, Task, Usage};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

/// One attempt, written once and never changed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// The request's own id, which all its attempts share.
    pub request: Arc<str>,
    /// Which attempt at the request it is, counted from zero.
    pub attempt: u32,
    /// The target that was called, `model@endpoint`.
    pub target: Arc<str>,
    /// The endpoint's name.
    pub endpoint: Arc<str>,
    /// The model, as the caller may name it.
    pub model: Arc<str>,
    /// Which of the endpoint's keys was used.
    pub key: u32,
    /// The route that was asked for, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Arc<str>>,
    /// Why it was made.
    #[serde(default)]
    pub cause: Cause,
    /// What was asked of the model.
    pub task: Task,
    /// What it was asked for beside what the caller asked for; `None` where it is just that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aside: Option<Aside>,
    /// The caller's words for the ledger.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// What it consumed, as far as that is known.
    pub usage: Arc<Usage>,
    /// What that cost, if the price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// What the tokens that were read from the provider's cache would have cost more, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved: Option<Money>,
    /// When it began, counted from the beginning of 1970.
    pub began: Duration,
    /// How long it took.
    pub took: Duration,
    /// How long it took to the first content, if it came to that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_content: Option<Duration>,
    /// The HTTP status the provider answered with, if it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How many things of the request the target could not express.
    pub losses: u32,
    /// How the answer came.
    pub delivery: Delivery,
    /// The version of the catalog that the cost follows from, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<Arc<str>>,
}

impl Entry {
    /// The entry of the `attempt`th attempt at `request`, which consumed nothing.
    ///
    /// Endpoint and model are what stands behind and before the target's last at-sign.
    pub fn new(
        request: impl Into<Arc<str>>,
        attempt: u32,
        target: impl Into<Arc<str>>,
        outcome: Outcome,
        took: Duration,
    ) -> Self {
        let target = target.into();
        let (model, endpoint) = target.rsplit_once('@').unwrap_or((&target, ""));
        Self {
            request: request.into(),
            attempt,
            model: model.into(),
            endpoint: endpoint.into(),
            target,
            key: 0,
            route: None,
            cause: Cause::First,
            task: Task::Chat,
            aside: None,
            tags: BTreeMap::new(),
            user: None,
            outcome,
            usage: Arc::default(),
            cost: None,
            saved: None,
            began: Duration::ZERO,
            took,
            first_content: None,
            status: None,
            losses: 0,
            delivery: Delivery::Whole,
            catalog: None,
        }
    }

    /// Names endpoint and model, and says which of the endpoint's keys was used.
    #[must_use]
    pub fn place(
        mut self,
        endpoint: impl Into<Arc<str>>,
        model: impl Into<Arc<str>>,
        key: u32,
    ) -> Self {
        (self.endpoint, self.model, self.key) = (endpoint.into(), model.into(), key);
        self
    }

    /// Names the route that was asked for.
    #[must_use]
    pub fn route(mut self, route: impl Into<Option<Arc<str>>>) -> Self {
        self.route = route.into();
        self
    }

    /// Says why it was made.
    #[must_use]
    pub fn cause(mut self, cause: Cause) -> Self {
        self.cause = cause;
        self
    }

    /// Takes over what the request says of itself: its tags, and who asks.
    #[must_use]
    pub fn asked(mut self, task: Task, request: &Request) -> Self {
        self.task = task;
        self.tags.clone_from(&request.tags);
        self.user.clone_from(&request.user);
        self
    }

    /// Says what it was asked for beside what the caller asked for.
    #[must_use]
    pub fn aside(mut self, aside: impl Into<Option<Aside>>) -> Self {
        self.aside = aside.into();
        self
    }

    /// Adds what the router said of the request to its tags, so that totals by tag are totals by label too.
    ///
    /// A tag of the same name gives way: what was done is written down, and not what was wished for.
    #[must_use]
    pub fn labels<'a>(mut self, labels: impl IntoIterator<Item = &'a Label>) -> Self {
        let words =
            labels.into_iter().map(|label| (label.name.to_string(), label.value.to_string()));
        self.tags.extend(words);
        self
    }

    /// Says what was consumed.
    #[must_use]
    pub fn usage(mut self, usage: impl Into<Arc<Usage>>) -> Self {
        self.usage = usage.into();
        self
    }

    /// Says what that cost.
    #[must_use]
    pub fn cost(mut self, cost: impl Into<Option<Cost>>) -> Self {
        self.cost = cost.into();
        self
    }

    /// Says what the provider's cache saved.
    #[must_use]
    pub fn saved(mut self, saved: impl Into<Option<Money>>) -> Self {
        self.saved = saved.into();
        self
    }

    /// Says when it began, counted from the beginning of 1970.
    #[must_use]
    pub fn began(mut self, began: Duration) -> Self {
        self.began = began;
        self
    }

    /// Says when the first content came, counted from when it began.
    #[must_use]
    pub fn first_content(mut self, after: impl Into<Option<Duration>>) -> Self {
        self.first_content = after.into();
        self
    }

    /// Says with which HTTP status the provider answered.
    #[must_use]
    pub fn status(mut self, status: impl Into<Option<u16>>) -> Self {
        self.status = status.into();
        self
    }

    /// Says how many things of the request the target could not express.
    #[must_use]
    pub fn losses(mut self, count: u32) -> Self {
        self.losses = count;
        self
    }

    /// Says from which version of the catalog the cost follows.
    #[must_use]
    pub fn catalog(mut self, version: impl Into<Option<Arc<str>>>) -> Self {
        self.catalog = version.into();
        self
    }

    /// Says how the answer came.
    #[must_use]
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }
}

/// Why an attempt is made.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It is the first.
    #[default]
    First,
    /// The same candidate had failed, and is called again.
    Retry,
    /// Another candidate had failed.
    Fallback,
    /// Another is silent for too long, and runs beside it.
    Hedge,
    /// The answer broke at another candidate, and goes on.
    Resumption,
}

/// How an answer comes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// From what was kept: nobody was asked.
    Kept,
    /// Piece by piece, as it is made.
    Stream,
    /// At once, when it is complete.
    Whole,
}
