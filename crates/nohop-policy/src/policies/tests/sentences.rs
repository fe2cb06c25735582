//! The first sentence of each policy's documentation is true for a thousand random lists.

use std::cmp::Reverse;
use std::time::Duration;

use nohop_types::{Content, Modality, Money, OutputFormat};

use super::lists::{candidate, hold, request};
use super::*;
use crate::{Health, Offer};

/// The same candidate, at the same place of the list.
fn same(one: &[&Candidate], other: &[&Candidate]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| std::ptr::eq(*one, *other))
}

/// Asserts that of `all` those are left, in their order, that `keep` says.
fn keeps(all: &[Candidate], left: &[&Candidate], keep: impl Fn(&Candidate) -> bool) {
    let kept: Vec<_> = all.iter().filter(|it| keep(it)).collect();
    assert!(same(left, &kept));
}

/// Asserts that all are left, by `key`, and in their order where it is the same.
fn sorts<K: Ord>(all: &[Candidate], left: &[&Candidate], key: impl Fn(&Candidate) -> K) {
    let mut sorted: Vec<_> = all.iter().collect();
    sorted.sort_by_key(|it| key(it));
    assert!(same(left, &sorted));
}

#[test]
fn available_drops_who_rests_unless_all_do() {
    hold(available(), |cx, all, left| {
        let rests = |it: &Candidate| {
            it.health.resting_until.max(it.health.asked_until).is_some_and(|until| until > cx.now)
        };
        let all_rest = all.iter().all(rests);
        let is_rested = |it: &Candidate| all_rest || !rests(it);
        let has_room = |it: &Candidate| it.health.room != Some(0);
        let none_has = !all.iter().any(|it| is_rested(it) && has_room(it));
        keeps(all, left, |it| is_rested(it) && (none_has || has_room(it)));
    });
}

#[test]
fn capable_keeps_who_lacks_least() {
    hold(capable(), |cx, all, left| {
        let lacks = |it: &Candidate| lacks(cx, &it.offer);
        let least = all.iter().map(lacks).min();
        keeps(all, left, |it| Some(lacks(it)) == least);
        assert_eq!(left.is_empty(), all.is_empty());
    });
}

/// How many essentials `offer` lacks, and how much that may be left out.
fn lacks(cx: &Context<'_>, offer: &Offer) -> (usize, usize) {
    let request = cx.request;
    let cap = request.max_tokens.unwrap_or(0);
    let no = |can: Option<bool>| can == Some(false);
    let unread = |modality| !offer.reads.is_empty() && !offer.reads.contains(&modality);
    let picture = request.messages.iter().flat_map(|message| &message.parts);
    let picture = picture.clone().any(|part| matches!(part.content, Content::Image(_)));
    let unwritten = |modality| {
        request.modalities.contains(&modality)
            && !offer.writes.is_empty()
            && !offer.writes.contains(&modality)
    };
    let essential = [
        offer.context.is_some_and(|most| most < cx.input.saturating_add(cap)),
        offer.output.is_some_and(|most| most < cap),
        picture && unread(Modality::Image),
        unwritten(Modality::Text),
        unwritten(Modality::Audio),
        !request.tools.is_empty() && no(offer.tools),
        matches!(request.output, Some(OutputFormat::JsonSchema(_))) && no(offer.schema),
        request.messages.last().is_some_and(|last| last.role == nohop_types::Role::Assistant)
            && no(offer.prefill),
    ];
    let finer = [
        request.thinking.budget.is_some() && no(offer.reasoning),
        request.sampling.temperature.is_some() && no(offer.sampling),
        request.tool_choice.is_some() && no(offer.forced_tools),
        request.parallel.is_some() && no(offer.parallel_tools),
    ];
    let count = |lacks: &[bool]| lacks.iter().filter(|lacks| **lacks).count();
    (count(&essential), count(&finer))
}

