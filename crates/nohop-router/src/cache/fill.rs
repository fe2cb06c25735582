use std::sync::Arc;

use nohop_types::{Event, Response};

use super::{Cache, Lead, lead::Over};

/// An answer that is kept once it is complete, as it is made.
pub(crate) struct Fill {
    cache: Arc<Cache>,
    lead: Lead,
    response: Response,
}

impl Fill {
    pub(crate) fn new(cache: Arc<Cache>, lead: Lead) -> Self {
        Self { cache, lead, response: Response::default() }
    }

    /// Takes note of an event that is delivered.
    pub(crate) fn note(&mut self, event: &Event) {
        self.response.extend([event]);
    }

    /// Keeps the answer, which is complete; `target` gave it.
    pub(crate) fn keep(self, target: Arc<str>) {
        self.cache.keep(self.lead, self.response, target);
    }

    /// There is nothing to keep: who waits for it asks by itself.
    pub(crate) fn give_up(self) {
        self.lead.end(Over::Apart);
    }
}
