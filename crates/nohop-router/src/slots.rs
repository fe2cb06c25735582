//! What stands before a route's policy, behind it, and beside it.

use std::sync::Arc;

use nohop_policy::Accept;

use crate::{Classify, Shadow};

/// The slots of a route that has more than targets, policy and limits.
#[derive(Clone, Default)]
pub(crate) struct Slots {
    pub(crate) classify: Option<Arc<dyn Classify>>,
    pub(crate) accept: Option<Arc<dyn Accept>>,
    pub(crate) shadow: Option<Shadow>,
}

impl Slots {
    /// Whom they ask, so that a wrong name is found when the router is built.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let asked = self.classify.as_ref().and_then(|classify| classify.asks());
        asked.into_iter().chain(self.shadow.as_ref().map(Shadow::name))
    }
}
