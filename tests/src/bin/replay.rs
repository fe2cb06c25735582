//! Replays recorded traffic: `replay [--json | --proofs] FILE.jsonl…`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what the tool is for")]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::Path;
use std::process::ExitCode;

use nohop_tests::hosts::host;
use nohop_tests::lists::lists;
use nohop_tests::proofs::Proofs;
use nohop_tests::recording::Recording;
use nohop_tests::replay::{Outcome, Return, Status, line, replay};

fn main() -> ExitCode {
    let (flags, files): (Vec<_>, Vec<_>) =
        env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let given = |name: &str| flags.iter().any(|flag| flag == name);
    let (json, proofs) = (given("--json"), given("--proofs"));
    if files.is_empty() || flags.len() != usize::from(json) + usize::from(proofs) {
        eprintln!("usage: replay [--json | --proofs] FILE.jsonl…");
        return ExitCode::from(2);
    }
    let mut seen = Proofs::default();
    let mut summary = Summary::default();
    for file in &files {
        let recordings = match Recording::load(Path::new(file)) {
            Ok(recordings) => recordings,
            Err(error) => {
                eprintln!("{file}: {error}");
                return ExitCode::from(2);
            }
        };
        for recording in recordings {
            let outcome = replay(&recording);
            if json {
                println!("{}", line(&recording, &outcome));
            }
            summary.add(&recording, &outcome);
            seen.add(&recording, &outcome);
        }
    }
    if proofs {
        print!("{seen}");
    } else if !json {
        summary.print();
    }
    let below = summary.below();
    below.iter().for_each(|what| eprintln!("below the bar: {what}"));
    if below.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What is counted of each dialect and provider.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    all: usize,
    ok: usize,
    failed: usize,
    skipped: usize,
    same: usize,
    lossy: usize,
    differing: usize,
}

#[derive(Default)]
struct Summary {
    counts: BTreeMap<(String, String), Counts>,
    /// What did not hold, by recording.
    failed: Vec<(String, String)>,
    /// How many were passed over, and why.
    skipped: BTreeMap<String, usize>,
    /// Dialects without a surface, which some laws are about.
    unserved: BTreeSet<String>,
    /// Recordings of streams that end before their answers do.
    cut: Vec<String>,
    /// Requests that were recorded and not compared, and why.
    apart: Vec<(String, String)>,
    /// How often each difference of a request was met, by dialect and path, and an example.
    paths: BTreeMap<(String, String), (usize, String)>,
}

impl Summary {
    fn add(&mut self, recording: &Recording, outcome: &Outcome) {
        let key = (recording.dialect.clone(), recording.provider.clone());
        let counts = self.counts.entry(key).or_default();
        counts.all += 1;
        match outcome.status {
            Status::Ok => counts.ok += 1,
            Status::Failed => counts.failed += 1,
            _ => {
                counts.skipped += 1;
                let why = outcome.why.clone().unwrap_or_default();
                *self.skipped.entry(format!("{}: {why}", recording.dialect)).or_default() += 1;
            }
        }
        let host = host(&recording.provider, &recording.dialect);
        if host.is_some_and(|host| host.surface().is_none()) {
            self.unserved.insert(recording.dialect.clone());
        }
        match outcome.request {
            Return::Same => counts.same += 1,
            Return::Lossy => counts.lossy += 1,
            Return::Differs => counts.differing += 1,
            _ => (),
        }
        let refused = outcome.request == Return::Differs && outcome.differences.is_empty();
        if outcome.status == Status::Failed || refused {
            let why = outcome.why.clone().unwrap_or_default();
            self.failed.push((recording.id.clone(), why));
        }
        if outcome.status == Status::Ok
            && outcome.request == Return::None
            && let Some(why) = &outcome.why
        {
            self.apart.push((recording.id.clone(), why.clone()));
        }
        if outcome.cut {
            self.cut.push(recording.id.clone());
        }
        let mut paths: Vec<_> = outcome.differences.iter().collect();
        paths.dedup_by_key(|difference| difference.path.clone());
        for difference in paths {
            let key = (recording.dialect.clone(), difference.path.clone());
            let met = self.paths.entry(key).or_default();
            met.0 += 1;
            met.1 = format!("{difference} ({})", recording.id);
        }
    }

