use crate::{Loaded, Rows};

/// A catalog of one source, whose offers quote the vendor's page where they say so.
fn catalog(letter: char, day: &str, quotes: bool, text: &str) -> Loaded {
    let mut rows = Rows::read(&format!("source {letter} {day} {letter}\n{text}")).unwrap();
    rows.rows.offers.values_mut().for_each(|offer| offer.quotes = quotes);
    Loaded { rows, rounded: 0, passed: std::collections::BTreeMap::new() }
}

fn merged(catalogs: &[Loaded]) -> String {
    let merged = Rows::merge(catalogs).unwrap();
    merged.rows.providers_text().map(|(_, text)| text).collect()
}

fn acme(letter: char, day: &str, quotes: bool, rates: &str) -> Loaded {
    catalog(letter, day, quotes, &format!("provider acme\noffer big\n{rates}"))
}

#[test]
fn the_vendors_own_figure_goes_before_what_others_say() {
    let text = merged(&[
        acme('m', "2026-07-01", false, " rate m input 2 output 4"),
        acme('g', "2026-11-10", true, " rate g input 1 output 4"),
    ]);
    assert!(text.contains(" rate mg output 4") && text.contains(" rate g input 1"), "{text}");
    assert!(text.contains(" not m input 2"), "{text}");
}

#[test]
fn where_those_who_quote_disagree_the_majority_decides_and_then_who_looked_later() {
    let g = || acme('g', "2026-11-10", true, " rate g input 1");
    let l = || acme('l', "2026-11-12", true, " rate l input 2");
    let text = merged(&[acme('m', "2026-07-01", false, " rate m input 1"), g(), l()]);
    assert!(text.contains(" rate mg input 1") && text.contains(" not l input 2"), "{text}");
    let text = merged(&[g(), l()]);
    assert!(text.contains(" rate l input 2") && text.contains(" not g input 1"), "{text}");
}

#[test]
fn the_past_is_kept_and_the_present_confirmed() {
    let text = merged(&[
        acme(
            'g',
            "2026-11-10",
            true,
            " rate g input 3 when until=2026-06-01\n rate g input 1 when from=2026-06-01",
        ),
        acme('l', "2026-11-12", true, " rate l input 1"),
    ]);
    assert!(text.contains(" rate g input 3 when until=2026-06-01"), "{text}");
    assert!(text.contains(" rate gl input 1 when from=2026-06-01"), "{text}");
}

#[test]
fn windows_are_one_tariff_of_whoever_knows_the_days_of_the_week() {
    let text = merged(&[
        acme('g', "2026-11-10", true, " rate g input 1\n rate g input 2 when utc=01:00-04:00"),
        acme(
            'l',
            "2026-11-12",
            true,
            " rate l input 2\n rate l input 1 when utc=04:00-01:00/12345 utc=00:00-00:00/67",
        ),
    ]);
    assert!(text.contains(" rate l input 2\n") && text.contains("utc=04:00-01:00/12345"), "{text}");
    assert!(!text.contains("utc=01:00-04:00"), "{text}");
}

#[test]
fn nothing_for_everything_is_unknown_unless_somebody_means_it() {
    let free = |quotes| acme('m', "2026-07-01", quotes, " rate m input 0 output 0");
    assert!(!merged(&[free(false)]).contains("rate"));
    assert!(merged(&[free(true)]).contains(" rate m input 0 output 0"));
    let two = [free(false), acme('l', "2026-11-12", false, " rate l input 0 output 0")];
    assert!(merged(&two).contains(" rate ml input 0 output 0"));
    let named = catalog('m', "2026-07-01", false, "provider acme\noffer big:free\n rate m input 0");
    assert!(merged(&[named]).contains("rate m input 0"));
}

#[test]
fn a_pattern_confirms_and_adds_nothing() {
    let text = merged(&[
        catalog(
            'g',
            "2026-11-10",
            true,
            "provider acme\n pattern big* = big\noffer big\n rate g input 1 output 2",
        ),
        catalog('l', "2026-11-12", true, "provider acme\noffer big-7\n rate l input 1"),
    ]);
    assert!(text.contains("offer big-7\n model acme/big-7\n rate gl input 1\n"), "{text}");
}

#[test]
fn a_day_that_changes_nothing_is_another_name() {
    let text = merged(&[catalog(
        'g',
        "2026-11-10",
        true,
        "provider openai\noffer big\n rate g input 1\noffer big-2026-01-02\n rate g input 1\noffer big-2025-01-02\n rate g input 2",
    )]);
    assert!(
        text.contains(" also big-2026-01-02") && text.contains("offer big-2025-01-02"),
        "{text}"
    );
}

#[test]
fn a_fee_for_each_request_that_is_the_highest_by_size_is_by_size() {
    let text = merged(&[
        acme('g', "2026-11-10", true, " rate g input 1 request 0.012"),
        acme(
            'l',
            "2026-11-12",
            false,
            " rate l input 1\n rate l web_search 0.012 when search=high\n rate l web_search 0.005 when search=low",
        ),
    ]);
    assert!(text.contains(" rate l request 0.005 when search=low"), "{text}");
    assert!(!text.contains("web_search"), "{text}");
}
