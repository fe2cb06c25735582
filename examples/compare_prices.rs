//! Compares what all offers of a model charge for a request of so many tokens.
//!
//! ```sh
//! cargo run --example compare_prices -- z-ai/glm-5.2 100000 2000
//! ```

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;
use std::time::SystemTime;

use nohop_pricing::{Catalog, Facts};
use nohop_types::Usage;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (name, input, output) = match &args[..] {
        [] => ("z-ai/glm-5.2", 100_000, 2_000),
        [name, input, output] => (name.as_str(), input.parse()?, output.parse()?),
        _ => return Err("usage: compare_prices MODEL IN OUT".into()),
    };
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
    println!("{:60} {:>14} {:>10}", "offer", "cost", "context");
    for (offer, bill) in offers {
        let cost = bill.map_or("unknown".to_owned(), |bill| bill.cost.amount.to_string());
        let context = offer.context().map_or("-".to_owned(), |context| context.to_string());
        println!("{:60} {cost:>14} {context:>10}", format!("{offer:?}"));
    }
    Ok(())
}
