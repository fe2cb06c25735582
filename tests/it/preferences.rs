//! What requests prefer, in tables: preferences and candidates, and the order and the reasons that must come of them.
//!
//! Preferences are written as OpenRouter's users write them. Each table begins with the candidates that its cases choose
//! among; a case is what is preferred, who is left in which order, and which stage dropped whom.

mod explained;
mod models;
mod money;
mod named;
mod names;
mod parameters;
mod privacy;
mod sent;
mod speed;

use std::time::{Duration, Instant};

use nohop::policy::{
    Candidate, Candidates, Context, Data, Health, Offer, Percentiles, Price, available,
};
use nohop::{Money, Preferences, Request};

/// What is preferred, who is left in which order, and which stage dropped whom.
type Case = (&'static str, &'static str, &'static str);

/// Decides each of `cases` among `candidates`.
fn check(candidates: &[Candidate], cases: &[Case]) {
    check_of(&Request::new("a/big").user("Hello?"), candidates, cases);
}

/// Decides each of `cases` for `request` among `candidates`.
fn check_of(request: &Request, candidates: &[Candidate], cases: &[Case]) {
    let mut wrong = Vec::new();
    for (preferences, order, reasons) in cases {
        let preferences: Preferences = serde_json::from_str(preferences).unwrap();
        let shown = serde_json::to_string(&preferences).unwrap();
        let (found, why) = decide(&request.clone().prefer(preferences), candidates);
        if (&*found, &*why) != (*order, *reasons) {
            wrong.push(format!("{shown}\n  {order} | {reasons}\n  {found} | {why}"));
        }
    }
    assert!(wrong.is_empty(), "preferred, expected, found:\n{}", wrong.join("\n"));
}

/// The endpoints of who is left, in order, and those that each stage dropped.
fn decide(request: &Request, candidates: &[Candidate]) -> (String, String) {
    let cx = Context::new(request, Instant::now(), 7);
    let list = Candidates::decide(&available(), &cx, candidates, usize::MAX);
    let name = |target: &str| short(target).to_owned();
    let order: Vec<_> = list.targets().into_iter().map(name).collect();
    let stages = list.decided().stages(candidates, usize::MAX);
    let dropping = stages.iter().filter(|stage| !stage.dropped.is_empty());
    let reasons = dropping.map(|stage| {
        let dropped: Vec<_> = stage.dropped.iter().map(|target| name(target)).collect();
        format!("{}: -{}", stage.name, dropped.join(" -"))
    });
    (order.join(" "), reasons.collect::<Vec<_>>().join("; "))
}

/// A target without what all of a table have in common.
fn short(target: &str) -> &str {
    target.strip_prefix("big@").unwrap_or(target)
}

/// Candidates, a line each: the target, and words for what is known of it.
///
/// `$1/2` charges a dollar for a million tokens of the prompt and two of the answer; `0.5s` is the time to the first
/// content, `80t` tokens in a second; `in:eu` a region, `of:vertex` the provider where it is not the endpoint's name;
/// `forgets`, `keeps` and `trains`; `fp8` and others a quantization; `no:tools` what it is known not to do.
fn candidates(lines: &str) -> Vec<Candidate> {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(candidate).collect()
}

fn candidate(line: &str) -> Candidate {
    let mut words = line.split_whitespace();
    let target = words.next().unwrap();
    let (native, endpoint) = target.rsplit_once('@').unwrap();
    let mut candidate = Candidate::new(target).model(format!("a/{native}"));
    let mut offer = Offer { provider: Some(endpoint.into()), ..Offer::default() };
    let mut health = Health::new();
    for word in words {
        if let Some(price) = word.strip_prefix('$') {
            candidate = candidate.price(dollars(price));
        } else if let Some(region) = word.strip_prefix("in:") {
            offer.region = Some(region.into());
        } else if let Some(provider) = word.strip_prefix("of:") {
            offer.provider = Some(provider.into());
        } else if let Some(ability) = word.strip_prefix("no:") {
            *able(&mut offer, ability) = Some(false);
        } else if let Some(key) = word.strip_prefix("key:") {
            candidate = candidate.key(key.parse().unwrap());
        } else if let Some(name) = word.strip_prefix("name:") {
            candidate = candidate.fallback(name.parse().unwrap());
        } else if let Some(score) = word.strip_prefix("score:") {
            offer.score = Some(score.parse().unwrap());
        } else if let Some(most) = word.strip_prefix("answers:") {
            offer.output = Some(most.parse().unwrap());
        } else if let Some(times) = figure(word, 's') {
            health = health.latencies(percentiles(times, Duration::from_secs_f64));
        } else if let Some(speeds) = figure(word, 't') {
            health = health.throughputs(percentiles(speeds, |tokens| (tokens * 1e3) as u32));
        } else {
            match word {
                "forgets" => offer.data = Some(Data::Forgets),
                "keeps" => offer.data = Some(Data::Keeps),
                "trains" => offer.data = Some(Data::Trains),
                rounded => offer.quantization = Some(rounded.into()),
            }
        }
    }
    candidate.offer(offer).health(health)
}

/// What stands before a unit.
fn figure(word: &str, unit: char) -> Option<&str> {
    word.strip_suffix(unit)
        .filter(|figure| figure.starts_with(|first: char| first.is_ascii_digit()))
}

/// One figure for all, or four of them.
fn percentiles<T: Copy>(figures: &str, of: fn(f64) -> T) -> Percentiles<T> {
    let figures: Vec<T> = figures.split('/').map(|figure| of(figure.parse().unwrap())).collect();
    match figures[..] {
        [p50, p75, p90, p99] => Percentiles { p50, p75, p90, p95: p99, p99 },
        _ => Percentiles::of(figures[0]),
    }
}

/// Dollars for a million tokens of the prompt, of the answer, and for the request.
fn dollars(text: &str) -> Price {
    let mut rates = text.split('/');
    let mut rate = || rates.next().map(|rate| rate.parse::<Money>().unwrap().as_atto());
    let token = |million: Option<u128>| Money::from_atto(million.unwrap_or_default() / 1_000_000);
    Price {
        input: token(rate()),
        output: token(rate()),
        request: rate().map(Money::from_atto),
        ..Price::FREE
    }
}

fn able<'o>(offer: &'o mut Offer, ability: &str) -> &'o mut Option<bool> {
    match ability {
        "tools" => &mut offer.tools,
        "forced_tools" => &mut offer.forced_tools,
        "parallel_tools" => &mut offer.parallel_tools,
        "schema" => &mut offer.schema,
        "reasoning" => &mut offer.reasoning,
        "sampling" => &mut offer.sampling,
        "prefill" => &mut offer.prefill,
        other => panic!("{other} is nothing to be able to"),
    }
}
