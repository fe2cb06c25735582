//! The eight, each at an endpoint of its own.

use nohop::providers::{Endpoint, Provider, table};
use nohop::{Router, Target};
use nohop_testkit::{Emulator, Script};
use serde_json::Value;

use super::heard::{self, Heard};
use super::said::Piece;

/// One of the eight.
pub(super) struct Host {
    pub(super) name: &'static str,
    provider: Provider,
    way: &'static str,
    root: &'static str,
    model: &'static str,
    script: fn() -> Script,
    /// Reads what a request says.
    read: fn(&Value) -> Heard,
    /// What it can not be shown.
    pub(super) refuses: &'static [Shown],
    /// Whether it takes its own thinking back.
    pub(super) remembers: bool,
    /// Whether it is told that a tool failed.
    pub(super) tells_failures: bool,
    /// What it says beside each of its calls or thoughts, which comes back with them.
    pub(super) beside: Option<(Beside, &'static str)>,
}

/// What something is said beside of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Beside {
    Calls,
    Thoughts,
}

/// What can be shown to a model beside text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shown {
    Image,
    Pages,
    Note,
}

const PLAIN: Host = Host {
    name: "",
    provider: table::OPENAI,
    way: "openai-chat",
    root: "/v1",
    model: "m",
    script: Script::openai,
    read: heard::chat,
    refuses: &[],
    remembers: true,
    tells_failures: false,
    beside: None,
};

pub(super) const HOSTS: [Host; 8] = [
    Host { name: "openai", model: "gpt-4.1", remembers: false, ..PLAIN },
    Host {
        name: "responses",
        way: "openai-responses",
        model: "gpt-5",
        script: Script::responses,
        read: heard::responses,
        ..PLAIN
    },
    Host {
        name: "anthropic",
        provider: table::ANTHROPIC,
        way: "anthropic",
        root: "",
        model: "claude-sonnet-4-5",
        script: Script::anthropic,
        read: heard::anthropic,
        beside: Some((Beside::Calls, r#""caller":{"type":"direct"}"#)),
        tells_failures: true,
        ..PLAIN
    },
    Host {
        name: "gemini",
        provider: table::GEMINI,
        way: "gemini",
        root: "/v1beta",
        model: "gemini-3-pro-preview",
        script: Script::gemini,
        read: heard::gemini,
        tells_failures: true,
        ..PLAIN
    },
    Host {
        name: "bedrock",
        provider: table::BEDROCK,
        way: "converse",
        root: "",
        model: "anthropic.claude-sonnet-4-5-20250929-v1:0",
        script: Script::converse,
        read: heard::converse,
        tells_failures: true,
        ..PLAIN
    },
    Host {
        name: "cohere",
        provider: table::COHERE,
        way: "cohere",
        root: "",
        model: "command-a-reasoning-08-2025",
        script: Script::cohere,
        read: heard::cohere,
        refuses: &[Shown::Pages],
        ..PLAIN
    },
    Host {
        name: "mistral",
        provider: table::MISTRAL,
        model: "mistral-medium-latest",
        script: Script::mistral,
        beside: Some((Beside::Thoughts, r#""closed":true"#)),
        ..PLAIN
    },
    Host {
        name: "deepseek",
        provider: table::DEEPSEEK,
        root: "",
        model: "deepseek-v4-flash",
        script: Script::deepseek,
        refuses: &[Shown::Image, Shown::Pages],
        ..PLAIN
    },
];

/// A router to all of them.
pub(super) struct Hosts {
    pub(super) router: Router,
    emulators: Vec<Emulator>,
}

impl Hosts {
    pub(super) async fn start() -> Self {
        let mut emulators = Vec::new();
        let mut builder = Router::builder();
        for host in &HOSTS {
            let emulator = host.script().start().await.unwrap();
            let endpoint = Endpoint::new(host.provider).id(host.name).way(host.way);
            let endpoint = endpoint.base_url(emulator.url() + host.root).key("sk-one");
            builder = builder.endpoint(endpoint).target(Target::new(host.target()));
            emulators.push(emulator);
        }
        Self { router: builder.build().unwrap(), emulators }
    }

    /// Has a host say this next.
    pub(super) fn says(&self, host: usize, pieces: &[Piece]) {
        self.emulators[host].becomes(Piece::script(HOSTS[host].script(), pieces));
    }

    /// What reached a host last.
    pub(super) fn reached(&self, host: usize) -> (Heard, String) {
        let received = self.emulators[host].journal().last().unwrap();
        let body = received.json();
        ((HOSTS[host].read)(&body), body.to_string())
    }
}

impl Host {
    pub(super) fn target(&self) -> String {
        format!("{}@{}", self.model, self.name)
    }

    /// Each signs with a salt of its own, and remembers the last request only.
    fn script(&self) -> Script {
        (self.script)().signs(self.name).tokens_per_event(4).remembers(1)
    }
}
