//! Counts what a work costs, by running a program under valgrind.

use std::path::Path;
use std::process::Command;
use std::{env, fmt, io};

use crate::works::Work;

/// Why nothing could be counted.
#[derive(Debug)]
#[non_exhaustive]
pub enum Trouble {
    /// There is no valgrind.
    Missing,
    /// A program could not be run.
    Io(io::Error),
    /// Valgrind did not say what was asked for.
    Silent(String),
    /// A program that is to be measured does not do its work.
    Broken(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str(
                "valgrind counts the instructions and is missing: install it, \
                 for example by `apt-get install valgrind` or `dnf install valgrind`",
            ),
            Self::Io(error) => write!(f, "a program could not be run: {error}"),
            Self::Silent(told) => write!(f, "valgrind did not count; it said:\n{told}"),
            Self::Broken(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Trouble {}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Count {
    /// Instructions, as callgrind counts them.
    Instructions,
    /// Allocations, as DHAT counts them: one that grows counts again.
    Allocations,
}

impl Count {
    /// The count of one pass of `work`.
    ///
    /// It is the difference of two run lengths: the start of the program, the making of the bodies
    /// and whatever else happens once are in both of them.
    ///
    /// # Errors
    ///
    /// Says what keeps valgrind from counting.
    pub fn of_a_pass(self, work: &Work) -> Result<f64, Trouble> {
        /// The first pass also fills what those after it find filled.
        const SHORT: u64 = 1;
        const LONG: u64 = 4;
        let this = env::current_exe()?;
        let of = |passes: u64| self.of(&this, &["work", work.name, &passes.to_string()]);
        let ((short, _), (long, _)) = (of(SHORT)?, of(LONG)?);
        Ok(long.saturating_sub(short) as f64 / (LONG - SHORT) as f64)
    }

    /// The count of a whole run of `program`, and what it printed.
    ///
    /// # Errors
    ///
    /// Says what keeps valgrind from counting; a program that fails is not counted.
    pub fn of(self, program: &Path, args: &[&str]) -> Result<(u64, String), Trouble> {
        let (tool, out, label) = match self {
            Self::Instructions => ("callgrind", "--callgrind-out-file=/dev/null", "Collected :"),
            Self::Allocations => ("dhat", "--dhat-out-file=/dev/null", "Total:"),
        };
        let mut command = Command::new("valgrind");
        command.arg(format!("--tool={tool}")).arg(out).arg(program).args(args);
        let output = command.output().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Trouble::Missing,
            _ => Trouble::Io(error),
        })?;
        let told = String::from_utf8_lossy(&output.stderr);
        // "Total: 1,234 bytes in 56 blocks": the last number is the one that is asked for.
        let line = told.lines().find_map(|line| line.split_once(label));
        let number =
            line.and_then(|(_, rest)| rest.split_whitespace().filter_map(number).next_back());
        match number.filter(|_| output.status.success()) {
            Some(number) => Ok((number, String::from_utf8_lossy(&output.stdout).into_owned())),
            None => Err(Trouble::Silent(told.into_owned())),
        }
    }
}

fn number(word: &str) -> Option<u64> {
    word.replace(',', "").parse().ok()
}
