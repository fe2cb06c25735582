use super::*;

#[test]
fn names_lose_what_providers_put_around_them() {
    assert_eq!(parts("accounts/fireworks/models/glm-5"), (None, "glm-5"));
    assert_eq!(parts("us.anthropic.claude-opus-4-8-v1:0"), (Some("anthropic"), "claude-opus-4-8"));
    assert_eq!(parts("@cf/meta/llama-3.3-70b"), (Some("meta"), "llama-3.3-70b"));
    assert_eq!(parts("meta-llama/llama-4:novita"), (Some("meta-llama"), "llama-4"));
    assert_eq!(parts("gpt-4.1-mini"), (None, "gpt-4.1-mini"));
    assert_eq!(parts("databricks-claude-opus-4"), (None, "claude-opus-4"));
}

#[test]
fn a_family_is_a_name_without_numbers() {
    assert_eq!(family("anthropic/claude-opus-5.5"), "claude-opus");
    assert_eq!(family("openai/gpt-4o-mini"), "gpt-mini");
    assert_eq!(family("google/gemini-3.1-pro-preview"), "gemini-pro");
    assert_eq!(family("openai/o3"), "o");
}

#[test]
fn a_version_is_told_from_a_size_and_a_day() {
    assert_eq!(version("claude-opus-4-5-20251101"), [4, 5]);
    assert_eq!(version("llama-3.3-70b-instruct"), [3, 3]);
    assert_eq!(version("gpt-4o-2024-08-06"), [4, 8, 6]);
    assert!(version("claude-opus-5.5") > version("claude-opus-5"));
}
