//! What may become of what is told, where, and how numbers are rounded: what is not known fits nothing.

use super::{candidates, check};

#[test]
fn who_keeps_more_than_may_be_kept_is_not_asked_nor_who_does_not_say() {
    let shop = candidates(
        "big@fireworks forgets
         big@openai    keeps
         big@free      trains
         big@new",
    );
    check(
        &shop,
        &[
            (r#"{"data_collection":"allow"}"#, "fireworks openai free new", ""),
            (
                r#"{"data_collection":"deny"}"#,
                "fireworks",
                "data_collection: deny: -openai -free; data_collection: deny, not known: -new",
            ),
            (
                r#"{"data_collection":"keep"}"#,
                "fireworks openai",
                "data_collection: keep: -free; data_collection: keep, not known: -new",
            ),
            (r#"{"zdr":true}"#, "fireworks", "zdr: -openai -free; zdr, not known: -new"),
            (r#"{"zdr":false}"#, "fireworks openai free new", ""),
            // The stricter of two counts.
            (
                r#"{"zdr":true,"data_collection":"allow"}"#,
                "fireworks",
                "zdr: -openai -free; zdr, not known: -new",
            ),
            (
                r#"{"zdr":true,"data_collection":"keep"}"#,
                "fireworks",
                "data_collection: keep: -free; data_collection: keep, not known: -new; zdr: -openai",
            ),
            (
                r#"{"zdr":true,"only":["openai","new"]}"#,
                "",
                "only: openai, new: -fireworks -free; zdr: -openai; zdr, not known: -new",
            ),
            // Who is preferred is still refused.
            (
                r#"{"order":["free","fireworks"],"data_collection":"keep"}"#,
                "fireworks openai",
                "data_collection: keep: -free; data_collection: keep, not known: -new",
            ),
        ],
    );
    let known = candidates("big@fireworks forgets\n big@baseten forgets");
    check(&known, &[(r#"{"zdr":true,"data_collection":"deny"}"#, "fireworks baseten", "")]);
}

#[test]
fn a_region_includes_those_within_it_and_nobody_who_is_nowhere() {
    let shop = candidates(
        "big@ireland   in:eu-west-1
         big@belgium   in:europe-west1
         big@virginia  in:us-east-1
         big@europe    in:eu
         big@eulalia   in:eulalia-1
         big@anywhere",
    );
    let eu = "region: eu: -virginia -eulalia; region: eu, not known: -anywhere";
    let europe = "region: europe: -virginia -eulalia; region: europe, not known: -anywhere";
    check(
        &shop,
        &[
            (r#"{"region":"eu"}"#, "ireland belgium europe", eu),
            (r#"{"region":"europe"}"#, "ireland belgium europe", europe),
            (
                r#"{"region":"us"}"#,
                "virginia",
                "region: us: -ireland -belgium -europe -eulalia; region: us, not known: -anywhere",
            ),
            (
                r#"{"region":"US-East-1"}"#,
                "virginia",
                "region: US-East-1: -ireland -belgium -europe -eulalia; region: US-East-1, not known: -anywhere",
            ),
            // Somewhere in the union is not in Ireland.
            (
                r#"{"region":"eu-west-1"}"#,
                "ireland",
                "region: eu-west-1: -belgium -virginia -europe -eulalia; region: eu-west-1, not known: -anywhere",
            ),
            (
                r#"{"region":"mars","only":["anywhere"]}"#,
                "",
                "only: anywhere: -ireland -belgium -virginia -europe -eulalia; region: mars, not known: -anywhere",
            ),
            (
                r#"{"region":"eu","zdr":true,"only":["ireland"]}"#,
                "",
                "only: ireland: -belgium -virginia -europe -eulalia -anywhere; zdr, not known: -ireland",
            ),
        ],
    );
}

#[test]
fn a_quantization_is_a_family_and_unknown_is_a_word() {
    let shop = candidates(
        "big@eight fp8
         big@mixed mxfp8
         big@four  fp4
         big@nvidia nvfp4
         big@half  bf16
         big@mute",
    );
    check(
        &shop,
        &[
            // OpenRouter's own: eight bits of a float.
            (
                r#"{"quantizations":["fp8"]}"#,
                "eight mixed",
                "quantizations: fp8: -four -nvidia -half; quantizations: fp8, not known: -mute",
            ),
            (
                r#"{"quantizations":["mxfp8"]}"#,
                "mixed",
                "quantizations: mxfp8: -eight -four -nvidia -half; quantizations: mxfp8, not known: -mute",
            ),
            (
                r#"{"quantizations":["fp4"]}"#,
                "four nvidia",
                "quantizations: fp4: -eight -mixed -half; quantizations: fp4, not known: -mute",
            ),
            (
                r#"{"quantizations":["nvfp4"]}"#,
                "nvidia",
                "quantizations: nvfp4: -eight -mixed -four -half; quantizations: nvfp4, not known: -mute",
            ),
            (
                r#"{"quantizations":["fp16","bf16"]}"#,
                "half",
                "quantizations: fp16, bf16: -eight -mixed -four -nvidia; quantizations: fp16, bf16, not known: -mute",
            ),
            (
                r#"{"quantizations":["unknown"]}"#,
                "mute",
                "quantizations: unknown: -eight -mixed -four -nvidia -half",
            ),
            (
                r#"{"quantizations":["BF16","unknown"]}"#,
                "half mute",
                "quantizations: BF16, unknown: -eight -mixed -four -nvidia",
            ),
            (
                r#"{"quantizations":["int4"]}"#,
                "",
                "quantizations: int4: -eight -mixed -four -nvidia -half; quantizations: int4, not known: -mute",
            ),
            (r#"{"quantizations":[]}"#, "eight mixed four nvidia half mute", ""),
        ],
    );
}
