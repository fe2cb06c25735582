//! What holds whatever happens: random faults, at random times, under random limits.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const KINDS: [ErrorKind; 8] = [
    ErrorKind::Auth,
    ErrorKind::Budget,
    ErrorKind::InvalidRequest,
    ErrorKind::Overloaded,
    ErrorKind::RateLimit,
    ErrorKind::Server,
    ErrorKind::Timeout,
    ErrorKind::Truncated,
];

/// What happens next to one of those who run, and after how long.
#[derive(Clone, Debug)]
struct Fate {
    whom: usize,
    after: Duration,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Spoke,
    Content,
    Finished,
    Full(Option<u64>, bool),
    Room,
    Failed(ErrorKind, Option<Duration>, Option<u16>),
    Refused(ErrorKind),
}

fn fate() -> impl Strategy<Value = Fate> {
    let wait = || of((0..20_000_u64).prop_map(Duration::from_millis));
    let failed = (select(KINDS.to_vec()), wait(), of(Just(503)));
    let what = prop_oneof![
        1 => Just(What::Spoke),
        1 => Just(What::Content),
        2 => (of(0..20_000_u64), any::<bool>()).prop_map(|(until, sooner)| What::Full(until, sooner)),
        2 => Just(What::Room),
        1 => Just(What::Finished),
        8 => failed.prop_map(|(kind, wait, status)| What::Failed(kind, wait, status)),
        1 => select(KINDS.to_vec()).prop_map(What::Refused),
    ];
    (0..2_usize, 0..4_000_u64, what).prop_map(|(whom, after, what)| Fate {
        whom,
        after: Duration::from_millis(after),
        what,
    })
}

fn limits() -> impl Strategy<Value = Limits> {
    let hedge = of((0..3_000_u64).prop_map(Duration::from_millis).prop_map(Hedge::After));
    let broken = select(vec![Broken::Fail, Broken::Resume, Broken::Restart]);
    let money = of((0..12_u128).prop_map(Money::from_atto));
    (hedge, broken, money, 0..30_000_u64).prop_map(|(hedge, broken, money, total)| Limits {
        hedge,
        broken,
        money,
        total: Duration::from_millis(total),
        ..Limits::DEFAULT
    })
}

fn turns() -> impl Strategy<Value = Vec<(Option<u64>, Option<u128>, u64)>> {
    let from = of(0..20_000_u64);
    vec((from, of(0..5_u128), 0..2_u64), 0..12)
}

