//! Several names: `models`, and how far a sort goes.

use super::{candidates, check};

/// The second name's targets are cheaper and faster than the first one's.
const SHOP: &str = "
    big@openai      $2.50/10    0.8s  40t  score:700
    big@azure       $2.50/9     0.6s  60t  score:700
    small@openai    $0.10/0.40  0.3s  200t score:500  name:1
    small@groq      $0.05/0.20  0.1s  900t score:500  name:1
    other@anthropic $1/5        0.7s  90t  score:950  name:2
";

#[test]
fn the_names_stay_in_their_order_unless_a_sort_goes_across_them() {
    const IN_TURN: &str = "openai azure small@openai small@groq other@anthropic";
    check(
        &candidates(SHOP),
        &[
            (r#"{"models":["a/small","a/other"]}"#, IN_TURN, ""),
            (
                r#"{"models":["a/small"],"sort":"price"}"#,
                "azure openai small@groq small@openai other@anthropic",
                "",
            ),
            (
                r#"{"models":["a/small"],"sort":{"by":"price","partition":"model"}}"#,
                "azure openai small@groq small@openai other@anthropic",
                "",
            ),
            // OpenRouter's own: whichever model is cheapest, or fastest.
            (
                r#"{"models":["a/small"],"sort":{"by":"price","partition":"none"}}"#,
                "small@groq small@openai other@anthropic azure openai",
                "",
            ),
            (
                r#"{"models":["a/small"],"sort":{"by":"throughput","partition":"none"}}"#,
                "small@groq small@openai other@anthropic azure openai",
                "",
            ),
            (
                r#"{"models":["a/small"],"sort":{"by":"latency","partition":"none"}}"#,
                "small@groq small@openai azure other@anthropic openai",
                "",
            ),
            (
                r#"{"models":["a/small"],"sort":{"by":"exacto","partition":"none"}}"#,
                "other@anthropic openai azure small@openai small@groq",
                "",
            ),
        ],
    );
}

#[test]
fn an_order_holds_within_each_name() {
    check(
        &candidates(SHOP),
        &[
            (
                r#"{"models":["a/small"],"order":["azure","groq"]}"#,
                "azure openai small@groq small@openai other@anthropic",
                "",
            ),
            (
                r#"{"models":["a/small"],"order":["groq"],"sort":{"by":"price","partition":"none"}}"#,
                "small@groq small@openai other@anthropic azure openai",
                "",
            ),
            (
                r#"{"models":["a/small"],"order":["openai"],"allow_fallbacks":false}"#,
                "openai small@openai",
                "allow_fallbacks: false: -azure -small@groq -other@anthropic",
            ),
            // Who names other models wants them: without fallbacks, it is the first of each.
            (
                r#"{"models":["a/small"],"allow_fallbacks":false}"#,
                "openai small@openai other@anthropic",
                "allow_fallbacks: false: -azure -small@groq",
            ),
            (
                r#"{"models":["a/small"],"ignore":["openai"]}"#,
                "azure small@groq other@anthropic",
                "ignore: openai: -openai -small@openai",
            ),
            (
                r#"{"models":["a/small"],"only":["groq"]}"#,
                "small@groq",
                "only: groq: -openai -azure -small@openai -other@anthropic",
            ),
        ],
    );
}

#[test]
fn a_fallback_that_is_fast_goes_before_a_first_that_is_slow() {
    check(
        &candidates(SHOP),
        &[
            (
                r#"{"models":["a/small"],"preferred_max_latency":0.5}"#,
                "small@openai small@groq openai azure other@anthropic",
                "",
            ),
            (
                r#"{"models":["a/small"],"preferred_min_throughput":50}"#,
                "azure small@openai small@groq other@anthropic openai",
                "",
            ),
            (
                r#"{"models":["a/small"],"preferred_min_throughput":{"p50":50,"firmness":"hard"}}"#,
                "azure small@openai small@groq other@anthropic",
                "preferred_min_throughput: hard: -openai",
            ),
        ],
    );
}
