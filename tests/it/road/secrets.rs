//! A key that is planted wherever a provider may repeat it is shown nowhere.

use std::error::Error as StdError;
use std::fmt::{self, Write};
use std::iter::successors;
use std::sync::Mutex;
use std::time::Duration;

use nohop::policy::Clocks;
use nohop::providers::{Http, Transport};
use nohop::{Error, Trace};
use nohop_testkit::Fault;
use proptest::prelude::*;
use proptest::sample::select;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::scripted::{Scripted, paused};
use super::*;

/// Keeps every field of every span and event as text.
#[derive(Clone, Default)]
struct Collected(Arc<Mutex<String>>);

impl Collected {
    fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

impl Visit for &Collected {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{field}={value:?}").unwrap();
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        writeln!(self.0.lock().unwrap(), "{field}={value}").unwrap();
    }

    fn record_error(&mut self, field: &Field, value: &(dyn StdError + 'static)) {
        writeln!(self.0.lock().unwrap(), "{field}={value} {value:?}").unwrap();
    }
}

impl Subscriber for Collected {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        writeln!(self.0.lock().unwrap(), "{}", span.metadata().name()).unwrap();
        span.record(&mut &*self);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut &*self);
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut &*self);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Who has the key that is planted.
#[derive(Clone, Copy, Debug)]
enum Holder {
    Endpoint,
    EndpointHeader,
    Request,
    RequestHeader,
}

const HOLDERS: [Holder; 4] =
    [Holder::Endpoint, Holder::EndpointHeader, Holder::Request, Holder::RequestHeader];

fn given(endpoint: Endpoint, holder: Holder, key: &str) -> Endpoint {
    match holder {
        Holder::Endpoint => endpoint.key(key),
        Holder::EndpointHeader => endpoint.key("sk-other").secret_header("x-own", key),
        _ => endpoint.key("sk-other"),
    }
}

fn asking(name: &str, holder: Holder, key: &str) -> Request {
    let request = Request::new(name).user("Hello?");
    match holder {
        Holder::Request => request.key(key),
        Holder::RequestHeader => request.header("x-own", key),
        _ => request,
    }
}

/// All that is shown of a request, in every way that it can be shown.
async fn shown(
    transport: impl Transport,
    endpoint: Endpoint,
    request: Request,
    mode: Mode,
) -> String {
    let second = Duration::from_secs(1);
    let clocks =
        Clocks { first_content: second, silence: second, whole: Some(second), ..Clocks::DEFAULT };
    let limits = Limits { attempts: 2, clocks, ..Limits::DEFAULT };
    let ledger = Arc::new(Memory::new());
    let builder = Router::builder().endpoint(endpoint).limits(limits).transport(transport);
    let router = builder.ledger(ledger.clone()).build().unwrap();
    let mut shown = format!("{router:?} {request:?}");
    match mode {
        Mode::Whole => match router.send(request).await {
            Ok(response) => shown += &format!("{response:?} {}", told(response.trace.as_deref())),
            Err(error) => shown += &causes(&error),
        },
        Mode::Stream => match router.stream(request).await {
            Ok(mut answer) => {
                while let Some(event) = answer.next().await {
                    shown += &event.map_or_else(|error| causes(&error), |it| format!("{it:?}"));
                }
                shown += &format!("{answer:?} {}", told(Some(&answer.trace())));
            }
            Err(error) => shown += &causes(&error),
        },
    }
    assert!(!ledger.entries().is_empty());
    for entry in ledger.entries() {
        shown += &format!("{entry:?} {}", serde_json::to_string(&*entry).unwrap());
    }
    shown
}

fn told(trace: Option<&Trace>) -> String {
    let trace = trace.unwrap();
    format!("{trace} {trace:?} {}", trace.to_json())
}

