//! Answers of Gemini's generateContent.

use super::{Answer, Told, read, said};

const USAGE: &str = r#""usageMetadata":{"promptTokenCount":10,"cachedContentTokenCount":4,"candidatesTokenCount":4,"thoughtsTokenCount":3,"totalTokenCount":17}"#;

/// In the pieces, the lists of parts that come one after another.
pub(super) const TOLD: &[Told] = &[
    (
        "text",
        "STOP",
        r#"[{"text":"Four, \"or\" 五.\n"}]"#,
        &[r#"[{"text":"Four, \"or\""}]"#, r#"[{"text":" 五.\n"}]"#],
    ),
    (
        "thought",
        "STOP",
        r#"[{"text":"Two and two.","thought":true},{"text":"Four."},{"text":"","thoughtSignature":"dHdv"}]"#,
        &[
            r#"[{"text":"Two and","thought":true}]"#,
            r#"[{"text":" two.","thought":true}]"#,
            r#"[{"text":"Four."}]"#,
            r#"[{"text":"","thoughtSignature":"dHdv"}]"#,
        ],
    ),
    (
        "call",
        "STOP",
        r#"[{"functionCall":{"id":"call_a","name":"weather","args":{"city": "Paris", "n": 1e3}},"thoughtSignature":"Y2FsbA=="}]"#,
        &[
            r#"[{"functionCall":{"id":"call_a","name":"weather","args":{"city": "Paris", "n": 1e3}},"thoughtSignature":"Y2FsbA=="}]"#,
        ],
    ),
    (
        "calls",
        "STOP",
        r#"[{"text":"Both."},{"functionCall":{"id":"call_a","name":"weather","args":{"city": "Paris", "n": 1e3}},"thoughtSignature":"Y2FsbA=="},{"functionCall":{"id":"call_b","name":"time","args":{}}}]"#,
        &[
            r#"[{"text":"Both."}]"#,
            r#"[{"functionCall":{"id":"call_a","name":"weather","args":{"city": "Paris", "n": 1e3}},"thoughtSignature":"Y2FsbA=="},{"functionCall":{"id":"call_b","name":"time","args":{}}}]"#,
        ],
    ),
    (
        "signed",
        "STOP",
        r#"[{"text":"Päris\nfirst.","thought":true},{"functionCall":{"id":"call_a","name":"weather","args":{"city": "Paris", "n": 1e3}},"thoughtSignature":"c2ln/+=="},{"functionCall":{"id":"call_b","name":"weather","args":{"city":"Rome"}}}]"#,
        &[
            r#"[{"text":"Päris\n","thought":true}]"#,
            r#"[{"text":"first.","thought":true}]"#,
            r#"[{"functionCall":{"id":"call_a","name":"weather","args":{"city": "Paris", "n": 1e3}},"thoughtSignature":"c2ln/+=="}]"#,
            r#"[{"functionCall":{"id":"call_b","name":"weather","args":{"city":"Rome"}}}]"#,
        ],
    ),
    (
        "signed apart",
        "STOP",
        r#"[{"text":"So","thoughtSignature":"dGV4dA=="},{"functionCall":{"id":"call_a","name":"weather","args":{"city": "Paris", "n": 1e3}},"thoughtSignature":"Y2FsbA=="}]"#,
        &[
            r#"[{"text":"So","thoughtSignature":"dGV4dA=="}]"#,
            r#"[{"functionCall":{"id":"call_a","name":"weather","args":{"city": "Paris", "n": 1e3}},"thoughtSignature":"Y2FsbA=="}]"#,
        ],
    ),
    (
        "signed last",
        "STOP",
        r#"[{"text":"So","thoughtSignature":"dGV4dA=="}]"#,
        &[r#"[{"text":"So","thoughtSignature":"dGV4dA=="}]"#],
    ),
    (
        "unnamed",
        "STOP",
        r#"[{"functionCall":{"name":"time","args":{}},"thoughtSignature":"Y2FsbA=="},{"functionCall":{"name":"time","args":{"zone":1}}}]"#,
        &[
            r#"[{"functionCall":{"name":"time","args":{}},"thoughtSignature":"Y2FsbA=="},{"functionCall":{"name":"time","args":{"zone":1}}}]"#,
        ],
    ),
    ("filtered", "SAFETY", r#"[{"text":"I"}]"#, &[r#"[{"text":"I"}]"#]),
    ("cut", "MAX_TOKENS", r#"[{"text":"Fo"}]"#, &[r#"[{"text":"F"}]"#, r#"[{"text":"o"}]"#]),
];

pub(super) fn answer((kind, end, parts, lists): &Told) -> Answer {
    let frame = |parts: &str, end: &str, usage: &str| {
        format!(
            r#"{{"candidates":[{{"content":{{"parts":{parts},"role":"model"}},{end}"index":0}}],{usage}"modelVersion":"m","responseId":"g1"}}"#
        )
    };
    let end = format!(r#""finishReason":"{end}","#);
    let usage = format!("{USAGE},");
    let whole = frame(parts, &end, &usage);
    let event = |data: String| format!("data: {data}\r\n\r\n");
    let mut stream: String = lists.iter().map(|list| event(frame(list, "", ""))).collect();
    stream += &event(frame(r#"[{"text":""}]"#, &end, &usage));
    let mut said = said(kind);
    // The dialect does not tell what was written to a cache from what was read afresh.
    said.usage = [Some(6), Some(4), None, Some(4), Some(3)];
    Answer { kind, turn: read(parts), said, whole, stream }
}
