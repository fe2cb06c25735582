//! Native answers with what LiteLLM says that they cost, by its catalog alone.

use std::path::Path;
use std::time::{Duration, SystemTime};
use std::{fs, io};

use nohop_pricing::{Facts, Meter, Shape};
use nohop_types::{Issuer, Money, Request, Response, Usage};
use nohop_wire::laws::Sample;
use nohop_wire::{Call, Head};
use serde::Deserialize;
use serde_json::Value;

use super::Tally;
use crate::hosts::host;

/// Its catalog is of this day, the twelfth of November 2026, at two in the morning: the version that was asked knew no hours, and
/// this is one of the dear ones.
const AT: Duration = Duration::from_secs(1_794_448_800);

#[derive(Deserialize)]
struct Case {
    provider: String,
    model: String,
    case: String,
    native: Value,
    cost: Option<Value>,
}

/// Compares every cost that is told.
///
/// # Errors
///
/// What can not be read.
pub fn tally(shared: &Path) -> io::Result<Tally> {
    let prices = fs::read(shared.join("prices/litellm.json"))?;
    let loaded = Shape::LiteLlm.load(&prices, "litellm", "2026-11-12").map_err(io::Error::other)?;
    let catalog = loaded.rows.pack().map_err(io::Error::other)?;
    let mut tally = Tally::new("answers at the prices of LiteLLM");
    let text = fs::read_to_string(shared.join("oracle/litellm_responses.jsonl"))?;
    for line in text.lines() {
        let case: Case = serde_json::from_str(line)?;
        let name = format!("{} {}", case.model, case.case);
        let Some(stated) =
            case.cost.as_ref().and_then(|cost| cost.to_string().parse::<Money>().ok())
        else {
            tally.leave("without a cost");
            continue;
        };
        let (provider, native) =
            case.model.split_once('/').unwrap_or((&case.provider, &case.model));
        // How it is asked there, and no part of the name.
        let native = native.strip_prefix("converse/").unwrap_or(native);
        let (provider, native) = Shape::LiteLlm.ours(provider, native);
        let Some(offer) = catalog.offer(&provider, &native) else {
            tally.others.push(format!("{name}: we know no offer {native}@{provider}"));
            continue;
        };
        let Some(usage) = usage(&case) else {
            tally.leave(format!("of {}, whose dialect is not spoken", case.provider));
            continue;
        };
        let facts = facts(&case.native);
        let Some(bill) = offer.bill(&usage, &facts, SystemTime::UNIX_EPOCH + AT) else {
            tally.others.push(format!("{name}: we know no price"));
            continue;
        };
        let ours = bill.cost.amount;
        if ours.as_atto().abs_diff(stated.as_atto()) <= stated.as_atto() / 10_000_000_000 {
            tally.same += 1;
        } else {
            let doubt = bill.doubt().map_or(String::new(), |doubt| format!(", {doubt:?}"));
            tally.others.push(format!("{name}: {stated} there, {ours} here{doubt}"));
        }
    }
    Ok(tally)
}

fn usage(case: &Case) -> Option<Usage> {
    let dialects = [
        ("anthropic", "anthropic_messages"),
        ("bedrock", "bedrock_converse"),
        ("cohere", "cohere_v2_chat"),
        ("gemini", "gemini_generate"),
        ("vertex_ai", "gemini_generate"),
    ];
    let known = dialects.iter().find(|(provider, _)| *provider == case.provider);
    let responses = case.native.get("object").and_then(Value::as_str) == Some("response");
    let dialect = match known {
        Some((_, dialect)) => dialect,
        None if responses => "openai_responses",
        None => "openai_chat",
    };
    let dialect = host(&case.provider, dialect)?.dialect();
    let (asked, issuer) = (Request::new("m"), Issuer::new(dialect.name(), "here", "m"));
    let call = Call::new(&asked, "m", "/", &issuer);
    let head = Head::new(http::StatusCode::OK, http::HeaderMap::new());
    let body = case.native.to_string();
    let (events, _) = Sample::new(dialect, call, &head, body.as_bytes()).read(usize::MAX);
    let response: Response = events.into_iter().collect();
    Some(Usage::clone(&response.usage))
}

fn facts(native: &Value) -> Facts<'_> {
    let mut facts = Facts::new();
    let calls =
        native.pointer("/usage/server_tool_use/web_search_requests").and_then(Value::as_u64);
    if let Some(calls) = calls.filter(|calls| *calls > 0) {
        facts = facts.count(Meter::WebSearch, calls);
    }
    if let Some(speed) = native.pointer("/usage/speed").and_then(Value::as_str) {
        facts = facts.speed(speed);
    }
    match native.pointer("/usage/inference_geo").and_then(Value::as_str) {
        Some(region) => facts.region(region),
        None => facts,
    }
}
