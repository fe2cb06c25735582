//! What a request prefers that is no matter of policies: how far it goes, and what its name says already.

use nohop_policy::Limits;
use nohop_types::{Preferences, SortBy};

/// The limits of a route, or less where the request says so.
pub(crate) fn limits(limits: Limits, preferences: Option<&Preferences>) -> Limits {
    let Some(said) = preferences else { return limits };
    let Preferences { max_cost, deadline, allow_hedging, .. } = said;
    Limits {
        money: limits.money.into_iter().chain(*max_cost).min(),
        hedge: limits.hedge.filter(|_| *allow_hedging != Some(false)),
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nohop_policy::Hedge;
    use nohop_types::Money;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The limits of a request that prefers these, on a route that allows for a dollar and ten seconds.
    fn check(preferences: Preferences, total: Duration, money: Money) {
        let route = Limits { total: 10 * SECOND, money: Some(Money::DOLLAR), ..Limits::DEFAULT };
        let found = limits(route, Some(&preferences));
        assert_eq!((found.total, found.money), (total, Some(money)));
    }

    #[test]
    fn a_request_may_go_less_far_than_its_route_and_no_farther() {
        let (none, cent) = (Preferences::default, Money::cents_per_million(1) * 1_000_000);
        check(none(), 10 * SECOND, Money::DOLLAR);
        check(Preferences { deadline: Some(SECOND), ..none() }, SECOND, Money::DOLLAR);
        check(Preferences { deadline: Some(11 * SECOND), ..none() }, 10 * SECOND, Money::DOLLAR);
        check(Preferences { max_cost: Some(cent), ..none() }, 10 * SECOND, cent);
        check(
            Preferences { max_cost: Some(Money::DOLLAR * 2), ..none() },
            10 * SECOND,
            Money::DOLLAR,
        );
        assert_eq!(limits(Limits::DEFAULT, Some(&none())).money, None);
    }

    #[test]
    fn a_request_may_say_no_to_hedges_and_can_not_ask_for_any() {
        let route = Limits { hedge: Some(Hedge::DEFAULT), ..Limits::DEFAULT };
        let hedge = |route: Limits, allow_hedging| {
            let said = Preferences { allow_hedging, ..Preferences::default() };
            limits(route, Some(&said)).hedge
        };
        assert_eq!(hedge(route, Some(false)), None);
        assert_eq!([None, Some(true)].map(|said| hedge(route, said)), [route.hedge; 2]);
        assert_eq!(hedge(Limits::DEFAULT, Some(true)), None);
    }

    #[test]
    fn a_sort_of_the_name_holds_where_the_request_says_none() {
        let by = |by: SortBy| Preferences { sort: Some(by.into()), ..Preferences::default() };
        assert_eq!(sorted(None, Some(&by(SortBy::Price))), None);
        assert_eq!(sorted(Some(SortBy::Price), None), Some(by(SortBy::Price)));
        assert_eq!(sorted(Some(SortBy::Price), Some(&by(SortBy::Latency))), None);
        let zdr = Preferences { zdr: Some(true), ..Preferences::default() };
        let both = Preferences { zdr: Some(true), ..by(SortBy::Price) };
        assert_eq!(sorted(Some(SortBy::Price), Some(&zdr)), Some(both));
    }
}
