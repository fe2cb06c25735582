//! Conversations as clients of OpenAI's chat hold them: through our surface, and out again.

use nohop_types::Issuer;
use nohop_wire::dialect::{Anthropic, Cohere, Gemini, Ollama, OpenAiChat};
use nohop_wire::{Dialect, RequestHead, laws};
use serde_json::{Map, Value};

use super::shared;

/// A conversation that does not leave as it came: its name, the path, and why.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("cache_system", "$.messages[].content[].cache_control", MARKED),
    ("cache_system", "$.messages[].content[].prompt_cache_breakpoint", MARKED),
    ("cache_tools", "$.tools[].cache_control", "the inventor marks only what stands in a message"),
    ("cache_user_1h", "$.messages[].content[].cache_control", MARKED),
    ("cache_user_1h", "$.messages[].content[].prompt_cache_breakpoint", MARKED),
    ("stream", "$.stream_options", "usage is always asked for: the ledger needs it"),
    ("stream_tools", "$.stream_options", "usage is always asked for: the ledger needs it"),
    ("thinking_echo", "$.messages[].reasoning_content", "the inventor takes no thinking back"),
    ("top_k", "$.top_k", "the inventor refuses the field"),
];

const MARKED: &str = "marks of the other inventor are told in this one's words";

/// What is lost where the conversation goes on in Anthropic's dialect; all others lose nothing.
const LOSSES: &[(&str, &[&str])] = &[
    (
        "audio_input",
        &[
            "unsupported: messages[0].parts[1]: a sound is not taken here: leave it out, or add a target that takes it",
        ],
    ),
    ("image_detail", &["image.detail: dropped: the dialect has no word for it"]),
    ("json_object", &["output: dropped: the dialect has no objects without a schema"]),
    (
        "json_schema",
        &["output.schema.properties.days.minimum: dropped: the target has no word for it"],
    ),
    (
        "json_schema_plus_tools",
        &["output.schema.properties.days.minimum: dropped: the target has no word for it"],
    ),
    ("logit_bias", &["logit_bias: dropped: the dialect has no word for it"]),
    ("logprobs", &["logprobs: dropped: the dialect has no word for it"]),
    (
        "metadata_store",
        &[
            "extra_body: dropped: the extra field is meant for others",
            "store: dropped: the extra field is meant for others",
        ],
    ),
    ("n_2", &["n: dropped: the dialect has no word for it"]),
    (
        "pdf_url",
        &[
            "unsupported: messages[0].parts[1]: the file was uploaded to another provider: send its bytes or its URL, or upload it here",
        ],
    ),
    (
        "penalties",
        &[
            "frequency_penalty: dropped: the dialect has no word for it",
            "presence_penalty: dropped: the dialect has no word for it",
        ],
    ),
    ("seed", &["seed: dropped: the dialect has no word for it"]),
    ("temperature_2", &["temperature: clamped: the dialect's temperatures end at 1"]),
    ("thinking_budget", &["thinking: dropped: the extra field is meant for others"]),
    (
        "thinking_echo",
        &[
            "reasoning: dropped: another issuer's thinking means nothing here",
            "thinking_blocks: dropped: the extra field is meant for others",
        ],
    ),
    (
        "tools_strict",
        &["tools[0].schema.properties.days.minimum: dropped: the target has no word for it"],
    ),
    ("verbosity", &["verbosity: dropped: the dialect has no word for it"]),
    ("web_search", &["web_search_options: dropped: the extra field is meant for others"]),
];

/// What is lost where the conversation goes on in Gemini's dialect; all others lose nothing.
const LOSSES_OF_GEMINI: &[(&str, &[&str])] = &[
    ("cache_system", &["cache: dropped: the host caches whole prompts by itself"]),
    ("cache_tools", &["tools.cache: dropped: the host caches whole prompts by itself"]),
    ("cache_user_1h", &["cache: dropped: the host caches whole prompts by itself"]),
    ("image_detail", &["image.detail: dropped: the dialect has no word for it"]),
    ("logit_bias", &["logit_bias: dropped: the dialect has no word for it"]),
    (
        "metadata_store",
        &[
            "extra_body: dropped: the extra field is meant for others",
            "store: dropped: the extra field is meant for others",
        ],
    ),
    (
        "mid_system",
        &["late_system: translated: a late turn of the application is told as the user's"],
    ),
    ("pdf_base64", &["document.name: dropped: the dialect has no word for it"]),
    (
        "pdf_url",
        &[
            "unsupported: messages[0].parts[1]: the file was uploaded to another provider: send its bytes or its URL, or upload it here",
        ],
    ),
    ("reasoning_none", &["thinking.effort: clamped: the model knows no none: minimal"]),
    ("thinking_budget", &["thinking: dropped: the extra field is meant for others"]),
    (
        "thinking_echo",
        &[
            "reasoning: dropped: another issuer's thinking means nothing here",
            "thinking_blocks: dropped: the extra field is meant for others",
        ],
    ),
    ("tools_no_parallel", &["parallel: dropped: the dialect has no word for it"]),
    ("tools_strict", &["tools.strict: dropped: the dialect has no word for it"]),
    ("user", &["user: dropped: the dialect has no word for it"]),
    ("verbosity", &["verbosity: dropped: the dialect has no word for it"]),
    ("web_search", &["web_search_options: dropped: the extra field is meant for others"]),
];

