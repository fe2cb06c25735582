use std::time::Duration;

use super::*;
use crate::plan::epoch;
use crate::random::random;

const SECOND: Duration = Duration::from_secs(1);

fn window(most: u128, slots: usize) -> Window {
    Window::new(Rate { measure: Measure::Tokens, most, span: SECOND * 60 }, slots)
}

#[test]
fn a_use_leaves_when_the_window_has_passed_and_not_before() {
    let (start, mut window) = (epoch(), window(2, 8));
    window.add(start, 1);
    window.add(start + SECOND, 1);
    assert_eq!(window.when(1), Some(start + SECOND * 60));
    assert_eq!(window.when(2), Some(start + SECOND * 61));
    window.forget(start + SECOND * 60 - Duration::from_nanos(1));
    assert!(!window.fits(1));
    window.forget(start + SECOND * 60);
    assert!(window.fits(1) && !window.fits(2));
}

#[test]
fn whoever_is_behind_more_than_a_window_waits_for_several() {
    let (start, mut window) = (epoch(), window(2, 8));
    window.add(start, 2);
    assert_eq!(window.when(4), Some(start + SECOND * 120));
    assert_eq!(window.when(5), Some(start + SECOND * 180));
}

#[test]
fn what_was_not_used_is_taken_back_where_it_was_counted() {
    let (start, mut window) = (epoch(), window(10, 8));
    window.add(start, 6);
    window.add(start + SECOND, 4);
    window.correct(start + SECOND * 2, start, 6, 1);
    assert!(window.fits(5) && !window.fits(6));
    window.forget(start + SECOND * 60);
    assert!(window.fits(6) && !window.fits(7), "the rest of it has left as well");
    // What has left is not taken back again.
    window.correct(start + SECOND * 60, start, 6, 0);
    assert!(!window.fits(7));
}

#[test]
fn what_was_used_beyond_the_estimate_counts_from_when_it_is_known() {
    let (start, mut window) = (epoch(), window(10, 8));
    window.add(start, 1);
    window.correct(start + SECOND * 30, start, 1, 15);
    assert!(!window.fits(0), "it is over");
    window.forget(start + SECOND * 89);
    assert!(!window.fits(0));
    window.forget(start + SECOND * 90);
    assert!(window.fits(10) && window.is_empty());
}

#[test]
fn many_uses_take_bounded_room_and_never_leave_early() {
    let (start, mut window) = (epoch(), window(u128::MAX, 64));
    let (mut at, mut all) = (start, Vec::new());
    for number in 0..20_000 {
        at += Duration::from_micros(random(1, number) % 20_000);
        let amount = u128::from(random(2, number) % 100);
        window.forget(at);
        window.add(at, amount);
        all.push((at, amount));
        assert!(window.slots() <= 2 * 64 + 1, "{}", window.slots());
        let exact: u128 = all
            .iter()
            .rev()
            .take_while(|(then, _)| *then + SECOND * 60 > at)
            .map(|use_| use_.1)
            .sum();
        assert!(window.used >= exact, "{number}");
        if number % 7 == 0 {
            let (then, amount) = all[all.len() / 2];
            let part = amount / 2;
            let known = all.len() / 2;
            all[known].1 -= part;
            window.take_back(then, part);
        }
        if all.len() > 1_000 {
            all.drain(..1);
        }
    }
}
