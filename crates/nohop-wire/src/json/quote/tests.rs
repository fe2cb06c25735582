use super::quote;

/// Every character is written as the JSON library writes it, wherever it stands.
#[test]
fn a_string_is_what_the_json_library_writes() {
    let characters = ('\0'..='\u{ff}').chain(['\u{2028}', '日', '😀']);
    for character in characters {
        for (before, after) in [(0, 0), (1, 40), (31, 1), (32, 64), (33, 31)] {
            check(&format!("{}{character}{}", "ü".repeat(before), "a".repeat(after)));
            check(&format!("{}{character}{character}", "a".repeat(before)));
        }
    }
    check("");
}

fn check(text: &str) {
    let mut out = Vec::new();
    quote(&mut out, text);
    assert_eq!(String::from_utf8(out).ok(), serde_json::to_string(text).ok(), "{text:?}");
}