/// What is lost where the conversation goes on in Cohere's dialect; all others lose nothing.
const LOSSES_OF_COHERE: &[(&str, &[&str])] = &[
    (
        "audio_input",
        &[
            "unsupported: messages[0].parts[1]: a sound is not taken here: leave it out, or add a target that takes it",
        ],
    ),
    ("cache_system", &["cache: dropped: the host caches whole prompts by itself"]),
    ("cache_tools", &["cache: dropped: the host caches whole prompts by itself"]),
    ("cache_user_1h", &["cache: dropped: the host caches whole prompts by itself"]),
    (
        "json_schema",
        &["output.schema.properties.days.minimum: dropped: the target has no word for it"],
    ),
    (
        "json_schema_plus_tools",
        &["output.schema.properties.days.minimum: dropped: the target has no word for it"],
    ),
    ("logit_bias", &["logit_bias: dropped: the dialect has no word for it"]),
    ("logprobs", &["top_logprobs: dropped: the dialect has no word for it"]),
    (
        "metadata_store",
        &[
            "extra_body: dropped: the extra field is meant for others",
            "store: dropped: the extra field is meant for others",
        ],
    ),
    ("n_2", &["n: dropped: the dialect has no word for it"]),
    (
        "pdf_base64",
        &[
            "unsupported: messages[0].parts[1]: application/pdf is not taken here as a document: text/* are; convert it, or add a target that takes it",
        ],
    ),
    (
        "pdf_url",
        &[
            "unsupported: messages[0].parts[1]: the file was uploaded to another provider: send its bytes or its URL, or upload it here",
        ],
    ),
    ("reasoning_high", &[BUDGET]),
    ("reasoning_low", &[BUDGET]),
    ("temperature_2", &["temperature: clamped: the dialect takes numbers from 0 to 1"]),
    ("thinking_budget", &["thinking: dropped: the extra field is meant for others"]),
    (
        "thinking_echo",
        &[
            "reasoning: dropped: another issuer's thinking means nothing here",
            "thinking_blocks: dropped: the extra field is meant for others",
            BUDGET,
        ],
    ),
    (
        "tool_result_image",
        &[
            "tool_result: translated: the host takes only text from tools; the rest follows in a turn of the user",
        ],
    ),
    (
        "tools_named",
        &["tool_choice: translated: the dialect names no tools in a choice; no others are offered"],
    ),
    ("tools_no_parallel", &["parallel: dropped: the dialect has no word for it"]),
    (
        "tools_strict",
        &["tools[0].schema.properties.days.minimum: dropped: the target has no word for it"],
    ),
    ("user", &["user: dropped: the dialect has no word for it"]),
    ("verbosity", &["verbosity: dropped: the dialect has no word for it"]),
    ("web_search", &["web_search_options: dropped: the extra field is meant for others"]),
];

const BUDGET: &str = "thinking.effort: translated: the host takes a budget and no effort";

