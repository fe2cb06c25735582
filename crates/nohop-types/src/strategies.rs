//! Whatever may stand in a request, an answer or a usage, for tests of properties.

use std::time::Duration;

use proptest::collection::{btree_map, vec};
use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::*;

mod answer;
mod request;

pub(crate) use answer::answer;
pub(crate) use request::request;

/// As many cases as usual; what failed is no file beside the sources.
pub(crate) fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// Any text, with what JSON must escape.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{0,6}",
        1 => vec(any::<char>(), 0..6).prop_map(String::from_iter),
    ]
}

/// JSON as people write it: spelled and spaced in their own way.
pub(crate) fn json() -> impl Strategy<Value = Json> {
    let spelled = select(vec![
        "null",
        "{}",
        "[ 1 , 2.0 ]",
        "-0.0",
        "1E400",
        "123456789012345678901234567890",
        r#"{"b":1e3, "a":"\u00e9\/"}"#,
        r#"{"a":1,"a":2}"#,
    ]);
    prop_oneof![
        spelled.prop_map(|text| Json::new(text).unwrap()),
        text().prop_map(|text| Json::of(&text).unwrap()),
    ]
}

pub(crate) fn money() -> impl Strategy<Value = Money> {
    any::<u128>().prop_flat_map(|most| 0..=most).prop_map(Money::from_atto)
}

pub(crate) fn extras() -> impl Strategy<Value = Extras> {
    let scope = prop_oneof![
        Just(ExtraScope::Any),
        text().prop_map(|name| ExtraScope::Dialect(name.into())),
        text().prop_map(ExtraScope::Endpoint),
    ];
    let entry =
        (scope, text(), json()).prop_map(|(scope, key, value)| Extra::new(scope, key, value));
    vec(entry, 0..3).prop_map(Extras::from_iter)
}

pub(crate) fn usage() -> impl Strategy<Value = Usage> {
    let count = || of(any::<u64>());
    let kind = select(vec![Kind::Prompt, Kind::Answer]);
    let share =
        (kind, modality(), any::<u64>()).prop_map(|(k, m, tokens)| Share::new(k, m, tokens));
    let written = (duration(), any::<u64>()).prop_map(|(life, tokens)| Written::new(life, tokens));
    let counts = (count(), count(), count(), count(), count(), count(), count());
    let rest =
        (vec(written, 0..2), vec(share, 0..2), of(money()), of(tier()), any::<bool>(), extras());
    (counts, rest).prop_map(|(counts, rest)| {
        let (input, cache_read, cache_write, output, reasoning, tool_prompt, search_units) = counts;
        let (written, shares, cost, tier, estimated, extra) = rest;
        Usage {
            input,
            cache_read,
            cache_write,
            output,
            reasoning,
            tool_prompt,
            search_units,
            written,
            shares,
            cost,
            tier,
            estimated,
            extra,
        }
    })
}

pub(crate) fn part() -> impl Strategy<Value = Part> {
    marked(content()).prop_recursive(2, 6, 2, |part| {
        let result = (text(), vec(part, 0..3), of(any::<bool>()));
        let result = result.prop_map(|(id, parts, failed)| ToolResult { id, parts, failed });
        marked(result.prop_map(Content::ToolResult))
    })
}

fn marked(content: impl Strategy<Value = Content>) -> impl Strategy<Value = Part> {
    let said = (vec(citation(), 0..2), vec(logprob(), 0..2));
    (content, of(mark()), said, extras()).prop_map(
        |(content, cache, (citations, logprobs), extra)| Part {
            content,
            cache,
            citations,
            logprobs,
            extra,
        },
    )
}

fn content() -> impl Strategy<Value = Content> {
    let audio = (of(media()), of(text()), of(text())).prop_map(|(media, id, transcript)| Audio {
        media,
        id,
        transcript,
    });
    let call = (text(), text(), text(), select(vec![Input::Json, Input::Text]))
        .prop_map(|(id, name, arguments, input)| ToolCall { id, name, arguments, input });
    prop_oneof![
        audio.prop_map(Content::Audio),
        (media(), of(text())).prop_map(|(media, name)| Content::Document(Document { media, name })),
        (media(), of(text())).prop_map(|(media, detail)| Content::Image(Image { media, detail })),
        opaque().prop_map(Content::Opaque),
        reasoning().prop_map(Content::Reasoning),
        text().prop_map(Content::Refusal),
        text().prop_map(Content::Text),
        call.prop_map(Content::ToolCall),
        media().prop_map(|media| Content::Video(Video::new(media))),
    ]
}

fn media() -> impl Strategy<Value = Media> {
    prop_oneof![
        (text(), vec(any::<u8>(), 0..8)).prop_map(|(r#type, bytes)| Media::bytes(r#type, bytes)),
        text().prop_map(Media::file),
        text().prop_map(Media::Url),
    ]
}

fn reasoning() -> impl Strategy<Value = Reasoning> {
    let summary = select(vec![Summary::Full, Summary::Summary]);
    (text(), summary, of(text()), of(text()), issuer()).prop_map(
        |(text, summary, signature, sealed, issuer)| Reasoning {
            text,
            summary,
            signature,
            sealed,
            issuer,
        },
    )
}

fn issuer() -> impl Strategy<Value = Issuer> {
    (text(), of(text()), of(text())).prop_map(|(dialect, endpoint, model)| Issuer {
        dialect,
        endpoint,
        model,
    })
}

fn opaque() -> impl Strategy<Value = Opaque> {
    (issuer(), json()).prop_map(|(issuer, json)| Opaque::new(issuer, json))
}

fn citation() -> impl Strategy<Value = Citation> {
    let span = (any::<u64>(), any::<u64>()).prop_map(|(start, end)| Span::new(start, end));
    (of(text()), of(text()), of(text()), of(span), of(opaque()))
        .prop_map(|(url, title, quote, span, raw)| Citation { url, title, quote, span, raw })
}

fn logprob() -> impl Strategy<Value = Logprob> {
    let token = || {
        (text(), number(), of(vec(any::<u8>(), 0..4)))
            .prop_map(|(token, logprob, bytes)| TokenLogprob::new(token, logprob, bytes))
    };
    (token(), vec(token(), 0..2)).prop_map(|(chosen, top)| Logprob::new(chosen, top))
}

fn mark() -> impl Strategy<Value = CacheMark> {
    of(duration()).prop_map(|lifetime| CacheMark { lifetime })
}

fn duration() -> impl Strategy<Value = Duration> {
    (any::<u32>(), 0..1_000_000_000_u32)
        .prop_map(|(seconds, nanos)| Duration::new(seconds.into(), nanos))
}

/// Any number that JSON has.
fn number() -> impl Strategy<Value = f64> {
    POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO
}

/// A word nobody here has heard of.
fn unheard() -> impl Strategy<Value = String> {
    text().prop_map(|text| format!("x-{text}"))
}

fn tier() -> impl Strategy<Value = ServiceTier> {
    use ServiceTier::*;
    prop_oneof![select(vec![Auto, Flex, Priority, Standard]), unheard().prop_map(Other)]
}

fn modality() -> impl Strategy<Value = Modality> {
    use Modality::*;
    prop_oneof![select(vec![Audio, Document, Image, Text, Video]), unheard().prop_map(Other)]
}
