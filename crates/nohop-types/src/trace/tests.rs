use super::*;
use crate::ErrorKind;

fn classified() -> Classified {
    let mut asked = Attempted::new("small@one", 0);
    asked.outcome = Some(Outcome::Finished);
    asked.cost = Some(Cost::computed(Money::cents_per_million(10) * 123));
    Classified {
        took: Duration::from_millis(240),
        requests: vec!["r2".into()],
        attempts: vec![asked],
        error: Some("it says nothing".to_owned()),
        ..Classified::new("small@one")
    }
}

fn considered() -> Vec<Considered> {
    let first = Considered {
        estimate: Some(Money::from_atto(Money::DOLLAR.as_atto() / 7)),
        latency: Some(Duration::from_millis(310)),
        failures: 125,
        running: 2,
        ..Considered::new("gpt@one", 0)
    };
    let resting = Considered {
        resting: Some(Duration::from_secs(29)),
        dropped: Some(0),
        ..Considered::new("old@one", 0)
    };
    let second = Considered {
        passed: Some("it may cost more than $0.01".into()),
        ..Considered::new("claude@two", 1)
    };
    vec![first, second, resting]
}

fn trace() -> Trace {
    let mut failed = Attempted::new("gpt@one", 0);
    failed.outcome = Some(Outcome::Failed(ErrorKind::Overloaded));
    failed.error = Some("the server is busy".to_owned());
    failed.status = Some(529);
    (failed.began, failed.sent) = (Duration::from_micros(40), Some(Duration::from_micros(60)));
    (failed.head, failed.took) = (Some(Duration::from_millis(3)), Duration::from_millis(3));
    let mut finished = Attempted::new("claude@two", 1);
    finished.way = Some("anthropic".into());
    finished.outcome = Some(Outcome::Finished);
    finished.began = Duration::from_millis(3);
    finished.sent = Some(Duration::from_micros(70));
    finished.connect = Some(Duration::from_millis(45));
    finished.head = Some(Duration::from_millis(100));
    finished.first_content = Some(Duration::from_millis(110));
    finished.took = Duration::from_millis(1_203);
    Arc::make_mut(&mut finished.usage).input = Some(7);
    finished.cost = Some(Cost::computed(Money::cents_per_million(30) * 5));
    finished.losses.push(Loss::new(
        "seed",
        crate::Change::Dropped,
        "the dialect has no word for it",
    ));
    finished.skipped = 1;
    Trace {
        id: "r1".into(),
        name: "fast".into(),
        resolved: "a route".into(),
        labels: vec![Label::new("difficulty", "hard"), Label::new("arm", "b")],
        classified: Some(classified()),
        candidates: 3,
        considered: considered().into(),
        stages: vec![
            Stage {
                name: "available".into(),
                kept: 2,
                dropped: vec!["old@one".into()],
                unnamed: 2,
                ..Stage::default()
            },
            Stage::new("by cheapest", 2).moved(
                vec!["claude@two".into(), "gpt@one".into()],
                vec!["gpt@one".into(), "claude@two".into()],
            ),
        ]
        .into(),
        order: vec!["gpt@one".into(), "claude@two".into()],
        attempts: vec![failed, finished],
        shadow: Some(Shadowed { request: Some("r3".into()), ..Shadowed::new("new@three") }),
        decided: Duration::from_micros(12),
        took: Duration::from_millis(1_206),
    }
}

#[test]
fn a_trace_prints_as_a_table() {
    let expected = r#""fast" (a route), request r1
labels: difficulty hard, arm b
classified by small@one in 240 ms, $0.0000123, request r2; for want of better: it says nothing
3 candidates, decided in 12 µs
  available    kept 2, dropped old@one and 2 more
  by cheapest  kept 2; in front gpt@one, claude@two (before: claude@two, gpt@one)
   candidate           estimate  health
1  gpt@one             $0.143    310 ms, 12.5 % failed, 2 running
2  claude@two (key 1)  -         -                                 passed over, it may cost more than $0.01
-  old@one             -         rests for 29.00 s                 dropped by available
shadow at new@three: request r3
#  target              outcome             began   sent   head    content  took    cost
1  gpt@one             failed: overloaded  40 µs   60 µs  3.0 ms  -        3.0 ms  -
   the server is busy
2  claude@two (key 1)  finished            3.0 ms  70 µs  100 ms  110 ms   1.20 s  $0.0000015
   connected in 45.0 ms
   tokens: 7 in
   loss (anthropic): seed: dropped: the dialect has no word for it
   passed over 1 bad frames
in all 1.21 s, of which ours 142 µs, $0.0000138"#;
    assert_eq!(trace().to_string(), expected);
}

#[test]
fn a_trace_without_attempts_says_whom_it_would_try() {
    let trace = Trace { attempts: Vec::new(), ..trace() };
    assert!(trace.to_string().ends_with("\norder: gpt@one, claude@two"));
}

#[test]
fn a_trace_survives_its_json() {
    let trace = trace();
    assert_eq!(serde_json::from_str::<Trace>(&trace.to_json()).unwrap(), trace);
}

#[test]
fn the_cost_is_that_of_all_attempts_and_as_good_as_the_worst() {
    let mut trace = trace();
    trace.attempts[0].cost = Some(Cost::estimated(Money::DOLLAR));
    let cost = trace.cost().unwrap();
    assert_eq!(cost.provenance, Provenance::Estimated);
    let asked = Money::cents_per_million(10) * 123;
    assert_eq!(cost.amount, Money::DOLLAR + Money::cents_per_million(30) * 5 + asked);
}

#[test]
fn what_was_asked_to_classify_without_a_price_leaves_the_cost_unknown() {
    let mut trace = trace();
    trace.classified.iter_mut().for_each(|it| it.attempts[0].cost = None);
    assert_eq!(trace.cost(), None);
    // Whoever asked nobody consumed nothing.
    trace.classified = Some(Classified::new("difficulty"));
    assert_eq!(trace.cost().unwrap().amount, Money::cents_per_million(30) * 5);
}

#[test]
fn amounts_are_rounded_to_what_a_person_reads() {
    let dollars = |text: &str| {
        let cost = Some(text.parse().unwrap());
        let one = Considered { estimate: cost, ..Considered::new("m@e", 0) };
        let trace = Trace { considered: vec![one].into(), candidates: 1, ..Trace::default() };
        let shown = trace.to_string();
        let amount = shown.split_once('$').unwrap().1;
        amount.split_whitespace().next().map(str::to_owned)
    };
    let cases =
        [("0.000123456", "0.000123"), ("0.9996", "1.00"), ("12.34567", "12.35"), ("0.5", "0.50")];
    for (amount, shown) in cases {
        assert_eq!(dollars(amount).as_deref(), Some(shown));
    }
    assert_eq!(dollars("0").as_deref(), Some("0.00"));
}

#[test]
fn what_consumed_something_without_a_price_has_no_cost() {
    let mut trace = trace();
    trace.attempts[1].cost = None;
    assert_eq!(trace.cost(), None);
}
