//! Counts what a call costs, with nohop and with others: `cost`; `cost threads` to time decisions alone;
//! `cost mock ADDRESS` to answer and count nothing, or `cost work NAME PASSES` to decide and count nothing,
//! both for a profiler.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what the tool is for")]

use std::net::TcpListener;
use std::process::ExitCode;
use std::{env, thread};

use nohop_benches::costs::{Clock, Costs, Limit, Urls};
use nohop_benches::decisions::DECISIONS;
use nohop_benches::mock;
use nohop_benches::peers::{OURS, PEERS, Peer, RAW};
use nohop_benches::report::{Row, rows};
use nohop_benches::threads::Scaling;
use nohop_benches::valgrind::Trouble;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let done = match &args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => report(),
        ["threads"] => threads(),
        ["mock", address] => serve(address),
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

/// Prints the tables, and says whether every limit is kept.
fn report() -> Result<bool, Trouble> {
    let urls = mock()?;
    let peers = PEERS.iter().map(|name| build(name)).collect::<Result<Vec<_>, _>>()?;

    println!("{}", Costs::title());
    let mut costs = Vec::new();
    for peer in &peers {
        let row = Costs::of(peer, &urls)?;
        println!("{row}");
        costs.push(row);
    }

    println!("\nby the clock, which says more about the machine and who else uses it:");
    println!("{}", Clock::title());
    Clock::of(&peers, &urls)?.iter().for_each(|row| println!("{row}"));
    threads()?;

    println!();
    let limits = limits(&peers, &costs, &urls)?;
    limits.iter().for_each(|limit| println!("{limit}"));

    println!("\n{}", Row::title());
    let rows = rows(DECISIONS, |row| println!("{row}"))?;
    Ok(limits.iter().all(Limit::is_ok) && rows.iter().all(Row::is_ok))
}

/// Prints how decisions scale, which is no limit: the clock's figures are those of the machine.
fn threads() -> Result<bool, Trouble> {
    let all = Scaling::all().map_err(|error| Trouble::Broken(error.to_string()))?;
    all.iter().for_each(|row| println!("{row}"));
    Ok(true)
}

fn build(name: &'static str) -> Result<Peer, Trouble> {
    eprintln!("building {name}");
    Peer::build(name)
}

fn limits(peers: &[Peer], costs: &[Costs], urls: &Urls) -> Result<Vec<Limit>, Trouble> {
    let missing = || Trouble::Broken(format!("{OURS} or {RAW} is not among the peers"));
    let cost = |name| costs.iter().find(|row| row.name == name).ok_or_else(missing);
    let peer = peers.iter().find(|peer| peer.name == OURS).ok_or_else(missing)?;
    Ok(Limit::all(cost(OURS)?, cost(RAW)?, peer.transport(&urls.fast)?))
}

/// Starts a provider that answers at once.
fn mock() -> Result<Urls, Trouble> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || mock::serve(&listener));
    Ok(Urls::new(|events, pause| mock::url(address, events, pause)))
}

fn serve(address: &str) -> Result<bool, Trouble> {
    let listener = TcpListener::bind(address)?;
    eprintln!("http://{}/EVENTS/MICROSECONDS/v1", listener.local_addr()?);
    mock::serve(&listener);
    Ok(true)
}

fn work(name: &str, passes: &str) -> Result<bool, Trouble> {
    let work = DECISIONS.iter().find(|work| work.name == name);
    let (Some(work), Ok(passes)) = (work, passes.parse()) else { return Err(usage()) };
    (work.run)(passes).map_err(|error| Trouble::Broken(format!("{name}: {error}")))?;
    Ok(true)
}

fn usage() -> Trouble {
    let names: Vec<_> = DECISIONS.iter().map(|work| work.name).collect();
    let names = names.join(", ");
    Trouble::Broken(format!(
        "usage: cost [threads | mock ADDRESS | work NAME PASSES], with a name of {names}"
    ))
}
