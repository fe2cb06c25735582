//! Every way of every row of the table, behind the router: it answers, streams, falls over, and hides
//! its key.
//!
//! That each is addressed and signed where it says is held beside the table.

use nohop::providers::{ALL, Provider, Way};
use nohop_testkit::{Dialect, Fault};

use super::scripted::{Scripted, paused};
use super::*;

const KEY: &str = "sk-planted-0123456789";
const STANDBY: &str = "standby.example";

/// A way of a row, at an endpoint whose URL lacks nothing.
pub(crate) struct Row {
    pub(crate) provider: &'static Provider,
    pub(crate) way: &'static Way,
    pub(crate) dialect: Dialect,
}

impl Row {
    pub(crate) fn endpoint(&self) -> Endpoint {
        let places = self.provider.base_url.split('{').skip(1);
        let names = places.filter_map(|place| place.split([':', '?', '}']).next());
        let endpoint = Endpoint::new(*self.provider).id("row").way(self.way.path).key(KEY);
        names.fold(endpoint, |endpoint, name| endpoint.set(name, "filled.example"))
    }

    pub(crate) fn host(&self) -> String {
        self.endpoint().url().unwrap().host().unwrap().to_owned()
    }

    /// Asks in this way, where this row's provider follows `script` and another stands by.
    fn ask(&self, script: Script, mode: Mode) -> (Result<Response>, Scripted) {
        let standby = Script::openai().says("From the standby.");
        let transport = Scripted::default().host(&self.host(), script).host(STANDBY, standby);
        let other = Endpoint::new(table::OPENAI).id("standby").key("k");
        let router = Router::builder()
            .endpoint(self.endpoint())
            .endpoint(other.base_url(format!("https://{STANDBY}/v1")))
            .route(Route::new("both", ["m@row", "m@standby"]))
            .transport(transport.clone())
            .build()
            .unwrap();
        (paused(ask(&router, hello(), mode)), transport)
    }

    /// The provider, as it answers when nothing goes wrong. Keys are told by their headers below.
    fn script(&self) -> Script {
        Script::new(self.dialect).says("From the row.").key(KEY).key("")
    }
}

/// The dialect of an emulator for this way.
fn emulated(way: &Way) -> Option<Dialect> {
    Some(match way.dialect.name() {
        // Amazon wraps its streams.
        "anthropic" if way.path.contains("invoke") => return None,
        "anthropic" => Dialect::Anthropic,
        "gemini" => Dialect::Gemini,
        "openai-chat" => Dialect::OpenAiChat,
        "openai-responses" => Dialect::OpenAiResponses,
        "cohere" => Dialect::Cohere,
        "ollama" => Dialect::Ollama,
        "converse" => Dialect::Converse,
        _ => return None,
    })
}

/// Every way of every row that an emulator speaks.
pub(crate) fn rows() -> Vec<Row> {
    let ways =
        ALL.iter().flat_map(|provider| provider.ways.iter().map(move |way| (*provider, way)));
    let rows = ways.filter_map(|(provider, way)| {
        let dialect = emulated(way)?;
        Some(Row { provider, way, dialect })
    });
    rows.collect()
}

/// What no emulator speaks yet: the cases of Bedrock call it from end to end.
const ELSEWHERE: &[&str] = &["bedrock /model/{model}/{invoke|invoke-with-response-stream}"];

#[test]
fn every_way_of_every_row_is_held_here_or_elsewhere() {
    let held: Vec<_> = rows().iter().map(|row| (row.provider.id, row.way.path)).collect();
    for provider in ALL {
        for way in provider.ways {
            let name = format!("{} {}", provider.id, way.path);
            let is_held = held.contains(&(provider.id, way.path));
            assert_eq!(is_held, !ELSEWHERE.contains(&&*name), "{name}");
        }
    }
    assert!(ALL.len() >= 45, "{}", ALL.len());
}

#[test]
fn every_row_answers_and_streams() {
    for row in rows() {
        for mode in MODES {
            let (response, transport) = row.ask(row.script(), mode);
            let place = format!("{} {}, {mode:?}", row.provider.id, row.way.path);
            let response = response.unwrap_or_else(|error| panic!("{place}: {error}"));
            assert_eq!(response.text(), "From the row.", "{place}");
            assert_eq!(transport.calls(), [row.host()], "{place}");
            let (uri, headers) = &transport.sent()[0];
            assert!(!uri.to_string().contains(['{', '}', '|']), "{uri}");
            let signed = headers.values().any(|value| value.to_str().unwrap().ends_with(KEY));
            assert!(signed, "{place}: {headers:?}");
            let attempt = &response.trace.as_ref().unwrap().attempts[0];
            assert_eq!(attempt.way.as_deref(), Some(row.way.dialect.name()));
            assert!(attempt.usage.total() > Some(0), "{place}: {:?}", attempt.usage);
        }
    }
}

#[test]
fn every_row_falls_over() {
    for row in rows() {
        for mode in MODES {
            let (response, transport) = row.ask(row.script().fault(Fault::Overloaded), mode);
            let place = format!("{} {}, {mode:?}", row.provider.id, row.way.path);
            let response = response.unwrap_or_else(|error| panic!("{place}: {error}"));
            assert_eq!(response.text(), "From the standby.", "{place}");
            assert_eq!(transport.calls(), [row.host(), STANDBY.to_owned()], "{place}");
            assert!(matches!(outcomes(&response)[..], [Outcome::Failed(_), Outcome::Finished]));
        }
    }
}

#[test]
fn every_row_hides_its_key() {
    for row in rows() {
        for mode in MODES {
            let echoed = row.script().plants(KEY).fault(Fault::KeyEchoed);
            let (response, _) = row.ask(echoed, mode);
            let trace = response.unwrap().trace.unwrap();
            let shown = format!("{trace} {trace:?} {} {:?}", trace.to_json(), row.endpoint());
            assert!(!shown.contains(KEY), "{} {}: {shown}", row.provider.id, row.way.path);
            assert!(trace.attempts[0].error.is_some(), "{trace}");
        }
    }
}
