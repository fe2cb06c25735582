mod media;

use std::fmt::Write;

use nohop_types::{ErrorKind, Request, Response, Secret};
use nohop_wire::dialect::{
    Anthropic, Cohere, Converse, Gemini, Ollama, OpenAiChat, OpenAiResponses,
};
use nohop_wire::{Abilities, Dialect, Mode, State};

use super::*;
use crate::testing::Scripted;
use crate::{Auth, Endpoint, Way};

const PAGE: &str = include_str!("../../../../docs/providers.md");

/// Every way of every row, at an endpoint whose URL lacks nothing.
fn ways() -> impl Iterator<Item = (&'static Provider, &'static Way, Endpoint)> {
    ALL.iter().flat_map(|provider| {
        provider.ways.iter().map(|way| {
            let places = provider.base_url.split('{').skip(1);
            let names = places.filter_map(|place| place.split([':', '?', '}']).next());
            let endpoint = names.fold(Endpoint::new(**provider).way(way.path), |endpoint, name| {
                endpoint.set(name, "filled.example")
            });
            (*provider, way, endpoint.key("sk-planted-0123456789"))
        })
    })
}

async fn call(endpoint: &Endpoint, transport: &Scripted) -> nohop_types::Result<Response> {
    let (request, able) = (Request::new("m").user("Hello"), Abilities::default());
    let mut opened = endpoint.call(transport, &request, "m", Mode::Whole, 0, &able).await?;
    let mut events = Vec::new();
    while opened.read(&mut events).await? != State::Done {}
    Ok(Response::from_iter(events))
}

#[test]
fn rows_are_in_alphabetical_order_and_each_has_its_own_name() {
    for pair in ALL.windows(2) {
        assert!(pair[0].id < pair[1].id, "{} comes before {}", pair[1].id, pair[0].id);
    }
    for provider in ALL {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(provider.id.chars().all(fits), "{}", provider.id);
        assert!(!provider.ways.is_empty() && !provider.base_url.ends_with('/'), "{}", provider.id);
    }
}

#[tokio::test]
async fn every_row_is_addressed_signed_and_answers() {
    for (provider, way, endpoint) in ways() {
        let body = match way.dialect.name() {
            Anthropic::NAME => {
                r#"{"type":"message","role":"assistant","content":[{"type":"text","text":"Hi"}],
                    "stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}"#
            }
            Converse::NAME => {
                r#"{"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},
                    "stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1}}"#
            }
            Cohere::NAME => {
                r#"{"message":{"content":[{"type":"text","text":"Hi"}]},"finish_reason":"COMPLETE"}"#
            }
            Ollama::NAME => r#"{"message":{"content":"Hi"},"done":true}"#,
            Gemini::NAME => {
                r#"{"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},
                    "finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1}}"#
            }
            OpenAiResponses::NAME => {
                r#"{"status":"completed",
                    "output":[{"type":"message","content":[{"type":"output_text","text":"Hi"}]}]}"#
            }
            _ => r#"{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}"#,
        };
        let transport = Scripted::new(200, body);
        let response = call(&endpoint, &transport).await.unwrap();
        assert_eq!(response.text(), "Hi", "{}", provider.id);

        let sent = transport.sent().remove(0);
        let url = sent.uri().to_string();
        let model = if way.dialect.name() == Gemini::NAME { "m:generateContent" } else { "m" };
        let path = way
            .path
            .replace("{model}", model)
            .replace("{converse|converse-stream}", "converse")
            .replace("{invoke|invoke-with-response-stream}", "invoke")
            .replace("{rawPredict|streamRawPredict}", "rawPredict");
        assert!(url.ends_with(&path) && url.starts_with("http"), "{url}");
        assert!(!url.contains(['{', '}']), "{url}");
        let (name, value) = match provider.auth {
            Auth::Header(name, _) | Auth::HeaderOf(name, _) => (name, "sk-planted-0123456789"),
            _ => ("authorization", "Bearer sk-planted-0123456789"),
        };
        assert_eq!(sent.headers()[name], value, "{}", provider.id);
        assert!(sent.headers()[name].is_sensitive(), "{}", provider.id);
        assert!(!format!("{sent:?}").contains("sk-planted"), "{}", provider.id);
    }
}

