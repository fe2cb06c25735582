use crate::{Attempt, Candidates, Context, Policy};

#[cfg(test)]
mod tests;

/// Goes by `policy` where the request's label `name` says `value`, and leaves all as it is where not.
///
/// ```
/// use nohop_policy::{Policy, available, in_order, when};
///
/// let easy = when("difficulty", "easy", in_order(["small@here"])).otherwise(in_order(["large@there"]));
/// let name = "by order of small@here when difficulty is easy, otherwise by order of large@there";
/// assert_eq!(easy.name(), name);
/// let policy = available().then(easy);
/// ```
pub fn when<P: Policy>(name: impl Into<String>, value: impl Into<String>, policy: P) -> When<P> {
    let is = Is { label: name.into(), value: value.into() };
    let name = format!("{} when {} is {}", policy.name(), is.label, is.value);
    When { is, policy, name }
}

/// A policy for requests with one label; made by [`when`].
#[derive(Clone, Debug)]
pub struct When<P> {
    is: Is,
    policy: P,
    name: String,
}

#[derive(Clone, Debug)]
struct Is {
    label: String,
    value: String,
}

impl Is {
    fn so(&self, cx: &Context<'_>) -> bool {
        cx.label(&self.label) == Some(&*self.value)
    }
}

impl<P: Policy> When<P> {
    /// Goes by `policy` for all other requests, those without the label included.
    pub fn otherwise<Q: Policy>(self, policy: Q) -> Otherwise<P, Q> {
        let name = format!("{}, otherwise {}", self.name, policy.name());
        Otherwise { when: self, otherwise: policy, name }
    }
}

impl<P: Policy> Policy for When<P> {
    fn apply(&self, cx: &Context<'_>, list: &mut Candidates<'_>) {
        self.apply_front(cx, list, usize::MAX);
    }

    fn apply_front(&self, cx: &Context<'_>, list: &mut Candidates<'_>, front: usize) {
        if self.is.so(cx) {
            self.policy.apply_front(cx, list, front);
        }
    }

    fn observe(&self, cx: &Context<'_>, attempt: &Attempt<'_>) {
        if self.is.so(cx) {
            self.policy.observe(cx, attempt);
        }
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// A policy for requests with one label, and one for all others; made by [`When::otherwise`].
#[derive(Clone, Debug)]
pub struct Otherwise<P, Q> {
    when: When<P>,
    otherwise: Q,
    name: String,
}

impl<P: Policy, Q: Policy> Policy for Otherwise<P, Q> {
    fn apply(&self, cx: &Context<'_>, list: &mut Candidates<'_>) {
        self.apply_front(cx, list, usize::MAX);
    }

    fn apply_front(&self, cx: &Context<'_>, list: &mut Candidates<'_>, front: usize) {
        // Each is a stage of its own, so that the trace names the one that was gone by.
        match self.when.is.so(cx) {
            true => list.stage(&self.when.name, |list| self.when.apply_front(cx, list, front)),
            false => list.stage(self.otherwise.name(), |list| {
                self.otherwise.apply_front(cx, list, front);
            }),
        }
    }

    fn observe(&self, cx: &Context<'_>, attempt: &Attempt<'_>) {
        match self.when.is.so(cx) {
            true => self.when.observe(cx, attempt),
            false => self.otherwise.observe(cx, attempt),
        }
    }

    fn name(&self) -> &str {
        &self.name
    }
}