#[test]
fn affordable_drops_what_is_estimated_to_cost_more_or_has_no_price() {
    let most = Money::cents_per_million(5) * 1_000;
    hold(affordable(most), |cx, all, left| {
        keeps(all, left, |it| cx.estimate(it).is_some_and(|cost| cost <= most));
    });
}

#[test]
fn first_leaves_the_order_of_the_route() {
    hold(first(), |_, all, left| keeps(all, left, |_| true));
}

#[test]
fn only_and_ignore_keep_and_drop_the_same() {
    let names = ["endpoint-1", "model-2@endpoint-3", "author-0/model-4"];
    let named = |it: &Candidate| {
        [&*it.endpoint, &*it.target, &*it.model].iter().any(|name| names.contains(name))
    };
    hold(only(names), |_, all, left| keeps(all, left, named));
    hold(ignore(names), |_, all, left| keeps(all, left, |it| !named(it)));
}

#[test]
fn allowed_keeps_what_fits_a_pattern() {
    hold(allowed(["*-1@endpoint-*", "author-1/*", "endpoint-2"]), |_, all, left| {
        keeps(all, left, |it| {
            it.target.contains("-1@endpoint-")
                || it.model.starts_with("author-1/")
                || &*it.endpoint == "endpoint-2"
        });
    });
    hold(allowed(["!*-1@*"]), |_, all, left| {
        keeps(all, left, |it| !it.target.contains("-1@"));
    });
    hold(allowed(Vec::<String>::new()), |_, _, left| assert!(left.is_empty()));
}

#[test]
fn a_star_stands_for_anything_and_for_nothing() {
    for (name, pattern, expected) in [
        ("abc", "abc", true),
        ("abc", "ab", false),
        ("abc", "*", true),
        ("", "*", true),
        ("abc", "a*c", true),
        ("ac", "a*c", true),
        ("abcb", "a*b", true),
        ("aba", "ab*ba", false),
        ("abba", "ab*ba", true),
        ("xaybz", "x*a*b*z", true),
        ("xbyaz", "x*a*b*z", false),
        ("abab", "*ab", true),
        ("aab", "*a*ab", true),
        ("ab", "*a*ab", false),
    ] {
        assert_eq!(names::fits(name, pattern), expected, "{name:?} by {pattern:?}");
    }
}

#[test]
fn in_order_puts_the_first_named_first_and_all_others_last() {
    hold(in_order(["endpoint-2", "model-0@endpoint-1"]), |_, all, left| {
        sorts(all, left, |it| match (&*it.endpoint, &*it.target) {
            ("endpoint-2", _) => 0,
            (_, "model-0@endpoint-1") => 1,
            _ => 2,
        });
    });
}

#[test]
fn cheapest_puts_the_least_estimate_first_and_unknown_prices_last() {
    hold(by(cheapest()), |cx, all, left| {
        let dearest = Some(Money::from_atto(u128::MAX));
        sorts(all, left, |it| cx.estimate(it).or(dearest));
    });
}

#[test]
fn fastest_puts_who_is_soonest_heard_first() {
    hold(by(fastest()), |_, all, left| {
        sorts(all, left, |it| match it.health {
            Health { latency: Some(latency), failures, .. } => {
                latency.saturating_mul(1_000) / 1_000_u32.saturating_sub(failures).max(1)
            }
            Health { running: 0, failures: 0, .. } => Duration::ZERO,
            _ => Duration::MAX,
        });
    });
}

#[test]
fn highest_throughput_puts_the_most_tokens_first() {
    hold(by(highest_throughput()), |_, all, left| {
        sorts(all, left, |it| {
            Reverse(match it.health {
                Health { throughputs: Some(speeds), failures, .. } => {
                    u64::from(speeds.p50) * 1_000_u64.saturating_sub(failures.into()) / 1_000
                }
                Health { running: 0, failures: 0, .. } => u64::MAX,
                _ => 0,
            })
        });
    });
}

