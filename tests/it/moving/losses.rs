//! What a conversation may lose on its way to each of the eight: this, and nothing else.

use std::collections::BTreeSet;

use nohop::Loss;

/// What a dialect adds of its own, where a host refuses a turn without it.
pub(super) const INVENTED: &[&str] = &["Q3: report.pdf"];

/// The names of all eight.
const EVERYBODY: &[&str] =
    &["openai", "responses", "anthropic", "gemini", "bedrock", "cohere", "mistral", "deepseek"];

/// What is lost, and on the way to whom.
const LISTED: &[(&str, &[&str])] = &[
    ("reasoning: dropped: another issuer's thinking means nothing here", EVERYBODY),
    (
        "caller: dropped: the extra field is meant for others",
        &["openai", "responses", "gemini", "bedrock", "cohere", "mistral", "deepseek"],
    ),
    (
        "messages: dropped: nothing of the turn can be said here",
        &["openai", "responses", "cohere", "mistral", "deepseek"],
    ),
    (
        "tool_result.failed: dropped: the dialect has no word for it",
        &["openai", "responses", "cohere", "mistral", "deepseek"],
    ),
    (
        "refusal: translated: the dialect tells a refusal as text",
        &["anthropic", "gemini", "bedrock", "cohere"],
    ),
    (
        "thinking.budget: translated: the host takes an effort instead",
        &["openai", "responses", "mistral", "deepseek"],
    ),
    (
        "late_system: translated: a late turn of the application is told as the user's",
        &["gemini", "bedrock", "mistral"],
    ),
    ("messages: dropped: a turn that says nothing is refused", &["anthropic", "gemini", "bedrock"]),
    (
        "tool_result: translated: the host takes only text from tools; the rest follows in a turn of the user",
        &["cohere", "mistral"],
    ),
    ("refusal: translated: the host tells a refusal as text", &["mistral", "deepseek"]),
    ("text: dropped: a text of white space is refused", &["anthropic", "bedrock"]),
    (
        "thinking: dropped: the model does not think on behind calls that another thought over",
        &["anthropic", "bedrock"],
    ),
    ("tool_call.id: translated: the host takes no ids of such a form", &["openai", "mistral"]),
    ("document.name: dropped: the dialect has no word for it", &["gemini"]),
    (
        "document.name: translated: the dialect takes letters, digits, spaces and _ - ( ) [ ] in names, and each name once",
        &["bedrock"],
    ),
    ("document: dropped: the host does not take it", &["cohere", "deepseek"]),
    (
        "document: translated: the dialect tells the person's documents beside the conversation",
        &["cohere"],
    ),
    ("document: translated: the dialect wants a text beside a document: its name", &["bedrock"]),
    ("document: translated: the host does not take it, and it is told as a text", &["deepseek"]),
    ("image: dropped: the host does not take it", &["deepseek"]),
    ("reasoning: dropped: the host takes no thinking back", &["openai"]),
    ("tool_call.id: translated: the dialect takes 64 characters in ids", &["responses"]),
    (
        "tool_call.id: translated: the dialect takes 64 characters in ids: letters, digits and _ . : -",
        &["bedrock"],
    ),
    ("tool_call.id: translated: the dialect takes no such characters in ids", &["anthropic"]),
];

/// What was lost, and on the way to whom.
#[derive(Default)]
pub(super) struct Losses(BTreeSet<(String, String)>);

impl Losses {
    pub(super) fn add(&mut self, host: &str, losses: &[Loss]) {
        self.0.extend(losses.iter().map(|loss| (host.to_owned(), loss.to_string())));
    }

    /// Everything that was lost is listed.
    pub(super) fn are_listed(&self) {
        let listed = listed();
        let new: Vec<_> = self.0.difference(&listed).collect();
        assert!(new.is_empty(), "these are not listed: {new:#?}");
    }

    /// The same, and everything that is listed was lost.
    pub(super) fn are_those_listed(&self) {
        self.are_listed();
        let never: Vec<_> = listed().difference(&self.0).cloned().collect();
        assert!(never.is_empty(), "these are never lost: {never:#?}");
    }
}

fn listed() -> BTreeSet<(String, String)> {
    let row = |(loss, hosts): &(&str, &'static [&'static str])| {
        let loss = (*loss).to_owned();
        hosts.iter().map(move |host| ((*host).to_owned(), loss.clone()))
    };
    LISTED.iter().flat_map(row).collect()
}
