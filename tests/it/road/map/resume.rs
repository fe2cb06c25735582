//! Batches that are gone on from.

use std::fs;
use std::path::PathBuf;

use nohop::map::Known;

use super::*;

/// A path of its own, which is taken away at the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("nohop-batch-{}-{name}", std::process::id()));
        drop(fs::remove_file(&path));
        Self(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

/// What an answer costs: ten tokens, and twenty at twice as much.
const COST: Money = Money::cents_per_million(100 * 50);

fn is_known(done: &Done) -> bool {
    done.known
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_dropped_amid_its_work_goes_on_with_the_rest() {
    let place = Place::new("drop");
    let priced = |builder: Builder| builder.target(Target::new("m1@first").price(price()));
    let first = says().delay(SECOND);
    let road = road_with(first, Script::anthropic(), Limits::DEFAULT, priced).await;
    let mut batch = road.router.map(requests(50), 4).resume(&place.0).unwrap();
    for _ in 0..18 {
        batch.next().await.unwrap().result.unwrap();
    }
    drop(batch);
    let (before, spent) = (road.first.journal().calls(), road.ledger.spent());

    let mut batch = road.router.map(requests(50), 4).resume(&place.0).unwrap();
    let all = rest(&mut batch).await;

    assert_eq!(road.first.journal().calls() - before, 32);
    let mut told = numbers(&all);
    told.sort_unstable();
    assert_eq!(told, (0..50).collect::<Vec<_>>());
    assert_eq!(all.iter().filter(|done| is_known(done)).count(), 18);
    assert!(all.iter().all(|done| done.result.as_ref().unwrap().text() == "Hello!"));
    let progress = batch.progress();
    assert_eq!((progress.done, progress.known, progress.left), (50, 18, Some(0)));
    assert_eq!((progress.cost, spent), (road.ledger.spent(), COST * 18));
    assert_eq!(progress.cost, COST * 50);
    assert!(road.is_clear());
}

#[test]
fn what_is_known_is_told_as_it_was_or_passed_over() {
    paused(async {
        let place = Place::new("known");
        let (router, _, transport) = router(says(), says());
        let mut first = rest(&mut router.map(requests(200), 8).resume(&place.0).unwrap()).await;
        first.sort_by_key(|done| done.number);
        let again = rest(&mut router.map(requests(200), 8).resume(&place.0).unwrap()).await;
        for done in &again {
            let mut before = first[done.number as usize].result.as_ref().unwrap().clone();
            before.trace = None;
            assert!(is_known(done) && *done.result.as_ref().unwrap() == before);
        }
        let mut silent = router.map(requests(201), 8).resume(&place.0).unwrap().known(Known::Skip);
        assert_eq!(numbers(&rest(&mut silent).await), [200]);
        assert_eq!(silent.progress().done, 201);
        assert_eq!(transport.calls().len(), 201);
    });
}

#[test]
fn what_failed_is_asked_again() {
    paused(async {
        let place = Place::new("failed");
        let (router, _, transport) = router(says().fault_at(2, Fault::BadSchema), says());
        rest(&mut router.map(requests(3), 1).resume(&place.0).unwrap()).await;
        let again = rest(&mut router.map(requests(3), 1).resume(&place.0).unwrap()).await;
        assert_eq!(again.iter().map(is_known).collect::<Vec<_>>(), [true, false, true]);
        assert!(again[1].result.is_ok());
        assert_eq!(transport.calls().len(), 4);
    });
}

#[test]
fn a_budget_is_for_all_runs_together() {
    paused(async {
        let place = Place::new("budget");
        let (router, ledger, _) = router(says(), says());
        // Each may cost four times what it does.
        let budget = COST * 6;
        let run = async || {
            let batch = router.map(requests(8), 1).budget(budget).resume(&place.0);
            rest(&mut batch.unwrap()).await
        };
        let answered = |all: &[Done]| all.iter().filter(|done| done.result.is_ok()).count();
        let first = run().await;
        assert_eq!((answered(&first), ledger.spent()), (2, COST * 2));
        let second = run().await;
        assert_eq!((answered(&second), second.iter().filter(|done| done.known).count()), (2, 2));
        assert_eq!(ledger.spent(), COST * 2);
    });
}

#[test]
fn a_torn_line_is_dropped_and_its_request_asked_again() {
    paused(async {
        let place = Place::new("torn");
        let (router, _, transport) = router(says(), says());
        rest(&mut router.map(requests(5), 1).resume(&place.0).unwrap()).await;
        let text = fs::read(&place.0).unwrap();
        fs::write(&place.0, &text[..text.len() - 20]).unwrap();
        let again = rest(&mut router.map(requests(5), 1).resume(&place.0).unwrap()).await;
        assert_eq!(again.iter().filter(|done| !done.known).count(), 1);
        assert_eq!(transport.calls().len(), 6);
        let third = rest(&mut router.map(requests(5), 1).resume(&place.0).unwrap()).await;
        assert!(third.iter().all(is_known));
    });
}

#[test]
fn a_file_of_other_requests_is_refused_before_anybody_is_asked() {
    paused(async {
        let place = Place::new("foreign");
        let (router, _, transport) = router(says(), says());
        rest(&mut router.map(requests(5), 1).resume(&place.0).unwrap()).await;
        let before = fs::read(&place.0).unwrap();

        let others = requests(5).map(|request| request.temperature(1.0));
        let mut batch = router.map(others, 2).resume(&place.0).unwrap();
        let all = rest(&mut batch).await;

        assert_eq!((all.len(), transport.calls().len()), (1, 5));
        let error = all[0].result.as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains("its line 2 is of another request number 0"), "{error}");
        let progress = batch.progress();
        assert_eq!((progress.ended, progress.left), (Some(Ended::File), Some(4)));
        assert_eq!(fs::read(&place.0).unwrap(), before);
    });
}

#[test]
fn requests_that_changed_later_on_end_the_batch_there() {
    paused(async {
        let place = Place::new("changed");
        let first = says().fault_at(1, Fault::BadSchema).fault_at(6, Fault::Late(SECOND));
        let (router, _, transport) = router(first, says());
        rest(&mut router.map(requests(5), 1).resume(&place.0).unwrap()).await;
        let changed = requests(10).enumerate().map(|(number, request)| match number {
            3 => request.user("And another?"),
            _ => request,
        });
        let mut batch = router.map(changed, 8).resume(&place.0).unwrap();
        let all = rest(&mut batch).await;
        // The first, which had failed, is asked and answered; the fourth ends it.
        let ok: Vec<_> = all.iter().map(|done| (done.number, done.result.is_ok())).collect();
        assert_eq!(ok, [(1, true), (2, true), (3, false), (0, true)]);
        assert_eq!(transport.calls().len(), 6);
    });
}

#[test]
fn what_is_under_way_goes_on_while_there_is_much_to_tell() {
    paused(async {
        let place = Place::new("slow");
        let first = says().fault_at(1, Fault::BadSchema).fault_at(101, Fault::Late(SECOND * 3));
        let (router, _, _) = router(first, says());
        rest(&mut router.map(requests(100), 1).resume(&place.0).unwrap()).await;
        let mut batch = router.map(requests(100), 2).resume(&place.0).unwrap();
        let mut told = Vec::new();
        while let Some(done) = batch.next().await {
            told.push(done.number);
            sleep(SECOND).await;
        }
        assert_eq!((told.len(), told.iter().position(|number| *number == 0)), (100, Some(3)));
    });
}
