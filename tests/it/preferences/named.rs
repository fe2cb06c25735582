//! Who is named: `only`, `ignore`, `order`, `allow_fallbacks`.

use nohop::{Request, ServiceTier};

use super::{candidates, check, check_of};

const SHOP: &str = "
    big@openai
    big@azure        in:swedencentral
    big@iowa         of:vertex in:us-central1
    big@belgium      of:vertex in:europe-west1
    big@deepinfra    fp8
";

#[test]
fn nobody_but_those_named_is_asked() {
    check(
        &candidates(SHOP),
        &[
            // OpenRouter's own: only Azure.
            (r#"{"only":["azure"]}"#, "azure", "only: azure: -openai -iowa -belgium -deepinfra"),
            (r#"{"only":[]}"#, "openai azure iowa belgium deepinfra", ""),
            (r#"{"only":["AZURE"]}"#, "azure", "only: AZURE: -openai -iowa -belgium -deepinfra"),
            (
                r#"{"only":["big@iowa"]}"#,
                "iowa",
                "only: big@iowa: -openai -azure -belgium -deepinfra",
            ),
            (r#"{"only":["a/big"]}"#, "openai azure iowa belgium deepinfra", ""),
            // A provider is all its endpoints and regions; one of them is that one.
            (r#"{"only":["vertex"]}"#, "iowa belgium", "only: vertex: -openai -azure -deepinfra"),
            (
                r#"{"only":["google-vertex"]}"#,
                "iowa belgium",
                "only: google-vertex: -openai -azure -deepinfra",
            ),
            (
                r#"{"only":["vertex/us-central1"]}"#,
                "iowa",
                "only: vertex/us-central1: -openai -azure -belgium -deepinfra",
            ),
            (
                r#"{"only":["vertex/europe"]}"#,
                "belgium",
                "only: vertex/europe: -openai -azure -iowa -deepinfra",
            ),
            (
                r#"{"only":["belgium/us-central1"]}"#,
                "",
                "only: belgium/us-central1: -openai -azure -iowa -belgium -deepinfra",
            ),
            (
                r#"{"only":["deepinfra/fp8"]}"#,
                "deepinfra",
                "only: deepinfra/fp8: -openai -azure -iowa -belgium",
            ),
            (
                r#"{"only":["deepinfra/fp4"]}"#,
                "",
                "only: deepinfra/fp4: -openai -azure -iowa -belgium -deepinfra",
            ),
            (
                r#"{"only":["deepinfra","openai"]}"#,
                "openai deepinfra",
                "only: deepinfra, openai: -azure -iowa -belgium",
            ),
            (
                r#"{"only":["nobody"]}"#,
                "",
                "only: nobody: -openai -azure -iowa -belgium -deepinfra",
            ),
        ],
    );
}

#[test]
fn a_tier_is_named_where_the_request_asks_for_it() {
    let priority = Request::new("a/big").user("Hello?").tier(ServiceTier::Priority);
    check(
        &candidates(SHOP),
        &[(
            r#"{"order":["openai/priority"],"allow_fallbacks":false}"#,
            "",
            "allow_fallbacks: false: -openai -azure -iowa -belgium -deepinfra",
        )],
    );
    check_of(
        &priority,
        &candidates(SHOP),
        &[
            (
                r#"{"only":["openai/priority"]}"#,
                "openai",
                "only: openai/priority: -azure -iowa -belgium -deepinfra",
            ),
            (
                r#"{"only":["openai/flex"]}"#,
                "",
                "only: openai/flex: -openai -azure -iowa -belgium -deepinfra",
            ),
        ],
    );
}

#[test]
fn whoever_is_ignored_is_not_asked() {
    check(
        &candidates(SHOP),
        &[
            // OpenRouter's own: anyone but DeepInfra.
            (
                r#"{"ignore":["deepinfra"]}"#,
                "openai azure iowa belgium",
                "ignore: deepinfra: -deepinfra",
            ),
            (
                r#"{"ignore":["vertex"]}"#,
                "openai azure deepinfra",
                "ignore: vertex: -iowa -belgium",
            ),
            (
                r#"{"ignore":["vertex/europe-west1"]}"#,
                "openai azure iowa deepinfra",
                "ignore: vertex/europe-west1: -belgium",
            ),
            // Of whom no region is known is not known to be there.
            (r#"{"ignore":["openai/us"]}"#, "openai azure iowa belgium deepinfra", ""),
            (
                r#"{"ignore":["big@azure","deepinfra/fp8"]}"#,
                "openai iowa belgium",
                "ignore: big@azure, deepinfra/fp8: -azure -deepinfra",
            ),
            (
                r#"{"ignore":["a/big"]}"#,
                "",
                "ignore: a/big: -openai -azure -iowa -belgium -deepinfra",
            ),
            (r#"{"ignore":["nobody"]}"#, "openai azure iowa belgium deepinfra", ""),
            // What is allowed is narrowed, and never widened.
            (
                r#"{"only":["vertex","azure"],"ignore":["belgium"]}"#,
                "azure iowa",
                "only: vertex, azure: -openai -deepinfra; ignore: belgium: -belgium",
            ),
            (
                r#"{"only":["azure"],"ignore":["azure"]}"#,
                "",
                "only: azure: -openai -iowa -belgium -deepinfra; ignore: azure: -azure",
            ),
        ],
    );
}

#[test]
fn whoever_is_in_the_order_comes_first_in_it() {
    check(
        &candidates(SHOP),
        &[
            (r#"{"order":["azure"]}"#, "azure openai iowa belgium deepinfra", ""),
            (r#"{"order":["deepinfra","openai"]}"#, "deepinfra openai azure iowa belgium", ""),
            (r#"{"order":["vertex"]}"#, "iowa belgium openai azure deepinfra", ""),
            (
                r#"{"order":["vertex/europe-west1","vertex"]}"#,
                "belgium iowa openai azure deepinfra",
                "",
            ),
            (
                r#"{"order":["google-vertex/europe-west1"]}"#,
                "belgium openai azure iowa deepinfra",
                "",
            ),
            (r#"{"order":["nobody","azure"]}"#, "azure openai iowa belgium deepinfra", ""),
            (
                r#"{"order":["deepinfra/fp8","azure"],"ignore":["openai"]}"#,
                "deepinfra azure iowa belgium",
                "ignore: openai: -openai",
            ),
            (
                r#"{"order":["openai"],"only":["azure","deepinfra"]}"#,
                "azure deepinfra",
                "only: azure, deepinfra: -openai -iowa -belgium",
            ),
            (
                r#"{"order":["deepinfra"],"allow_fallbacks":true}"#,
                "deepinfra openai azure iowa belgium",
                "",
            ),
        ],
    );
}

#[test]
fn without_fallbacks_nobody_but_the_first_is_asked() {
    check(
        &candidates(SHOP),
        &[
            (
                r#"{"allow_fallbacks":false}"#,
                "openai",
                "allow_fallbacks: false: -azure -iowa -belgium -deepinfra",
            ),
            // OpenRouter's own: those in the order, and nobody else.
            (
                r#"{"order":["azure","vertex"],"allow_fallbacks":false}"#,
                "azure iowa belgium",
                "allow_fallbacks: false: -openai -deepinfra",
            ),
            (
                r#"{"order":["nobody"],"allow_fallbacks":false}"#,
                "",
                "allow_fallbacks: false: -openai -azure -iowa -belgium -deepinfra",
            ),
            (
                r#"{"ignore":["openai"],"allow_fallbacks":false}"#,
                "azure",
                "ignore: openai: -openai; allow_fallbacks: false: -iowa -belgium -deepinfra",
            ),
        ],
    );
    // Another key of the same target is no other provider.
    let keys = candidates("big@openai key:0\n big@openai key:1\n big@azure");
    check(
        &keys,
        &[(r#"{"allow_fallbacks":false}"#, "openai openai", "allow_fallbacks: false: -azure")],
    );
}
