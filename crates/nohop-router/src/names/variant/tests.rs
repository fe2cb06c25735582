use super::*;

fn check(name: &str, expected: Option<(&str, Variants)>) {
    assert_eq!(split(name), expected);
}

const NONE: Variants = Variants { free: false, sort: None, other: None };

#[test]
fn words_behind_a_name_are_variants_in_any_order_and_the_last_sort_counts() {
    use SortBy::{Price, Throughput};
    check("a/b:free", Some(("a/b", Variants { free: true, ..NONE })));
    check("a/b:nitro:floor", Some(("a/b", Variants { sort: Some(Price), ..NONE })));
    check(
        "a/b:floor:free:nitro",
        Some(("a/b", Variants { free: true, sort: Some(Throughput), other: None })),
    );
    check(
        "a/b:online:nitro",
        Some(("a/b", Variants { sort: Some(Throughput), other: Some("online"), ..NONE })),
    );
}

#[test]
fn a_word_that_is_no_variant_and_all_before_it_are_the_name() {
    check("llama3:8b", None);
    check("llama3:8b:floor", Some(("llama3:8b", Variants { sort: Some(SortBy::Price), ..NONE })));
    check("a/b:floor:8b", None);
    check("a/b:Nitro", None);
    check("a/b:", None);
    check(":free", None);
    check("", None);
}
