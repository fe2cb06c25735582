use std::any::type_name;
use std::sync::Arc;

use crate::{Attempt, Candidate, Candidates, Context};

#[cfg(test)]
mod tests;

/// Narrows and orders candidates.
///
/// Drop the candidates you refuse; order the ones you keep. A closure is a policy:
///
/// ```
/// use nohop_policy::{Candidates, Context, Policy};
///
/// let no_previews = |_: &Context<'_>, list: &mut Candidates<'_>| {
///     list.retain(|candidate| !candidate.model.contains("preview"));
/// };
/// let policy = no_previews.named("no previews");
/// assert_eq!(policy.name(), "no previews");
/// ```
pub trait Policy: Send + Sync + 'static {
    /// Edits the list for one request.
    fn apply(&self, cx: &Context<'_>, list: &mut Candidates<'_>);

    /// Edits the list for a caller that reads only the first `front` of what is left.
    ///
    /// A promise that saves work and changes nothing else: the same candidates are left, and the
    /// first `front` are the same, in the same order. Only a policy that ends by sorting gains by
    /// it; whoever calls others passes it on to the last one, and only to that.
    fn apply_front(&self, cx: &Context<'_>, list: &mut Candidates<'_>, front: usize) {
        let _ = front;
        self.apply(cx, list);
    }

    /// Learns how an attempt ended; most policies have nothing to learn.
    fn observe(&self, cx: &Context<'_>, attempt: &Attempt<'_>) {
        let _ = (cx, attempt);
    }

    /// The name on the trace.
    fn name(&self) -> &str {
        type_name::<Self>()
    }

    /// The targets that it leaves of `snapshot`, in order: what a test of a policy looks at.
    fn targets<'a>(&self, cx: &Context<'_>, snapshot: &'a [Candidate]) -> Vec<&'a str> {
        Candidates::decide(self, cx, snapshot, usize::MAX).targets()
    }

    /// This policy, and then `next` on what it left.
    fn then<P: Policy>(self, next: P) -> Then<Self, P>
    where
        Self: Sized,
    {
        let name = format!("{}, then {}", self.name(), next.name());
        Then { first: self, next, name }
    }

    /// This policy, under a name of your own.
    fn named(self, name: impl Into<String>) -> Named<Self>
    where
        Self: Sized,
    {
        Named { policy: self, name: name.into() }
    }
}

impl<F> Policy for F
where
    F: Fn(&Context<'_>, &mut Candidates<'_>) + Send + Sync + 'static,
{
    fn apply(&self, cx: &Context<'_>, list: &mut Candidates<'_>) {
        self(cx, list);
    }
}

/// Lets a pointer stand for the policy it points to.
macro_rules! pointer {
    ($($pointer:ident)*) => { $(
        impl Policy for $pointer<dyn Policy> {
            fn apply(&self, cx: &Context<'_>, list: &mut Candidates<'_>) {
                (**self).apply(cx, list);
            }

            fn apply_front(&self, cx: &Context<'_>, list: &mut Candidates<'_>, front: usize) {
                (**self).apply_front(cx, list, front);
            }

            fn observe(&self, cx: &Context<'_>, attempt: &Attempt<'_>) {
                (**self).observe(cx, attempt);
            }

            fn name(&self) -> &str {
                (**self).name()
            }
        }
    )* };
}

pointer!(Arc Box);

/// Two policies in a row; made by [`Policy::then`].
#[derive(Clone, Debug)]
pub struct Then<A, B> {
    first: A,
    next: B,
    name: String,
}

impl<A: Policy, B: Policy> Policy for Then<A, B> {
    fn apply(&self, cx: &Context<'_>, list: &mut Candidates<'_>) {
        self.apply_front(cx, list, usize::MAX);
    }

    fn apply_front(&self, cx: &Context<'_>, list: &mut Candidates<'_>, front: usize) {
        list.stage(self.first.name(), |list| self.first.apply(cx, list));
        list.stage(self.next.name(), |list| self.next.apply_front(cx, list, front));
    }

    fn observe(&self, cx: &Context<'_>, attempt: &Attempt<'_>) {
        self.first.observe(cx, attempt);
        self.next.observe(cx, attempt);
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// A policy under a name of its own; made by [`Policy::named`].
#[derive(Clone, Debug)]
pub struct Named<P> {
    policy: P,
    name: String,
}

impl<P: Policy> Policy for Named<P> {
    fn apply(&self, cx: &Context<'_>, list: &mut Candidates<'_>) {
        self.policy.apply(cx, list);
    }

    fn apply_front(&self, cx: &Context<'_>, list: &mut Candidates<'_>, front: usize) {
        self.policy.apply_front(cx, list, front);
    }

    fn observe(&self, cx: &Context<'_>, attempt: &Attempt<'_>) {
        self.policy.observe(cx, attempt);
    }

    fn name(&self) -> &str {
        &self.name
    }
}
