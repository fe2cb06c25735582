//! Real usages with the prices that genai-prices expects of them, by its catalog alone.

use std::path::Path;
use std::time::{Duration, SystemTime};
use std::{fs, io};

use nohop_pricing::{Catalog, Class, Facts, Form, Meter, Shape};
use nohop_types::{Kind, Modality, Money, Share, Usage, Written};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Tally;

/// The expected prices are those of the first of January 2026, at noon: in the price histories of the catalog there is no
/// other span of days in which more of them are met.
const AT: Duration = Duration::from_secs(1_767_268_800);

#[derive(Deserialize)]
struct Case {
    model: Option<String>,
    extracted: Vec<Extracted>,
}

#[derive(Deserialize)]
struct Extracted {
    usage: Map<String, Value>,
    extractors: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    provider_id: String,
    api_flavor: String,
    input_price: Option<String>,
    output_price: Option<String>,
    total_price: Option<String>,
}

/// Compares every price that is expected.
///
/// # Errors
///
/// What can not be read.
pub fn tally(shared: &Path) -> io::Result<Tally> {
    let read = |name: &str| fs::read(shared.join("prices").join(name));
    let cases: Vec<Case> = serde_json::from_slice(&read("usages.json")?)?;
    let loaded = Shape::GenaiPrices.load(&read("genai-prices.json")?, "genai-prices", "2026-11-10");
    let loaded = loaded.map_err(io::Error::other)?;
    let catalog = loaded.rows.pack().map_err(io::Error::other)?;
    let mut tally = Tally::new("usages at the prices of genai-prices");
    for (place, case) in cases.iter().enumerate() {
        for extracted in &case.extracted {
            for expected in &extracted.extractors {
                let Some(model) = &case.model else {
                    tally.leave("without a model");
                    continue;
                };
                compare(
                    &catalog,
                    &format!("{place} {model}"),
                    model,
                    &extracted.usage,
                    expected,
                    &mut tally,
                );
            }
        }
    }
    Ok(tally)
}

fn compare(
    catalog: &Catalog,
    id: &str,
    model: &str,
    counts: &Map<String, Value>,
    expected: &Expected,
    tally: &mut Tally,
) {
    let (provider, native) = Shape::GenaiPrices.ours(&expected.provider_id, model);
    let (Some(input), Some(output)) = (&expected.input_price, &expected.output_price) else {
        let found = catalog.offer(&provider, &native).is_some();
        tally.leave(if found {
            "of which no price is expected, though we know one"
        } else {
            "of which no price is expected"
        });
        return;
    };
    let at = format!("{id} at {provider} ({})", expected.api_flavor);
    let Some(offer) = catalog.offer(&provider, &native) else {
        tally.others.push(format!("{at}: we know no such offer"));
        return;
    };
    let (usage, facts) = usage(counts);
    let Some(bill) = offer.bill(&usage, &facts, SystemTime::UNIX_EPOCH + AT) else {
        tally.others.push(format!("{at}: we know no price"));
        return;
    };
    let sums = [
        (
            Some(input),
            bill.prompt() + part(&bill, &[Meter::AudioIn, Meter::CharacterIn, Meter::Page]),
        ),
        (Some(output), bill.answer() + part(&bill, &[Meter::AudioOut])),
        (expected.total_price.as_ref(), bill.computed()),
    ];
    let wrong = sums.iter().find(|(theirs, ours)| {
        theirs.is_some_and(|theirs| theirs.parse::<Money>().ok() != Some(*ours))
    });
    match wrong {
        None => tally.same += 1,
        Some((theirs, ours)) => tally.others.push(format!(
            "{at}: {} expected, {ours} here, by {offer:?}",
            theirs.map_or("", |it| it)
        )),
    }
}

fn part(bill: &nohop_pricing::Bill, meters: &[Meter]) -> Money {
    bill.parts.iter().filter(|part| meters.contains(&part.meter)).map(|part| part.amount).sum()
}

/// Counts of which the general ones include the particular, as ours, of which none do.
fn usage(counts: &Map<String, Value>) -> (Usage, Facts<'static>) {
    let count = |name: &str| counts.get(name).and_then(Value::as_u64);
    let some = |name: &str| count(name).unwrap_or_default();
    let mut usage = Usage::default();
    (usage.cache_read, usage.cache_write) =
        (count("cache_read_tokens"), count("cache_write_tokens"));
    (usage.reasoning, usage.tool_prompt) =
        (count("output_reasoning_tokens"), count("input_tool_tokens"));
    let prompt = some("cache_read_tokens") + some("cache_write_tokens") + some("input_tool_tokens");
    // A count of nothing is left out there.
    usage.input = Some(some("input_tokens").saturating_sub(prompt));
    usage.output = Some(some("output_tokens").saturating_sub(some("output_reasoning_tokens")));
    for (name, seconds) in [("cache_write_5m_tokens", 300), ("cache_write_1h_tokens", 3_600)] {
        if let Some(tokens) = count(name) {
            usage.written.push(Written::new(Duration::from_secs(seconds), tokens));
        }
    }
    let mut facts = Facts::new();
    let forms = [
        ("text", Form::Text, Modality::Text),
        ("audio", Form::Audio, Modality::Audio),
        ("image", Form::Image, Modality::Image),
        ("video", Form::Video, Modality::Video),
    ];
    for (word, form, modality) in forms {
        let shares = [(Kind::Prompt, "input"), (Kind::Answer, "output")];
        for (kind, side) in shares {
            if let Some(tokens) = count(&format!("{side}_{word}_tokens")) {
                usage.shares.push(Share::new(kind, modality.clone(), tokens));
            }
        }
        let joint = [
            (Class::CacheRead, format!("cache_{word}_read_tokens")),
            (Class::CacheWrite, format!("cache_{word}_write_tokens")),
            (Class::Tool, format!("input_{word}_tool_tokens")),
        ];
        for (class, name) in joint {
            if let Some(tokens) = count(&name) {
                facts = facts.count(Meter::Tokens(class, form), tokens);
            }
        }
    }
    let others = [
        ("web_searches", Meter::WebSearch),
        ("social_searches", Meter::SocialSearch),
        ("storage_searches", Meter::FileSearch),
        ("rerank_searches", Meter::Rerank),
        ("input_characters", Meter::CharacterIn),
        ("input_document_pages", Meter::Page),
        ("input_annotated_document_pages", Meter::AnnotatedPage),
        ("input_text_messages", Meter::Message),
        ("output_citation_tokens", Meter::Tokens(Class::Citation, Form::Any)),
    ];
    for (name, meter) in others {
        if let Some(count) = count(name) {
            facts = facts.count(meter, count);
        }
    }
    for (name, meter) in
        [("input_audio_seconds", Meter::AudioIn), ("output_audio_seconds", Meter::AudioOut)]
    {
        let seconds = counts.get(name).map(Value::to_string);
        // Milliseconds of a decimal number of seconds.
        let seconds = seconds.and_then(|text| text.parse::<Money>().ok());
        if let Some(seconds) = seconds {
            let milli = seconds.as_atto() / (Money::DOLLAR.as_atto() / 1_000);
            facts = facts.count(meter, milli as u64);
        }
    }
    (usage, facts)
}
