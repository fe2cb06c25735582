//! What the catalog costs: finding a model or an offer, making a bill, reading a public catalog.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, SystemTime};

use nohop_pricing::{Catalog, Facts, Shape};
use nohop_types::{Error, ErrorKind, ServiceTier, Usage, Written};

use crate::works::{Limit, Work};

/// Every work, in the order of the table.
pub const PRICES: &[Work] = &[
    each("find-model", find_model, 1_500.0),
    each("find-family", find_family, 1_500.0),
    each("find-offer", find_offer, 1_500.0),
    each("bill-plain", bill_plain, 2_500.0),
    each("bill-rich", bill_rich, 2_500.0),
    each("bill-regions", bill_regions, 2_500.0),
    Work { name: "load-litellm-1m", run: load, times: 1, limit: Limit::Each(60_000_000.0, None) },
];

const fn each(name: &'static str, run: fn(usize) -> Result<(), Error>, most: f64) -> Work {
    Work { name, run, times: TIMES, limit: Limit::Each(most, None) }
}

/// How many are one pass.
const TIMES: usize = 20;

/// The first of November 2026.
const AT: Duration = Duration::from_secs(1_793_491_200);

/// Prices one request, from nothing.
///
/// # Errors
///
/// When the catalog does not know the offer.
pub fn first() -> Result<String, Error> {
    let catalog = Catalog::bundled();
    let offer = catalog.offer("openai", "gpt-6-luna").ok_or_else(missing)?;
    let bill = offer.bill(&usage(), &Facts::new(), SystemTime::UNIX_EPOCH + AT);
    bill.map(|bill| bill.cost.amount.to_string()).ok_or_else(missing)
}

fn find_model(passes: usize) -> Result<(), Error> {
    find(passes, |catalog| catalog.model(black_box("anthropic/claude-opus-5.5")).is_some())
}

fn find_family(passes: usize) -> Result<(), Error> {
    find(passes, |catalog| catalog.model(black_box("~anthropic/claude-opus-latest")).is_some())
}

fn find_offer(passes: usize) -> Result<(), Error> {
    find(passes, |catalog| {
        catalog.offer(black_box("openrouter"), black_box("z-ai/glm-5.2")).is_some()
    })
}

fn find(passes: usize, found: impl Fn(&Catalog) -> bool) -> Result<(), Error> {
    let catalog = Catalog::bundled();
    for _ in 0..passes * TIMES {
        if !black_box(found(&catalog)) {
            return Err(missing());
        }
    }
    Ok(())
}

/// A card without conditions.
fn bill_plain(passes: usize) -> Result<(), Error> {
    bill(passes, "groq", "llama-3.3-70b-versatile", &usage())
}

/// The card with the most conditions that is in daily use: two bounds of length, five tiers, batch, lifetimes.
fn bill_rich(passes: usize) -> Result<(), Error> {
    let mut usage = usage();
    usage.input = Some(300_000);
    usage.cache_write = Some(900);
    usage.written.push(Written::new(Duration::from_secs(43_200), 900));
    usage.tier = Some(ServiceTier::Priority);
    bill(passes, "openai", "gpt-6-astra", &usage)
}

/// The card with the most conditions of all, at the last region that it knows.
fn bill_regions(passes: usize) -> Result<(), Error> {
    let facts = Facts::new().region("us-west-2").tier("priority");
    bill_with(passes, "bedrock", "minimax.minimax-m2.5", &usage(), &facts)
}

fn bill(passes: usize, provider: &str, native: &str, usage: &Usage) -> Result<(), Error> {
    bill_with(passes, provider, native, usage, &Facts::new())
}

fn bill_with(
    passes: usize,
    provider: &str,
    native: &str,
    usage: &Usage,
    facts: &Facts<'_>,
) -> Result<(), Error> {
    let catalog = Catalog::bundled();
    let offer = catalog.offer(provider, native).ok_or_else(missing)?;
    let at = SystemTime::UNIX_EPOCH + AT;
    for _ in 0..passes * TIMES {
        black_box(offer.bill(black_box(usage), facts, at)).ok_or_else(missing)?;
    }
    Ok(())
}

/// A map of prices as LiteLLM writes it, of a megabyte, with as many prices in a row as there are in its rows.
fn load(passes: usize) -> Result<(), Error> {
    let mut map = String::from("{");
    let mut place = 0;
    while map.len() < 1_000_000 {
        let _ = write!(
            map,
            r#"{}"acme/model-{place}":{{"cache_read_input_token_cost":{place}.5e-08,"input_cost_per_token":3e-06,"input_cost_per_token_batches":1.5e-06,"litellm_provider":"acme","max_input_tokens":1000000,"max_output_tokens":64000,"mode":"chat","output_cost_per_token":1.5e-05,"source":"https://acme.example/pricing","supported_endpoints":["/v1/chat/completions","/v1/responses"],"supported_modalities":["text","image"],"supports_function_calling":true,"supports_pdf_input":true,"supports_prompt_caching":true,"supports_reasoning":true,"supports_response_schema":true,"supports_tool_choice":true,"supports_vision":true}}"#,
            if place == 0 { "" } else { "," }
        );
        place += 1;
    }
    map.push('}');
    for _ in 0..passes {
        let loaded = Shape::LiteLlm.load(black_box(map.as_bytes()), "acme", "2026-11-12");
        let loaded = loaded.map_err(|error| Error::new(ErrorKind::Config, error.to_string()))?;
        assert_eq!(black_box(loaded).rows.offers(), place);
    }
    Ok(())
}

fn usage() -> Usage {
    let mut usage = Usage::default();
    (usage.input, usage.cache_read) = (Some(1_200), Some(8_000));
    (usage.output, usage.reasoning) = (Some(300), Some(700));
    usage
}

fn missing() -> Error {
    Error::new(
        ErrorKind::Config,
        "the catalog does not know an offer that the benchmark is of; name another",
    )
}