    /// What is not as good as it must be: of each dialect 99.5 % of what was heard and, of a chat, 95 % of
    /// what is asked; and of each provider 97 % of what was heard.
    fn below(&self) -> Vec<String> {
        let mut dialects: BTreeMap<&str, Counts> = BTreeMap::new();
        let mut below = Vec::new();
        let mut hold = |what: String, part: usize, of: usize, percent: f64| {
            if (part as f64) < of as f64 * percent / 100.0 {
                below.push(format!("{what}: {part} of {of}, which must be {percent} %"));
            }
        };
        for ((dialect, provider), counts) in &self.counts {
            let sum = dialects.entry(dialect).or_default();
            sum.ok += counts.ok;
            sum.failed += counts.failed;
            sum.same += counts.same;
            sum.lossy += counts.lossy;
            sum.differing += counts.differing;
            hold(format!("{dialect} of {provider}"), counts.ok, counts.ok + counts.failed, 97.0);
        }
        for (dialect, sum) in dialects {
            hold(format!("{dialect}, heard"), sum.ok, sum.ok + sum.failed, 99.5);
            // Vectors are asked for in a form that takes fewer bytes wherever it is known to be taken.
            if dialect.contains("embed") || dialect == "vertex_predict" {
                continue;
            }
            let asked = sum.same + sum.lossy + sum.differing;
            hold(format!("{dialect}, asked the same"), sum.same, asked, 95.0);
        }
        below
    }

    fn print(&self) {
        println!(
            "{:<20} {:<18} {:>6} {:>6} {:>6} {:>7}   {:>6} {:>6} {:>9}",
            "dialect", "provider", "all", "ok", "failed", "skipped", "same", "lossy", "differing"
        );
        let mut total = Counts::default();
        for ((dialect, provider), counts) in &self.counts {
            row(dialect, provider, counts);
            total.all += counts.all;
            total.ok += counts.ok;
            total.failed += counts.failed;
            total.skipped += counts.skipped;
            total.same += counts.same;
            total.lossy += counts.lossy;
            total.differing += counts.differing;
        }
        row("all", "", &total);
        let asked = (total.same + total.lossy + total.differing).max(1) as f64;
        let heard = (total.ok + total.failed).max(1) as f64;
        println!("\nok: {:.2} %", total.ok as f64 / heard * 100.0);
        println!("requests the same: {:.2} %", total.same as f64 / asked * 100.0);
        for dialect in &self.unserved {
            println!("laws 2 and 5 of answers do not apply to {dialect}: it is spoken, not served");
        }
        println!("\nfailed: {}", self.failed.len());
        for (id, why) in &self.failed {
            println!("  {id}\n    {why}");
        }
        println!("\nskipped: {}", self.skipped.values().sum::<usize>());
        for (why, count) in &self.skipped {
            println!("  {count:>5} {why}");
        }
        println!("\nstreams whose recording is cut, read as such: {}", self.cut.len());
        for id in &self.cut {
            println!("  {id}");
        }
        println!("\nrequests not compared: {}", self.apart.len());
        for (id, why) in &self.apart {
            println!("  {id}\n    {why}");
        }
        println!("\ndifferences of requests, by path: {}", self.paths.len());
        for ((dialect, path), (count, example)) in &self.paths {
            let reason = lists(dialect).and_then(|lists| {
                lists
                    .requests()
                    .iter()
                    .find(|(listed, _)| listed == path)
                    .map(|(_, reason)| *reason)
            });
            let reason = reason.unwrap_or("not listed");
            println!("  {count:>5} {dialect} {path}: {reason}\n        {example}");
        }
    }
}

fn row(dialect: &str, provider: &str, counts: &Counts) {
    let Counts { all, ok, failed, skipped, same, lossy, differing } = counts;
    println!(
        "{dialect:<20} {provider:<18} {all:>6} {ok:>6} {failed:>6} {skipped:>7}   {same:>6} {lossy:>6} {differing:>9}"
    );
}
