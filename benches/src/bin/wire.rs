//! Counts what reading and writing the wire costs: `wire`, or `wire work NAME PASSES` to do one work
//! and count nothing, for a profiler.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what the tool is for")]

use std::env;
use std::process::ExitCode;

use nohop_benches::report::{Row, rows};
use nohop_benches::works::{WORKS, compare_floors};

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match &args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => report(),
        ["work", name, passes] => work(name, passes),
        _ => usage(),
    }
}

/// Prints the table; a limit that is passed is a failure.
fn report() -> ExitCode {
    if let Err(error) = compare_floors() {
        eprintln!("{error}");
        return ExitCode::from(2);
    }
    println!("{}", Row::title());
    match rows(WORKS, |row| println!("{row}")) {
        Ok(rows) if rows.iter().all(Row::is_ok) => ExitCode::SUCCESS,
        Ok(_) => {
            println!("a limit is passed; docs/benchmarks.md says how to find out why");
            ExitCode::FAILURE
        }
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::from(2)
        }
    }
}

fn work(name: &str, passes: &str) -> ExitCode {
    let work = WORKS.iter().find(|work| work.name == name);
    let (Some(work), Ok(passes)) = (work, passes.parse()) else { return usage() };
    match (work.run)(passes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{name}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    let names: Vec<_> = WORKS.iter().map(|work| work.name).collect();
    eprintln!("usage: wire [work NAME PASSES], with a name of {}", names.join(", "));
    ExitCode::from(2)
}
