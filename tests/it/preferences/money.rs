//! What may be charged: `max_price`, `max_cost`, and what is cheapest.

use nohop::policy::{Candidate, Offer};
use nohop::{Modality, Money, Request};

use super::{candidates, check, check_of};

const SHOP: &str = "
    big@openai     $2.50/10
    big@deepinfra  $0.40/1.60
    big@together   $0.60/1.20
    big@per-call   $0/0/0.01
    big@unpriced
";

#[test]
fn who_charges_more_or_does_not_say_is_not_asked() {
    check(
        &candidates(SHOP),
        &[
            // OpenRouter's own figures: a dollar for the prompt, two for the answer.
            (
                r#"{"max_price":{"prompt":1,"completion":2}}"#,
                "deepinfra together per-call",
                "max_price.prompt: $1.00: -openai; max_price.prompt: $1.00, not known: -unpriced",
            ),
            (
                r#"{"max_price":{"prompt":"0.5"}}"#,
                "deepinfra per-call",
                "max_price.prompt: $0.50: -openai -together; max_price.prompt: $0.50, not known: -unpriced",
            ),
            (
                r#"{"max_price":{"completion":1.2}}"#,
                "together per-call",
                "max_price.completion: $1.20: -openai -deepinfra; max_price.completion: $1.20, not known: -unpriced",
            ),
            (
                r#"{"max_price":{"prompt":0.5,"completion":1.2}}"#,
                "per-call",
                "max_price.prompt: $0.50: -openai -together; max_price.prompt: $0.50, not known: -unpriced; \
                 max_price.completion: $1.20: -deepinfra",
            ),
            (
                r#"{"max_price":{"request":0}}"#,
                "openai deepinfra together",
                "max_price.request: $0.00: -per-call; max_price.request: $0.00, not known: -unpriced",
            ),
            (
                r#"{"max_price":{"request":"0.01"}}"#,
                "openai deepinfra together per-call",
                "max_price.request: $0.01, not known: -unpriced",
            ),
            (
                r#"{"max_price":{"prompt":0,"completion":0,"request":0}}"#,
                "",
                "max_price.prompt: $0.00: -openai -deepinfra -together; max_price.prompt: $0.00, not known: \
                 -unpriced; max_price.request: $0.00: -per-call",
            ),
            (r#"{"max_price":{}}"#, "openai deepinfra together per-call unpriced", ""),
        ],
    );
}

#[test]
fn who_reads_no_pictures_charges_nothing_for_them() {
    let offer = |target, reads: &[Modality], image, audio| {
        let offer = Offer { reads: reads.to_vec(), image, audio, ..Offer::default() };
        Candidate::new(target).offer(offer)
    };
    let (text, seen, heard) = (Modality::Text, Modality::Image, Modality::Audio);
    let token = Money::from_atto(Money::DOLLAR.as_atto() / 1_000_000);
    let shop = [
        offer("big@reader", std::slice::from_ref(&text), None, None),
        offer("big@viewer", &[text.clone(), seen.clone()], Some(Money::DOLLAR), None),
        offer("big@hearer", &[text, seen, heard], Some(Money::ZERO), Some(token * 2)),
        offer("big@new", &[], None, None),
    ];
    check(
        &shop,
        &[
            (
                r#"{"max_price":{"image":0.5}}"#,
                "reader hearer",
                "max_price.image: $0.50: -viewer; max_price.image: $0.50, not known: -new",
            ),
            (
                r#"{"max_price":{"image":"1"}}"#,
                "reader viewer hearer",
                "max_price.image: $1.00, not known: -new",
            ),
            (
                r#"{"max_price":{"audio":1.5}}"#,
                "reader viewer",
                "max_price.audio: $1.50: -hearer; max_price.audio: $1.50, not known: -new",
            ),
            (
                r#"{"max_price":{"audio":2}}"#,
                "reader viewer hearer",
                "max_price.audio: $2.00, not known: -new",
            ),
        ],
    );
}

#[test]
fn who_would_cost_more_than_this_request_may_is_not_asked() {
    // Ten thousand tokens of answer, and a prompt of hardly any.
    let request = Request::new("a/big").user("Hi").max_tokens(10_000);
    check_of(
        &request,
        &candidates(SHOP),
        &[
            (
                r#"{"max_cost":0.05}"#,
                "deepinfra together per-call",
                "max_cost: $0.05: -openai; max_cost: $0.05, not known: -unpriced",
            ),
            (
                r#"{"max_cost":"0.0121"}"#,
                "together per-call",
                "max_cost: $0.0121: -openai -deepinfra; max_cost: $0.0121, not known: -unpriced",
            ),
            (
                r#"{"max_cost":1}"#,
                "openai deepinfra together per-call",
                "max_cost: $1.00, not known: -unpriced",
            ),
            (
                r#"{"max_cost":0.001}"#,
                "",
                "max_cost: $0.001: -openai -deepinfra -together -per-call; max_cost: $0.001, not known: -unpriced",
            ),
        ],
    );
}

#[test]
fn the_cheapest_for_this_request_comes_first_and_the_unpriced_last() {
    let long = Request::new("a/big").user("word ".repeat(40_000)).max_tokens(100);
    let short = Request::new("a/big").user("Hi").max_tokens(1_000);
    let sort = r#"{"sort":"price"}"#;
    // A long prompt is cheapest where prompts are, a short one where answers are.
    check_of(
        &long,
        &candidates(SHOP),
        &[(sort, "per-call deepinfra together openai unpriced", "")],
    );
    check_of(
        &short,
        &candidates(SHOP),
        &[(sort, "together deepinfra per-call openai unpriced", "")],
    );
    check_of(
        &short,
        &candidates(SHOP),
        &[
            (r#"{"sort":{"by":"price"}}"#, "together deepinfra per-call openai unpriced", ""),
            (
                r#"{"sort":"price","ignore":["together"]}"#,
                "deepinfra per-call openai unpriced",
                "ignore: together: -together",
            ),
            (
                r#"{"sort":"price","order":["openai"]}"#,
                "openai together deepinfra per-call unpriced",
                "",
            ),
            (
                r#"{"sort":"price","allow_fallbacks":false}"#,
                "together",
                "allow_fallbacks: false: -deepinfra -per-call -openai -unpriced",
            ),
        ],
    );
    // OpenRouter's own figures: three providers at one, two and three dollars.
    let three = candidates("big@a $1/1\n big@b $2/2\n big@c $3/3");
    check(&three, &[(sort, "a b c", ""), (r#"{"sort":"price","order":["c"]}"#, "c a b", "")]);
}
