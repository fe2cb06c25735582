//! What is asked, where that is no chat: its answer comes whole, in one piece or in several.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use nohop_providers::Endpoint;
use nohop_types::{EmbedRequest, Listed, Ranking, RerankRequest, Result, Task, Usage, Vectors};

/// What is asked of a model.
pub(crate) enum Work {
    /// The request itself.
    Chat,
    /// Vectors, in batches.
    Embed { request: Arc<EmbedRequest>, kept: Kept },
    /// The models there are.
    List,
    /// The order of documents.
    Rerank(Arc<RerankRequest>),
}

/// What was told in answer.
pub(crate) enum Whole {
    Models(Vec<Listed>),
    Ranking(Ranking),
    Vectors(Vectors),
}

/// The batches that each target has told so far, so that a failure late in a long list does not send the
/// next attempt there back to its head. Targets do not share them: their vectors may differ.
#[derive(Default)]
pub(crate) struct Kept(Mutex<BTreeMap<Arc<str>, BTreeMap<usize, Whole>>>);

impl Work {
    pub(crate) fn task(&self) -> Task {
        match self {
            Self::Chat => Task::Chat,
            Self::Embed { .. } => Task::Embed,
            Self::List => Task::List,
            Self::Rerank(_) => Task::Rerank,
        }
    }

    pub(crate) fn is_chat(&self) -> bool {
        matches!(self, Self::Chat)
    }

    /// How many tokens it is expected to have, one for four bytes; `None` where the request tells.
    pub(crate) fn tokens(&self) -> Option<u64> {
        let bytes = match self {
            Self::Chat => return None,
            Self::Embed { request, .. } => request.len(),
            Self::List => 0,
            Self::Rerank(request) => request.len(),
        };
        Some((bytes as u64).div_ceil(4))
    }

    /// In how many calls `model` at `endpoint` is asked for it.
    ///
    /// # Errors
    ///
    /// `Unsupported` when it can not be asked at all.
    pub(crate) fn calls(&self, endpoint: &Endpoint, model: &str) -> Result<usize> {
        match self {
            Self::Embed { request, .. } => {
                Ok(request.inputs.len().div_ceil(endpoint.embed_most(model)?.max(1)))
            }
            _ => Ok(1),
        }
    }

    /// Takes the pieces that `target` has told, by the number of the call.
    pub(crate) fn kept(&self, target: &str) -> BTreeMap<usize, Whole> {
        match self {
            Self::Embed { kept, .. } => kept.lock().remove(target).unwrap_or_default(),
            _ => BTreeMap::new(),
        }
    }

    /// Keeps what `target` has told before it failed.
    pub(crate) fn keep(&self, target: &Arc<str>, told: BTreeMap<usize, Whole>) {
        if let Self::Embed { kept, .. } = self
            && !told.is_empty()
        {
            kept.lock().insert(target.clone(), told);
        }
    }
}

impl Kept {
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Arc<str>, BTreeMap<usize, Whole>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Whole {
    /// What it consumed.
    pub(crate) fn usage(&self) -> Usage {
        match self {
            Self::Models(_) => Usage::default(),
            Self::Ranking(ranking) => ranking.usage.clone(),
            Self::Vectors(vectors) => vectors.usage.clone(),
        }
    }

    /// The pieces in their order, as one; `None` when there is none.
    pub(crate) fn join(pieces: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut pieces = pieces.into_iter();
        let first = match pieces.next()? {
            Self::Vectors(first) => first,
            only => return Some(only),
        };
        let rest = pieces.filter_map(|piece| match piece {
            Self::Vectors(vectors) => Some(vectors),
            _ => None,
        });
        Some(Self::Vectors(std::iter::once(first).chain(rest).collect()))
    }
}
