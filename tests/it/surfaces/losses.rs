//! What requests lose where they go on in another dialect, and what answers do on their way back.

use std::collections::{BTreeMap, BTreeSet};

use nohop_tests::hosts::Host;
use nohop_wire::dialect::{Anthropic, Gemini, OpenAiChat, OpenAiResponses};

/// What is lost of the conversations that `host` is sent, and of which; whatever surface they came
/// through, their clients ask for the same.
pub(super) fn of_requests(host: &dyn Host) -> BTreeMap<String, BTreeSet<String>> {
    let list = match host.dialect().name() {
        OpenAiChat::NAME => CHAT,
        Anthropic::NAME => ANTHROPIC,
        OpenAiResponses::NAME => RESPONSES,
        Gemini::NAME => GEMINI,
        other => panic!("no losses of {other} are known yet"),
    };
    let row = |line: &str| {
        let (loss, cases) = line.split_once(" | ").unwrap();
        (loss.to_owned(), cases.split(' ').map(str::to_owned).collect())
    };
    list.lines().map(row).collect()
}

/// What the next turn does not bring back to its issuer as it was: the surface, the host, the kind of
/// answer, and what is missing or new.
pub(super) const OF_TURNS: &[(&str, &str, &str, &[&str])] = &[
    // These surfaces have no place for a refusal.
    ("anthropic", "openai-chat", "refused", REFUSED),
    ("anthropic", "openai-responses", "refused", REFUSED),
    ("gemini", "openai-chat", "refused", REFUSED),
    ("gemini", "openai-responses", "refused", REFUSED),
    // Thinking, and what proves it, is told before all else.
    ("openai-chat", "gemini", "thought", &["in another order"]),
    // A client keeps the pieces of a stream, and so does one who asks the host itself.
    ("gemini", "gemini", "text", ENDED),
    ("gemini", "gemini", "call", ENDED),
    ("gemini", "gemini", "calls", ENDED),
    ("gemini", "gemini", "signed apart", ENDED),
    ("gemini", "gemini", "signed last", ENDED),
    ("gemini", "gemini", "unnamed", ENDED),
    ("gemini", "gemini", "filtered", ENDED),
    ("gemini", "gemini", "cut", ENDED),
    (
        "gemini",
        "gemini",
        "thought",
        &[
            r#"+ nothing"#,
            r#"+ thinking " two.""#,
            r#"+ thinking "Two and""#,
            r#"- thinking "Two and two.""#,
        ],
    ),
    (
        "gemini",
        "gemini",
        "signed",
        &[
            r#"+ nothing"#,
            r#"+ thinking "Päris\n""#,
            r#"+ thinking "first.""#,
            r#"- thinking "Päris\nfirst.""#,
        ],
    ),
];

const REFUSED: &[&str] = &["+ assistant No.", "- refusal \"No.\""];
const ENDED: &[&str] = &["+ nothing"];

/// What of the model's own turn a host is not told, and said so: clients of Responses send back the
/// ids and states of items, which others do without.
pub(super) const OF_ITEMS: &[(&str, &str, &str)] = &[
    // Who asks for thinking within a budget has thought before every call.
    (
        "anthropic",
        "anthropic",
        "thinking: dropped: the model does not think on behind calls that another thought over",
    ),
    ("openai-responses", "anthropic", "message.id: dropped: the extra field is meant for others"),
    (
        "openai-responses",
        "anthropic",
        "message.status: dropped: the extra field is meant for others",
    ),
    ("openai-responses", "anthropic", "status: dropped: the extra field is meant for others"),
    ("openai-responses", "gemini", "id: dropped: the extra field is meant for others"),
    ("openai-responses", "gemini", "message.id: dropped: the extra field is meant for others"),
    ("openai-responses", "gemini", "message.status: dropped: the extra field is meant for others"),
    ("openai-responses", "gemini", "status: dropped: the extra field is meant for others"),
    ("openai-responses", "openai-chat", "message.id: dropped: the extra field is meant for others"),
    (
        "openai-responses",
        "openai-chat",
        "message.status: dropped: the extra field is meant for others",
    ),
    ("openai-responses", "openai-chat", "status: dropped: the extra field is meant for others"),
];

