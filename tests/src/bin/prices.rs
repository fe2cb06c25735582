//! Compares what the catalog says that requests cost with what others say: `prices`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what the tool is for")]

use std::process::ExitCode;

use nohop_tests::prices::{litellm, recorded, usages};
use nohop_tests::recording::shared;

fn main() -> ExitCode {
    let Some(shared) = shared() else {
        eprintln!("skipped: there are no recordings; NOHOP_SHARED says where they are");
        return ExitCode::SUCCESS;
    };
    let tallies = [usages::tally(&shared), litellm::tally(&shared), recorded::tally(&shared)];
    for tally in tallies {
        match tally {
            Ok(tally) => println!("{tally}"),
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
