use nohop_types::{Label, Request};

use super::*;
use crate::plan::epoch;
use crate::{Candidate, in_order, only};

/// What `policy` leaves for a request whose difficulty is `value`, and the names of its stages.
fn check(policy: &impl Policy, value: Option<&str>, kept: &[&str], stages: &[&str]) {
    let request = Request::new("m").user("word");
    let labels: Vec<_> = value.map(|value| Label::new("difficulty", value)).into_iter().collect();
    let cx = Context::new(&request, epoch(), 0).labels(&labels);
    let snapshot = ["m@large", "m@small"].map(Candidate::new);
    let list = Candidates::decide(policy, &cx, &snapshot, usize::MAX);
    assert_eq!(list.targets(), kept);
    let found = list.decided().stages(&snapshot, 9);
    assert_eq!(found.iter().map(|stage| &*stage.name).collect::<Vec<_>>(), stages);
}

#[test]
fn a_policy_for_a_label_leaves_all_others_alone() {
    let policy = when("difficulty", "easy", only(["small"]));
    let name = "only small when difficulty is easy";
    check(&policy, Some("easy"), &["m@small"], &[name]);
    check(&policy, Some("hard"), &["m@large", "m@small"], &[name]);
    check(&policy, None, &["m@large", "m@small"], &[name]);
}

#[test]
fn otherwise_is_for_all_others_and_for_those_without_the_label() {
    let policy = when("difficulty", "easy", in_order(["small"])).otherwise(only(["large"]));
    let easy = "by order of small when difficulty is easy";
    check(&policy, Some("easy"), &["m@small", "m@large"], &[easy]);
    check(&policy, Some("hard"), &["m@large"], &["only large"]);
    check(&policy, None, &["m@large"], &["only large"]);
}

#[test]
fn labels_may_be_more_than_two() {
    let rest = when("difficulty", "medium", only(["large"])).otherwise(only(["none"]));
    let policy = when("difficulty", "easy", only(["small"])).otherwise(rest);
    let easy = "only small when difficulty is easy";
    let medium = "only large when difficulty is medium";
    check(&policy, Some("easy"), &["m@small"], &[easy]);
    check(&policy, Some("medium"), &["m@large"], &[medium]);
    check(&policy, Some("hard"), &[], &["only none"]);
}
