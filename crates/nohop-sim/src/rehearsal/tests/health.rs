//! What health says against what is so: the world knows, and the policy only sees what a router would measure.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use nohop_policy::{Attempt, Candidates, Percentiles, fastest};

use super::*;

/// A policy, and what it saw.
struct Watched<P> {
    policy: P,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// Of the first target: when an attempt ended, whether it was answered, and when its first content came.
    ended: Vec<(Instant, bool, Option<Duration>)>,
    /// The percentiles of the first target as they stood last.
    latencies: Option<(Instant, Percentiles<Duration>)>,
    /// When the first target was left alone, for the first time.
    left: Option<Instant>,
    /// How often each target led before it had answered once.
    leads: BTreeMap<Arc<str>, u32>,
    answered: BTreeMap<Arc<str>, u32>,
    /// Who led last, and how often that changed.
    leader: Option<Arc<str>>,
    changes: u32,
}

impl<P> Watched<P> {
    fn new(policy: P) -> (Self, Arc<Mutex<Seen>>) {
        let seen = Arc::<Mutex<Seen>>::default();
        (Self { policy, seen: seen.clone() }, seen)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }
}

impl<P: Policy> Policy for Watched<P> {
    fn apply(&self, cx: &Context<'_>, list: &mut Candidates<'_>) {
        let mut seen = self.seen();
        for candidate in list.iter().filter(|it| &*it.target == "m@p0") {
            seen.latencies = candidate.health.latencies.map(|latencies| (cx.now, latencies));
            if candidate.health.is_resting(cx.now) {
                seen.left.get_or_insert(cx.now);
            }
        }
        self.policy.apply(cx, list);
        let Some(leader) = list.iter().next().map(|it| it.target.clone()) else { return };
        if !seen.answered.contains_key(&leader) {
            *seen.leads.entry(leader.clone()).or_default() += 1;
        }
        if seen.leader.as_ref() != Some(&leader) {
            seen.leader = Some(leader);
            seen.changes += 1;
        }
    }

    fn observe(&self, cx: &Context<'_>, attempt: &Attempt<'_>) {
        let mut seen = self.seen();
        let answered = matches!(attempt.outcome, nohop_policy::Outcome::Finished);
        if answered {
            *seen.answered.entry(attempt.candidate.target.clone()).or_default() += 1;
        }
        if &*attempt.candidate.target == "m@p0" {
            seen.ended.push((cx.now, answered, attempt.first_content));
        }
    }
}

/// So many requests a second for so long, each answered within a moment.
fn steady(a_second: u32, lasts: Duration) -> Workload {
    let count = a_second * lasts.as_secs() as u32;
    let ask = |place| Arrival { output: 20, ..Arrival::new(SECOND / a_second * place, "m") };
    Workload::new((0..count).map(ask))
}

/// So many providers that differ in nothing but their prices.
fn alike(count: usize) -> Vec<Provider> {
    (0..count).map(|place| Provider::new(format!("p{place}"))).collect()
}

fn watch(
    providers: Vec<Provider>,
    workload: Workload,
    began: Instant,
    policy: impl Policy,
) -> (Report, Seen) {
    let targets = providers.iter().enumerate();
    let targets: Vec<_> =
        targets.map(|(place, it)| target(&format!("m@{}", it.name), 10 + place as u64)).collect();
    let world = World::new(providers, targets).unwrap();
    let slices = workload.end().as_secs().div_ceil(10) as usize;
    let (watched, seen) = Watched::new(policy);
    let report = Rehearsal::new(world, workload, began).seed(5).slices(slices).run(watched);
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    (report, seen)
}

fn share(report: &Report, slices: std::ops::Range<usize>, provider: usize) -> f64 {
    let slices = &report.slices[slices];
    let calls: u64 = slices.iter().map(|slice| slice.calls).sum();
    let its = slices.iter().filter_map(|slice| slice.shares.get(&provider));
    its.sum::<u64>() as f64 / calls.max(1) as f64
}

