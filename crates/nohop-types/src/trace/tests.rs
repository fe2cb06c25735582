use super::*;
use crate::ErrorKind;

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
        candidates: 3,
        stages: vec![
            Stage {
                name: "available".into(),
                kept: 2,
                dropped: vec!["old@one".into()],
                unnamed: 2,
            },
            Stage { name: "by cheapest".into(), kept: 2, ..Stage::default() },
        ],
        labels: vec![Label::new("greeting", "short")],
        order: vec!["gpt@one".into(), "claude@two".into()],
        attempts: vec![failed, finished],
        decided: Duration::from_micros(12),
        took: Duration::from_millis(1_206),
    }
}

#[test]
fn a_trace_prints_as_a_table() {
    let expected = r#""fast" (a route), request r1
3 candidates, decided in 12 µs
  available    kept 2, dropped old@one and 2 more
  by cheapest  kept 2
  greeting: short
#  target              outcome             began   sent   head    content  took    cost
1  gpt@one             failed: overloaded  40 µs   60 µs  3.0 ms  -        3.0 ms  -
   the server is busy
2  claude@two (key 1)  finished            3.0 ms  70 µs  100 ms  110 ms   1.20 s  $0.0000015
   loss (anthropic): seed: dropped: the dialect has no word for it
   passed over 1 bad frames
in all 1.21 s, $0.0000015"#;
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
    assert_eq!(cost.amount, Money::DOLLAR + Money::cents_per_million(30) * 5);
}

#[test]
fn what_consumed_something_without_a_price_has_no_cost() {
    let mut trace = trace();
    trace.attempts[1].cost = None;
    assert_eq!(trace.cost(), None);
}