/// Drives a plan to its end, and checks every step of it.
fn check(
    limits: Limits,
    turns: &[(Option<u64>, Option<u128>, u64)],
    coins: usize,
    fates: Vec<Fate>,
) -> Result<(), TestCaseError> {
    let start = epoch();
    let turns = turns.iter().enumerate().map(|(place, (from, estimate, kin))| {
        let from = from.map(|from| start + Duration::from_millis(from));
        let mut turn = Turn::new(place).from(from).estimate(estimate.map(Money::from_atto));
        turn.endpoint = turn::Kin::Of(*kin);
        turn
    });
    let turns: Vec<Turn> = turns.collect();
    let purse = Arc::new(Purse::new(0));
    for _ in coins..10 {
        purse.withdraw(None);
    }
    let mut plan = Plan::new(start, turns.clone(), limits, purse.clone(), 3);
    let (mut now, mut fates) = (start, fates.into_iter());
    let (mut calls, mut refused, mut failed) = (0, 0, 0);
    let (mut running, mut ended) = (BTreeSet::new(), BTreeSet::new());
    let (mut called, mut waited) = (BTreeSet::new(), false);
    // Those who found no room, some of whom wait for it.
    let mut parked = BTreeSet::new();
    let mut delivered = None;
    // An end is reached in so many steps, whatever happens.
    for _ in 0..1_000 {
        let step = plan.poll(now);
        prop_assert!(
            !waited
                || !parked.is_empty()
                || !matches!(step, Step::Fail(ref error) if error.kind() != ErrorKind::Timeout),
            "a wait while nothing runs must end in a call or at the deadline: {step:?}"
        );
        waited = false;
        match step {
            Step::Call(id, place) => {
                calls += usize::from(!parked.remove(&id));
                prop_assert!(calls - refused - parked.len() <= limits.attempts);
                prop_assert!(running.len() < 2 && running.insert(id));
                prop_assert!(turns[place].from.is_none_or(|from| from <= now));
                prop_assert!(limits.money.is_none() || turns[place].estimate.is_some());
                called.insert(place);
            }
            Step::Cancel(id) => prop_assert!(running.remove(&id) && ended.insert(id)),
            Step::Deliver(id) => {
                prop_assert!(running.contains(&id) || ended.contains(&id));
                delivered = Some(id);
            }
            Step::Fail(error) => {
                prop_assert!(running.is_empty());
                prop_assert!(error.earlier().len() + 1 >= failed);
                break;
            }
            Step::Done => {
                prop_assert!(delivered.is_some() && running.is_empty());
                break;
            }
            Step::Wait(until) => {
                prop_assert!(until > now && until <= plan.deadline());
                prop_assert!(
                    calls - refused - parked.len() < limits.attempts || !running.is_empty()
                );
                waited = running.is_empty();
                let heard = |fate: &Fate| match fate.what {
                    What::Room => !parked.is_empty(),
                    _ => !waited,
                };
                let fate = fates.next().filter(|fate| heard(fate) && now + fate.after < until);
                let Some(fate) = fate else {
                    now = until;
                    continue;
                };
                now += fate.after;
                let among = if matches!(fate.what, What::Room) { &parked } else { &running };
                let id = *among.iter().nth(fate.whom % among.len()).unwrap();
                let signal = match fate.what {
                    What::Spoke if delivered == Some(id) => continue,
                    What::Spoke => Signal::Spoke,
                    What::Room => Signal::Room,
                    What::Full(..) if delivered == Some(id) => continue,
                    What::Full(until, sooner) => {
                        let until = until.map(|until| now + Duration::from_millis(until));
                        let error = Error::new(ErrorKind::RateLimit, "");
                        prop_assert!(running.remove(&id) && parked.insert(id));
                        Signal::Full(Full { until, sooner, never: false, error })
                    }
                    What::Content => Signal::Content,
                    What::Finished => Signal::Finished,
                    What::Refused(_) if delivered == Some(id) => continue,
                    What::Refused(kind) => {
                        refused += 1;
                        Signal::Refused(Error::new(kind, ""))
                    }
                    What::Failed(kind, wait, status) => {
                        let error = Error::new(kind, "").with_retry_after(wait);
                        Signal::Failed(error.with_status(status))
                    }
                };
                if matches!(signal, Signal::Failed(_) | Signal::Refused(_)) {
                    failed += 1;
                }
                if matches!(signal, Signal::Failed(_) | Signal::Finished | Signal::Refused(_)) {
                    prop_assert!(running.remove(&id) && ended.insert(id));
                }
                plan.signal(now, id, signal);
            }
        }
    }
    prop_assert!(matches!(plan.poll(now), Step::Done), "there is an end");
    prop_assert_eq!(ended.len() + parked.len(), calls);
    prop_assert!(now <= plan.deadline());
    // Whatever was called a second time was paid for, and nothing else but hedges.
    drop(plan);
    let paid = coins.min(10) - purse.calls() as usize;
    let made = calls - parked.len();
    prop_assert!(made <= called.len() + paid + refused);
    prop_assert!(limits.hedge.is_some() || paid + called.len() <= calls + refused);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_keeps_its_promises(
        limits in limits(),
        turns in turns(),
        coins in 0..=10_usize,
        fates in vec(fate(), 0..30),
    ) {
        check(limits, &turns, coins, fates)?;
    }
}
