//! The parts of a turn, as they are told.

use std::time::Duration;

use nohop_types::{
    Audio, CacheMark, Citation, Content, Document, Image, Issuer, Media, Message, Opaque, Part,
    Reasoning, Request, Role, ToolCall, ToolResult, Video,
};
use nohop_wire::Abilities;
use nohop_wire::dialect::Converse;
use serde_json::{Value, json};

use super::{OTHER, PLAIN, own, sent, told};
use crate::requests::hi;

/// A request with these parts in its one turn has these blocks and losses.
fn parts(parts: impl IntoIterator<Item = Part>, blocks: Value, losses: &[&str]) {
    let request = Request::new("m").message(Message::new(Role::User, parts));
    told(OTHER, &request, json!({ "messages": [{ "role": "user", "content": blocks }] }), losses);
}

fn png() -> Media {
    Media::bytes("image/png", &b"\x89PNG"[..])
}

#[test]
fn a_call_and_its_result_go_there_as_they_were() {
    let call = ToolCall::new("call/1", "f", r#"{"b":1.0,"a":null}"#);
    let mut failed = ToolResult::new("call/1", [Part::text("broken"), Image::new(png()).into()]);
    failed.failed = Some(true);
    let result = Message::tool(ToolResult::new("2", []));
    let request = hi()
        .message(Message::new(Role::Assistant, [call.into(), ToolCall::new("2", "g", "").into()]))
        .message(Message::tool(failed))
        .user("So?")
        .message(result);
    let body = json!({ "messages": [
        { "role": "user", "content": [{ "text": "Hi" }] },
        { "role": "assistant", "content": [
            { "toolUse": { "toolUseId": "call_1", "name": "f", "input": { "b": 1.0, "a": null } } },
            { "toolUse": { "toolUseId": "2", "name": "g", "input": {} } },
        ] },
        { "role": "user", "content": [
            { "toolResult": { "toolUseId": "call_1", "status": "error", "content": [
                { "text": "broken" },
                { "image": { "format": "png", "source": { "bytes": "iVBORw==" } } },
            ] } },
            { "toolResult": { "toolUseId": "2", "content": [] } },
            { "text": "So?" },
        ] },
    ] });
    let lost = "tool_call.id: translated: the dialect takes 64 characters in ids: letters, digits and _ . : -";
    told(OTHER, &request, body, &[lost]);

    let long = hi().assistant(Part::from(ToolCall::new("x".repeat(80), "f", "{}")));
    let (body, _) = sent(PLAIN, OTHER, &long, &Abilities::default()).unwrap();
    assert_eq!(body["messages"][1]["content"][0]["toolUse"]["toolUseId"], "x".repeat(64));
    let wrong = hi().assistant(Part::from(ToolCall::new("1", "f", "[]")));
    let error = sent(PLAIN, OTHER, &wrong, &Abilities::default()).unwrap_err();
    assert_eq!(
        error.message(),
        "messages[1]: the arguments of call \"1\" of \"f\" are no JSON object"
    );
}

#[test]
fn media_are_told_by_their_formats() {
    let bytes = |label: &str| Media::bytes(label, &b"\x89PNG"[..]);
    let block = |kind: &str, word: &str| json!({ kind: { "format": word, "source": { "bytes": "iVBORw==" } } });
    for (label, word) in [("image/png", "png"), ("image/jpeg", "jpeg"), ("image/gif", "gif")] {
        parts([Image::new(bytes(label)).into()], json!([block("image", word)]), &[]);
    }
    for (label, word) in
        [("video/mp4", "mp4"), ("video/quicktime", "mov"), ("video/3gpp", "three_gp")]
    {
        parts([Video::new(bytes(label)).into()], json!([block("video", word)]), &[]);
    }
    for (label, word) in [("audio/mpeg", "mp3"), ("audio/wav", "wav")] {
        parts([Audio::new(bytes(label)).into()], json!([block("audio", word)]), &[]);
    }
    let text = "document: translated: the dialect takes a text of any other type as plain text";
    for (label, word, lost) in [
        ("application/pdf", "pdf", &[][..]),
        ("text/csv; charset=utf-8", "csv", &[]),
        ("text/markdown", "md", &[]),
        ("text/x-rust", "txt", &[text]),
    ] {
        let mut block = block("document", word);
        block["document"]["name"] = "a b".into();
        parts([Document::new(bytes(label)).name("a b").into()], json!([block]), lost);
    }
}

#[test]
fn media_elsewhere_are_taken_from_s3_alone() {
    let url = |url: &str| Media::Url(url.into());
    let block = json!([{ "video": { "format": "mp4", "source": { "s3Location": { "uri": "s3://birds/a.mp4", "bucketOwner": "123456789012" } } } }]);
    let mut video = Part::from(Video::new(url("s3://birds/a.mp4")));
    let (sent, lost) =
        sent(PLAIN, OTHER, &Request::new("m").user(video.clone()), &Abilities::default()).unwrap();
    assert_eq!(
        (
            sent["messages"][0]["content"][0]["video"]["source"]["s3Location"]["uri"].as_str(),
            lost.len()
        ),
        (Some("s3://birds/a.mp4"), 0)
    );
    video.content =
        Content::Opaque(Opaque::new(Issuer::speaking(Converse::NAME), block[0].clone().into()));
    parts([video], block, &[]);

    let hi = || Part::text("Hi");
    let said = json!([{ "text": "Hi" }]);
    let untold = "document: dropped: the dialect wants its type, which the address does not tell";
    parts([Document::new(url("s3://birds/a")).into(), hi()], said, &[untold]);
}

#[test]
fn a_document_has_a_name_in_the_characters_that_are_taken() {
    let document = || Document::new(Media::bytes("application/pdf", &b"\x89PNG"[..]));
    let block = |name: &str| json!({ "document": { "format": "pdf", "name": name, "source": { "bytes": "iVBORw==" } } });
    let blocks = json!([block("document 1"), block("document 2")]);
    parts([document().into(), document().name(" ").into()], blocks, &[]);
    let lost = "document.name: translated: the dialect takes letters, digits, spaces and _ - ( ) [ ] in names";
    parts(
        [document().name("q3  r\u{e9}sum\u{e9}.pdf").into()],
        json!([block("q3 r-sum--pdf")]),
        &[lost],
    );
    let mut cited = Part::from(document().name("a_1"));
    cited.extra.push(own(), "document.citations", json!({ "enabled": true }).into());
    let mut told = block("a_1");
    told["document"]["citations"] = json!({ "enabled": true });
    parts([cited], json!([told]), &[]);
}

#[test]
fn thinking_goes_back_to_its_issuer_alone() {
    let mine = || Issuer::new(Converse::NAME, "here", OTHER);
    let turn = |issuer: &dyn Fn() -> Issuer| {
        let parts = [
            Reasoning::text(issuer(), "Hm").signed("c2ln").into(),
            Reasoning::new(issuer()).sealed("c2VhbA==").into(),
            Part::text("Hello."),
        ];
        hi().message(Message::new(Role::Assistant, parts)).user("Bye")
    };
    let body = |blocks: Value| {
        json!({ "messages": [
        { "role": "user", "content": [{ "text": "Hi" }] },
        { "role": "assistant", "content": blocks },
        { "role": "user", "content": [{ "text": "Bye" }] },
    ] })
    };
    let blocks = json!([
        { "reasoningContent": { "reasoningText": { "text": "Hm", "signature": "c2ln" } } },
        { "reasoningContent": { "redactedContent": "c2VhbA==" } },
        { "text": "Hello." },
    ]);
    told(OTHER, &turn(&mine), body(blocks), &[]);
    let lost = "reasoning: dropped: another issuer's thinking means nothing here";
    let theirs = || Issuer::new("anthropic", "here", OTHER);
    told(OTHER, &turn(&theirs), body(json!([{ "text": "Hello." }])), &[lost]);
    let elsewhere = || Issuer::new(Converse::NAME, "there", OTHER);
    told(OTHER, &turn(&elsewhere), body(json!([{ "text": "Hello." }])), &[lost]);
}

#[test]
fn a_text_goes_back_with_where_it_comes_from() {
    let raw = json!({ "title": "a", "location": { "web": { "url": "https://a.example/" } } });
    let cited = |dialect: &str, text: &str| {
        let mut citation = Citation::default();
        citation.raw = Some(Opaque::new(Issuer::speaking(dialect), raw.clone().into()));
        let mut part = Part::text(text);
        part.citations.push(citation);
        part
    };
    let body = |blocks: Value| {
        json!({ "messages": [
        { "role": "user", "content": [{ "text": "Hi" }] },
        { "role": "assistant", "content": blocks },
    ] })
    };
    let turn = [cited(Converse::NAME, "Rain"), cited(Converse::NAME, "")];
    let blocks = json!([
        { "citationsContent": { "content": [{ "text": "Rain" }], "citations": [raw] } },
        { "citationsContent": { "citations": [raw] } },
    ]);
    told(OTHER, &hi().message(Message::new(Role::Assistant, turn)), body(blocks), &[]);
    let turn = [cited("anthropic", "Rain"), cited("anthropic", "")];
    let lost = "citations: dropped: only their issuer takes them back";
    let blocks = json!([{ "text": "Rain" }]);
    told(OTHER, &hi().message(Message::new(Role::Assistant, turn)), body(blocks), &[lost]);
}

#[test]
fn marks_stand_behind_what_they_mark() {
    let mark = CacheMark::new();
    let day = CacheMark::lasting(Duration::from_secs(86_400));
    let request = Request::new("m")
        .system(Part::text("Be terse.").cached(day))
        .message(Message::new(Role::User, [Part::text("Hi").cached(mark), Part::text("You?")]))
        .cached(mark);
    let point = json!({ "cachePoint": { "type": "default" } });
    let body = json!({
        "system": [{ "text": "Be terse." }, { "cachePoint": { "type": "default", "ttl": "1h" } }],
        "messages": [{ "role": "user", "content": [{ "text": "Hi" }, point, { "text": "You?" }, point] }],
    });
    let lost = "cache: clamped: the dialect knows other lifetimes; the next longer is asked for";
    told(OTHER, &request, body, &[lost]);
}
