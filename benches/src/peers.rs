//! The clients that are measured: programs of the workspace in `peers`, and how they are run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use crate::mock::Told;
use crate::valgrind::{Count, Trouble};

/// Every peer, in the order of the table: the floor, what the others are measured by, and the rest.
pub const PEERS: &[&str] = &["hyper", RAW, "async-openai", "genai", OURS];

/// What an application writes itself; limits are set by it.
pub const RAW: &str = "reqwest";

/// What keeps the limits.
pub const OURS: &str = "nohop";

/// The program of a client.
#[derive(Debug)]
#[non_exhaustive]
pub struct Peer {
    /// The client's name.
    pub name: &'static str,
    program: PathBuf,
}

/// What a program is asked for, and what it reads if it does its work.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Run<'a> {
    /// `chat`, `stream`, or what else the program knows.
    pub mode: &'a str,
    /// Where the answers are.
    pub url: &'a str,
    /// How many bytes were said before the question.
    pub history: u64,
    /// What one answer tells.
    pub each: Told,
}

/// What a chat takes by the clock.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Times {
    /// The time for all chats, divided by how many they were.
    pub each: Duration,
    /// What one chat in a hundred exceeds.
    pub p99: Duration,
}

impl Peer {
    /// Builds the program, alone: what is built together shares its features.
    ///
    /// # Errors
    ///
    /// Says why it could not be built.
    pub fn build(name: &'static str) -> Result<Self, Trouble> {
        let package = format!("peer-{name}");
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let target = workspace.join("target");
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--release", "--locked", "--package", &package])
            .arg("--manifest-path")
            .arg(workspace.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&target)
            .status()?;
        match status.success() {
            true => Ok(Self { name, program: target.join("release").join(package) }),
            false => Err(Trouble::Broken(format!(
                "{package} does not build; cargo says why, and its workspace is benches/peers"
            ))),
        }
    }

    /// The size of the program without its symbols.
    ///
    /// # Errors
    ///
    /// Says why it is not known.
    pub fn size(&self) -> Result<u64, Trouble> {
        let stripped = self.program.with_extension("stripped");
        let mut command = Command::new("strip");
        let status = command.arg("-o").arg(&stripped).arg(&self.program).status()?;
        match status.success() {
            true => Ok(fs::metadata(stripped)?.len()),
            false => Err(Trouble::Broken(format!("strip failed on {}", self.program.display()))),
        }
    }

    /// What each answer of `run` costs, as the difference of two numbers of answers.
    ///
    /// # Errors
    ///
    /// Says what keeps valgrind from counting, or that the program lost something.
    pub fn each(
        &self,
        count: Count,
        run: &Run<'_>,
        [short, long]: [u64; 2],
    ) -> Result<f64, Trouble> {
        let (less, more) = (self.count(count, run, short)?, self.count(count, run, long)?);
        Ok(more.saturating_sub(less) as f64 / (long - short) as f64)
    }

    /// What a whole run of the program costs that reads so many answers.
    ///
    /// # Errors
    ///
    /// As [`each`](Self::each).
    pub fn count(&self, count: Count, run: &Run<'_>, answers: u64) -> Result<u64, Trouble> {
        let (number, history) = (answers.to_string(), run.history.to_string());
        let (counted, said) = count.of(&self.program, &[run.mode, run.url, &number, &history])?;
        self.check(&said, run.each.times(answers))?;
        Ok(counted)
    }

    /// What a first call costs over our transport alone.
    ///
    /// # Errors
    ///
    /// Says what keeps valgrind from counting.
    pub fn transport(&self, url: &str) -> Result<u64, Trouble> {
        Ok(Count::Instructions.of(&self.program, &["transport", url])?.0)
    }

    /// What chats take, so many over so many connections.
    ///
    /// # Errors
    ///
    /// Says that the program failed or lost something.
    pub fn times(&self, url: &str, chats: u64, connections: u64) -> Result<Times, Trouble> {
        let (chats, connections) = (chats / connections * connections, connections.to_string());
        let mut command = Command::new(&self.program);
        let output = command.args(["load", url, &chats.to_string(), &connections]).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        self.check(&said, Told::whole().times(chats))?;
        let nanos = |label| number(&said, label).map(Duration::from_nanos);
        match (nanos("each"), nanos("p99")) {
            (Some(each), Some(p99)) => Ok(Times { each, p99 }),
            _ => Err(Trouble::Broken(format!("{} did not say what it took: {said}", self.name))),
        }
    }

    /// Whoever does not read everything has not done the work.
    fn check(&self, said: &str, told: Told) -> Result<(), Trouble> {
        let read = number(said, "text").zip(number(said, "tokens"));
        if read == Some((told.text, told.tokens)) {
            return Ok(());
        }
        let name = self.name;
        Err(Trouble::Broken(format!("{name} should have read {told:?}, and says: {said}")))
    }
}

/// The number that stands behind `label`.
fn number(said: &str, label: &str) -> Option<u64> {
    let mut words = said.split_whitespace().skip_while(|word| *word != label);
    words.nth(1)?.parse().ok()
}
