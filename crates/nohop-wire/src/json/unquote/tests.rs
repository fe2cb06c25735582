use serde_json::value::RawValue;

use super::unquote;

/// Every string is what the JSON library says it is.
#[test]
fn a_string_is_what_the_json_library_reads() {
    let strings = [
        r#""""#,
        r#""plain""#,
        r#""naïve – 日本""#,
        r#""\n""#,
        r#""a\n\n\"b\" \\ \/ \b\f\r\t""#,
        r#""ends with \\""#,
        r#""\\n is no line\\""#,
        r#""caf\u00e9 and\n\ud83d\ude00""#,
        r#""half \ud83d""#,
        r#""ü\\ü\nü""#,
    ];
    for string in strings {
        let raw: &RawValue = serde_json::from_str(string).expect(string);
        let read = serde_json::from_str::<String>(string).ok();
        assert_eq!(unquote(raw.get()).as_deref(), read.as_deref(), "{string}");
    }
}
