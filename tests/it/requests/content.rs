//! What turns consist of.

use nohop_types::{Audio, Content, Document, Image, Media, Message, Part, Request, Role};
use serde_json::json;

use super::{ANTHROPIC, HOSTED, MISTRAL, OPENAI, check};

/// The person's turn that consists of `contents`.
fn user(contents: impl IntoIterator<Item = Content>) -> Request {
    Request::new("m").message(Message::new(Role::User, contents.into_iter().map(Part::new)))
}

#[test]
fn a_text_alone_is_a_string_and_the_application_speaks_first() {
    let request =
        Request::new("m").system("Be terse.").user("2+2?").assistant("4").user("Times 3?");
    let turns = json!([
        { "role": "user", "content": "2+2?" },
        { "role": "assistant", "content": "4" },
        { "role": "user", "content": "Times 3?" },
    ]);
    let mut with_system = vec![json!({ "role": "system", "content": "Be terse." })];
    with_system.extend(turns.as_array().unwrap().iter().cloned());
    for dialect in [OPENAI, HOSTED, MISTRAL] {
        check(dialect, &request, json!({ "messages": with_system }), &[]);
    }
    let body = json!({ "system": "Be terse.", "messages": turns, "max_tokens": 4096 });
    check(ANTHROPIC, &request, body, &[]);
}

#[test]
fn several_texts_stay_several() {
    let request = user([Content::Text("One".into()), Content::Text("Two".into())]);
    let parts = json!([{ "type": "text", "text": "One" }, { "type": "text", "text": "Two" }]);
    let messages = json!([{ "role": "user", "content": parts }]);
    for dialect in [OPENAI, HOSTED, MISTRAL] {
        check(dialect, &request, json!({ "messages": messages }), &[]);
    }
    check(ANTHROPIC, &request, json!({ "messages": messages, "max_tokens": 4096 }), &[]);
}

#[test]
fn a_turn_of_the_application_may_come_late() {
    let request = Request::new("m").user("Hi").assistant("Hello").system("In French.").user("Bye");
    let messages = json!([
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "content": "Hello" },
        { "role": "system", "content": "In French." },
        { "role": "user", "content": "Bye" },
    ]);
    for dialect in [OPENAI, HOSTED, MISTRAL] {
        check(dialect, &request, json!({ "messages": messages }), &[]);
    }
    check(ANTHROPIC, &request, json!({ "messages": messages, "max_tokens": 4096 }), &[]);
}

#[test]
fn pictures_are_shown_or_pointed_at() {
    let here = Image::new(Media::bytes("image/png", &b"\x89PNG"[..]));
    let there = Image::new(Media::Url("https://example.com/a.png".into())).detail("low");
    let request = user([Content::Image(here), Content::Image(there), Content::Text("?".into())]);
    let content = json!([
        { "type": "image_url", "image_url": { "url": "data:image/png;base64,iVBORw==" } },
        {
            "type": "image_url",
            "image_url": { "url": "https://example.com/a.png", "detail": "low" },
        },
        { "type": "text", "text": "?" },
    ]);
    let messages = json!([{ "role": "user", "content": content }]);
    for dialect in [OPENAI, HOSTED, MISTRAL] {
        check(dialect, &request, json!({ "messages": messages }), &[]);
    }
    let content = json!([
        {
            "type": "image",
            "source": { "type": "base64", "media_type": "image/png", "data": "iVBORw==" },
        },
        { "type": "image", "source": { "type": "url", "url": "https://example.com/a.png" } },
        { "type": "text", "text": "?" },
    ]);
    check(
        ANTHROPIC,
        &request,
        json!({ "messages": [{ "role": "user", "content": content }], "max_tokens": 4096 }),
        &["image.detail: dropped: the dialect has no word for it"],
    );
}

