//! What a request says, and who is known not to understand it; what nobody says is understood.

use nohop_types::Task;

use crate::needs::{Needs, Parameter};
use crate::{Candidate, Candidates, Context};

/// How many of the parameters, which come first, are preferred within a model, whoever asks: tools and a schema.
const SOFT: usize = 2;

/// Drops who lacks something that another target of the same model has.
#[inline]
pub(super) fn soft(cx: &Context<'_>, list: &mut Candidates<'_>) {
    if cx.task == Task::Chat && (!cx.request.tools.is_empty() || cx.request.output.is_some()) {
        within_models(cx, list);
    }
}

#[inline(never)]
fn within_models(cx: &Context<'_>, list: &mut Candidates<'_>) {
    let Some(needs) = Needs::of(cx) else { return };
    for Parameter { word, asked, lacks } in &Needs::PARAMETERS[..SOFT] {
        let lacks = |candidate: &Candidate| lacks(&needs, &candidate.offer);
        if !asked(&needs) || !list.iter().any(lacks) {
            continue;
        }
        let able = list.iter().filter(|candidate| !lacks(candidate));
        let able: Vec<_> = able.map(|candidate| (candidate.fallback, &*candidate.model)).collect();
        let instead = |it: &Candidate| able.contains(&(it.fallback, &*it.model));
        if list.iter().any(|candidate| lacks(candidate) && instead(candidate)) {
            let name = format!("{word}, within a model");
            list.stage(&name, |list| list.retain(|it| !lacks(it) || !instead(it)));
        }
    }
}

/// Drops who lacks any of what the request says.
pub(super) fn required(cx: &Context<'_>, list: &mut Candidates<'_>) {
    let Some(needs) = Needs::of(cx) else { return };
    for Parameter { word, asked, lacks } in Needs::PARAMETERS {
        if asked(&needs) {
            let name = format!("require_parameters: {word}");
            list.stage(&name, |list| list.retain(|it| !lacks(&needs, &it.offer)));
        }
    }
}
