use super::*;

#[test]
fn stars_take_anything_and_hashes_a_digit() {
    assert!(matches("claude-3-haiku*", "claude-3-haiku-20240307"));
    assert!(matches("*claude*v2", "us.claude-instant-v2"));
    assert!(matches("gpt-6-####-##-##", "gpt-6-2026-01-02"));
    assert!(!matches("gpt-6-####-##-##", "gpt-6-2026-01-0x"));
    assert!(!matches("gpt", "gpt-4"));
    assert!(matches("*a*b*c", "xxaxxbxxbc"));
}

#[test]
fn what_must_not_be_is_not() {
    let pattern = "gemini-2.5-pro* !*-tts !*-tts-*";
    assert!(matches(pattern, "gemini-2.5-pro-preview"));
    assert!(!matches(pattern, "gemini-2.5-pro-tts"));
    assert!(!matches(pattern, "gemini-2.5-pro-tts-1"));
}

#[test]
fn days_behind_a_name_are_found() {
    assert_eq!(undated("gpt-4o-2024-08-06"), Some("gpt-4o"));
    assert_eq!(undated("claude-opus-5@20260101"), Some("claude-opus-5"));
    assert_eq!(undated("claude-3-haiku-20240307"), Some("claude-3-haiku"));
    assert_eq!(undated("gpt-4o-20249999"), None);
    assert_eq!(undated("20240307"), None);
    assert_eq!(dashed("gpt-5.2-20251211"), Some("gpt-5.2-2025-12-11".to_owned()));
    assert_eq!(dashed("gpt-5.2-20251211:free"), Some("gpt-5.2-2025-12-11:free".to_owned()));
    assert_eq!(dashed("gpt-5.2-2025121"), None);
}
