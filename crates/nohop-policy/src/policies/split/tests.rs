use nohop_types::Request;

use super::*;
use crate::plan::epoch;
use crate::{Candidate, first, only};

const USERS: u64 = 1_000_000;

fn trial(arms: &[(&'static str, u32)]) -> Split {
    arms.iter().fold(split("trial"), |split, (name, weight)| split.arm(*name, *weight, first()))
}

/// The arm of each of a million users.
fn arms(split: &Split) -> impl Iterator<Item = &str> {
    let mut request = Request::new("m");
    (0..USERS).map(move |user| {
        request.user = Some(format!("user-{user}"));
        split.choose(&Context::new(&request, epoch(), user)).unwrap()
    })
}

#[test]
fn a_million_users_fall_on_the_arms_as_their_weights_say() {
    let weights = [("a", 5), ("b", 3), ("c", 2)];
    let split = trial(&weights);
    let mut counts = [0_u64; 3];
    for arm in arms(&split) {
        counts[usize::from(arm.as_bytes()[0] - b'a')] += 1;
    }
    for ((arm, weight), count) in weights.iter().zip(counts) {
        let wanted = u64::from(*weight) * USERS / 10;
        // A thousandth of all.
        assert!(count.abs_diff(wanted) < USERS / 1_000, "{arm}: {count} of {wanted}");
    }
}

#[test]
fn an_arm_that_is_added_takes_its_share_and_moves_nobody_else() {
    let (two, three) = (trial(&[("a", 5), ("b", 3)]), trial(&[("a", 5), ("b", 3), ("c", 2)]));
    let mut moved = 0;
    for (before, after) in arms(&two).zip(arms(&three)) {
        if before != after {
            assert_eq!(after, "c");
            moved += 1;
        }
    }
    assert!((USERS / 5).abs_diff(moved) < USERS / 1_000, "{moved}");
}

#[test]
fn one_user_is_in_one_arm_whatever_else_is_so() {
    let split = trial(&[("a", 1), ("b", 1)]);
    let arm =
        |request: &Request, seed| split.choose(&Context::new(request, epoch(), seed)).unwrap();
    let ann = |text: &str| Request::new("m").user(text).by("ann");
    for seed in 0..100 {
        assert_eq!(arm(&ann("Hello?"), seed), arm(&ann("And then?").session("s"), seed + 1));
    }
    // Without a user it is the session, and without both the request itself.
    let session = Request::new("m").session("ann");
    assert_eq!(arm(&session, 1), arm(&ann("Hello?"), 2));
    let nobody = Request::new("m");
    let short = (0..1_000).filter(|seed| arm(&nobody, *seed) == "a").count();
    assert!((420..580).contains(&short), "{short}");
    assert_eq!(arm(&nobody, 7), arm(&nobody, 7));
}

#[test]
fn a_tag_may_tell_users_apart() {
    let split = trial(&[("a", 1), ("b", 1)]).by("team");
    let arm =
        |request: Request| split.choose(&Context::new(&request, epoch(), 0)).map(str::to_owned);
    let team = |user: &str| arm(Request::new("m").by(user).tag("team", "red"));
    assert!((0..50).all(|user| team(&format!("user-{user}")) == team("ann")));
}

#[test]
fn two_trials_are_drawn_apart() {
    let (one, other) = (trial(&[("a", 1), ("b", 1)]), split("another"));
    let other = other.arm("a", 1, first()).arm("b", 1, first());
    let both = arms(&one).zip(arms(&other)).take(10_000);
    let same = both.filter(|(one, other)| one == other).count();
    assert!((4_700..5_300).contains(&same), "{same}");
}

#[test]
fn the_arm_decides_and_is_a_label() {
    let policy = split("model").arm("usual", 1, only(["one"])).arm("never", 0, only(["two"]));
    let snapshot = ["m@one", "m@two"].map(Candidate::new);
    let request = Request::new("m").by("ann");
    let cx = Context::new(&request, epoch(), 0);
    let list = Candidates::decide(&policy, &cx, &snapshot, usize::MAX);
    assert_eq!(list.targets(), ["m@one"]);
    assert_eq!(list.labels(), [Label::new("model", "usual")]);
    let stages = list.decided().stages(&snapshot, 9);
    assert_eq!(stages.iter().map(|stage| &*stage.name).collect::<Vec<_>>(), ["model usual"]);
}
