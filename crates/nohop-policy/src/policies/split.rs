//! One part of the users here, another there.

use std::fmt;
use std::sync::Arc;

use nohop_types::Label;

use super::orders::drawn;
use crate::random::{fingerprint, random};
use crate::{Attempt, Candidates, Context, Policy};

/// Gives each user to one arm, as many to each as its weight says, and lets that arm's policy decide.
///
/// The same user is always in the same arm; an arm that is added takes its share evenly from all others, and moves nobody
/// else. The arm is a label of the request, under the name of the split: on the trace, and a tag on the entries.
///
/// Users are told apart by [`Request::user`](nohop_types::Request::user), or else by the session; [`Split::by`] names a
/// tag instead. A request that says neither is drawn by itself. A split without arms changes nothing.
///
/// ```
/// use nohop_policy::{Policy, only, split};
///
/// let policy = split("model")
///     .arm("usual", 9, only(["gpt-4.1@openai"]))
///     .arm("new", 1, only(["claude-sonnet-4-5@anthropic"]));
/// assert_eq!(policy.name(), "split model");
/// ```
pub fn split(name: impl Into<Arc<str>>) -> Split {
    let name = name.into();
    Split { shown: format!("split {name}"), name, tag: None, arms: Vec::new() }
}

/// A policy for each arm of a trial; made by [`split`].
pub struct Split {
    name: Arc<str>,
    /// The name on the trace.
    shown: String,
    tag: Option<String>,
    arms: Vec<Arm>,
}

struct Arm {
    name: Arc<str>,
    /// The name on the trace.
    shown: String,
    weight: u32,
    /// The arm's own part of what is drawn, so that another arm does not change it.
    seed: u64,
    policy: Box<dyn Policy>,
}

impl Split {
    /// Adds an arm, for a part of the users by its weight beside the others'.
    ///
    /// An arm of no weight gets nobody, unless all have none.
    #[must_use]
    pub fn arm(mut self, name: impl Into<Arc<str>>, weight: u32, policy: impl Policy) -> Self {
        let name = name.into();
        let seed = random(fingerprint(&self.name), fingerprint(&name));
        let shown = format!("{} {name}", self.name);
        self.arms.push(Arm { name, shown, weight, seed, policy: Box::new(policy) });
        self
    }

    /// Tells users apart by what the request says under `tag`.
    #[must_use]
    pub fn by(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// The name of the arm that the request belongs to; `None` where there is no arm.
    pub fn choose(&self, cx: &Context<'_>) -> Option<&str> {
        self.chosen(cx).map(|arm| &*arm.name)
    }

    fn chosen(&self, cx: &Context<'_>) -> Option<&Arm> {
        let tag = self.tag.as_deref().and_then(|tag| cx.tag(tag));
        let asker = || cx.request.user.as_deref().or(cx.request.session.as_deref());
        let who = match tag.or_else(asker) {
            Some(who) => fingerprint(who),
            None => cx.random(fingerprint(&self.name)),
        };
        // Each arm draws for itself when it would take this user: the first one does.
        let wait = |arm: &&Arm| drawn(random(arm.seed, who), f64::from(arm.weight));
        self.arms.iter().min_by_key(wait)
    }
}

impl Policy for Split {
    fn apply(&self, cx: &Context<'_>, list: &mut Candidates<'_>) {
        self.apply_front(cx, list, usize::MAX);
    }

    fn apply_front(&self, cx: &Context<'_>, list: &mut Candidates<'_>, front: usize) {
        if let Some(arm) = self.chosen(cx) {
            list.label(Label::new(self.name.clone(), arm.name.clone()));
            list.stage(&arm.shown, |list| arm.policy.apply_front(cx, list, front));
        }
    }

    fn observe(&self, cx: &Context<'_>, attempt: &Attempt<'_>) {
        if let Some(arm) = self.chosen(cx) {
            arm.policy.observe(cx, attempt);
        }
    }

    fn name(&self) -> &str {
        &self.shown
    }
}

impl fmt::Debug for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arms =
            self.arms.iter().map(|arm| (&arm.name, arm.weight, arm.policy.name().to_owned()));
        f.debug_struct("Split")
            .field("name", &self.name)
            .field("tag", &self.tag)
            .field("arms", &arms.collect::<Vec<_>>())
            .finish()
    }
}

#[cfg(test)]
mod tests;
