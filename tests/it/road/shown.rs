//! Answers that have pictures and sounds in them, whole and streamed, and what goes back of them.

use nohop::{Content, Media};

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand so on";
const SOUND: &[u8] = b"\x00\x01\x02\x03\x04\x05\x06\x07";

/// A router that knows `emulator` as the provider of this row.
fn router(row: nohop::providers::Provider, emulator: &Emulator, way: &'static str) -> Router {
    let base = emulator.url() + if row.id.starts_with("open") { "/v1" } else { "" };
    let endpoint = Endpoint::new(row).id("here").base_url(base).way(way).key("sk-first");
    Router::builder().endpoint(endpoint).build().unwrap()
}

/// What the parts of a response are.
fn told(response: &Response) -> Vec<String> {
    let media = |media: &Media| match media {
        Media::Bytes { media_type, bytes } => format!("{media_type} of {}", bytes.len()),
        other => format!("{other:?}"),
    };
    let told = |content: &Content| match content {
        Content::Text(text) => text.clone(),
        Content::Image(image) => media(&image.media),
        Content::Audio(audio) => {
            let said = audio.transcript.as_deref().unwrap_or("nothing");
            format!("{} saying {said}", audio.media.as_ref().map(media).unwrap_or_default())
        }
        Content::Reasoning(_) => "sealed".to_owned(),
        other => format!("{other:?}"),
    };
    response.parts().iter().map(|part| told(&part.content)).collect()
}

#[tokio::test]
async fn pictures_that_a_model_made_are_parts_of_its_answer() {
    let hosts = [
        (
            table::OPENROUTER,
            Emulator::openrouter(),
            "openai-chat",
            &["Here: ", "image/png of 17"][..],
        ),
        (table::OPENAI, Emulator::responses(), "openai-responses", &["Here: ", "image/png of 17"]),
        (table::GEMINI, Emulator::gemini(), "gemini", &["Here: ", "sealed", "image/png of 17"]),
        (table::OLLAMA, Emulator::ollama(), "ollama", &["Here: ", "image/png of 17"]),
    ];
    for (row, script, way, expected) in hosts {
        let emulator = script.says("Here: ").shows(PNG).start().await.unwrap();
        let router = router(row, &emulator, way);
        for mode in MODES {
            let request = Request::new("m@here").user("Draw.");
            let response = ask(&router, request.clone(), mode).await.unwrap();
            assert_eq!(told(&response), expected, "{way} {mode:?}");
            // What was said is taken back.
            let next = ask(&router, request.answer(&response).user("Again."), mode).await;
            assert!(next.is_ok(), "{way} {mode:?} {next:?}");
            let sent = emulator.journal().last().unwrap();
            let sent = String::from_utf8_lossy(&sent.body).into_owned();
            assert!(sent.contains("iVBORw0KGgphbmQgc28gb24="), "{way} {mode:?} {sent}");
        }
    }
}

#[tokio::test]
async fn a_sound_that_a_model_made_is_a_part_of_its_answer() {
    let hosts = [
        (table::OPENAI, Emulator::openai(), "openai-chat", "audio/* of 8 saying Hello there"),
        (
            table::GEMINI,
            Emulator::gemini(),
            "gemini",
            "audio/L16;codec=pcm;rate=24000 of 8 saying nothing",
        ),
    ];
    for (row, script, way, expected) in hosts {
        let emulator = script.speaks(SOUND, "Hello there").start().await.unwrap();
        let router = router(row, &emulator, way);
        for mode in MODES {
            let request = Request::new("m@here").user("Speak.");
            let response = ask(&router, request.clone(), mode).await.unwrap();
            assert_eq!(told(&response), [expected], "{way} {mode:?}");
            let next = ask(&router, request.answer(&response).user("Again."), mode).await;
            assert!(next.is_ok(), "{way} {mode:?} {next:?}");
            if way == "openai-chat" {
                let sent = emulator.journal().last().unwrap().json();
                let id = sent["messages"][1]["audio"]["id"].as_str().unwrap();
                assert!(id.starts_with("audio_testkit"), "{id}");
            }
        }
    }
}

#[tokio::test]
async fn a_model_that_makes_no_pictures_is_asked_on_without_them() {
    let (painter, reader) = (Emulator::gemini().says("Here: ").shows(PNG), Emulator::anthropic());
    let painter = painter.start().await.unwrap();
    let reader = reader.says("I see none.").start().await.unwrap();
    let request = Request::new("m@here").user("Draw.");
    let drawn = router(table::GEMINI, &painter, "gemini").send(request.clone()).await.unwrap();
    let mut next = request.answer(&drawn).user("What is it?");
    next.model = "m@here".to_owned();
    let read = router(table::ANTHROPIC, &reader, "anthropic").send(next).await.unwrap();
    assert_eq!(read.text(), "I see none.");
}
