use crate::{Candidate, Context, Order};

pub(super) fn titled<K, F>(name: impl Into<String>, key: F) -> Titled<F>
where
    F: Fn(&Context<'_>, &Candidate) -> K + Send + Sync + 'static,
    K: Ord,
{
    Titled { name: name.into(), key }
}

/// An order with a name for the trace.
pub(super) struct Titled<F> {
    name: String,
    key: F,
}

impl<K, F> Order for Titled<F>
where
    F: Fn(&Context<'_>, &Candidate) -> K + Send + Sync + 'static,
    K: Ord,
{
    type Key = K;

    #[inline]
    fn key(&self, cx: &Context<'_>, candidate: &Candidate) -> K {
        (self.key)(cx, candidate)
    }

    fn name(&self) -> &str {
        &self.name
    }
}
