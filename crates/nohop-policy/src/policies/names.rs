//! By name: who may be asked, who may not, and who is asked first.

use super::titled::titled;
use crate::{By, Candidate, Candidates, Context, Order, Policy, by};

/// Tries candidates in the order the route names them.
pub fn first() -> impl Policy {
    let policy = |_: &Context<'_>, _: &mut Candidates<'_>| ();
    policy.named("first")
}

/// Keeps only candidates whose endpoint, target or model is among `names`.
pub fn only<N: Into<String>>(names: impl IntoIterator<Item = N>) -> impl Policy {
    let names = collect(names);
    let name = format!("only {}", names.join(", "));
    let policy = move |_: &Context<'_>, list: &mut Candidates<'_>| {
        list.retain(|candidate| names.iter().any(|name| candidate.is(name)));
    };
    policy.named(name)
}

/// Keeps only candidates whose endpoint, target or model fits one of `patterns`, in which `*` stands for anything.
///
/// A list of who may be asked at all: with no pattern nobody may. What fits a pattern that begins with `!` is dropped
/// whatever else it fits, and patterns that only drop keep all others.
///
/// ```
/// # use nohop_policy::allowed;
/// let policy = allowed(["anthropic/*", "*@azure-eu", "!*preview*"]);
/// ```
pub fn allowed<N: Into<String>>(patterns: impl IntoIterator<Item = N>) -> impl Policy {
    let patterns = collect(patterns);
    let name = format!("allowed {}", patterns.join(", "));
    let (mut kept, mut dropped) = (Vec::new(), Vec::new());
    for pattern in patterns {
        match pattern.strip_prefix('!') {
            Some(pattern) => dropped.push(pattern.to_owned()),
            None => kept.push(pattern),
        }
    }
    if kept.is_empty() && !dropped.is_empty() {
        kept.push("*".to_owned());
    }
    let policy = move |_: &Context<'_>, list: &mut Candidates<'_>| {
        let among = |patterns: &[String], candidate: &Candidate| {
            let names = [&candidate.endpoint, &candidate.target, &candidate.model];
            patterns.iter().any(|pattern| names.iter().any(|name| fits(name, pattern)))
        };
        list.retain(|candidate| among(&kept, candidate) && !among(&dropped, candidate));
    };
    policy.named(name)
}

/// Drops candidates whose endpoint, target or model is among `names`.
pub fn ignore<N: Into<String>>(names: impl IntoIterator<Item = N>) -> impl Policy {
    let names = collect(names);
    let name = format!("ignore {}", names.join(", "));
    let policy = move |_: &Context<'_>, list: &mut Candidates<'_>| {
        list.retain(|candidate| !names.iter().any(|name| candidate.is(name)));
    };
    policy.named(name)
}

/// Orders by whose endpoint, target or model comes first among `names`; the others come last.
pub fn in_order<N: Into<String>>(names: impl IntoIterator<Item = N>) -> By<impl Order> {
    let names = collect(names);
    let name = format!("order of {}", names.join(", "));
    by(titled(name, move |_, candidate| {
        names.iter().position(|name| candidate.is(name)).unwrap_or(names.len())
    }))
}

fn collect<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}

/// Whether all of `name` is as `pattern` says.
pub(super) fn fits(name: &str, pattern: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return name == pattern };
    let Some(mut name) = name.strip_prefix(head) else { return false };
    let Some((middle, tail)) = rest.rsplit_once('*') else { return name.ends_with(rest) };
    // The earliest place for each piece leaves the most for those behind it.
    for piece in middle.split('*') {
        let Some(at) = name.find(piece) else { return false };
        name = &name[at + piece.len()..];
    }
    name.ends_with(tail)
}