#[cfg(feature = "bedrock")]
#[tokio::test]
async fn every_row_of_amazons_signs_for_its_service() {
    let mut signed = 0;
    for (provider, _, endpoint) in ways() {
        let Auth::Aws(service) = provider.auth else { continue };
        let key = crate::AwsKey::new("AKIAPARROT", "sk-planted-0123456789");
        endpoint.rotate(0, Secret::from(key)).unwrap();
        let transport = Scripted::new(403, r#"{"message":"no: sk-planted-0123456789"}"#);
        let error = call(&endpoint, &transport).await.unwrap_err();
        assert!(!format!("{error:#?}").contains("sk-planted"), "{}", provider.id);

        let sent = transport.sent().remove(0);
        let header = sent.headers()["authorization"].to_str().unwrap();
        assert!(header.contains(&format!("/filled.example/{service}/aws4_request")), "{header}");
        assert!(!format!("{sent:?}").contains("AKIAPARROT"), "{sent:?}");
        signed += 1;
    }
    assert!(signed > 4, "{signed}");
}

#[tokio::test]
async fn every_row_hides_its_key() {
    let key = "sk-planted-0123456789";
    for (provider, _, endpoint) in ways() {
        let body = format!(r#"{{"error":{{"message":"no such key: {key}","code":"{key}"}}}}"#);
        let transport = Scripted::new(401, body).header("x-echo", key).header("x-request-id", key);
        let error = call(&endpoint, &transport).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth, "{}", provider.id);
        let shown = format!("{error} {error:#?} {endpoint:?}");
        assert!(shown.contains("[redacted]") && !shown.contains(key), "{}: {shown}", provider.id);
    }
}

#[tokio::test]
async fn every_row_that_wants_a_key_says_where_it_looked() {
    for provider in ALL {
        let variables = provider.auth.variables();
        if matches!(provider.auth, Auth::None | Auth::Optional(_))
            || variables.iter().any(|variable| std::env::var(variable).is_ok())
        {
            continue;
        }
        let transport = Scripted::new(200, "");
        let error = call(&Endpoint::new(**provider), &transport).await.unwrap_err();
        assert_eq!((error.kind(), transport.sent().len()), (ErrorKind::Auth, 0), "{}", provider.id);
        assert!(variables.iter().all(|variable| error.message().contains(variable)), "{error}");
        assert!(Endpoint::from_env(provider).is_none(), "{}", provider.id);
    }
}

#[tokio::test]
async fn a_request_brings_its_own_key_to_any_row() {
    for (provider, _, endpoint) in ways() {
        let transport = Scripted::new(500, "sk-own-0123456789");
        let request = Request::new("m").user("Hello").key(Secret::new("sk-own-0123456789"));
        let able = Abilities::default();
        let error =
            endpoint.call(&transport, &request, "m", Mode::Stream, 0, &able).await.unwrap_err();
        assert!(!format!("{error:#?}").contains("sk-own"), "{}", provider.id);
        let sent = format!("{:?}", transport.sent()[0].headers().values().collect::<Vec<_>>());
        assert!(!sent.contains("sk-planted"), "{}", provider.id);
    }
}

#[test]
fn the_page_has_the_table() {
    check(&rows());
}

#[test]
fn the_page_lists_what_is_unverified() {
    check(&unverified());
}

/// Whether the page has these lines, and if not, what it should have.
fn check(lines: &str) {
    assert!(PAGE.contains(lines), "docs/providers.md is stale; it should have:\n\n{lines}");
}

/// The table of the page.
fn rows() -> String {
    let mut lines = String::from(
        "| id | base URL | key | ways, the default first |\n| --- | --- | --- | --- |\n",
    );
    for provider in ALL {
        let key = match provider.auth {
            Auth::Header(name, variable) => format!("`{variable}`, as `{name}`"),
            Auth::Optional(variable) => format!("`{variable}`, optional"),
            auth => {
                let variables = auth.variables().iter().map(|v| format!("`{v}`"));
                let variables = variables.collect::<Vec<_>>().join(", ");
                match auth {
                    Auth::HeaderOf(name, _) => format!("{variables}, as `{name}`"),
                    _ => variables,
                }
            }
        };
        let ways: Vec<_> = provider.ways.iter().map(way).collect();
        let Provider { id, base_url, .. } = provider;
        let _ = writeln!(
            lines,
            "| `{id}` | `{}` | {key} | {} |",
            cell(base_url),
            cell(&ways.join("<br>"))
        );
    }
    lines
}

fn way(way: &Way) -> String {
    let Way { path, dialect } = way;
    let departures = departures(*dialect);
    let colon = if departures.is_empty() { "" } else { ": " };
    format!("{} at `{path}`{colon}{departures}", dialect.name())
}

/// A text as it stands in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The fields of `dialect` that differ from its inventor's; what media are taken has a page of its own.
fn departures(dialect: &dyn Dialect) -> String {
    let plain: &dyn Dialect = match dialect.name() {
        Anthropic::NAME => &Anthropic::PLAIN,
        Cohere::NAME => &Cohere::PLAIN,
        Converse::NAME => &Converse::PLAIN,
        Gemini::NAME => &Gemini::PLAIN,
        Ollama::NAME => &Ollama::PLAIN,
        OpenAiResponses::NAME => &OpenAiResponses::PLAIN,
        _ => &OpenAiChat::PLAIN,
    };
    let (plain, own) = (format!("{plain:#?}"), format!("{dialect:#?}"));
    let differs = fields(&own).into_iter().filter(|field| !fields(&plain).contains(field));
    let differs =
        differs.filter(|field| !field.starts_with("media.") && !field.starts_with("early_media."));
    differs.map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ")
}

/// The fields as a value's own `Debug` shows them, one each; those of a value inside behind its name.
fn fields(shown: &str) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    let mut inside: Option<(&str, String)> = None;
    for line in shown.lines().filter_map(|line| line.strip_prefix("    ")) {
        if let Some((name, lines)) = &mut inside {
            *lines = format!("{lines}{line}\n");
            if line == "}," {
                fields.extend(self::fields(lines).into_iter().map(|it| format!("{name}.{it}")));
                inside = None;
            }
            continue;
        }
        if let Some((name, _)) = line.split_once(':').filter(|_| line.ends_with('{')) {
            inside = Some((name, String::new()));
            continue;
        }
        match fields.last_mut() {
            Some(field) if line.starts_with([' ', ']', ')']) => field.push_str(line.trim()),
            _ => fields.push(line.to_owned()),
        }
    }
    let tidy = |field: String| field.trim_end_matches(',').replace(",]", "]").replace(",)", ")");
    fields.into_iter().map(tidy).map(|field| field.replace(',', ", ").replace(", }", "}")).collect()
}

/// What the rows' own documentation says is unverified.
fn unverified() -> String {
    let mut lines = String::new();
    let mut said = String::new();
    let sources = [include_str!("a_to_l.rs"), include_str!("m_to_z.rs")];
    for line in sources.iter().flat_map(|source| source.lines()) {
        if let Some(text) = line.strip_prefix("///") {
            said.push_str(text);
        } else if let Some(id) = line.trim().strip_prefix("id: ") {
            if let Some((_, what)) = said.split_once("Unverified: ") {
                let _ = writeln!(lines, "- `{}`: {what}", id.trim_matches(['"', ',']));
            }
            said.clear();
        }
    }
    lines
}
