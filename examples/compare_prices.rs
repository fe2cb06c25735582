//! Compares what all offers of a model charge for a request of so many tokens.
//!
//! ```sh
//! cargo run --example compare_prices -- z-ai/glm-5.2 100000 2000
//! cargo run --example compare_prices -- z-ai/glm-5.2 100000 2000 health.json
//! ```
//!
//! The last is what `router.health().save()` wrote: offers that this router asked lately are shown with how they did.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;
use std::time::SystemTime;

use nohop::Router;
use nohop::providers::{Endpoint, table};
use nohop_pricing::{Catalog, Facts};
use nohop_types::Usage;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (name, input, output, saved) = match &args[..] {
        [] => ("z-ai/glm-5.2", 100_000, 2_000, None),
        [name, input, output] => (name.as_str(), input.parse()?, output.parse()?, None),
        [name, input, output, saved] => {
            (name.as_str(), input.parse()?, output.parse()?, Some(saved))
        }
        _ => return Err("usage: compare_prices MODEL IN OUT [HEALTH]".into()),
    };
    // An application has a router at hand, and asks that.
    let router = Router::builder().endpoint(Endpoint::new(table::OPENAI).key("any")).build()?;
    if let Some(saved) = saved {
        router.health().load(&std::fs::read_to_string(saved)?)?;
    }
    let health = router.health().targets();
    let mut usage = Usage::default();
    (usage.input, usage.output) = (Some(input), Some(output));

    let catalog = Catalog::bundled();
    let (model, _) =
        catalog.model(name).ok_or("the catalog does not know the model; ask `catalog search`")?;
    let now = SystemTime::now();
    let mut offers: Vec<_> =
        model.offers().map(|offer| (offer, offer.bill(&usage, &Facts::new(), now))).collect();
    // What has no known price comes last.
    offers.sort_by_key(|(_, bill)| (bill.is_none(), bill.as_ref().map(|bill| bill.cost.amount)));

    println!("{}: {input} tokens in, {output} out\n", model.slug());
    println!(
        "{:60} {:>14} {:>10} {:>10} {:>9}  data",
        "offer", "cost", "context", "first word", "failures"
    );
    for (offer, bill) in offers {
        let cost = bill.map_or("unknown".to_owned(), |bill| bill.cost.amount.to_string());
        let context = offer.context().map_or("-".to_owned(), |context| context.to_string());
        let target = format!("{offer:?}");
        let known = health.get(target.as_str());
        let first = known.and_then(|health| health.latency);
        let first = first.map_or("-".to_owned(), |first| format!("{} ms", first.as_millis()));
        let failures = known.map_or("-".to_owned(), |it| format!("{} ‰", it.failures));
        let data = offer.data();
        println!("{target:60} {cost:>14} {context:>10} {first:>10} {failures:>9}  {data}");
    }
    Ok(())
}
