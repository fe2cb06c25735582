use super::*;

const fn money(amount: u128) -> Money {
    Money::from_atto(amount)
}

/// What a request may cost that may be asked of two, twice in all.
fn between(least: u128, most: u128) -> Option<Estimate> {
    Some(Estimate { least: money(least), most: money(most), all: money(most * 2) })
}

#[test]
fn as_much_is_held_as_the_route_allows_while_it_is_there_and_one_attempt_otherwise() {
    let mut till = Till::new(money(35));
    let held = [(); 3].map(|()| till.hold(between(2, 10)).unwrap());
    assert_eq!(held, [Some(money(20)), Some(money(10)), None]);
}

#[test]
fn who_has_to_wait_goes_on_with_what_others_did_not_use() {
    let mut till = Till::new(money(10));
    let held = till.hold(between(4, 10)).unwrap().unwrap();
    assert_eq!(till.hold(between(4, 10)).unwrap(), None);
    till.settle(held, Some(money(3)));
    // Enough for the cheaper alone.
    let held = till.hold(between(4, 10)).unwrap();
    assert_eq!(held, Some(money(7)));
    till.settle(money(7), Some(money(4)));
    let error = till.hold(between(4, 10)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Budget);
    assert!(error.message().contains("0.000000000000000003 is left"), "{error}");
    // One that is cheap enough goes on, and what is free always does.
    assert_eq!(till.hold(between(1, 3)).unwrap(), Some(money(3)));
    till.settle(money(3), Some(money(3)));
    assert_eq!(till.hold(between(0, 0)).unwrap(), Some(Money::ZERO));
}

#[test]
fn what_has_no_price_fits_no_budget_and_what_is_not_known_cost_what_was_held() {
    let mut till = Till::new(money(10));
    assert_eq!(till.hold(None).unwrap_err().kind(), ErrorKind::Budget);
    let held = till.hold(between(5, 5)).unwrap().unwrap();
    till.settle(held, None);
    assert!(till.hold(between(1, 1)).is_err());
}

#[test]
fn whatever_is_asked_no_more_is_spent_and_held_than_there_is() {
    for seed in 0..200_u64 {
        let mut chance = seed;
        let mut next = |most: u64| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            u128::from((chance >> 33) % most)
        };
        let mut till = Till::new(money(1_000));
        let mut under_way = Vec::new();
        for _ in 0..300 {
            let least = next(40);
            let (most, over) = (least + next(40), under_way.len() > next(9) as usize);
            if over {
                let held: Money = under_way.swap_remove(next(under_way.len() as u64) as usize);
                till.settle(held, Some(money(next(held.as_atto() as u64 + 1))));
            }
            match till.hold(between(least, most)) {
                Ok(Some(held)) => {
                    assert!(held >= money(least));
                    under_way.push(held);
                }
                Ok(None) => assert!(!under_way.is_empty(), "nobody waits for nobody"),
                Err(_) => assert!(money(least) > till.budget - till.spent),
            }
            assert!(till.spent + till.held <= till.budget);
            assert_eq!(till.held, under_way.iter().copied().sum());
        }
    }
}
