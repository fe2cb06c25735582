//! What holds of every card and every usage.

use std::time::Duration;

use nohop_types::{Kind, Modality, Usage, Written};
use proptest::prelude::*;

use crate::testing::{bill, cost, share};
use crate::{Facts, Meter};

/// A card whose prices depend on nothing but the class.
fn linear() -> impl Strategy<Value = String> {
    prop::array::uniform6(0_u64..100_000).prop_map(|prices| {
        let [input, read, write, hour, output, reasoning] = prices.map(|it| format!("0.{it:05}"));
        format!(
            "rate t input {input} cache_read {read} cache_write {write} cache_write_1h {hour}
             rate t output {output} reasoning {reasoning}"
        )
    })
}

/// A card with a bound, tiers and forms.
fn rich() -> impl Strategy<Value = String> {
    (linear(), prop::array::uniform4(0_u64..1_000)).prop_map(|(linear, prices)| {
        let [above, flex, audio, cached] = prices;
        format!(
            "{linear}
             rate t input {above} when >5000
             rate t input {flex} output {flex} when tier=flex
             rate t input.audio {audio} cache_read.audio {cached} output.image {audio}"
        )
    })
}

/// A card whose conditions overlap, and prices that tell them apart.
fn overlapping() -> impl Strategy<Value = String> {
    const WHENS: [&str; 10] = [
        ">500",
        ">500 tier=flex",
        "tier=flex",
        "tier=flex from=2026-11-01",
        "from=2026-11-01",
        "until=2026-12-01",
        "processing=batch",
        ">500 processing=batch utc=11:00-13:00",
        "search=low",
        ">900 search=high",
    ];
    let price = || prop::option::of(1_u64..9);
    (linear(), prop::array::uniform10((price(), price(), price()))).prop_map(|(linear, prices)| {
        let rates = prices.iter().zip(WHENS).flat_map(|((input, read, search), when)| {
            let meters = [("input", input), ("cache_read", read), ("web_search", search)];
            let some = meters.into_iter().filter_map(|(meter, price)| Some((meter, (*price)?)));
            some.map(move |(meter, price)| format!("\nrate t {meter} {price} when {when}"))
        });
        linear + &rates.collect::<String>()
    })
}

fn used() -> impl Strategy<Value = Usage> {
    (prop::array::uniform6(prop::option::of(0_u64..1_000)), 0_u64..1_500, any::<bool>()).prop_map(
        |([input, read, write, output, reasoning, tool], audio, hourly)| {
            let mut usage = Usage::default();
            (usage.input, usage.cache_read, usage.cache_write) = (input, read, write);
            (usage.output, usage.reasoning, usage.tool_prompt) = (output, reasoning, tool);
            if let (Some(write), true) = (write, hourly) {
                usage.written.push(Written::new(Duration::from_secs(3_600), write / 2));
            }
            share(&mut usage, Kind::Prompt, Modality::Audio, audio);
            usage
        },
    )
}

proptest! {
    #[test]
    fn splitting_a_usage_changes_no_cost_where_the_card_is_linear(
        card in linear(), one in used(), other in used(),
    ) {
        prop_assume!(one.total().is_some() && other.total().is_some());
        let facts = Facts::new();
        let mut both = one.clone();
        both += other.clone();
        prop_assert_eq!(cost(&card, &one, &facts) + cost(&card, &other, &facts), cost(&card, &both, &facts));
    }

    #[test]
    fn conditions_hold_alike_however_many_others_a_card_has(
        card in overlapping(), usage in used(), tier in 0_usize..3, batch in any::<bool>(), search in 0_usize..3,
    ) {
        prop_assume!(usage.total().is_some());
        let mut facts = Facts::new().count(Meter::WebSearch, 1);
        if tier > 0 {
            facts = facts.tier(["flex", "fast"][tier - 1]);
        }
        if search > 0 {
            facts = facts.search(["low", "high"][search - 1]);
        }
        let facts = if batch { facts.batch() } else { facts };
        // More than fit into the sets that a card is packed with, and none of them holds.
        let others: String =
            (0..70).map(|region| format!("\nrate t input 99 when region=r{region}")).collect();
        prop_assert_eq!(bill(&(card.clone() + &others), &usage, &facts), bill(&card, &usage, &facts));
    }

    #[test]
    fn every_token_is_billed_once(card in rich(), usage in used(), flex in any::<bool>()) {
        prop_assume!(usage.total().is_some());
        let facts = if flex { Facts::new().tier("flex") } else { Facts::new() };
        let bill = bill(&card, &usage, &facts);
        let tokens = bill.parts.iter().filter(|part| matches!(part.meter, Meter::Tokens(..)));
        prop_assert_eq!(tokens.map(|part| part.count).sum::<u64>(), usage.total().unwrap());
        prop_assert_eq!(bill.computed(), bill.cost.amount);
    }

    #[test]
    fn more_tokens_never_cost_less_below_a_bound(card in rich(), usage in used(), which in 0..5, more in 1_u64..200) {
        prop_assume!(usage.total().is_some());
        let facts = Facts::new();
        let before = cost(&card, &usage, &facts);
        let mut grown = usage;
        let count = match which {
            0 => &mut grown.input,
            1 => &mut grown.cache_read,
            2 => &mut grown.output,
            3 => &mut grown.reasoning,
            _ => &mut grown.tool_prompt,
        };
        *count = Some(count.unwrap_or_default() + more);
        prop_assert!(cost(&card, &grown, &facts) >= before);
    }
}
