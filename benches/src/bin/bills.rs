//! Counts what the catalog costs: `bills`; `bills first` to price one request and count nothing, or `bills work NAME
//! PASSES` to do one work and count nothing, both for a profiler.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what the tool is for")]

use std::env;
use std::process::ExitCode;

use nohop_benches::prices::{PRICES, first};
use nohop_benches::report::{Row, rows};
use nohop_benches::valgrind::{Count, Trouble};

/// What a program that prices one request may cost, with its own start and end.
const FIRST: u64 = 1_000_000;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let done = match &args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => report(),
        ["nothing"] => Ok(true),
        ["first"] => first().map(|amount| println!("{amount}")).map(|()| true).map_err(broken),
        ["work", name, passes] => work(name, passes),
        _ => Err(usage()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            println!("\na limit is passed; docs/benchmarks.md says how to find out why");
            ExitCode::FAILURE
        }
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::from(2)
        }
    }
}

fn report() -> Result<bool, Trouble> {
    println!("{}", Row::title());
    let rows = rows(PRICES, |row| println!("{row}"))?;
    let this = env::current_exe()?;
    let (nothing, _) = Count::Instructions.of(&this, &["nothing"])?;
    let (priced, _) = Count::Instructions.of(&this, &["first"])?;
    println!(
        "\nfirst priced call: {priced} instructions with the program, which has {nothing}; at most {FIRST}"
    );
    Ok(rows.iter().all(Row::is_ok) && priced <= FIRST)
}

fn work(name: &str, passes: &str) -> Result<bool, Trouble> {
    let work = PRICES.iter().find(|work| work.name == name);
    let (Some(work), Ok(passes)) = (work, passes.parse()) else { return Err(usage()) };
    (work.run)(passes).map_err(broken).map(|()| true)
}

fn broken(error: impl std::fmt::Display) -> Trouble {
    Trouble::Broken(error.to_string())
}

fn usage() -> Trouble {
    let names: Vec<_> = PRICES.iter().map(|work| work.name).collect();
    Trouble::Broken(format!(
        "usage: prices [first | work NAME PASSES], with a name of {}",
        names.join(", ")
    ))
}
