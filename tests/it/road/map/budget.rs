//! What a batch may cost.

use super::*;

/// One of five tokens, whose answer may have two and a half; ten times as dear at the second host.
fn asks(model: &str) -> Request {
    Request::new(model).user("x".repeat(20)).max_tokens(2)
}

/// Answers in full, as estimated: nine dollars a million at the first host.
fn full() -> Script {
    Script::openai().says("Hello!").usage(5, 2)
}

const ONE: Money = Money::from_atto(Money::DOLLAR.as_atto() / 1_000_000 * 9);

fn spent(done: &[Done]) -> Money {
    let costs = done.iter().filter_map(|done| done.result.as_ref().ok()?.cost);
    costs.map(|cost| cost.amount).sum()
}

/// How many were answered, and how many were told that there is no money.
fn split(done: &[Done]) -> (usize, usize) {
    let kind = |done: &Done| done.result.as_ref().err().map(Error::kind);
    let refused = |done: &&Done| kind(done) == Some(ErrorKind::Budget);
    (done.iter().filter(|done| done.result.is_ok()).count(), done.iter().filter(refused).count())
}

#[test]
fn a_budget_of_mixed_prices_is_used_up_and_never_exceeded() {
    for concurrency in [1, 4, 64] {
        for pieces in [1, 9, 10, 11, 55, 100, 1_000] {
            paused(async {
                let (router, ledger, transport) = router(full().delay(SECOND), full());
                let budget = ONE * pieces;
                let models = ["m1@first", "m2@second"].into_iter().cycle();
                let mut batch = router.map(models.take(60).map(asks), concurrency).budget(budget);
                let all = rest(&mut batch).await;

                let (answered, refused) = split(&all);
                assert_eq!((all.len(), answered + refused), (60, 60), "each is told once");
                assert_eq!(transport.calls().len(), answered, "whoever is refused is not sent");
                assert!(spent(&all) <= budget && spent(&all) == ledger.spent());
                // The first thirty of each kind would cost so much.
                let all_of_them = ONE * 330;
                assert_eq!(refused == 0, budget >= all_of_them);
                let left = budget - spent(&all);
                assert!(refused == 0 || left < ONE * 10, "{left} was left of {budget}");
                let progress = batch.progress();
                assert_eq!((progress.cost, progress.refused as usize), (spent(&all), refused));
            });
        }
    }
}

#[test]
fn what_answers_cost_less_than_estimated_is_there_for_others() {
    paused(async {
        // A tenth of what may be used is.
        let script = Script::openai().says("Hi").usage(5, 2).delay(SECOND);
        let (router, _, _) = router(script, says());
        let asked = (0..100).map(|_| Request::new("m1@first").user("x".repeat(20)).max_tokens(43));
        let estimate = Money::cents_per_million(100) * 5 + Money::cents_per_million(200) * 43;
        let mut batch = router.map(asked, 50).budget(estimate * 2);
        let all = rest(&mut batch).await;
        // Each leaves nine of 91, and the last needs all 91 to be free.
        assert_eq!(split(&all), (11, 89));
        assert_eq!(spent(&all), ONE * 11);
    });
}

#[test]
fn attempts_at_a_request_keep_within_what_is_held_for_it() {
    paused(async {
        let fails = || full().fault(Fault::Overloaded);
        // The cheap one fails: with money for it alone, the dear one is not asked.
        let (poor, _, transport) = router(fails(), full());
        let mut batch = poor.map([asks("both")], 1).budget(ONE * 9);
        let all = rest(&mut batch).await;
        assert_eq!(all[0].result.as_ref().unwrap_err().kind(), ErrorKind::Overloaded);
        assert!(transport.calls().iter().all(|host| host == "first"));

        let (rich, _, transport) = router(fails(), full());
        let mut batch = rich.map([asks("both")], 1).budget(ONE * 10);
        let all = rest(&mut batch).await;
        assert_eq!((split(&all), spent(&all)), ((1, 0), ONE * 10));
        assert_eq!(transport.calls(), ["first", "second"]);
    });
}

#[test]
fn what_has_no_price_is_refused_and_a_request_of_another_name_goes_on() {
    paused(async {
        let (router, _, transport) = router(full(), full());
        let mut batch = router.map([asks("new@first"), asks("m1@first")], 1).budget(Money::DOLLAR);
        let all = rest(&mut batch).await;
        assert_eq!(split(&all), (1, 1));
        let error = all[0].result.as_ref().unwrap_err();
        assert!(error.message().contains("its price is not known"), "{error}");
        assert_eq!(transport.calls().len(), 1);
    });
}

#[test]
fn who_fails_for_nothing_leaves_the_money_to_others() {
    paused(async {
        let (router, _, _) = router(full().fault_times(5, Fault::BadSchema), full());
        let mut batch = router.map((0..10).map(|_| asks("m1@first")), 1).budget(ONE * 3);
        let all = rest(&mut batch).await;
        assert_eq!((split(&all), spent(&all)), ((3, 2), ONE * 3));
    });
}
