//! What a row says of the model itself.

use super::Fields;
use crate::Error;
use crate::draft::{ABILITIES, EFFORTS, ModelRow, bit};
use crate::meter::Form;

/// What is told by a field that is true or false.
const TOLD: [(&str, &str); 14] = [
    ("supports_assistant_prefill", "prefill"),
    ("supports_computer_use", "computer_use"),
    ("supports_forced_tool_use", "forced_tools"),
    ("supports_function_calling", "tools"),
    ("supports_mid_conversation_system", "late_system"),
    ("supports_none_reasoning_effort", "reasoning_off"),
    ("supports_parallel_function_calling", "parallel_tools"),
    ("supports_prompt_caching", "caching"),
    ("supports_reasoning", "reasoning"),
    ("supports_response_schema", "schema"),
    ("supports_native_structured_output", "schema"),
    ("supports_sampling_params", "sampling"),
    ("supports_system_messages", "system"),
    ("supports_web_search", "web_search"),
];

/// What is read or written, by a field that is true.
const READ: [(&str, Form); 5] = [
    ("supports_vision", Form::Image),
    ("supports_image_input", Form::Image),
    ("supports_audio_input", Form::Audio),
    ("supports_video_input", Form::Video),
    ("supports_pdf_input", Form::Document),
];

/// What a mode makes of a model.
const MODES: [(&str, &str, Form, Form); 8] = [
    ("chat", "", Form::Text, Form::Text),
    ("responses", "", Form::Text, Form::Text),
    ("completion", "", Form::Text, Form::Text),
    ("embedding", "embeddings", Form::Text, Form::Any),
    ("rerank", "reranking", Form::Text, Form::Any),
    ("audio_transcription", "transcription", Form::Audio, Form::Text),
    ("audio_speech", "speech", Form::Text, Form::Audio),
    ("image_generation", "pictures", Form::Text, Form::Image),
];

pub(super) fn hint(fields: &Fields<'_>, mode: &str, name: &str) -> Result<ModelRow, Error> {
    let mut hint = ModelRow::default();
    let form = |form: Form| if form == Form::Any { 0 } else { 1_u8 << form as u8 };
    for (key, value) in fields.0.iter().filter(|(key, _)| key.starts_with("supports_")) {
        let ability = TOLD.iter().find(|(field, _)| field == key);
        let bit = ability.and_then(|(_, ability)| bit(&ABILITIES, ability)).unwrap_or_default();
        hint.can |= if value.is_true() { bit } else { 0 };
        hint.cannot |= if value.is_false() { bit } else { 0 };
    }
    hint.cannot &= !hint.can;
    if let Some((_, ability, reads, writes)) = MODES.iter().find(|(known, ..)| *known == mode) {
        hint.can |= bit(&ABILITIES, ability).unwrap_or_default();
        (hint.reads, hint.writes) = (form(*reads), form(*writes));
    }
    for (field, reads) in READ {
        hint.reads |= fields.get(field).filter(|value| value.is_true()).map_or(0, |_| form(reads));
    }
    if fields.get("supports_audio_output").is_some_and(|value| value.is_true()) {
        hint.writes |= form(Form::Audio);
    }
    if let Some(levels) = fields.get("reasoning_effort_levels") {
        for level in levels.strings(name)? {
            hint.efforts |= bit(&EFFORTS, &level).unwrap_or_default() as u8;
        }
    }
    Ok(hint)
}
