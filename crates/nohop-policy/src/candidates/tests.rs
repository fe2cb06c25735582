use std::sync::Arc;

use nohop_types::Stage;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn snapshot() -> Vec<Candidate> {
    ["d@x", "a@y", "c@x", "b@y", "a@x"].map(Candidate::new).into()
}

/// What `edit` leaves of the snapshot, and what each stage dropped of it.
fn check(edit: impl FnOnce(&mut Candidates<'_>), kept: &[usize], dropped: &[(&str, &[usize])]) {
    let snapshot = snapshot();
    let mut list = Candidates::new(&snapshot);
    edit(&mut list);
    assert_eq!(list.places().collect::<Vec<_>>(), kept);
    let stages = list.decided().stages(&snapshot, usize::MAX);
    let found: Vec<_> = stages.iter().map(|stage| (&*stage.name, &*stage.dropped)).collect();
    let names =
        |places: &[usize]| places.iter().map(|place| snapshot[*place].target.clone()).collect();
    let dropped: Vec<(&str, Vec<_>)> =
        dropped.iter().map(|(name, places)| (*name, names(places))).collect();
    let dropped: Vec<_> = dropped.iter().map(|(name, targets)| (*name, &**targets)).collect();
    assert_eq!(found, dropped);
}

#[test]
fn the_best_are_kept_in_order_and_ties_keep_theirs() {
    check(|list| list.keep_best(3, |it| it.target.as_bytes()[0]), &[1, 4, 3], &[]);
}

#[test]
fn more_than_there_are_is_all_of_them() {
    check(|list| list.keep_best(9, |it| it.target.clone()), &[4, 1, 3, 2, 0], &[]);
    check(|list| list.keep_best(0, |it| it.target.clone()), &[], &[]);
}

#[test]
fn the_rest_keeps_its_order_behind_the_front() {
    check(|list| list.sort_front_by_key(2, |it| it.target.clone()), &[4, 1, 0, 2, 3], &[]);
}

#[test]
fn every_stage_answers_for_what_it_dropped() {
    let edit = |list: &mut Candidates<'_>| {
        list.stage("all", |list| {
            list.stage("not c", |list| list.retain(|it| !it.target.starts_with('c')));
            list.stage("nothing", |list| list.retain(|_| true));
            list.stage("two", |list| list.keep_best(2, |it| it.target.clone()));
        });
    };
    check(edit, &[4, 1], &[("not c", &[2]), ("nothing", &[]), ("two", &[0, 3])]);
}

#[test]
fn what_is_said_last_of_a_name_is_what_is_said_of_it() {
    let snapshot = snapshot();
    let mut list = Candidates::new(&snapshot);
    for (name, value) in [("arm", "a"), ("difficulty", "easy"), ("arm", "b")] {
        list.label(Label::new(name, value));
    }
    let said = [Label::new("difficulty", "easy"), Label::new("arm", "b")];
    assert_eq!(list.labels(), said);
    assert_eq!(list.decided().labels(), said);
}

#[test]
fn of_many_that_a_stage_dropped_only_some_are_named() {
    let snapshot = snapshot();
    let mut list = Candidates::new(&snapshot);
    list.stage("none", |list| list.retain(|_| false));
    let stages = list.decided().stages(&snapshot, 2);
    assert_eq!((stages[0].kept, stages[0].dropped.len(), stages[0].unnamed), (0, 2, 3));
}

/// The stages that changed who leads.
fn moved(edit: impl FnOnce(&mut Candidates<'_>)) -> Vec<Stage> {
    let snapshot = snapshot();
    let mut list = Candidates::new(&snapshot);
    edit(&mut list);
    let stages = list.decided().stages(&snapshot, usize::MAX).into_iter();
    stages.filter(|stage| !stage.after.is_empty()).collect()
}

#[test]
fn a_stage_that_changes_who_leads_is_said_to_have_moved_them() {
    let sort = |list: &mut Candidates<'_>| {
        list.stage("sort", |list| list.sort_by_key(|it| it.target.clone()));
    };
    let names = |names: [&str; 3]| names.map(Arc::from).to_vec();
    let stage = Stage::new("sort", 5);
    let expected = [stage.moved(names(["d@x", "a@y", "c@x"]), names(["a@x", "a@y", "b@y"]))];
    assert_eq!(moved(sort), expected);
    // The stage around it did nothing more, and a second sort finds all in order.
    let twice = |list: &mut Candidates<'_>| {
        list.stage("around", |list| {
            sort(list);
            list.stage("again", |list| list.sort_by_key(|it| it.target.clone()));
        });
    };
    assert_eq!(moved(twice), expected);
}

#[test]
fn a_stage_that_only_drops_has_moved_nobody() {
    let drop = |list: &mut Candidates<'_>| {
        list.stage("no y", |list| list.retain(|it| !it.target.ends_with('y')));
        list.stage("no d", |list| list.retain(|it| !it.target.starts_with('d')));
    };
    assert!(moved(drop).is_empty());
}

#[test]
fn whom_an_outer_stage_moves_it_answers_for_itself() {
    let outer = |list: &mut Candidates<'_>| {
        list.stage("outer", |list| {
            list.stage("inner", |list| list.retain(|it| !it.target.starts_with('d')));
            list.sort_by_key(|it| it.target.clone());
        });
    };
    assert_eq!(moved(outer).iter().map(|stage| &*stage.name).collect::<Vec<_>>(), ["outer"]);
}

#[test]
fn who_was_dropped_is_told_with_the_stage_that_did_it() {
    let snapshot = snapshot();
    let mut list = Candidates::new(&snapshot);
    list.stage("not c", |list| list.retain(|it| !it.target.starts_with('c')));
    list.stage("nothing", |_| ());
    list.stage("two", |list| list.keep_best(2, |it| it.target.clone()));
    let dropped: Vec<_> = list.decided().dropped().collect();
    assert_eq!(dropped, [(0, 2), (3, 2), (2, 0)]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_sorted_front_is_the_front_of_a_stable_sort(
        keys in vec(0..20_u32, 0..200),
        front in prop_oneof![0..5_usize, 0..200_usize],
        dropped in 0..20_u32,
    ) {
        let snapshot: Vec<_> = keys.iter().map(|key| Candidate::new("m@e").key(*key)).collect();
        let list = || {
            let mut list = Candidates::new(&snapshot);
            list.retain(|it| it.key != dropped);
            list
        };
        let (mut some, mut all) = (list(), list());
        some.sort_front_by_key(front, |it| it.key);
        all.sort_by_key(|it| it.key);
        let front = front.min(all.len());
        let (some, all): (Vec<_>, Vec<_>) = (some.places().collect(), all.places().collect());
        prop_assert_eq!(&some[..front], &all[..front]);
        let mut rest = all[front..].to_vec();
        rest.sort_unstable();
        prop_assert_eq!(&some[front..], rest);
    }
}
