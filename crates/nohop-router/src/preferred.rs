//! What a request prefers that is no matter of policies: how far it goes, and what its name says already.

use nohop_policy::Limits;
use nohop_types::{Preferences, SortBy};

/// The limits of a route, or less where the request says so.
pub(crate) fn limits(limits: Limits, preferences: Option<&Preferences>) -> Limits {
    let Some(Preferences { max_cost, deadline, .. }) = preferences else { return limits };
    Limits {
        money: limits.money.into_iter().chain(*max_cost).min(),
        total: deadline.map_or(limits.total, |deadline| deadline.min(limits.total)),
        ..limits
    }
}

/// What is preferred where the name says `sort`, unless the request says another.
pub(crate) fn sorted(
    sort: Option<SortBy>,
    preferences: Option<&Preferences>,
) -> Option<Preferences> {
    let by = sort?;
    let said = preferences.cloned().unwrap_or_default();
    match said.sort {
        Some(_) => None,
        None => Some(Preferences { sort: Some(by.into()), ..said }),
    }
}
