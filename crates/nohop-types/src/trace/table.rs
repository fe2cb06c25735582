//! The trace as a person reads it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Attempted, Classified, Considered, Shadowed, Stage, Trace};

mod cells;

use cells::{Dollars, List, Names, Time, columns};

/// The most candidates that the table shows.
const MOST_CANDIDATES: usize = 12;

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, name, resolved, candidates, decided, took, .. } = self;
        writeln!(f, "{name:?} ({resolved}), request {id}")?;
        if !self.labels.is_empty() {
            writeln!(f, "labels: {}", List(&self.labels))?;
        }
        if let Some(classified) = &self.classified {
            writeln!(f, "{classified}")?;
        }
        let many = if *candidates == 1 { "" } else { "s" };
        writeln!(f, "{candidates} candidate{many}, decided in {}", Time(*decided))?;
        let width = self.stages.iter().map(|stage| stage.name.chars().count()).max();
        for stage in &self.stages {
            writeln!(f, "  {:width$}  {stage}", stage.name, width = width.unwrap_or_default())?;
        }
        self.seen(f)?;
        if let Some(shadow) = &self.shadow {
            writeln!(f, "{shadow}")?;
        }
        match self.attempts.is_empty() {
            true => write!(f, "order: {}", Names(&self.order)),
            false => {
                self.tried(f)?;
                write!(f, "in all {}, of which ours {}", Time(*took), Time(self.overhead()))?;
                self.cost().map_or(Ok(()), |cost| write!(f, ", {}", Dollars(cost.amount)))
            }
        }
    }
}

impl Trace {
    /// What was known of the candidates.
    fn seen(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.considered.is_empty() {
            return Ok(());
        }
        let shown = &self.considered[..self.considered.len().min(MOST_CANDIDATES)];
        let head = ["", "candidate", "estimate", "health", ""].map(str::to_owned);
        let rows = shown.iter().enumerate().map(|(index, it)| it.cells(index + 1, &self.stages));
        let rows: Vec<_> = [head].into_iter().chain(rows).collect();
        columns(&rows).try_for_each(|line| writeln!(f, "{line}"))?;
        match self.candidates.saturating_sub(shown.len()) {
            0 => Ok(()),
            more => writeln!(f, "   and {more} more"),
        }
    }

    fn tried(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["#", "target", "outcome", "began", "sent", "head", "content", "took", "cost"];
        let rows = self.attempts.iter().enumerate().map(|(index, tried)| tried.cells(index + 1));
        let rows: Vec<_> = [head.map(str::to_owned)].into_iter().chain(rows).collect();
        let mut lines = columns(&rows);
        lines.next().map_or(Ok(()), |head| writeln!(f, "{head}"))?;
        for (line, tried) in lines.zip(&self.attempts) {
            writeln!(f, "{line}")?;
            for remark in tried.remarks() {
                writeln!(f, "   {remark}")?;
            }
        }
        Ok(())
    }
}

impl Considered {
    fn cells(&self, number: usize, stages: &[Stage]) -> [String; 5] {
        let stage = self.dropped.and_then(|stage| stages.get(stage));
        [
            if self.dropped.is_none() { number.to_string() } else { "-".to_owned() },
            name(&self.target, self.key),
            self.estimate.map_or("-".to_owned(), |estimate| Dollars(estimate).to_string()),
            self.health(),
            match (stage, &self.passed) {
                (Some(stage), _) => format!("dropped by {}", stage.name),
                (None, Some(why)) => format!("passed over, {why}"),
                (None, None) => String::new(),
            },
        ]
    }

    fn health(&self) -> String {
        let rests = self.resting.map(|time| format!("rests for {}", Time(time)));
        let latency = self.latency.map(|time| Time(time).to_string());
        let failures = (self.failures > 0)
            .then(|| format!("{}.{} % failed", self.failures / 10, self.failures % 10));
        let running = (self.running > 0).then(|| format!("{} running", self.running));
        let said: Vec<_> = [rests, latency, failures, running].into_iter().flatten().collect();
        if said.is_empty() { "-".to_owned() } else { said.join(", ") }
    }
}

