use super::*;

const SECOND: u64 = 1_000_000_000;

/// A cap with so many attempts under way, one more of which has just been too many.
fn met(running: u32) -> Cap {
    let cap = Cap::default();
    for _ in 0..=running {
        cap.begin();
    }
    cap.end();
    cap.met(0, SECOND);
    cap
}

#[test]
fn there_is_no_cap_before_a_limit_is_met_nor_long_after() {
    let cap = Cap::default();
    cap.kept(0);
    assert_eq!(cap.room(0), None);
    assert_eq!(met(9).room(2 * SECOND), Some(0));
    assert_eq!(met(9).room(SECOND + REMEMBERED), None);
}

#[test]
fn a_limit_that_many_meet_at_once_is_one_cut() {
    let cap = met(9);
    (0..9).for_each(|_| {
        cap.end();
        cap.met(0, SECOND);
    });
    assert_eq!(cap.room(2 * SECOND), Some(7));
    // One that began since says that it is still too much.
    for _ in 0..8 {
        cap.begin();
    }
    cap.end();
    cap.met(2 * SECOND, 3 * SECOND);
    assert_eq!(cap.left(), 0);
}

#[test]
fn it_finds_the_limit_again_and_stays_near_it() {
    // A provider that bears twelve at once, asked by as many as there is room for.
    let (cap, limit) = (met(40), 12);
    for _ in 0..40 {
        cap.end();
    }
    let mut seen = Vec::new();
    for round in 2..400 {
        let now = round * SECOND;
        let running = cap.room(now).unwrap_or(40);
        for _ in 0..running {
            cap.begin();
        }
        for one in 0..running {
            cap.end();
            if one < running.saturating_sub(limit) {
                cap.met(now, now + 1)
            } else {
                cap.kept(now + 1)
            }
        }
        seen.push(running);
    }
    let late = &seen[100..];
    let (least, most) = (late.iter().min().unwrap(), late.iter().max().unwrap());
    assert!(*least >= 8 && *most <= 14, "{least} to {most}");
    let mean = late.iter().sum::<u32>() as usize / late.len();
    assert!((10..=12).contains(&mean), "{mean}");
}

#[test]
fn at_least_one_is_always_let_through() {
    let cap = met(1);
    cap.end();
    for second in 2..50 {
        cap.begin();
        cap.end();
        cap.met(second * SECOND, second * SECOND + 1);
    }
    assert_eq!(cap.room(51 * SECOND), Some(1));
}
