//! Worlds that make no sense: zero, empty, one, huge. Nothing panics, and every request ends.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

fn size() -> impl Strategy<Value = f64> {
    let odd = [0.0, -1.0, 1e-300, 0.5, 1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    prop_oneof![select(odd.to_vec()), 0.0..10_000.0]
}

fn spread() -> impl Strategy<Value = Spread> {
    (size(), size()).prop_map(|(half, most)| Spread { half, most })
}

fn time() -> impl Strategy<Value = Duration> {
    let odd =
        [Duration::ZERO, Duration::from_nanos(1), SECOND, HOUR, HOUR * 876_000, Duration::MAX];
    select(odd.to_vec())
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        Just(Fault::Down(ErrorKind::Server)),
        Just(Fault::Hangs),
        any::<u32>().prop_map(Fault::Fails),
        any::<u32>().prop_map(Fault::Breaks),
        size().prop_map(Fault::Slow),
        size().prop_map(Fault::Drips),
        (any::<u32>(), prop::option::of(time())).prop_map(|(of_a_thousand, retry_after)| {
            Fault::Limits { of_a_thousand, retry_after }
        }),
    ]
}

fn trouble() -> impl Strategy<Value = Trouble> {
    (time(), time(), fault()).prop_map(|(from, until, what)| Trouble { from, until, what })
}

fn limit() -> impl Strategy<Value = Limit> {
    let count = || select(vec![0, 1, u64::MAX]);
    (count(), count(), time()).prop_map(|(requests, tokens, window)| Limit {
        requests,
        tokens,
        window,
    })
}

fn provider() -> impl Strategy<Value = Provider> {
    let speeds = (spread(), spread(), spread());
    let wrong = (any::<u32>(), any::<u32>(), 0_u32..3, prop::option::of(0_u32..3));
    let lists = (prop::collection::vec(limit(), 0..3), prop::collection::vec(trouble(), 0..3));
    (speeds, wrong, lists, time()).prop_map(|(speeds, wrong, (limits, troubles), cache)| Provider {
        name: String::new(),
        first_content: speeds.0,
        throughput: speeds.1,
        refusal: speeds.2,
        errors: wrong.0,
        breaks: wrong.1,
        keys: wrong.2,
        capacity: wrong.3,
        limits,
        cache,
        troubles,
    })
}

fn ask() -> impl Strategy<Value = Arrival> {
    let count = || select(vec![0, 1, 1_000, u64::MAX]);
    let session = prop::option::of(Just("s".to_owned()));
    (time(), count(), count(), count(), session, any::<u32>()).prop_map(
        |(at, input, output, prefix, session, difficulty)| {
            // Later than a century from now is no time that a policy could be told.
            let at = at.min(HOUR * 876_000);
            Arrival { input, output, prefix, session, difficulty, ..Arrival::new(at, "m") }
        },
    )
}

fn limits() -> impl Strategy<Value = Limits> {
    (0_usize..6, time(), time(), time(), prop::option::of(time()), any::<bool>()).prop_map(
        |(attempts, total, backoff, patience, hedge, resume)| Limits {
            attempts,
            total,
            backoff,
            patience,
            hedge: hedge.map(Hedge::After),
            broken: if resume { Broken::Resume } else { Broken::Fail },
            ..Limits::DEFAULT
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_world_makes_it_panic_and_every_request_ends(
        providers in prop::collection::vec(provider(), 0..4),
        asks in prop::collection::vec(ask(), 0..20),
        limits in limits(),
        cents in select(vec![0, 1, u64::MAX / 4]),
        slices in select(vec![0, 1, 7, usize::MAX]),
        skill in 0_u32..2_000,
    ) {
        let named = providers.into_iter().enumerate();
        let providers: Vec<_> =
            named.map(|(place, it)| Provider { name: format!("p{place}"), ..it }).collect();
        let targets = providers.iter().map(|it| Target {
            model: "m".to_owned(), skill, ..target(&format!("m@{}", it.name), cents)
        });
        let targets: Vec<_> = targets.collect();
        let world = World::new(providers, targets).unwrap();
        let requests = asks.len() as u64;
        let rehearsal = Rehearsal::new(world, Workload::new(asks), began());

        let report = rehearsal.limits(limits).slices(slices).run(available().then(by(cheapest())));

        let failed: u64 = report.errors.values().sum();
        prop_assert_eq!((report.requests, report.answered + failed), (requests, requests));
        prop_assert!(report.calls <= requests * limits.attempts as u64);
        let drawn = svg([&report]) + &table([&report]);
        prop_assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{}", drawn);
    }

    #[test]
    fn no_traffic_makes_it_panic(
        requests in 0_usize..50,
        lasts in time(),
        input in spread(),
        output in spread(),
        turns in spread(),
        pause in spread(),
        models in 0_usize..3,
        share in any::<u32>(),
        judged in prop::option::of(any::<u32>()),
        users in select(vec![0, 1, u32::MAX]),
    ) {
        let traffic = Traffic {
            requests, lasts, input, output, turns, pause, judged, users,
            models: (0..models).map(|model| (format!("m{model}"), share)).collect(),
            tags: vec![("a".to_owned(), "b".to_owned(), share)],
            ..Traffic::of(["m"])
        };
        let made = traffic.make(1);
        prop_assert_eq!(made.len(), if models == 0 { 0 } else { requests });
    }

    #[test]
    fn no_made_up_world_is_too_small(providers in 0_usize..5, models in 0_usize..5, offers in 0_usize..9) {
        let world = World::made_up(1, providers, models, offers);
        prop_assert_eq!(world.models().len(), if providers == 0 { 0 } else { models });
    }
}
