use super::Effort::{High, Low, Max, Medium, Minimal, None as Off, XHigh};
use super::*;

fn nearest(wish: Effort, levels: &[Effort], expected: Effort) {
    assert_eq!(wish.nearest(levels), expected, "{wish:?} of {levels:?}");
}

fn own(mine: &Issuer, theirs: &Issuer, expected: bool) {
    assert_eq!(mine.is(theirs), expected, "{mine:?} and {theirs:?}");
    assert_eq!(theirs.is(mine), expected, "{theirs:?} and {mine:?}");
}

#[test]
fn an_effort_that_is_known_stays_and_another_becomes_the_nearest() {
    nearest(Medium, &[Low, Medium, High], Medium);
    nearest(Minimal, &[Low, High], Low);
    nearest(Max, &[Low, High], High);
    nearest(XHigh, &[Low, Medium, Max], Max);
}

#[test]
fn of_two_that_are_equally_near_the_lower_is_taken() {
    nearest(Medium, &[High, Low], Low);
    nearest(High, &[Max, Low], Low);
}

#[test]
fn who_asks_for_little_still_asks_for_some() {
    nearest(Minimal, &[Off, High], High);
    nearest(Off, &[Off, Minimal], Off);
}

#[test]
fn who_can_not_have_what_it_asks_for_gets_what_there_is() {
    nearest(Off, &[Low, High], Low);
    nearest(High, &[Off], Off);
    nearest(High, &[], High);
}

#[test]
fn efforts_stand_in_their_order_and_are_read_by_their_words() {
    assert!(Effort::ALL.is_sorted());
    for effort in Effort::ALL {
        assert_eq!(Effort::parse(effort.as_str()), Some(effort));
        let json = serde_json::to_string(&effort).unwrap();
        assert_eq!(json, format!("\"{}\"", effort.as_str()));
    }
    assert_eq!(Effort::parse("High"), None);
}

#[test]
fn thinking_goes_back_only_to_whoever_may_have_issued_it() {
    let issuer = || Issuer::new("d", "home", "m");
    own(&issuer(), &issuer(), true);
    own(&issuer(), &Issuer::new("other", "home", "m"), false);
    own(&issuer(), &Issuer::new("d", "elsewhere", "m"), false);
    own(&issuer(), &Issuer::new("d", "home", "other"), false);
}

#[test]
fn what_is_not_known_of_an_issuer_may_be_anyone() {
    let issuer = Issuer::new("d", "home", "m");
    own(&issuer, &Issuer::speaking("d"), true);
    own(&issuer, &Issuer { model: None, ..issuer.clone() }, true);
    own(&issuer, &Issuer { model: None, ..Issuer::new("d", "elsewhere", "m") }, false);
}

#[test]
fn an_issuer_always_has_a_dialect() {
    own(&Issuer::new("d", "home", "m"), &Issuer::default(), false);
}