#[test]
fn most_reliable_puts_whom_failed_less_in_as_many_attempts_first() {
    hold(by(most_reliable()), |_, all, left| {
        assert_eq!(left.len(), all.len());
        for (index, one) in left.iter().enumerate() {
            for other in &left[index..] {
                let as_many = one.health.attempts == other.health.attempts;
                let known = one.health.attempts > 0;
                assert!(!as_many || !known || one.health.failures <= other.health.failures);
            }
        }
    });
}

#[test]
fn best_and_newest_put_the_unknown_last() {
    let last = |known: Option<u32>| (known.is_none(), Reverse(known));
    hold(by(best()), |_, all, left| sorts(all, left, |it| last(it.offer.score)));
    hold(by(newest()), |_, all, left| sorts(all, left, |it| last(it.offer.released)));
}

#[test]
fn weighted_puts_the_weightless_last() {
    hold(by(weighted()), |_, all, left| {
        assert_eq!(left.len(), all.len());
        assert!(left.is_sorted_by_key(|it| it.weight == 0));
    });
}

#[test]
fn least_loaded_lets_the_less_busy_of_two_that_are_drawn_lead() {
    hold(least_loaded(), |cx, all, left| {
        let mut drawn: Vec<_> = all.iter().collect();
        let draw = weighted();
        drawn.sort_by_key(|it| draw.key(cx, it));
        let busy = |it: &Candidate| f64::from(it.health.running) / f64::from(it.weight);
        if drawn.len() > 1 && drawn[1].weight > 0 && busy(drawn[1]) < busy(drawn[0]) {
            drawn.swap(0, 1);
        }
        assert!(same(left, &drawn));
    });
}

#[test]
fn top_keeps_the_first_of_an_order() {
    hold(top(3, cheapest()), |cx, all, left| {
        let mut sorted: Vec<_> = all.iter().collect();
        sorted.sort_by_key(|it| cx.estimate(it).unwrap_or(Money::from_atto(u128::MAX)));
        sorted.truncate(3);
        assert!(same(left, &sorted));
    });
}

#[test]
fn within_moves_the_slower_behind_and_only_within_drops_them() {
    let most = Duration::from_millis(300);
    let slower = |percentile: Percentile| {
        move |it: &Candidate| match (&it.health.latencies, it.health.latency) {
            (Some(latencies), _) => percentile.of(latencies) > most,
            (None, usual) => usual.is_some_and(|usual| usual > most),
        }
    };
    for percentile in [Percentile::P50, Percentile::P75, Percentile::P90, Percentile::P99] {
        let slower = slower(percentile);
        hold(within(most, percentile), |_, all, left| sorts(all, left, slower));
        hold(only_within(most, percentile), |_, all, left| keeps(all, left, |it| !slower(it)));
    }
}

#[test]
fn nobody_panics_at_none_one_or_five_thousand_of_any_kind() {
    let policies: Vec<Box<dyn Policy>> = vec![
        Box::new(available().then(capable()).then(allowed(["*"]))),
        Box::new(affordable(Money::from_atto(u128::MAX))),
        Box::new(by(cheapest()).then_by(fastest().reverse())),
        Box::new(by(highest_throughput()).then_by(most_reliable())),
        Box::new(by(best()).then_by(newest())),
        Box::new(by(weighted())),
        Box::new(least_loaded()),
        Box::new(balanced()),
        Box::new(sticky(balanced())),
        Box::new(split("trial").arm("a", 0, balanced()).arm("b", u32::MAX, first())),
        Box::new(split("nothing")),
        Box::new(within(Duration::ZERO, Percentile::P99)),
        Box::new(top(0, weighted())),
    ];
    let five_thousand: Vec<_> = (0..5_000).map(candidate).collect();
    for snapshot in [&five_thousand[..0], &five_thousand[..1], &five_thousand[..]] {
        for number in 0..20 {
            let request = request(number);
            let cx = Context::new(&request, epoch(), number);
            for policy in &policies {
                let list = Candidates::decide(policy, &cx, snapshot, 16);
                assert!(list.len() <= snapshot.len());
            }
        }
    }
}