impl Attempted {
    fn cells(&self, number: usize) -> [String; 9] {
        let since =
            |time: Option<Duration>| time.map_or("-".to_owned(), |time| Time(time).to_string());
        let outcome = match self.outcome {
            None => "running".to_owned(),
            Some(_) if self.kept.is_some() => "kept".to_owned(),
            Some(_) if self.is_refused() => "not sent".to_owned(),
            Some(outcome) => outcome.to_string(),
        };
        [
            number.to_string(),
            name(&self.target, self.key),
            outcome,
            since(Some(self.began)),
            since(self.sent),
            since(self.head),
            since(self.first_content),
            since(Some(self.took)),
            self.cost.map_or("-".to_owned(), |cost| Dollars(cost.amount).to_string()),
        ]
    }

    /// What does not fit in a cell.
    fn remarks(&self) -> impl Iterator<Item = String> {
        let usage = self.usage.total().filter(|total| *total > 0).map(|_| self.tokens());
        let skipped =
            (self.skipped > 0).then(|| format!("passed over {} bad frames", self.skipped));
        let waited =
            (!self.waited.is_zero()).then(|| format!("waited {} for room", Time(self.waited)));
        let connected = self.connect.filter(|time| !time.is_zero());
        let connected = connected.map(|time| format!("connected in {}", Time(time)));
        let way = self.way.as_ref().map_or_else(String::new, |way| format!(" ({way})"));
        let losses = self.losses.iter().map(move |loss| format!("loss{way}: {loss}"));
        let kept = self.kept.map(|age| format!("kept for {} by now; nobody was called", Time(age)));
        waited
            .into_iter()
            .chain(connected)
            .chain(self.error.clone())
            .chain(kept)
            .chain(self.mended.then(|| "mended before it was accepted".to_owned()))
            .chain(usage)
            .chain(losses)
            .chain(skipped)
    }

    /// What it consumed, in words.
    fn tokens(&self) -> String {
        let usage = &self.usage;
        let counts = [
            ("in", usage.input),
            ("read from the cache", usage.cache_read),
            ("written to the cache", usage.cache_write),
            ("out", usage.output),
            ("thought", usage.reasoning),
        ];
        let said = counts.into_iter().filter_map(|(what, count)| {
            Some(format!("{} {what}", count.filter(|count| *count > 0)?))
        });
        let about = if usage.estimated { ", by our own count" } else { "" };
        format!("tokens: {}{about}", said.collect::<Vec<_>>().join(", "))
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kept, dropped, unnamed, before, after, .. } = self;
        write!(f, "kept {kept}")?;
        if !dropped.is_empty() {
            write!(f, ", dropped {}", Names(dropped))?;
        }
        match unnamed {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }?;
        match after.is_empty() {
            true => Ok(()),
            false => write!(f, "; in front {} (before: {})", Names(after), Names(before)),
        }
    }
}

impl fmt::Display for Classified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, took, requests, error, .. } = self;
        write!(f, "classified by {by} in {}", Time(*took))?;
        self.cost().map_or(Ok(()), |cost| write!(f, ", {}", Dollars(cost.amount)))?;
        if !requests.is_empty() {
            write!(f, ", request {}", List(requests))?;
        }
        error.as_ref().map_or(Ok(()), |error| write!(f, "; for want of better: {error}"))
    }
}

impl fmt::Display for Shadowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, request, dropped } = self;
        write!(f, "shadow at {name}: ")?;
        match (request, dropped) {
            (Some(request), _) => write!(f, "request {request}"),
            (None, Some(why)) => write!(f, "not sent, {why}"),
            (None, None) => write!(f, "not sent"),
        }
    }
}

fn name(target: &Arc<str>, key: u32) -> String {
    match key {
        0 => target.to_string(),
        key => format!("{target} (key {key})"),
    }
}