/// What an error says, and everything behind and before it.
fn causes(error: &Error) -> String {
    let mut said = format!("{error} {error:?}");
    for cause in successors(error.source(), |&cause| cause.source()) {
        said += &format!(" {cause} {cause:?}");
    }
    said.extend(error.earlier().iter().map(causes));
    said + &error.trace().map_or_else(String::new, |trace| told(Some(trace)))
}

/// The key as it may stand in a text: as the emulator plants it, and escaped.
fn forms(key: &str) -> Vec<String> {
    let request = http::Request::post("/v1/chat/completions").body("{}".into()).unwrap();
    let planted = Script::openai().plants(key).respond(request).head.unwrap().headers;
    let header = |name: &str| planted[name].to_str().unwrap().to_owned();
    let url = header("link").split_once("?key=").unwrap().1.split_once('>').unwrap().0.to_owned();
    let base64 = header("x-planted-base64").trim_end_matches('=').to_owned();
    let json = serde_json::to_string(key).unwrap().trim_matches('"').to_owned();
    vec![key.to_owned(), url.to_lowercase(), url, base64, json, format!("{key:?}")]
}

/// Holds that `key` is in none of what is shown.
fn check(key: &str, place: &impl fmt::Debug, shown: &str) {
    for form in forms(key) {
        if let Some(at) = shown.find(&form) {
            let (from, to) = (at.saturating_sub(80), (at + 120).min(shown.len()));
            panic!(
                "{place:?}: {form:?} is in …{}…",
                String::from_utf8_lossy(&shown.as_bytes()[from..to])
            );
        }
    }
}

/// Every fault, with little to read, and none.
fn faults() -> Vec<Option<Fault>> {
    let small = |fault| match fault {
        Fault::Oversized { .. } => Fault::Oversized { bytes: 1 << 12 },
        fault => fault,
    };
    Fault::all().into_iter().map(small).map(Some).chain([None]).collect()
}

fn script(of: Script, fault: Option<Fault>, key: &str) -> Script {
    let script = of.says("One two three.").plants(key);
    fault.into_iter().fold(script, Script::fault)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_key_is_shown_wherever_it_was_planted_and_whatever_fails(
        key in "[!-~]{12,40}",
        fault in select(faults()),
        holder in select(HOLDERS.to_vec()),
        mode in select(MODES.to_vec()),
        is_openai in any::<bool>(),
    ) {
        let place = (&fault, holder, mode);
        let (row, of) = match is_openai {
            true => (table::OPENAI, Script::openai()),
            false => (table::ANTHROPIC, Script::anthropic()),
        };
        let transport = Scripted::default().host("only", script(of, fault.clone(), &key));
        let endpoint = Endpoint::new(row).id("only").base_url("http://only");
        let endpoint = given(endpoint, holder, &key);
        let collected = Collected::default();
        let shown = tracing::subscriber::with_default(collected.clone(), || {
            paused(shown(transport, endpoint, asking("m@only", holder, &key), mode))
        });
        check(&key, &place, &shown);
        check(&key, &place, &collected.text());
        prop_assert!(collected.text().contains("attempt"));
    }
}

#[test]
fn no_key_is_shown_by_what_carries_it_over_sockets() {
    let key = "sk-planted+key/with=signs";
    for fault in faults() {
        for of in [Script::openai(), Script::openai().tls().http2(4)] {
            let script = script(of, fault.clone(), key);
            let collected = Collected::default();
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().start_paused(true).build().unwrap();
            let shown = tracing::subscriber::with_default(collected.clone(), || {
                runtime.block_on(async {
                    let emulator = script.start().await.unwrap();
                    let transport = Http::new().trust(emulator.certificate_pem());
                    let endpoint = Endpoint::new(table::OPENAI).id("only").base_url(emulator.url());
                    let endpoint = endpoint.key(key);
                    let request = Request::new("m@only").user("Hello?");
                    shown(transport, endpoint, request, Mode::Stream).await
                })
            });
            check(key, &fault, &shown);
            check(key, &fault, &collected.text());
        }
    }
}