const CHAT: &str = "\
cache: clamped: the dialect knows other lifetimes; the next longer is asked for | cache_user_1h
extra_body: dropped: the extra field is meant for others | metadata_store
generationConfig.mediaResolution: dropped: the extra field is meant for others | sdk_all_params
include: dropped: the extra field is meant for others | sdk_multimodal
inference_geo: dropped: the extra field is meant for others | sdk_all_params
media_resolution: dropped: the extra field is meant for others | image_detail
metadata: dropped: the extra field is meant for others | metadata_store
output_format: dropped: the extra field is meant for others | json_schema json_schema_plus_tools
reasoning: dropped: another issuer's thinking means nothing here | sdk_tool_roundtrip thinking_echo tool_empty_args tool_parallel_roundtrip tool_result_image tool_result_parts tool_roundtrip tool_roundtrip_no_tools
safetySettings: dropped: the extra field is meant for others | sdk_all_params
speed: dropped: the extra field is meant for others | sdk_all_params
store: dropped: the extra field is meant for others | metadata_store sdk_multimodal sdk_tool_roundtrip
thinking.budget: translated: the host takes an effort instead | sdk_legacy_thinking
thinking.enabled: dropped: the host thinks as it sees fit | reasoning_high reasoning_low sdk_all_params sdk_legacy_thinking thinking_budget thinking_echo
thinking.visibility: dropped: the host shows its thinking as it likes | reasoning_high reasoning_low reasoning_none sdk_all_params sdk_multimodal thinking_budget thinking_echo
tool_result.failed: dropped: the dialect has no word for it | ours
tools: dropped: a provider's own tool of another dialect | web_search
tools: dropped: the host marks only what stands in a message | cache_tools sdk_all_params sdk_tool_roundtrip
tools[1].schema.properties: translated: said, for the target must be told | json_schema_plus_tools stream_tools thinking_echo tool_empty_args tool_parallel_roundtrip tool_result_image tool_result_parts tool_roundtrip tools_auto tools_default tools_named tools_no_parallel tools_none tools_parallel_true tools_required
top_k: dropped: the host refuses the field | ours sdk_all_params top_k
unsupported: messages[0].parts[1]: the file was uploaded to another provider: send its bytes or its URL, or upload it here | pdf_url
unsupported: messages[0].parts[1]: the host does not fetch a document from there: send its bytes, or let the router fetch it (Builder::fetch) | pdf_url sdk_multimodal";

const ANTHROPIC: &str = "\
extra_body: dropped: the extra field is meant for others | metadata_store
frequency_penalty: dropped: the dialect has no word for it | penalties sdk_all_params
generationConfig.mediaResolution: dropped: the extra field is meant for others | sdk_all_params
image.detail: dropped: the dialect has no word for it | image_base64 image_detail image_url sdk_multimodal tool_result_image
include: dropped: the extra field is meant for others | sdk_multimodal
logit_bias: dropped: the dialect has no word for it | logit_bias
logprobs: dropped: the dialect has no word for it | logprobs sdk_all_params
media_resolution: dropped: the extra field is meant for others | image_detail
metadata: dropped: the dialect has no word for it | metadata_store sdk_all_params
metadata: dropped: the extra field is meant for others | metadata_store
n: dropped: the dialect has no word for it | n_2 sdk_all_params
output.schema.additionalProperties: translated: said, for the target takes listed fields only | sdk_response_schema
output.schema.properties.days.minimum: dropped: the target has no word for it | json_schema json_schema_plus_tools
output: dropped: the dialect has no objects without a schema | json_object
presence_penalty: dropped: the dialect has no word for it | penalties sdk_all_params
reasoning: dropped: another issuer's thinking means nothing here | sdk_tool_roundtrip thinking_echo tool_empty_args tool_parallel_roundtrip tool_result_image tool_result_parts tool_roundtrip tool_roundtrip_no_tools
safetySettings: dropped: the extra field is meant for others | sdk_all_params
safety_identifier: dropped: the extra field is meant for others | sdk_all_params
seed: dropped: the dialect has no word for it | ours sdk_all_params seed
session: dropped: the dialect has no word for it | sdk_all_params
store: dropped: the extra field is meant for others | metadata_store sdk_all_params sdk_multimodal sdk_tool_roundtrip
temperature: clamped: the dialect's temperatures end at 1 | temperature_2
temperature: dropped: a model that thinks takes none but 1 | ours sdk_all_params
thinking.effort: clamped: the model knows no minimal: low | reasoning_none
thinking.visibility: dropped: it is said only of thinking that is asked for | thinking_budget
thinking: dropped: the extra field is meant for others | thinking_budget
thinking_blocks: dropped: the extra field is meant for others | thinking_echo
tier: dropped: the dialect has no word for it | sdk_all_params service_tier
tools: dropped: a provider's own tool of another dialect | web_search
tools[0].schema.properties.days.minimum: dropped: the target has no word for it | tools_strict
top_k: dropped: a model that thinks takes none | ours sdk_all_params
verbosity: dropped: the dialect has no word for it | ours sdk_all_params sdk_multimodal verbosity
web_search_options: dropped: the extra field is meant for others | web_search
unsupported: messages[0].parts[1]: a sound is not taken here: leave it out, or add a target that takes it | audio_input
unsupported: messages[0].parts[1]: the file was uploaded to another provider: send its bytes or its URL, or upload it here | pdf_url";

