//! Who can be asked: by health, by what they can do, by what they charge.

use nohop_types::Money;

use crate::needs::Needs;
use crate::{Candidate, Candidates, Context, Policy};

/// Drops candidates that are resting, unless all are, and then those without room, unless none has any.
pub fn available() -> impl Policy {
    let policy = |cx: &Context<'_>, list: &mut Candidates<'_>| {
        let rested = |candidate: &Candidate| !candidate.health.is_resting(cx.now);
        let free = |candidate: &Candidate| !candidate.health.is_full();
        // Nearly always there are some of both, which takes one pass.
        if list.iter().any(|it| rested(it) && free(it)) {
            list.retain(|it| rested(it) && free(it));
        } else if list.iter().any(rested) {
            list.retain(rested);
        } else if list.iter().any(free) {
            list.retain(free);
        }
    };
    policy.named("available")
}

/// Keeps the candidates that lack least of what the request asks of them; what nobody says they lack, they have.
///
/// What an answer can not do without counts before everything else: a prompt and an answer that fit, what the model
/// reads and answers with, tools, a schema, a last turn of its own to go on from. Then comes what a target may leave out, as
/// a loss on the trace: thinking, how tokens are chosen, tools that must be called, or one at a time. So a request that nobody
/// can serve goes to whoever comes closest, and its provider has the last word: what is known may be old.
pub fn capable() -> impl Policy {
    let policy = |cx: &Context<'_>, list: &mut Candidates<'_>| {
        let Some(needs) = Needs::of(cx) else { return };
        let mut lacks = list.iter().map(|candidate| needs.lacked(&candidate.offer));
        let Some(first) = lacks.next() else { return };
        let (least, most) = lacks
            .fold((first, first), |(least, most), lacked| (least.min(lacked), most.max(lacked)));
        if least < most {
            list.retain(|candidate| needs.lacked(&candidate.offer) == least);
        }
    };
    policy.named("capable")
}

/// Drops candidates at which this request is estimated to cost more than `most`, or whose price is not known.
pub fn affordable(most: Money) -> impl Policy {
    let policy = move |cx: &Context<'_>, list: &mut Candidates<'_>| {
        list.retain(|candidate| cx.estimate(candidate).is_some_and(|cost| cost <= most));
    };
    policy.named(format!("affordable {most}"))
}