#[test]
fn percentiles_are_those_that_were_measured_within_a_fiftieth() {
    let began = began();
    let providers =
        vec![Provider { first_content: Spread::of(400.0, 2_500.0), ..Provider::new("p0") }];
    let (_, seen) = watch(providers, steady(20, SECOND * 900), began, first());

    let (when, told) = seen.latencies.unwrap();
    // A window is the minute that is not over, and the five before it.
    let from = began + SECOND * 60 * ((when - began).as_secs() as u32 / 60 - 5);
    let mut times: Vec<_> = seen
        .ended
        .iter()
        .filter(|(at, ..)| (from..when).contains(at))
        .filter_map(|(.., content)| *content)
        .collect();
    times.sort_unstable();
    let exact = |percent: usize| times[(times.len() * percent).div_ceil(100) - 1].as_secs_f64();
    for (percent, told) in [(50, told.p50), (75, told.p75), (90, told.p90), (99, told.p99)] {
        let off = told.as_secs_f64() / exact(percent) - 1.0;
        println!(
            "p{percent}: {told:?}, exactly {:.4} s, off by {:.2} %",
            exact(percent),
            off * 100.0
        );
        assert!(off.abs() < 0.02, "p{percent}: {told:?} for {}", exact(percent));
    }
}

#[test]
fn an_outage_is_noticed_within_ten_calls_and_left_within_half_a_minute() {
    let (from, until) = (SECOND * 600, SECOND * 1_200);
    for what in [Fault::Down(ErrorKind::Server), Fault::Down(ErrorKind::Transport)] {
        let began = began();
        let mut providers = alike(3);
        providers[0].troubles = vec![Trouble { from, until, what }];
        let policy = available().then(by(cheapest()));
        let (report, seen) = watch(providers, steady(10, SECOND * 1_800), began, policy);

        let left = seen.left.unwrap();
        let before =
            seen.ended.iter().filter(|(at, ok, _)| !ok && *at <= left && *at >= began + from);
        let failed = seen.ended.iter().filter(|(_, ok, _)| !ok).count();
        let back = share(&report, 123..180, 0);
        println!(
            "{what:?}: noticed after {} failed calls, {failed} failed in ten minutes; {:.3} of all calls from \
             30 s after it on; {} of {} answered",
            before.clone().count(),
            back,
            report.answered,
            report.requests
        );
        assert!(left >= began + from && before.count() <= 10, "{what:?}");
        assert!(back > 0.95, "{what:?}: {back}");
        // Whose answers were under way when it began has them cut.
        let cut = report.errors.get("transport").copied().unwrap_or_default();
        assert!(cut < 10 && report.answered + cut == report.requests, "{:?}", report.errors);
    }
}

#[test]
fn a_target_at_one_percent_of_errors_is_not_abandoned() {
    let mut providers = alike(3);
    providers[0].errors = 10;
    let policy = available().then(by(cheapest()));
    let (report, _) = watch(providers, steady(20, SECOND * 1_800), began(), policy);

    let share = report.share("p0");
    println!("{share:.4} of all calls stay with it");
    assert!(share > 0.97 && report.failures["server"] > 100, "{share}");
}

#[test]
fn there_is_no_herd_onto_a_target_that_is_new() {
    let began = began();
    let hidden = move |cx: &Context<'_>, list: &mut Candidates<'_>| {
        list.retain(|it| &*it.target != "m@p7" || cx.now >= began + SECOND * 120);
    };
    let policy = available().then(hidden).then(by(fastest()));
    let (report, seen) = watch(alike(8), steady(50, SECOND * 240), began, policy);

    let herd = seen.leads["m@p7"];
    // Within the half second that its first answer takes, 25 requests come.
    println!("{herd} requests went to the new target before it had answered one");
    assert!(herd <= 5 && seen.answered["m@p7"] > 0, "{herd}");
    assert_eq!(report.answered, report.requests);
}

#[test]
fn equal_targets_under_equal_load_do_not_take_turns() {
    let policy = available().then(by(fastest()));
    let (report, seen) = watch(alike(4), steady(20, SECOND * 1_800), began(), policy);
    let even = available().then(by(nohop_policy::weighted()));
    let (drawn, _) = watch(alike(4), steady(20, SECOND * 1_800), began(), even);

    let a_minute = f64::from(seen.changes) / 30.0;
    println!("fastest of four alike: the leader changes {a_minute:.2} times a minute");
    for provider in 0..4 {
        let of_a_minute = |minute: usize| share(&drawn, minute * 6..minute * 6 + 6, provider);
        let shares: Vec<_> = (0..29).map(of_a_minute).collect();
        let (least, most) = shares
            .iter()
            .fold((1.0_f64, 0.0_f64), |(least, most), share| (least.min(*share), most.max(*share)));
        println!(
            "drawn by weight: p{provider} gets from {least:.3} to {most:.3} of a minute's calls"
        );
        assert!(least > 0.2 && most < 0.3);
    }
    assert!(a_minute < 6.0, "{a_minute}");
    assert_eq!((report.answered, drawn.answered), (report.requests, drawn.requests));
}
