use std::time::Duration;

use nohop_types::{Cutoffs, MaxPrice, Money, Request, Stage};

use super::*;
use crate::plan::epoch;
use crate::{Health, Offer, Percentiles, Price, available};

/// So many candidates, of which this and that is known.
fn snapshot(count: u32) -> Vec<Candidate> {
    let candidate = |place: u32| {
        let known = |every: u32| place.is_multiple_of(every);
        let offer = Offer {
            provider: known(2).then(|| format!("p{}", place % 5)),
            region: known(3).then(|| "eu-west-1".into()),
            data: known(4).then_some(Data::Forgets),
            quantization: known(5).then(|| "fp8".into()),
            ..Offer::default()
        };
        let latency = known(3).then(|| Duration::from_millis(place.into()));
        let speeds = known(7).then(|| Percentiles::of(place * 1_000));
        Candidate::new(format!("m@e{place}"))
            .price(known(2).then(|| Price::cents_per_million(place.into(), 0)))
            .offer(offer)
            .health(Health::new().latency(latency).throughputs(speeds))
            .fallback(place % 3)
    };
    (0..count).map(candidate).collect()
}

/// Preferences that each do something, and all of them at once.
fn every() -> Vec<Preferences> {
    let (all, none) = (Preferences::default, f64::NAN);
    let cutoffs = Cutoffs { p50: Some(0.5), p99: Some(none), ..Cutoffs::default() };
    let price = MaxPrice { prompt: Some(Money::DOLLAR), ..MaxPrice::default() };
    let names = || vec!["p2".to_owned(), "e3".to_owned(), String::new(), "/".to_owned()];
    vec![
        Preferences { only: names(), ..all() },
        Preferences { ignore: names(), order: names(), ..all() },
        Preferences { models: names(), allow_fallbacks: Some(false), ..all() },
        Preferences { models: names(), sort: Some(SortBy::Price.across()), ..all() },
        Preferences { zdr: Some(true), region: Some("eu".into()), ..all() },
        Preferences { quantizations: vec!["fp8".into()], ..all() },
        Preferences { preferred_max_latency: Some(cutoffs), ..all() },
        Preferences { preferred_min_throughput: Some(cutoffs.hard()), ..all() },
        Preferences { sort: Some(SortBy::Throughput.into()), max_price: Some(price), ..all() },
        Preferences { sort: Some(SortBy::Latency.into()), max_cost: Some(Money::ZERO), ..all() },
        Preferences { sort: Some(SortBy::Quality.into()), require_parameters: Some(true), ..all() },
    ]
}

#[test]
fn whatever_is_preferred_whoever_is_left_was_there_once() {
    let now = epoch();
    for count in [0, 1, 2, 60, 5_000] {
        let snapshot = snapshot(count);
        for preferences in every() {
            let request = Request::new("m").user("?").max_tokens(0).prefer(preferences.clone());
            let list =
                Candidates::decide(&available(), &Context::new(&request, now, 7), &snapshot, 3);
            let mut places: Vec<usize> = list.places().collect();
            places.sort_unstable();
            places.dedup();
            assert_eq!(places.len(), list.len(), "{preferences:?}");
            let stages = list.decided().stages(&snapshot, usize::MAX);
            let dropped: usize = stages.iter().map(|stage| stage.dropped.len()).sum();
            assert_eq!(places.len() + dropped, snapshot.len(), "{preferences:?}");
        }
    }
}

#[test]
fn nothing_preferred_is_no_stage() {
    let snapshot = snapshot(10);
    for request in
        [Request::new("m").user("?"), Request::new("m").user("?").prefer(Preferences::default())]
    {
        let cx = Context::new(&request, epoch(), 7);
        let decision = Candidates::decide(&available(), &cx, &snapshot, 3).decided();
        let names: Vec<_> =
            decision.stages(&snapshot, 0).into_iter().map(|stage| stage.name).collect();
        assert_eq!(names, ["available".into()]);
    }
}

#[test]
fn what_a_policy_leaves_behind_its_front_is_sorted_where_a_preference_moves_it() {
    // The cheapest three are not of the first name, whose own must be in order all the same.
    let snapshot: Vec<_> = (0..40_u32)
        .map(|place| {
            let price = Price::cents_per_million(u64::from(40 - place), 0);
            Candidate::new(format!("m@e{place}")).price(price).fallback(u32::from(place >= 20))
        })
        .collect();
    let request = Request::new("m").user("Hello, are you there?").or("n");
    let cx = Context::new(&request, epoch(), 7);
    let list = Candidates::decide(&crate::by(cheapest()), &cx, &snapshot, 3);
    assert_eq!(list.targets()[..3], ["m@e19", "m@e18", "m@e17"]);
}

#[test]
fn a_target_is_named_once_however_many_keys_it_has() {
    let stage = |targets: &[&str], unnamed| {
        let targets = targets.iter().map(|target| (*target).into());
        Stage::new("only: x", 0).dropped(targets, unnamed)
    };
    let said = |stage| none_left(9, &[stage]).message().to_owned();
    assert!(said(stage(&["a@b", "a@b", "c@d"], 0)).contains("dropped a@b, c@d ("));
    assert!(
        said(stage(&["a@1", "a@2", "a@3", "a@4"], 5))
            .contains("dropped a@1, a@2, a@3 and 6 more (")
    );
}
