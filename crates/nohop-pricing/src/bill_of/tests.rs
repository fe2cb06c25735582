use std::time::Duration;

use nohop_types::{Kind, Modality, Money, Provenance, ServiceTier, Usage, Written};

use crate::testing::{bill, bill_at, cost, share, usage};
use crate::{Class, Doubt, Facts, Form, Meter};

mod laws;

/// Dollars for a million tokens are millionths of a dollar for a token.
const MILLIONTH: u128 = 1_000_000_000_000;

const PLAIN: &str = "rate t input 3 cache_read 0.3 cache_write 3.75 cache_write_1h 6 output 15";

#[test]
fn each_class_is_charged_at_its_own_rate() {
    let mut used = usage(100, 10);
    (used.cache_read, used.cache_write) = (Some(1_000), Some(50));
    used.written = vec![
        Written::new(Duration::from_secs(3_600), 20),
        Written::new(Duration::from_secs(300), 30),
    ];
    (used.reasoning, used.tool_prompt) = (Some(5), Some(7));
    let bill = bill(PLAIN, &used, &Facts::new());
    let micros = 300 + 300 + 21 + 120 + 150 + 75;
    assert_eq!(bill.cost.amount.as_atto(), micros * MILLIONTH + 1125 * MILLIONTH / 10);
    assert_eq!(bill.cost.provenance, Provenance::Computed);
    assert_eq!(bill.doubt(), None);
    assert_eq!(bill.prompt() + bill.answer(), bill.cost.amount);
}

#[test]
fn a_cache_without_a_rate_costs_what_the_prompt_does_and_says_so() {
    let mut used = usage(0, 0);
    used.cache_read = Some(10);
    let bill = bill("rate t input 3 output 15", &used, &Facts::new());
    assert_eq!(bill.cost.amount.as_atto(), 30 * MILLIONTH);
    assert_eq!(bill.doubt(), Some(Doubt::Assumed));
}

#[test]
fn a_cache_of_an_hour_is_no_cache_of_five_minutes() {
    let mut used = usage(0, 0);
    used.cache_write = Some(10);
    used.written = vec![Written::new(Duration::from_secs(3_600), 10)];
    assert_eq!(cost(PLAIN, &used, &Facts::new()), 60 * MILLIONTH);
    let known = bill("rate t input 3 cache_write 4 output 15", &used, &Facts::new());
    assert_eq!(
        (known.cost.amount.as_atto(), known.doubt()),
        (40 * MILLIONTH, Some(Doubt::Assumed))
    );
}

#[test]
fn a_bound_counts_the_whole_prompt_and_sets_the_price_of_the_whole_request() {
    let rates =
        "rate t input 1 cache_read 0.1 output 5\nrate t input 2 cache_read 0.2 output 9 when >200";
    let mut used = usage(100, 10);
    used.cache_read = Some(100);
    assert_eq!(cost(rates, &used, &Facts::new()), (100 + 10 + 50) * MILLIONTH);
    used.cache_read = Some(101);
    assert_eq!(cost(rates, &used, &Facts::new()) / MILLIONTH, 200 + 20 + 90);
    let from = rates.replace('>', ">=");
    used.cache_read = Some(100);
    assert_eq!(cost(&from, &used, &Facts::new()), (200 + 20 + 90) * MILLIONTH);
}

#[test]
fn a_bound_may_be_for_what_is_past_it_alone() {
    let rates = "rate t input 1 cache_read 0.1 output 5\nrate t input 2 when >200+\nrate t input 4 when >300+";
    assert_eq!(cost(rates, &usage(200, 0), &Facts::new()), 200 * MILLIONTH);
    assert_eq!(cost(rates, &usage(400, 0), &Facts::new()), (200 + 200 + 400) * MILLIONTH);
    // What is cached comes first.
    let mut used = usage(100, 0);
    used.cache_read = Some(150);
    assert_eq!(cost(rates, &used, &Facts::new()), (15 + 50 + 100) * MILLIONTH);
}

#[test]
fn the_tier_that_served_sets_the_price() {
    let rates = "rate t input 2 cache_read 0.2 output 8
        rate t input 1 cache_read 0.1 output 4 when tier=flex
        rate t input 4 output 16 when tier=priority";
    let mut used = usage(100, 0);
    assert_eq!(cost(rates, &used, &Facts::new().tier("flex")), 100 * MILLIONTH);
    used.tier = Some(ServiceTier::Priority);
    assert_eq!(cost(rates, &used, &Facts::new().tier("flex")), 400 * MILLIONTH);
    used.tier = Some(ServiceTier::Standard);
    assert_eq!(bill(rates, &used, &Facts::new()).doubt(), None);
    // The tier has no rate for what is cached: the usual one stands in, and the bill says so.
    used.tier = Some(ServiceTier::Priority);
    used.cache_read = Some(100);
    let bill = bill(rates, &used, &Facts::new());
    assert_eq!((bill.cost.amount.as_atto(), bill.doubt()), (420 * MILLIONTH, Some(Doubt::Assumed)));
}