/// What is lost where the conversation goes on in Ollama's dialect; all others lose nothing.
const LOSSES_OF_OLLAMA: &[(&str, &[&str])] = &[
    (
        "audio_input",
        &[
            "unsupported: messages[0].parts[1]: a sound is not taken here: leave it out, or add a target that takes it",
        ],
    ),
    ("cache_system", &["cache: dropped: the server caches whole prompts by itself"]),
    ("cache_tools", &["cache: dropped: the server caches whole prompts by itself"]),
    ("cache_user_1h", &["cache: dropped: the server caches whole prompts by itself", ONE_TEXT]),
    ("content_parts", &[ONE_TEXT]),
    ("image_detail", &["image.detail: dropped: the dialect has no word for it"]),
    (
        "image_url",
        &[
            "unsupported: messages[0].parts[1]: the host does not fetch a picture from there: send its bytes, or let the router fetch it (Builder::fetch)",
        ],
    ),
    ("logit_bias", &["logit_bias: dropped: the dialect has no word for it"]),
    (
        "metadata_store",
        &[
            "extra_body: dropped: the extra field is meant for others",
            "store: dropped: the extra field is meant for others",
        ],
    ),
    ("n_2", &["n: dropped: the dialect has no word for it"]),
    (
        "pdf_base64",
        &[
            "unsupported: messages[0].parts[1]: application/pdf is not taken here as a document: text/* are; convert it, or add a target that takes it",
        ],
    ),
    (
        "pdf_url",
        &[
            "unsupported: messages[0].parts[1]: the file was uploaded to another provider: send its bytes or its URL, or upload it here",
        ],
    ),
    ("thinking_budget", &["thinking: dropped: the extra field is meant for others"]),
    (
        "thinking_echo",
        &[
            "reasoning: dropped: another issuer's thinking means nothing here",
            "thinking_blocks: dropped: the extra field is meant for others",
        ],
    ),
    ("tools_named", &["tool_choice: dropped: the dialect can not make the model call a tool"]),
    ("tools_no_parallel", &["parallel: dropped: the dialect has no word for it"]),
    (
        "tools_none",
        &[
            "tool_choice: translated: the dialect has no choice of tools; those not meant are not offered",
        ],
    ),
    ("tools_required", &["tool_choice: dropped: the dialect can not make the model call a tool"]),
    ("tools_strict", &["tools.strict: dropped: the dialect has no word for it"]),
    ("user", &["user: dropped: the dialect has no word for it"]),
    ("verbosity", &["verbosity: dropped: the dialect has no word for it"]),
    ("web_search", &["web_search_options: dropped: the extra field is meant for others"]),
];

const ONE_TEXT: &str = "messages: translated: a turn has one text: those of the turn are its lines";

/// The conversations, if they are at hand.
pub(super) fn cases() -> Option<Value> {
    shared("oracle/cases.json").map(|text| serde_json::from_str(&text).unwrap())
}

/// Where a conversation that goes on in `dialect` differs from what came in, and what is lost of it.
fn check(dialect: &dyn Dialect, body: &Value) -> (Vec<String>, Vec<String>) {
    let issuer = Issuer::new(dialect.name(), "here", "m");
    let (head, body) = (RequestHead::default(), body.to_string());
    let surface = &OpenAiChat::PLAIN;
    let found = laws::there_and_back(surface, dialect, &head, body.as_bytes(), &issuer);
    let (differences, encoded) = match found {
        Ok(found) => found,
        Err(error) => return (Vec::new(), vec![error.to_string()]),
    };
    let paths = differences.into_iter().map(|found| found.path).collect();
    (paths, encoded.losses.iter().map(ToString::to_string).collect())
}

/// What `look` finds in each conversation, if they are at hand.
fn each<T>(mut look: impl FnMut(&Value) -> Vec<T>) -> Option<Vec<(String, T)>> {
    let cases: Map<String, Value> = serde_json::from_value(cases()?).unwrap();
    assert_eq!(cases.len(), 60);
    let found = cases.into_iter().flat_map(|(name, mut body)| {
        body["model"] = "m".into();
        look(&body).into_iter().map(|found| (name.clone(), found)).collect::<Vec<_>>()
    });
    Some(found.collect())
}

#[test]
fn conversations_leave_as_they_came_but_for_a_list() {
    let Some(found) = each(|body| check(&OpenAiChat::PLAIN, body).0) else { return };
    let known = DIFFERENCES.iter().map(|(name, path, _)| ((*name).into(), (*path).into()));
    assert_eq!(found, known.collect::<Vec<(String, String)>>());
}

#[test]
fn conversations_go_on_in_the_other_dialects_with_the_losses_listed() {
    let others: [(&dyn Dialect, _); 4] = [
        (&Anthropic::PLAIN, LOSSES),
        (&Gemini::PLAIN, LOSSES_OF_GEMINI),
        (&Cohere::PLAIN, LOSSES_OF_COHERE),
        (&Ollama::PLAIN, LOSSES_OF_OLLAMA),
    ];
    for (dialect, losses) in others {
        let Some(found) = each(|body| check(dialect, body).1) else { return };
        let known =
            losses.iter().flat_map(|(name, losses)| losses.iter().map(|loss| (*name, *loss)));
        let known: Vec<(String, String)> = known.map(|(n, loss)| (n.into(), loss.into())).collect();
        assert_eq!(found, known, "{}", dialect.name());
    }
}
