use crate::Rows;

const OLD: &str = "source t 2026-11-12 a test
model acme/big
provider acme
offer big
 model acme/big
 rate t input 1 output 2
offer small
 rate t input 1
offer tiered
 rate t input 1
 rate t input 2 when >1000
";

#[test]
fn a_difference_says_what_is_new_gone_repriced_and_retired() {
    let old = Rows::read(OLD).unwrap().pack().unwrap();
    let new = OLD
        .replace(
            "model acme/big\nprovider",
            "model acme/big\n retires 2027-01-01\n successor acme/next\nmodel acme/next\nprovider",
        )
        .replace("input 1 output 2", "input 0.5 output 2 cache_read 0.05")
        .replace("offer small", "offer fresh")
        .replace("input 2 when", "input 3 when");
    let new = Rows::read(&new).unwrap().pack().unwrap();
    let diff = old.diff(&new);
    assert_eq!(
        diff.to_string(),
        "1 new, 1 gone, 2 repriced, 1 retired
new       fresh@acme
gone      small@acme
repriced  big@acme: input $1.00 a million -> $0.50 a million cache_read nothing -> $0.05 a million
repriced  tiered@acme: under conditions
retired   acme/big on 2027-01-01, call acme/next
"
    );
    assert_eq!(old.diff(&old), crate::Diff::default());
}