#[test]
fn conditions_combine_and_the_one_that_says_most_wins() {
    let rates = "rate t input 10 when >200 tier=flex
        rate t input 20 when >200
        rate t input 5 when tier=flex
        rate t input 7 when processing=batch region=eu
        rate t input 9";
    let price =
        |input, facts| cost(rates, &usage(input, 0), &facts) / u128::from(input) / MILLIONTH;
    assert_eq!(price(100, Facts::new()), 9);
    assert_eq!(price(300, Facts::new()), 20);
    assert_eq!(price(100, Facts::new().tier("flex")), 5);
    assert_eq!(price(300, Facts::new().tier("flex")), 10);
    assert_eq!(price(100, Facts::new().batch().region("eu")), 7);
    assert_eq!(price(100, Facts::new().batch()), 9);
}

#[test]
fn where_two_rates_may_apply_the_dearer_does_and_says_so() {
    let rates = "rate t input 1\nrate t input 4 when >200\nrate t input 3 when processing=batch";
    let bill = bill(rates, &usage(300, 0), &Facts::new().batch());
    assert_eq!(
        (bill.cost.amount.as_atto(), bill.doubt()),
        (1_200 * MILLIONTH, Some(Doubt::Dearer))
    );
    let searches =
        "rate t web_search 0.01 when search=low\nrate t web_search 0.02 when search=high";
    let facts = Facts::new().count(Meter::WebSearch, 1);
    let bill = crate::testing::bill(searches, &usage(0, 0), &facts);
    assert_eq!(
        (bill.cost.amount, bill.doubt()),
        (Money::cents_per_million(2_000_000), Some(Doubt::Dearer))
    );
    let bill = crate::testing::bill(searches, &usage(0, 0), &facts.search("low"));
    assert_eq!((bill.cost.amount, bill.doubt()), (Money::cents_per_million(1_000_000), None));
}

#[test]
fn of_two_rates_that_ask_the_same_the_first_is_meant() {
    let rates = "rate t input 1 when tier=flex\nrate t input 2 when tier=flex\nrate t input 3";
    let bill = bill(rates, &usage(10, 0), &Facts::new().tier("flex"));
    assert_eq!((bill.cost.amount.as_atto(), bill.doubt()), (10 * MILLIONTH, None));
}

#[test]
fn a_tier_at_a_time_of_the_week_goes_before_that_time_alone() {
    let rates = "rate t input 9
        rate t input 4 when utc=11:00-13:00
        rate t input 2 when tier=flex utc=11:00-13:00";
    let bill = bill(rates, &usage(10, 0), &Facts::new().tier("flex"));
    assert_eq!((bill.cost.amount.as_atto(), bill.doubt()), (20 * MILLIONTH, None));
}

#[test]
fn rates_have_days_and_times_of_the_week() {
    let rates = "rate t input 1 when until=2026-11-01
        rate t input 2 when from=2026-11-01
        rate t input 4 when from=2026-11-01 utc=01:00-04:00/12345 utc=22:00-00:30/7";
    let at = |time: &str| {
        bill_at(rates, &usage(1, 0), &Facts::new(), time).unwrap().cost.amount.as_atto() / MILLIONTH
    };
    assert_eq!(at("2026-10-31 23:59"), 1);
    assert_eq!(at("2026-11-01 00:00"), 2);
    assert_eq!(at("2026-11-12 01:00"), 4, "a Thursday, at one");
    assert_eq!(at("2026-11-12 04:00"), 2);
    assert_eq!(at("2026-11-14 01:30"), 2, "a Saturday");
    assert_eq!(at("2026-11-15 23:00"), 4, "a Sunday, in the evening");
    assert_eq!(at("2026-11-16 00:29"), 4, "and past midnight");
    assert_eq!(at("2026-11-16 00:30"), 2);
}

#[test]
fn factors_apply_to_tokens_unless_the_rate_was_made_for_them() {
    let rates = "rate t input 4 output 20 web_search 0.01
        rate t input 7 when speed=fast
        times t 2 when speed=fast
        times t 1.1 when region=us";
    let facts = Facts::new().speed("fast").region("us").count(Meter::WebSearch, 1);
    let bill = bill(rates, &usage(10, 10), &facts);
    assert_eq!(bill.cost.amount.as_atto() / MILLIONTH, 77 + 440 + 10_000);
}

