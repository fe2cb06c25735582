use nohop_types::{Request, Tool};

use super::*;
use crate::testing::{acme, moment};

#[test]
fn an_estimate_grows_with_what_is_said() {
    let short = Estimate::of(&Request::new("m").user("Why is the sky blue?"));
    let long = Estimate::of(&Request::new("m").user("Why is the sky blue? ".repeat(100)));
    assert!(short.prompt >= 6 && short.prompt < 30, "{short:?}");
    assert!(long.prompt > 400 && long.prompt < 900, "{long:?}");
    for it in [short, long] {
        assert!(it.least <= it.prompt && it.prompt <= it.most, "{it:?}");
    }
    let tool = Tool::function("weather", nohop_types::Json::new(r#"{"type":"object"}"#).unwrap());
    assert!(
        Estimate::of(&Request::new("m").tool(tool).user("Why is the sky blue?")).prompt
            > short.prompt
    );
}

#[test]
fn other_alphabets_have_more_tokens() {
    assert!(pieces("空は何故青いですか") > pieces("why is it"));
    assert!(pieces("почему небо синее") > pieces("why is it"));
    assert_eq!(pieces(""), 0);
    assert_eq!(pieces("1234567"), 3_000);
}

#[test]
fn an_answer_is_as_long_as_it_may_be_or_as_answers_were() {
    let request = Request::new("m").user("Hi").max_tokens(500);
    assert_eq!(Estimate::of(&request).answer, 500);
    assert_eq!(Estimate::of(&request).lately(80, &request).answer, 80);
    assert_eq!(Estimate::of(&request).lately(900, &request).answer, 500);
    assert_eq!(Estimate::of(&Request::new("m")).answer, 1_000);
}

#[test]
fn what_is_estimated_says_so() {
    let catalog = acme("rate t input 1 output 2");
    let estimate = Estimate::of(&Request::new("m").user("Hi").max_tokens(10));
    let offer = catalog.offer("acme", "big").unwrap();
    let bill = offer.estimate(&estimate, &Facts::new(), moment("2026-11-12 12:00")).unwrap();
    assert_eq!(bill.cost.provenance, nohop_types::Provenance::Estimated);
    assert_eq!(bill.cost.amount.as_atto(), u128::from(estimate.prompt + 20) * 1_000_000_000_000);
}

#[test]
fn a_tokenizer_of_ones_own_counts_the_text_exactly() {
    let letters = |text: &str| text.len() as u64;
    let estimate =
        |words: usize| Estimate::with(&Request::new("m").user("a".repeat(words)), letters);
    let (short, long) = (estimate(10), estimate(1_010));
    assert_eq!(long.prompt - short.prompt, 1_000);
    assert_eq!(long.most - long.least, short.most - short.least, "the text widens no bound");
    assert!(short.least >= 10 && short.least < short.prompt && short.prompt < short.most);
}
