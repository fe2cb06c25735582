use super::*;

#[test]
fn a_regular_expression_becomes_the_patterns_that_say_the_same() {
    let said = |text| regex(text).map(|all| all.join(" | "));
    assert_eq!(said(r"^claude-fable-5-\d{8}$").as_deref(), Some("claude-fable-5-########"));
    assert_eq!(
        said(r"^gpt-6\.1-sol-\d{4}-\d{2}-\d{2}$").as_deref(),
        Some("gpt-6.1-sol-####-##-##")
    );
    assert_eq!(said(r"^gemini-4-argon-\d").as_deref(), Some("gemini-4-argon-#*"));
    assert_eq!(said(r"^grok-4\.5\[fast=true\]$").as_deref(), Some("grok-4.5[fast=true]"));
    assert_eq!(said(r"^opus-5[-@]\d{2}$").as_deref(), Some("opus-5-## | opus-5@##"));
    assert_eq!(said(r"^(a/)?b(-\d{2})?$").as_deref(), Some("a/b-## | a/b | b-## | b"));
    assert_eq!(said(r"^(?!.*-[tT][tT][sS](?:$|-))").as_deref(), Some("* !*-tts !*-tts-*"));
    for text in [r"a+", r"a.*b", r"(a|b)", r"[a-z]", r"\w", r"a{2}", r"(a", r"\"] {
        assert_eq!(said(text), None, "{text}");
    }
}
