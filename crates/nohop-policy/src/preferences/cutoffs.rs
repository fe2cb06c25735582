//! How fast candidates are to be. Of whom it is not known is not known to be slow: nobody would ever find out.

use std::time::Duration;

use nohop_types::{Cutoffs, Firmness, Preferences};

use crate::{Candidate, Candidates, Percentiles};

/// Whether anyone may be put last.
pub(super) fn demotes(preferences: &Preferences) -> bool {
    all(preferences).any(|(_, cutoffs, _)| cutoffs.firmness == Firmness::Soft)
}

/// Drops who is known to be too slow, where that is asked for.
pub(super) fn filter(preferences: &Preferences, list: &mut Candidates<'_>, firmness: Firmness) {
    for (name, cutoffs, misses) in all(preferences) {
        if cutoffs.firmness == firmness {
            let name = format!("{name}: hard");
            list.stage(&name, |list| list.retain(|candidate| !misses(&cutoffs, candidate)));
        }
    }
}

/// Puts last who is known to be too slow, behind the fallbacks of other names too, but for those whom `spared` says.
pub(super) fn demote(
    preferences: &Preferences,
    list: &mut Candidates<'_>,
    spared: impl Fn(&Candidate) -> bool,
) {
    for (name, cutoffs, misses) in all(preferences) {
        if cutoffs.firmness == Firmness::Soft {
            let slow = |candidate: &Candidate| !spared(candidate) && misses(&cutoffs, candidate);
            list.stage(name, |list| list.sort_by_key(slow));
        }
    }
}

type Misses = fn(&Cutoffs, &Candidate) -> bool;

fn all(preferences: &Preferences) -> impl Iterator<Item = (&'static str, Cutoffs, Misses)> {
    let throughput = preferences.preferred_min_throughput;
    let latency = preferences.preferred_max_latency;
    let throughput = throughput.map(|it| ("preferred_min_throughput", it, slow as Misses));
    let latency = latency.map(|it| ("preferred_max_latency", it, late as Misses));
    throughput.into_iter().chain(latency)
}

/// Whether it is known to have fewer tokens a second.
fn slow(cutoffs: &Cutoffs, candidate: &Candidate) -> bool {
    let Some(known) = candidate.health.throughputs else { return false };
    let known = figures(known).map(|tokens| f64::from(tokens) / 1e3);
    let mut figures = cutoffs.all().into_iter().zip(known);
    figures.any(|(least, known)| least.is_some_and(|least| known < least))
}

/// Whether it is known to take more seconds to the first content.
fn late(cutoffs: &Cutoffs, candidate: &Candidate) -> bool {
    let health = &candidate.health;
    let known = match (health.latencies, health.latency) {
        (Some(known), _) => figures(known).map(Some),
        (None, usual) => [usual, None, None, None],
    };
    let known = known.map(|time| time.as_ref().map(Duration::as_secs_f64));
    let mut figures = cutoffs.all().into_iter().zip(known);
    figures.any(|(most, known)| most.zip(known).is_some_and(|(most, known)| known > most))
}

fn figures<T>(known: Percentiles<T>) -> [T; 4] {
    [known.p50, known.p75, known.p90, known.p99]
}
