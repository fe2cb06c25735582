//! A body that is cut, or is anything else, never passes for an answer and never panics.

use nohop_types::ErrorKind;
use nohop_wire::Dialect;
use nohop_wire::dialect::{Anthropic, Cohere, Gemini, Ollama, OpenAiChat};
use proptest::prelude::*;
use proptest::sample::select;

use super::read;

/// An answer with two vectors, in each dialect that makes any.
const ANSWERS: &[(&dyn Dialect, &str)] = &[
    (
        &OpenAiChat::PLAIN,
        r#"{"data":[{"index":0,"embedding":[-1.5e-3]},{"index":1,"embedding":"AACAPw=="}],"model":"é","usage":{"prompt_tokens":3}}"#,
    ),
    (
        &Gemini::PLAIN,
        r#"{"embeddings":[{"values":[1e-3,-0.5]},{"values":[2,3]}],"usageMetadata":{"promptTokenCount":3}}"#,
    ),
    (
        &Gemini::VERTEX,
        r#"{"predictions":[{"embeddings":{"values":[1e-3]}},{"embeddings":{"values":[2],"statistics":{"token_count":2}}}]}"#,
    ),
    (
        &Cohere::PLAIN,
        r#"{"id":"e","embeddings":{"float":[[1e-3,-0.5],[2,3]]},"meta":{"billed_units":{"input_tokens":2}}}"#,
    ),
    (&Ollama::PLAIN, r#"{"model":"m","embeddings":[[1e-3,-0.5],[2,3]],"prompt_eval_count":2}"#),
];

#[test]
fn an_answer_that_is_cut_anywhere_is_truncated() {
    for (dialect, body) in ANSWERS {
        read(*dialect, 2, body).unwrap();
        for end in (0..body.len()).filter(|end| body.is_char_boundary(*end)) {
            let error = read(*dialect, 2, &body[..end]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Truncated, "{}: {error}", &body[..end]);
        }
    }
}

#[test]
fn a_dialect_that_makes_no_vectors_says_so() {
    let error = read(&Anthropic::PLAIN, 1, "{}").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_panics_whatever_stands_in_it(
        (dialect, body) in select(ANSWERS),
        place in any::<prop::sample::Index>(),
        with in select(vec!["", "null", "[]", "{}", "-", "1e999", "\"\"", "\"A\"", "0,", "\u{0}"]),
        inputs in 0_usize..4,
    ) {
        let places: Vec<usize> = body.char_indices().map(|(place, _)| place).collect();
        let place = *place.get(&places);
        let end = place + body[place..].chars().next().map_or(0, char::len_utf8);
        let spoilt = [&body[..place], with, &body[end..]].concat();
        if let Ok(answer) = read(dialect, inputs, &spoilt) {
            prop_assert_eq!(answer.vectors.len(), inputs);
        }
    }
}