#[test]
fn documents_go_by_their_names() {
    let pdf = Document::new(Media::bytes("application/pdf", &b"%PDF-1.1"[..])).name("a.pdf");
    let text = Document::new(Media::bytes("text/plain", "Hi"));
    let request = user([Content::Document(pdf), Content::Document(text)]);
    let pdf = "data:application/pdf;base64,JVBERi0xLjE=";
    let text = "data:text/plain;base64,SGk=";
    let content = json!([
        { "type": "file", "file": { "filename": "a.pdf", "file_data": pdf } },
        { "type": "file", "file": { "filename": "document", "file_data": text } },
    ]);
    for dialect in [OPENAI, HOSTED] {
        let messages = json!([{ "role": "user", "content": content }]);
        check(dialect, &request, json!({ "messages": messages }), &[]);
    }
    let content = json!([
        { "type": "document_url", "document_url": pdf, "document_name": "a.pdf" },
        { "type": "document_url", "document_url": text },
    ]);
    let body = json!({ "messages": [{ "role": "user", "content": content }] });
    check(MISTRAL, &request, body, &[]);
    let source =
        json!({ "type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjE=" });
    let content = json!([
        { "type": "document", "source": source, "title": "a.pdf" },
        {
            "type": "document",
            "source": { "type": "text", "media_type": "text/plain", "data": "Hi" },
        },
    ]);
    check(
        ANTHROPIC,
        &request,
        json!({ "messages": [{ "role": "user", "content": content }], "max_tokens": 4096 }),
        &[],
    );
}

#[test]
fn a_sound_is_sent_where_it_is_heard() {
    let sound = Audio::new(Media::bytes("audio/mpeg", &b"ID3"[..]));
    let request = user([Content::Text("?".into()), Content::Audio(sound)]);
    let content = json!([
        { "type": "text", "text": "?" },
        { "type": "input_audio", "input_audio": { "data": "SUQz", "format": "mp3" } },
    ]);
    for dialect in [OPENAI, HOSTED] {
        let messages = json!([{ "role": "user", "content": content }]);
        check(dialect, &request, json!({ "messages": messages }), &[]);
    }
    let answered = Request::new("m").user("?").message(Message::new(Role::Assistant, {
        let sound = Audio::new(Media::bytes("audio/mpeg", &b"ID3"[..]));
        ["Yes.".into(), Part::from(sound)]
    }));
    let messages = json!([
        { "role": "user", "content": "?" },
        { "role": "assistant", "content": "Yes." },
    ]);
    check(
        ANTHROPIC,
        &answered,
        json!({ "messages": messages, "max_tokens": 4096 }),
        &["audio: dropped: the dialect takes no sounds"],
    );
}

#[test]
fn several_refusals_are_told_as_one() {
    let refusals = ["No.", "Never."].map(|text| Part::new(Content::Refusal(text.into())));
    let turn = Message::new(Role::Assistant, refusals);
    let request = Request::new("m").user("Q").message(turn);
    let messages = json!([
        { "role": "user", "content": "Q" },
        { "role": "assistant", "refusal": "No.\nNever." },
    ]);
    check(OPENAI, &request, json!({ "messages": messages }), &[]);
}

#[test]
fn a_refusal_is_told_as_one_where_there_is_a_word_for_it() {
    let refusal = Content::Refusal("No.".into());
    let request = Request::new("m").user("Q").assistant(refusal).user("Why?");
    let messages = json!([
        { "role": "user", "content": "Q" },
        { "role": "assistant", "refusal": "No." },
        { "role": "user", "content": "Why?" },
    ]);
    check(OPENAI, &request, json!({ "messages": messages }), &[]);
    let messages = json!([
        { "role": "user", "content": "Q" },
        { "role": "assistant", "content": [{ "type": "text", "text": "No." }] },
        { "role": "user", "content": "Why?" },
    ]);
    check(
        ANTHROPIC,
        &request,
        json!({ "messages": messages, "max_tokens": 4096 }),
        &["refusal: translated: the dialect tells a refusal as text"],
    );
}