const RESPONSES: &str = "\
cache: clamped: the dialect knows other lifetimes; the next longer is asked for | cache_user_1h
extra_body: dropped: the extra field is meant for others | metadata_store
frequency_penalty: dropped: the dialect has no word for it | penalties sdk_all_params
generationConfig.mediaResolution: dropped: the extra field is meant for others | sdk_all_params
inference_geo: dropped: the extra field is meant for others | sdk_all_params
logit_bias: dropped: the dialect has no word for it | logit_bias
media_resolution: dropped: the extra field is meant for others | image_detail
metadata: dropped: the extra field is meant for others | metadata_store
n: dropped: the dialect has no word for it | n_2 sdk_all_params
output_format: dropped: the extra field is meant for others | json_schema json_schema_plus_tools
presence_penalty: dropped: the dialect has no word for it | penalties sdk_all_params
reasoning: dropped: another issuer's thinking means nothing here | sdk_tool_roundtrip thinking_echo tool_empty_args tool_parallel_roundtrip tool_result_image tool_result_parts tool_roundtrip tool_roundtrip_no_tools
safetySettings: dropped: the extra field is meant for others | sdk_all_params
seed: dropped: the dialect has no word for it | ours sdk_all_params seed
speed: dropped: the extra field is meant for others | sdk_all_params
stop: dropped: the dialect has no word for it | ours sdk_all_params stop_list stop_string
thinking.budget: translated: the host takes an effort instead | sdk_legacy_thinking
thinking: dropped: the extra field is meant for others | thinking_budget
tool_result.failed: dropped: the dialect has no word for it | ours
tools: dropped: a provider's own tool of another dialect | web_search
tools: dropped: the host marks only what stands in a message | cache_tools sdk_all_params sdk_tool_roundtrip
tools[1].schema.properties: translated: said, for the target must be told | json_schema_plus_tools stream_tools thinking_echo tool_empty_args tool_parallel_roundtrip tool_result_image tool_result_parts tool_roundtrip tools_auto tools_default tools_named tools_no_parallel tools_none tools_parallel_true tools_required
top_k: dropped: the dialect has no word for it | ours sdk_all_params top_k
web_search_options: dropped: the extra field is meant for others | web_search
unsupported: messages[0].parts[1]: the file was uploaded to another provider: send its bytes or its URL, or upload it here | pdf_url";

const GEMINI: &str = "\
cache: dropped: the host caches whole prompts by itself | cache_system cache_user_1h sdk_all_params
document.name: dropped: the dialect has no word for it | pdf_base64 sdk_multimodal sdk_tool_roundtrip
extra_body: dropped: the extra field is meant for others | metadata_store
image.detail: dropped: the dialect has no word for it | image_base64 image_detail image_url sdk_multimodal tool_result_image
include: dropped: the extra field is meant for others | sdk_multimodal
inference_geo: dropped: the extra field is meant for others | sdk_all_params
late_system: translated: a late turn of the application is told as the user's | mid_system
logit_bias: dropped: the dialect has no word for it | logit_bias
metadata: dropped: the host keeps no words beside the answer | metadata_store sdk_all_params
output_format: dropped: the extra field is meant for others | json_schema json_schema_plus_tools
parallel: dropped: the dialect has no word for it | sdk_all_params sdk_tool_roundtrip tools_no_parallel
reasoning: dropped: another issuer's thinking means nothing here | sdk_tool_roundtrip thinking_echo
safety_identifier: dropped: the extra field is meant for others | sdk_all_params
session: dropped: the dialect has no word for it | sdk_all_params
speed: dropped: the extra field is meant for others | sdk_all_params
store: dropped: the extra field is meant for others | metadata_store sdk_all_params sdk_multimodal sdk_tool_roundtrip
thinking.effort: clamped: the model knows no none: minimal | reasoning_none
thinking: dropped: the extra field is meant for others | thinking_budget
thinking_blocks: dropped: the extra field is meant for others | thinking_echo
tools.cache: dropped: the host caches whole prompts by itself | cache_tools sdk_all_params sdk_tool_roundtrip
tools.strict: dropped: the dialect has no word for it | sdk_all_params sdk_tool_roundtrip tools_strict
tools: dropped: a provider's own tool of another dialect | web_search
user: dropped: the dialect has no word for it | sdk_all_params user
verbosity: dropped: the dialect has no word for it | ours sdk_all_params sdk_multimodal verbosity
web_search_options: dropped: the extra field is meant for others | web_search
unsupported: messages[0].parts[1]: the file was uploaded to another provider: send its bytes or its URL, or upload it here | pdf_url";
