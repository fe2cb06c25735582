use nohop_policy::{Candidate, Candidates, Context, Price};
use nohop_types::Request;

use super::*;

/// What was seen of so many candidates, of which the last was dropped.
fn seen(candidates: usize) -> Arc<Seen> {
    let price = Price { request: Some(Money::DOLLAR), ..Price::FREE };
    let candidate = |n: usize| Candidate::new(format!("m{n}@e")).price(price.clone());
    let snapshot = Arc::new(Snapshot::new(1, (0..candidates).map(candidate).collect()));
    let mut list = Candidates::new(&snapshot.candidates);
    let last = &*snapshot.candidates[candidates - 1].target;
    list.stage("not the last", |list| list.retain(|it| *it.target != *last));
    let decision = list.decided();
    let (request, at) = (Request::new("m").user("Why?"), Instant::now());
    let extent = Context::new(&request, at, 0).extent();
    Arc::new(Seen { snapshot, decision, extent, money: Some(Money::ZERO), at })
}

#[test]
fn a_list_of_few_is_made_when_somebody_looks() {
    let seen = seen(MOST_NAMED);
    let (considered, stages) = (seen.considered(), seen.stages());
    assert_eq!(Arc::strong_count(&seen), 3);
    assert_eq!((considered.len(), stages.len()), (MOST_NAMED, 1));
    assert_eq!(considered[0].estimate, Some(Money::DOLLAR));
    assert_eq!(considered[0].passed.as_deref(), Some("it may cost more than $0.00"));
    assert_eq!(considered[MOST_NAMED - 1].dropped, Some(0));
    assert_eq!(&*stages[0].dropped, ["m63@e".into()]);
}

#[test]
fn a_list_of_many_keeps_hold_of_none_of_them() {
    let seen = seen(MOST_NAMED + 1);
    let (considered, stages) = (seen.considered(), seen.stages());
    assert_eq!(Arc::strong_count(&seen), 1);
    assert_eq!((considered.len(), stages.len()), (MOST_NAMED, 1));
}
