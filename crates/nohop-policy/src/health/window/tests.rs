use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const SECOND: u64 = 1_000_000_000;

fn add(window: &Window, now: u64, latency: u64) {
    window.add(now, Measured { tally: &[Tally::Attempts], latency: Some(latency), speed: None });
}

#[test]
fn what_is_too_long_ago_is_forgotten_and_nothing_else() {
    let window = Window::default();
    (0..1_000).for_each(|second| add(&window, second * SECOND, second + 1));
    let kept = window.latencies();
    assert!((301..=360).contains(&kept.count()), "{}", kept.count());
    assert_eq!(u64::from(window.count(Tally::Attempts)), kept.count());
    assert!(kept.at(1).unwrap() >= 630, "{kept:?}");
    window.go_on(2_000 * SECOND);
    assert_eq!((window.latencies().count(), window.count(Tally::Attempts)), (0, 0));
}

#[test]
fn who_is_forgiven_is_as_if_it_had_not_failed() {
    let window = Window::default();
    for second in 0..100 {
        let tally = [Tally::Attempts, Tally::Failures];
        let measured = Measured { tally: &tally[..1 + second as usize % 2], ..Measured::default() };
        window.add(second * SECOND, measured);
    }
    window.forgive();
    assert_eq!((window.count(Tally::Attempts), window.count(Tally::Failures)), (50, 0));
    window.go_on(10_000 * SECOND);
    assert_eq!(window.count(Tally::Attempts), 0);
}

#[test]
fn many_write_at_once_and_nothing_is_lost() {
    let window = Window::default();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let window = &window;
            scope.spawn(move || {
                (0..5_000).for_each(|size| add(window, SECOND, size * (thread + 1)))
            });
        }
    });
    assert_eq!((window.latencies().count(), window.count(Tally::Attempts)), (20_000, 20_000));
}

#[test]
fn nothing_stays_behind_though_many_write_while_it_is_emptied() {
    let window = Window::default();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let window = &window;
            scope.spawn(move || {
                for place in 0..20_000_u64 {
                    add(window, place * SECOND / 50, place % 7 * 100 + thread + 1);
                }
            });
        }
    });
    window.go_on(100_000 * SECOND);
    window.go_on(200_000 * SECOND);
    assert!(window.latencies().is_empty(), "{:?}", window.latencies());
    assert_eq!(window.latencies_at([500]), None);
}

proptest! {
    #[test]
    fn percentiles_of_a_window_are_those_of_what_was_measured_in_it(
        measured in vec((0..900_u64, 1..600_000_000_u64), 1..400),
    ) {
        let window = Window::default();
        let mut measured = measured;
        measured.sort_unstable();
        measured.iter().for_each(|(second, size)| add(&window, second * SECOND, *size));
        let newest = measured.last().unwrap().0 / 60;
        let recent = measured.iter().filter(|(second, _)| second / 60 + SLICES > newest);
        let mut exact: Vec<u64> = recent.map(|(_, size)| *size).collect();
        exact.sort_unstable();
        let found = window.latencies();
        let shares = [500, 750, 900, 990, 10];
        prop_assert_eq!(window.latencies_at(shares), Some(shares.map(|share| found.at(share).unwrap())));
        prop_assert_eq!(found.count() as usize, exact.len());
        for share in [500, 900, 990] {
            let rank = (exact.len() as u64 * share).div_ceil(1_000).max(1) as usize;
            let (exact, found) = (exact[rank - 1], found.at(share).unwrap());
            prop_assert!(exact.abs_diff(found) * 50 <= exact, "{found} for {exact}");
        }
    }
}
