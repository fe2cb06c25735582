//! Of requests that ask for the same, one leads and the others wait for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::{Kept, Key};

/// Who leads, by what is asked for.
#[derive(Default)]
pub(crate) struct Leads(Mutex<BTreeMap<Key, watch::Receiver<Over>>>);

/// How it ended for the one that leads.
#[derive(Clone)]
pub(crate) enum Over {
    /// It has not.
    Running,
    /// It has the answer.
    Kept(Arc<Kept>),
    /// It was given up: another is to lead.
    Again,
    /// It failed, or its answer is not to be kept: whoever waits asks by itself.
    Apart,
}

/// What one does that asks for something.
pub(crate) enum Turn {
    /// It leads.
    Yours(Lead),
    /// It waits for the one that does.
    Wait(watch::Receiver<Over>),
}

/// The lead of one request: where it is dropped without a word, another takes it over.
pub(crate) struct Lead {
    leads: Arc<Leads>,
    pub(crate) key: Key,
    over: watch::Sender<Over>,
}

impl Leads {
    pub(crate) fn turn(self: &Arc<Self>, key: Key) -> Turn {
        let mut leads = self.lock();
        if let Some(over) = leads.get(&key) {
            return Turn::Wait(over.clone());
        }
        let (over, wait) = watch::channel(Over::Running);
        leads.insert(key, wait);
        Turn::Yours(Lead { leads: self.clone(), key, over })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, watch::Receiver<Over>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }
}

impl Lead {
    /// Says how it ended.
    pub(crate) fn end(self, over: Over) {
        self.over.send_replace(over);
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        // First out of the way, so that whoever is woken finds nobody in the lead.
        self.leads.lock().remove(&self.key);
        self.over.send_if_modified(|over| {
            let unsaid = matches!(over, Over::Running);
            if unsaid {
                *over = Over::Again;
            }
            unsaid
        });
    }
}

/// Waits until the one that leads is over.
pub(crate) async fn wait(mut over: watch::Receiver<Over>) -> Over {
    let ended = over.wait_for(|over| !matches!(over, Over::Running)).await;
    ended.map_or(Over::Again, |over| over.clone())
}
