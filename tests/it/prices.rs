//! What the catalog says that requests cost, held to what others say.

use std::io;
use std::path::Path;

use nohop_tests::prices::{Tally, estimates, litellm, recorded, usages};
use nohop_tests::recording::shared;

/// Makes a tally, unless there is nothing to make it of; prints what differs.
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
fn tally(of: fn(&Path) -> io::Result<Tally>) -> Option<Tally> {
    let Some(shared) = shared() else {
        eprintln!("skipped: there are no recordings; NOHOP_SHARED says where they are");
        return None;
    };
    let tally = of(&shared).unwrap();
    eprintln!("{tally}");
    Some(tally)
}

#[test]
fn usages_cost_what_genai_prices_expects() {
    let Some(tally) = tally(usages::tally) else { return };
    assert!(tally.reaches(990), "{tally}");
}

#[test]
fn answers_cost_what_litellm_says_but_where_it_bills_other_tokens() {
    let Some(tally) = tally(litellm::tally) else { return };
    // It bills all tokens of Cohere's, who bills some.
    let others = tally.others.iter().filter(|other| !other.starts_with("cohere_chat/"));
    assert_eq!(others.collect::<Vec<_>>(), Vec::<&String>::new(), "{tally}");
    assert!(tally.same >= 60, "{tally}");
}

#[test]
fn recorded_answers_cost_what_their_providers_say() {
    let Some(tally) = tally(recorded::tally) else { return };
    assert!(tally.compared() >= 150, "{tally}");
    assert!(tally.reaches(980), "{tally}");
}

#[test]
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
fn estimates_are_near_what_providers_report() {
    let Some(shared) = shared() else {
        eprintln!("skipped: there are no recordings; NOHOP_SHARED says where they are");
        return;
    };
    let errors = estimates::errors(&shared).unwrap();
    eprintln!("{errors}");
    let middle = errors.shares[errors.shares.len() / 2];
    assert!((85..=125).contains(&middle), "{errors}");
    assert!(errors.within * 100 >= errors.shares.len() * 75, "{errors}");
}
