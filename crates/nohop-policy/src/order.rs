use std::any::type_name;
use std::cmp::Reverse;

use crate::{Candidate, Candidates, Context, Policy};

/// Says which of two candidates comes first: the one with the lesser key.
///
/// A closure from context and candidate to a key is an order:
///
/// ```
/// use nohop_policy::{Candidate, Context, Order, by, cheapest};
///
/// let idle = |_: &Context<'_>, candidate: &Candidate| candidate.health.running;
/// let policy = by(idle).then_by(cheapest().reverse());
/// ```
pub trait Order: Send + Sync + 'static {
    /// What is compared.
    type Key: Ord;

    /// The key of `candidate`; asked once for each candidate.
    fn key(&self, cx: &Context<'_>, candidate: &Candidate) -> Self::Key;

    /// The name on the trace.
    fn name(&self) -> &str {
        type_name::<Self>()
    }

    /// This order, and `next` for what it leaves tied.
    fn then_by<P: Order>(self, next: P) -> ThenBy<Self, P>
    where
        Self: Sized,
    {
        let name = format!("{}, then {}", self.name(), next.name());
        ThenBy { first: self, next, name }
    }

    /// The other way round; ties still keep their order.
    fn reverse(self) -> Reversed<Self>
    where
        Self: Sized,
    {
        let name = format!("{}, reversed", self.name());
        Reversed { order: self, name }
    }
}

impl<F, K> Order for F
where
    F: Fn(&Context<'_>, &Candidate) -> K + Send + Sync + 'static,
    K: Ord,
{
    type Key = K;

    #[inline]
    fn key(&self, cx: &Context<'_>, candidate: &Candidate) -> K {
        self(cx, candidate)
    }
}

/// The policy that orders by `order`, least first; ties keep their order.
///
/// ```
/// # use nohop_policy::{by, cheapest, fastest};
/// let policy = by(cheapest()).then_by(fastest());
/// ```
pub fn by<O: Order>(order: O) -> By<O> {
    let name = format!("by {}", order.name());
    By { order, name }
}

/// A policy that only orders; made by [`by`].
#[derive(Clone, Debug)]
pub struct By<O> {
    order: O,
    name: String,
}

impl<O: Order> By<O> {
    /// Orders by `next` what this order leaves tied.
    pub fn then_by<P: Order>(self, next: P) -> By<ThenBy<O, P>> {
        by(self.order.then_by(next))
    }
}

impl<O: Order> Policy for By<O> {
    fn apply(&self, cx: &Context<'_>, list: &mut Candidates<'_>) {
        list.sort_by_key(|candidate| self.order.key(cx, candidate));
    }

    fn apply_front(&self, cx: &Context<'_>, list: &mut Candidates<'_>, front: usize) {
        list.sort_front_by_key(front, |candidate| self.order.key(cx, candidate));
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// Two orders, the second for the ties of the first; made by [`Order::then_by`].
#[derive(Clone, Debug)]
pub struct ThenBy<A, B> {
    first: A,
    next: B,
    name: String,
}

impl<A: Order, B: Order> Order for ThenBy<A, B> {
    type Key = (A::Key, B::Key);

    fn key(&self, cx: &Context<'_>, candidate: &Candidate) -> Self::Key {
        (self.first.key(cx, candidate), self.next.key(cx, candidate))
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// An order the other way round; made by [`Order::reverse`].
#[derive(Clone, Debug)]
pub struct Reversed<O> {
    order: O,
    name: String,
}

impl<O: Order> Order for Reversed<O> {
    type Key = Reverse<O::Key>;

    fn key(&self, cx: &Context<'_>, candidate: &Candidate) -> Self::Key {
        Reverse(self.order.key(cx, candidate))
    }

    fn name(&self) -> &str {
        &self.name
    }
}
