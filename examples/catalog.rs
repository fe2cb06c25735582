//! Looks into the catalog of models and prices: what there is, what one model is, what changed.
//!
//! ```sh
//! cargo run --example catalog -- stats
//! cargo run --example catalog -- show anthropic/claude-opus-5.5
//! cargo run --example catalog -- search opus
//! cargo run --example catalog -- diff bundled litellm:model_prices.json
//! cargo run --example catalog -- refresh --folder /var/cache/catalog
//! ```
//!
//! A catalog is `bundled`, a file in the form of the crate's data, or a public one: `genai:FILE`, `litellm:FILE`,
//! `models.dev:FILE`, `openrouter:FILE`. Nothing is fetched
//! but by `refresh`, which looks the public lists up and prints what they say otherwise than what is bundled.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::time::SystemTime;

use nohop::providers::{Endpoint, table};
use nohop::{Router, Sources};
use nohop_pricing::{Catalog, Features, Model, Naming, Rows, Shape};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match &args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] | ["stats"] => stats(&Catalog::bundled()),
        ["show", name] => show(&Catalog::bundled(), name)?,
        ["search", word] => search(&Catalog::bundled(), word),
        ["diff", one, other] => print!("{}", open(one)?.diff(&open(other)?)),
        ["refresh"] => refresh(Sources::public())?,
        ["refresh", "--folder", folder] => refresh(Sources::public().folder(*folder))?,
        _ => {
            let usage =
                "catalog [stats | show MODEL | search WORD | diff A B | refresh [--folder DIR]]";
            return Err(format!("usage: {usage}").into());
        }
    }
    Ok(())
}

fn stats(catalog: &Catalog) {
    println!("version      {}", catalog.version());
    for (name, day) in catalog.sources() {
        println!("source       {name}, looked up on {day}");
    }
    println!("providers    {}", catalog.providers().count());
    println!("models       {}", catalog.models().count());
    println!("offers       {}", catalog.offers().count());
    let (mut cards, mut free, mut unknown, mut disputed) = (Vec::new(), 0, 0, 0);
    for offer in catalog.offers() {
        let card = offer.card();
        unknown += usize::from(card.is_unknown());
        free += usize::from(card.is_free());
        disputed += card.disputed().count();
        cards.push(card.features());
    }
    println!("free         {free}");
    println!("unknown      {unknown}");
    println!("disputed     {disputed} figures, which others say otherwise");
    println!("\nrate cards that differ by");
    type Feature = (&'static str, fn(&Features) -> bool);
    let features: [Feature; 12] = [
        ("length of the prompt", |it| it.thresholds),
        ("tier", |it| it.tiers),
        ("batch", |it| it.batch),
        ("speed", |it| it.speed),
        ("region", |it| it.regions),
        ("date", |it| it.dates),
        ("time of the week", |it| it.windows),
        ("lifetime of a cache", |it| it.lifetimes),
        ("form of tokens", |it| it.forms),
        ("what is no token", |it| it.others),
        ("a factor", |it| it.factors),
        ("an allowance", |it| it.allowances),
    ];
    for (name, has) in features {
        println!("  {name:22} {:>5}", cards.iter().filter(|card| has(card)).count());
    }
}

fn show(catalog: &Catalog, name: &str) -> Result<(), Box<dyn Error>> {
    let Some((model, naming)) = catalog.model(name) else {
        search(catalog, name.rsplit('/').next().unwrap_or(name));
        return Err(format!("the catalog knows no model {name:?}; it knows those above").into());
    };
    match naming {
        Naming::Slug => println!("{}", model.slug()),
        Naming::Family => println!("{name} is {} now", model.slug()),
        _ => println!("{name} is {}", model.slug()),
    }
    if model.is_retired(SystemTime::now()) {
        let instead =
            model.successor().map_or(String::new(), |next| format!("; call {}", next.slug()));
        println!("  it is retired{instead}");
    }
    describe(model);
    for offer in model.offers() {
        println!("\n  {offer:?}");
        for charge in offer.card().charges() {
            let (Some(meter), condition) = (charge.meter(), charge.condition()) else { continue };
            let sources: Vec<String> =
                charge.sources().map(|(name, day)| format!("{name}, {day}")).collect();
            let price = meter.price(charge.price());
            println!("    {:22} {price:24} {condition:40} {}", meter.word(), sources.join("; "));
        }
    }
    Ok(())
}

fn describe(model: Model<'_>) {
    let list = |words: &mut dyn Iterator<Item = &'static str>| words.collect::<Vec<_>>().join(" ");
    let said = [
        ("name", model.name().to_owned()),
        ("family", model.family().to_owned()),
        ("context", model.context().map_or(String::new(), |it| it.to_string())),
        ("answer", model.output().map_or(String::new(), |it| it.to_string())),
        ("can", list(&mut model.abilities())),
        ("efforts", list(&mut model.efforts())),
        ("knows up to", model.cutoff().unwrap_or_default()),
        ("released", model.released().unwrap_or_default()),
        ("retires", model.retires().unwrap_or_default()),
    ];
    for (what, said) in said.iter().filter(|(_, said)| !said.is_empty()) {
        println!("  {what:12} {said}");
    }
}

fn search(catalog: &Catalog, word: &str) {
    let word = word.to_ascii_lowercase();
    for model in catalog.models().filter(|model| model.slug().contains(&word)) {
        let hosts: BTreeSet<&str> = model.offers().map(|offer| offer.provider()).collect();
        println!("{:50} {}", model.slug(), hosts.into_iter().collect::<Vec<_>>().join(" "));
    }
}

fn refresh(sources: Sources) -> Result<(), Box<dyn Error>> {
    // A router has somebody to ask, though nobody is asked for a list here.
    let router =
        Router::builder().endpoint(Endpoint::new(table::OPENROUTER).key("none")).build()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    print!("{}", runtime.block_on(router.refresh(&sources))?);
    Ok(())
}

fn open(name: &str) -> Result<Catalog, Box<dyn Error>> {
    const SHAPES: [(&str, Shape); 4] = [
        ("genai:", Shape::GenaiPrices),
        ("litellm:", Shape::LiteLlm),
        ("models.dev:", Shape::ModelsDev),
        ("openrouter:", Shape::OpenRouter),
    ];
    if name == "bundled" {
        return Ok(Catalog::bundled());
    }
    for (start, shape) in SHAPES {
        if let Some(file) = name.strip_prefix(start) {
            let loaded = shape.load(&fs::read(file)?, file, "2026-01-01")?;
            return Ok(loaded.rows.pack()?);
        }
    }
    Ok(Rows::read(&fs::read_to_string(name)?)?.pack()?)
}
