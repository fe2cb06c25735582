//! The judges of schemas agree with what providers accepted and refused.

use std::collections::BTreeMap;
use std::fs;

use nohop_testkit::Dialect as Spoken;
use nohop_tests::recording::{Recording, shared};

/// Who was recorded at the inventor of a dialect, and in which.
const RECORDED: &[(&str, Spoken)] = &[
    ("openai.openai_chat", Spoken::OpenAiChat),
    ("azure.openai_chat", Spoken::OpenAiChat),
    ("openai.openai_responses", Spoken::OpenAiResponses),
    ("anthropic.anthropic_messages", Spoken::Anthropic),
    ("bedrock.bedrock_converse", Spoken::Converse),
    ("gemini.gemini_generate", Spoken::Gemini),
    ("cohere.cohere_v2_chat", Spoken::Cohere),
];

/// What a judge refuses though it was accepted, and why.
const KNOWN: &[(&str, &str)] = &[(
    "DataDog/dd-trace-py/tests/cassettes/bedrock/bedrock_converse_boolean.yaml#0",
    "it is made up: the model knows no schemas of answers",
)];

#[test]
fn judges_refuse_the_schemas_that_providers_refused_and_no_others() {
    let Some(folder) = shared() else { return skipped() };
    let (mut judged, mut wrong) = (BTreeMap::new(), Vec::new());
    for (name, spoken) in RECORDED {
        let path = folder.join("cassettes/dev").join(format!("{name}.jsonl"));
        if fs::metadata(&path).is_err() {
            return skipped();
        }
        for recording in Recording::load(&path).unwrap() {
            let body = &recording.request.body;
            let said = recording.response.status >= 400
                && recording.response.body.contains("chema")
                && !recording.response.body.contains("is not supported with this model");
            let strict = recording.response.body.contains("strict tools");
            if !body.is_object() || (recording.response.status >= 400 && !said && !strict) {
                continue;
            }
            let refused = spoken.schema_refusal(body);
            let counts: &mut (usize, usize) = judged.entry(*name).or_default();
            if said || strict {
                counts.1 += 1
            } else {
                counts.0 += 1
            }
            if refused.is_some() != (said || strict)
                && !KNOWN.iter().any(|(id, _)| *id == recording.id)
            {
                wrong.push((recording.id, recording.response.status, refused));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Both were met: what is never refused shows nothing.
    assert!(judged.values().any(|(accepted, _)| *accepted > 100), "{judged:?}");
    assert!(judged.values().map(|(_, refused)| refused).sum::<usize>() >= 5, "{judged:?}");
}

#[allow(clippy::print_stderr, reason = "a test that looked at nothing has to say so")]
fn skipped() {
    eprintln!("skipped: there are no recordings in the shared folder");
}
