use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use nohop::providers::{Endpoint, table};
use nohop_testkit::{Departure, Dialect, Emulator, Fault, Script};

/// What every key begins with, so that one is known where it does not belong.
pub(crate) const KEY: &str = "sk-soak-";

/// How many words an answer has.
const WORDS: usize = 24;

const MILLISECOND: Duration = Duration::from_millis(1);

/// Providers of every dialect, whose moods change.
pub(crate) struct Hosts {
    all: Vec<Host>,
    turn: AtomicUsize,
}

/// A provider.
pub(crate) struct Host {
    pub(crate) name: &'static str,
    pub(crate) dialect: Dialect,
    pub(crate) emulator: Emulator,
    script: Make,
    moods: Mutex<Moods>,
}

/// Makes what a host of its dialect follows.
type Make = fn() -> Script;

/// How a host is at a time.
#[derive(Clone)]
enum Mood {
    Departs(Departure),
    /// With this of every call.
    Fails(Fault),
    /// With this of every third call.
    FailsNowAndThen(Fault),
    Slow(fn(Script) -> Script),
}

/// The moods of a host, in an order that is its own.
struct Moods {
    all: Vec<Mood>,
    /// How many it had, and with them how many times it was well between them.
    count: usize,
}

impl Hosts {
    /// Starts one of each.
    pub(crate) async fn start() -> Self {
        let scripts: [(&str, Make); 10] = [
            ("openai", Script::openai),
            ("anthropic", Script::anthropic),
            ("responses", Script::responses),
            ("gemini", Script::gemini),
            ("cohere", Script::cohere),
            ("ollama", Script::ollama),
            ("converse", Script::converse),
            ("mistral", Script::mistral),
            ("deepseek", Script::deepseek),
            ("openrouter", Script::openrouter),
        ];
        let dialect = |name| match name {
            "anthropic" => Dialect::Anthropic,
            "responses" => Dialect::OpenAiResponses,
            "gemini" => Dialect::Gemini,
            "cohere" => Dialect::Cohere,
            "ollama" => Dialect::Ollama,
            "converse" => Dialect::Converse,
            _ => Dialect::OpenAiChat,
        };
        let mut all = Vec::new();
        for (seed, (name, script)) in (1..).zip(scripts) {
            let moods = Moods { all: shuffled(moods(), seed), count: 0 };
            let emulator = well(script(), name, 0).start().await.unwrap();
            let moods = Mutex::new(moods);
            all.push(Host { name, dialect: dialect(name), emulator, script, moods });
        }
        Self { all, turn: AtomicUsize::new(0) }
    }

    pub(crate) fn all(&self) -> &[Host] {
        &self.all
    }

    /// Changes the mood of whose turn it is.
    pub(crate) fn change(&self) {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.all[turn % self.all.len()].change();
    }
}

impl Host {
    /// Every other time it is well.
    fn change(&self) {
        let mut moods = self.moods.lock().unwrap_or_else(PoisonError::into_inner);
        moods.count += 1;
        let (count, all) = (moods.count, &moods.all);
        let script = well((self.script)(), self.name, count);
        let script = match &all[count / 2 % all.len()] {
            _ if count % 2 == 0 => script,
            Mood::Departs(departure) => script.departs(*departure),
            Mood::Fails(fault) => script.fault(fault.clone()),
            Mood::FailsNowAndThen(fault) => {
                let next = self.emulator.journal().calls() + 1;
                let calls = (0..100).map(|call| next + call * 3);
                calls.fold(script, |script, call| script.fault_at(call, fault.clone()))
            }
            Mood::Slow(slowly) => slowly(script),
        };
        self.emulator.becomes(script);
    }
}

/// All that a host of this name says in a mood, which nobody else says, nor it in another.
pub(crate) fn said(name: &str, mood: usize) -> String {
    let words = (2..WORDS).map(|word| format!(" word-{word}"));
    format!("{name} {mood}{}", words.collect::<String>())
}

/// The endpoint of a host.
pub(crate) fn endpoint(name: &'static str, dialect: Dialect, url: &str) -> Endpoint {
    let (provider, root, way) = match (name, dialect) {
        ("mistral", _) => (table::MISTRAL, "/v1", None),
        ("deepseek", _) => (table::DEEPSEEK, "", None),
        ("openrouter", _) => (table::OPENROUTER, "/api/v1", None),
        (_, Dialect::Anthropic) => (table::ANTHROPIC, "", None),
        (_, Dialect::OpenAiResponses) => (table::OPENAI, "/v1", Some("openai-responses")),
        (_, Dialect::Gemini) => (table::GEMINI, "/v1beta", None),
        (_, Dialect::Cohere) => (table::COHERE, "", None),
        (_, Dialect::Ollama) => (table::OLLAMA, "", Some("ollama")),
        (_, Dialect::Converse) => (table::BEDROCK, "", Some("converse")),
        _ => (table::OPENAI, "/v1", Some("openai-chat")),
    };
    let keys = ["one", "two", "three"].map(|key| format!("{KEY}{name}-{key}"));
    let endpoint = Endpoint::new(provider).id(name).base_url(format!("{url}{root}"));
    let endpoint = keys.into_iter().fold(endpoint, Endpoint::key);
    match way {
        Some(way) => endpoint.way(way),
        None => endpoint,
    }
}

fn well(script: Script, name: &str, mood: usize) -> Script {
    script.says(said(name, mood)).tokens_per_event(2).pause(MILLISECOND * 5)
}

/// Everything that goes wrong, and what is only odd.
fn moods() -> Vec<Mood> {
    let faults = Fault::all().into_iter().chain([
        Fault::Late(MILLISECOND * 1_500),
        Fault::Late(MILLISECOND * 2_500),
        Fault::status(402, "no money"),
        Fault::status(503, "").header("retry-after", "1"),
    ]);
    let often: [fn(Fault) -> Mood; 2] = [Mood::Fails, Mood::FailsNowAndThen];
    let faults = faults.flat_map(|fault| often.map(|often| often(fault.clone())));
    let slow: [fn(Script) -> Script; 5] = [
        |script| script.delay(MILLISECOND * 300),
        |script| script.first_after(MILLISECOND * 400).keep_alive(MILLISECOND * 50),
        |script| script.pause(MILLISECOND * 40),
        |script| script.drip(16, MILLISECOND),
        |script| script.fault(Fault::StallAfter { events: 3 }).keep_alive(MILLISECOND * 100),
    ];
    let odd = Departure::ALL.into_iter().map(Mood::Departs);
    faults.chain(odd).chain(slow.map(Mood::Slow)).collect()
}

fn shuffled(mut all: Vec<Mood>, seed: u64) -> Vec<Mood> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for place in (1..all.len()).rev() {
        // Xorshift, as Marsaglia has it.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        all.swap(place, (state % (place as u64 + 1)) as usize);
    }
    all
}
