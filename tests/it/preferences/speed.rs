//! How fast and how good: `sort`, `preferred_max_latency`, `preferred_min_throughput`.

use super::{candidates, check};

const SHOP: &str = "
    big@openai     0.5/1/2/9s   80/70/60/20t    score:700
    big@deepinfra  1.2s         30t             score:900
    big@together   0.9/1/3/30s  100/90/40/1t
    big@new                                     score:800
";

#[test]
fn a_sort_goes_by_one_figure_and_who_was_never_tried_leads() {
    check(
        &candidates(SHOP),
        &[
            (r#"{"sort":"latency"}"#, "new openai together deepinfra", ""),
            // OpenRouter's own: the highest throughput.
            (r#"{"sort":"throughput"}"#, "new together openai deepinfra", ""),
            (r#"{"sort":"exacto"}"#, "deepinfra new openai together", ""),
            (
                r#"{"sort":{"by":"quality","partition":"model"}}"#,
                "deepinfra new openai together",
                "",
            ),
            (r#"{"sort":"latency","order":["deepinfra"]}"#, "deepinfra new openai together", ""),
            (
                r#"{"sort":"throughput","only":["openai","deepinfra"]}"#,
                "openai deepinfra",
                "only: openai, deepinfra: -together -new",
            ),
        ],
    );
}

#[test]
fn who_is_known_to_be_slow_comes_last() {
    check(
        &candidates(SHOP),
        &[
            (r#"{"preferred_max_latency":1}"#, "openai together new deepinfra", ""),
            (r#"{"preferred_max_latency":0.1}"#, "new openai deepinfra together", ""),
            (r#"{"preferred_max_latency":{"p50":1}}"#, "openai together new deepinfra", ""),
            // OpenRouter's own figures: nine of ten within three seconds.
            (r#"{"preferred_max_latency":{"p90":3}}"#, "openai deepinfra together new", ""),
            (r#"{"preferred_max_latency":{"p90":2.5}}"#, "openai deepinfra new together", ""),
            // All that are said must be kept.
            (
                r#"{"preferred_max_latency":{"p50":1,"p99":10}}"#,
                "openai new deepinfra together",
                "",
            ),
            (r#"{"preferred_max_latency":{"p75":1,"p99":5}}"#, "new openai deepinfra together", ""),
            (r#"{"preferred_min_throughput":50}"#, "openai together new deepinfra", ""),
            // OpenRouter's own figures: nine of ten with fifty tokens a second.
            (r#"{"preferred_min_throughput":{"p90":50}}"#, "openai new deepinfra together", ""),
            (
                r#"{"preferred_min_throughput":{"p50":90,"p99":1}}"#,
                "together new openai deepinfra",
                "",
            ),
            (r#"{"preferred_min_throughput":1000}"#, "new openai deepinfra together", ""),
            (r#"{"preferred_min_throughput":0}"#, "openai deepinfra together new", ""),
        ],
    );
}

#[test]
fn slow_ones_come_last_in_whatever_order_there_is() {
    check(
        &candidates(SHOP),
        &[
            (r#"{"sort":"exacto","preferred_max_latency":1}"#, "new openai together deepinfra", ""),
            (
                r#"{"sort":"throughput","preferred_max_latency":{"p99":10}}"#,
                "new openai deepinfra together",
                "",
            ),
            // Who is named stands where it was put.
            (
                r#"{"order":["deepinfra"],"preferred_max_latency":1}"#,
                "deepinfra openai together new",
                "",
            ),
            (
                r#"{"order":["together"],"preferred_max_latency":0.1}"#,
                "together new openai deepinfra",
                "",
            ),
            (
                r#"{"preferred_max_latency":1,"allow_fallbacks":false}"#,
                "openai",
                "allow_fallbacks: false: -together -new -deepinfra",
            ),
        ],
    );
}

#[test]
fn who_is_known_to_be_slow_is_not_asked_where_that_is_hard() {
    check(
        &candidates(SHOP),
        &[
            (
                r#"{"preferred_max_latency":{"p50":1,"firmness":"hard"}}"#,
                "openai together new",
                "preferred_max_latency: hard: -deepinfra",
            ),
            (
                r#"{"preferred_max_latency":{"p99":10,"firmness":"hard"}}"#,
                "openai deepinfra new",
                "preferred_max_latency: hard: -together",
            ),
            (
                r#"{"preferred_min_throughput":{"p50":90,"firmness":"hard"}}"#,
                "together new",
                "preferred_min_throughput: hard: -openai -deepinfra",
            ),
            (
                r#"{"preferred_min_throughput":{"p50":90,"firmness":"soft"}}"#,
                "together new openai deepinfra",
                "",
            ),
            // Who was never asked is not known to be slow.
            (
                r#"{"preferred_max_latency":{"p50":0,"firmness":"hard"}}"#,
                "new",
                "preferred_max_latency: hard: -openai -deepinfra -together",
            ),
            (
                r#"{"preferred_max_latency":{"p50":1,"firmness":"hard"},"preferred_min_throughput":{"p50":90,"firmness":"hard"}}"#,
                "together new",
                "preferred_min_throughput: hard: -openai -deepinfra",
            ),
        ],
    );
}
