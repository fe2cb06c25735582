//! What a request prefers, as stages around the policy of its route.
//!
//! First come filters, then the policy, then orders: who is refused is nobody's candidate, and what is asked for one
//! request goes before what holds for all of them. Each is a stage of its own, under the word that the request has for
//! it, so that the trace says which dropped whom. Each order keeps the one before it among equals: the last counts most.

use nohop_types::{DataCollection, Firmness, Partition, Preferences, SortBy};

use crate::{
    Candidate, Candidates, Context, Data, Order, Policy, best, cheapest, fastest,
    highest_throughput,
};

mod cutoffs;
mod none_left;
mod parameters;
mod prices;
mod slug;
#[cfg(test)]
mod tests;

pub use none_left::none_left;

/// Applies `policy` as the request prefers, for a caller that reads only the first `front`.
pub(crate) fn apply(
    preferences: &Preferences,
    policy: &(impl Policy + ?Sized),
    cx: &Context<'_>,
    list: &mut Candidates<'_>,
    front: usize,
) {
    filter(preferences, cx, list);
    let front = if orders(preferences) { usize::MAX } else { front };
    list.stage(policy.name(), |list| policy.apply_front(cx, list, front));
    order(preferences, cx, list);
}

/// Leaves out who knows less of what the request says than another target of the same model.
#[inline]
pub(crate) fn parameters(cx: &Context<'_>, list: &mut Candidates<'_>) {
    if cx.preferences.is_none_or(|preferences| preferences.require_parameters != Some(true)) {
        parameters::soft(cx, list);
    }
}

/// Drops who is refused.
fn filter(preferences: &Preferences, cx: &Context<'_>, list: &mut Candidates<'_>) {
    let Preferences { only, ignore, region, quantizations, .. } = preferences;
    if !only.is_empty() {
        let named =
            |candidate: &Candidate| only.iter().any(|name| slug::names(cx, name, candidate));
        list.stage(&format!("only: {}", only.join(", ")), |list| list.retain(named));
    }
    if !ignore.is_empty() {
        let named =
            |candidate: &Candidate| ignore.iter().any(|name| slug::names(cx, name, candidate));
        list.stage(&format!("ignore: {}", ignore.join(", ")), |list| list.retain(|it| !named(it)));
    }
    let keeps_at_most = |most: Data| move |it: &Candidate| it.offer.data.map(|data| data <= most);
    match preferences.data_collection {
        Some(DataCollection::Deny) => {
            closed(list, "data_collection: deny", keeps_at_most(Data::Forgets));
        }
        Some(DataCollection::Keep) => {
            closed(list, "data_collection: keep", keeps_at_most(Data::Keeps))
        }
        _ => {}
    }
    if preferences.zdr == Some(true) {
        closed(list, "zdr", keeps_at_most(Data::Forgets));
    }
    if let Some(wish) = region {
        let there = |it: &Candidate| Some(slug::within(it.offer.region.as_deref()?, wish));
        closed(list, &format!("region: {wish}"), there);
    }
    if !quantizations.is_empty() {
        let name = format!("quantizations: {}", quantizations.join(", "));
        closed(list, &name, |candidate| slug::rounded(candidate, quantizations));
    }
    prices::filter(preferences, cx, list);
    cutoffs::filter(preferences, list, Firmness::Hard);
    if preferences.require_parameters == Some(true) {
        parameters::required(cx, list);
    }
}

/// Whether the order that the policy leaves is changed.
fn orders(preferences: &Preferences) -> bool {
    let Preferences { models, order, allow_fallbacks, sort, .. } = preferences;
    !models.is_empty()
        || !order.is_empty()
        || *allow_fallbacks == Some(false)
        || sort.is_some()
        || cutoffs::demotes(preferences)
}

/// Orders those who are left.
fn order(preferences: &Preferences, cx: &Context<'_>, list: &mut Candidates<'_>) {
    let Preferences { models, order, allow_fallbacks, sort, .. } = preferences;
    if let Some(sort) = sort {
        self::sort(sort.by, sort.partition, cx, list);
    }
    let turn = |candidate: &Candidate| {
        order.iter().position(|name| slug::names(cx, name, candidate)).unwrap_or(order.len())
    };
    if !order.is_empty() {
        list.stage(&format!("order: {}", order.join(", ")), |list| list.sort_by_key(turn));
    }
    let apart = sort.is_none_or(|sort| sort.partition == Partition::Model);
    if apart && !models.is_empty() {
        list.stage("models", |list| list.sort_by_key(|candidate| candidate.fallback));
    }
    // Whoever is named is where the caller wants it.
    cutoffs::demote(preferences, list, |candidate| turn(candidate) < order.len());
    if *allow_fallbacks == Some(false) {
        list.stage("allow_fallbacks: false", |list| match order.is_empty() {
            true => primary(list),
            false => list.retain(|candidate| turn(candidate) < order.len()),
        });
    }
}

/// Orders by what the request asks for.
fn sort(by: SortBy, partition: Partition, cx: &Context<'_>, list: &mut Candidates<'_>) {
    match by {
        SortBy::Latency => sort_by(fastest(), "latency", partition, cx, list),
        SortBy::Price => sort_by(cheapest(), "price", partition, cx, list),
        SortBy::Throughput => sort_by(highest_throughput(), "throughput", partition, cx, list),
        SortBy::Quality => sort_by(best(), "quality", partition, cx, list),
        _ => {}
    }
}

fn sort_by(
    order: impl Order,
    word: &str,
    partition: Partition,
    cx: &Context<'_>,
    list: &mut Candidates<'_>,
) {
    let across = if partition == Partition::Model { "" } else { ", across names" };
    let sort = |list: &mut Candidates<'_>| list.sort_by_key(|candidate| order.key(cx, candidate));
    list.stage(&format!("sort: {word}{across}"), sort);
}

/// Keeps the first target of each name, with all its keys.
fn primary(list: &mut Candidates<'_>) {
    let mut first = std::collections::BTreeMap::new();
    for candidate in list.iter() {
        first.entry(candidate.fallback).or_insert_with(|| candidate.target.clone());
    }
    list.retain(|candidate| first.get(&candidate.fallback) == Some(&candidate.target));
}

/// Drops those for whom it is not so, and those of whom it is not known.
fn closed(list: &mut Candidates<'_>, name: &str, so: impl Fn(&Candidate) -> Option<bool>) {
    list.stage(name, |list| list.retain(|candidate| so(candidate) != Some(false)));
    if list.iter().any(|candidate| so(candidate).is_none()) {
        let name = format!("{name}{NOT_KNOWN}");
        list.stage(&name, |list| list.retain(|candidate| so(candidate).is_some()));
    }
}

/// What a stage is called that drops those of whom something is not known.
const NOT_KNOWN: &str = ", not known";