#[test]
fn forms_have_rates_and_nobody_pays_for_a_token_twice() {
    let rates =
        "rate t input 1 input.audio 3 cache_read 0.1 cache_read.audio 0.3 output 5 output.audio 20";
    let mut used = usage(100, 50);
    share(&mut used, Kind::Prompt, Modality::Audio, 40);
    share(&mut used, Kind::Answer, Modality::Audio, 50);
    assert_eq!(cost(rates, &used, &Facts::new()), (60 + 120 + 1_000) * MILLIONTH);
    // Who was cached is not told: the sound may have been read afresh, all of it.
    used.cache_read = Some(100);
    let unclear = bill(rates, &used, &Facts::new());
    assert_eq!(unclear.cost.amount.as_atto(), (60 + 120 + 10 + 1_000) * MILLIONTH);
    assert_eq!(unclear.doubt(), Some(Doubt::Dearer));
    let facts = Facts::new().count(Meter::Tokens(Class::CacheRead, Form::Audio), 40);
    let clear = bill(rates, &used, &facts);
    assert_eq!(clear.cost.amount.as_atto(), (100 + 12 + 6 + 1_000) * MILLIONTH);
    assert_eq!(clear.doubt(), None);
}

#[test]
fn a_form_that_is_cached_without_a_rate_costs_the_dearer_of_both() {
    let mut used = usage(0, 0);
    used.cache_read = Some(10);
    share(&mut used, Kind::Prompt, Modality::Audio, 10);
    let bill = bill("rate t input 1 input.audio 3 cache_read 0.1", &used, &Facts::new());
    assert_eq!((bill.cost.amount.as_atto(), bill.doubt()), (30 * MILLIONTH, Some(Doubt::Dearer)));
}

#[test]
fn the_same_price_in_every_form_leaves_no_doubt() {
    let mut used = usage(10, 0);
    used.cache_read = Some(10);
    share(&mut used, Kind::Prompt, Modality::Image, 5);
    let bill = bill("rate t input 1 cache_read 0.1", &used, &Facts::new());
    assert_eq!((bill.cost.amount.as_atto(), bill.doubt()), (11 * MILLIONTH, None));
}

#[test]
fn what_is_no_token_is_charged_by_its_own_measure() {
    let rates = "rate t request 0.005 audio_hour 4.8 page 0.001 rerank 0.002";
    let facts = Facts::new().count(Meter::AudioIn, 90_000).count(Meter::AnnotatedPage, 3);
    let mut used = Usage::default();
    used.search_units = Some(2);
    let bill = bill(rates, &used, &facts);
    let thousandths = 5 + 120 + 3 + 4;
    assert_eq!(bill.cost.amount.as_atto(), thousandths * 1_000 * MILLIONTH);
}

#[test]
fn an_allowance_that_may_be_left_is_marked_and_what_is_known_to_be_free_is() {
    let rates = "rate t input 1 web_search 0.035\nfree t web_search 1500 day gemini-2-flash";
    let facts = Facts::new().count(Meter::WebSearch, 3);
    let unknown = bill(rates, &usage(0, 0), &facts);
    assert_eq!(unknown.doubt(), Some(Doubt::Allowance));
    assert_eq!(unknown.cost.amount.to_string(), "$0.105");
    let known = bill(rates, &usage(0, 0), &facts.free(Meter::WebSearch, 2));
    assert_eq!((known.cost.amount.to_string(), known.doubt()), ("$0.035".to_owned(), None));
}

#[test]
fn what_has_no_rate_makes_the_cost_a_lower_bound() {
    let bill = bill("rate t input 1", &usage(10, 10), &Facts::new());
    assert_eq!(bill.cost.provenance, Provenance::Partly);
    assert_eq!(bill.cost.amount.as_atto(), 10 * MILLIONTH);
    assert_eq!(bill.doubt(), Some(Doubt::Unpriced));
}

#[test]
fn unknown_is_no_cost_and_free_is_one_of_nothing() {
    assert_eq!(bill_at("limits 1 1", &usage(1, 1), &Facts::new(), "2026-11-12 12:00"), None);
    let free = bill("rate t input 0 output 0", &usage(1, 1), &Facts::new());
    assert_eq!((free.cost.amount, free.cost.provenance), (Money::ZERO, Provenance::Computed));
    assert_eq!(bill_at(PLAIN, &Usage::default(), &Facts::new(), "2026-11-12 12:00"), None);
}

#[test]
fn what_the_provider_says_it_costs_is_the_cost() {
    let mut used = usage(10, 10);
    used.cost = Some(Money::DOLLAR);
    let stated = bill(PLAIN, &used, &Facts::new());
    assert_eq!((stated.cost.amount, stated.cost.provenance), (Money::DOLLAR, Provenance::Provider));
    assert_eq!(stated.computed().as_atto(), (30 + 150) * MILLIONTH);
    used.cost = None;
    used.estimated = true;
    assert_eq!(bill(PLAIN, &used, &Facts::new()).cost.provenance, Provenance::Estimated);
}
