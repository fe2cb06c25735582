//! What a host would not take is refused before it is sent, and what is labelled wrongly is not.

use nohop_tests::hosts::Host;
use nohop_types::{
    Audio, Content, Document, ErrorKind, Image, Media, Message, Part, Request, Role, ToolResult,
    Video,
};
use nohop_wire::dialect::{
    Anthropic, Cohere, Converse, Gemini, Ollama, OpenAiChat, OpenAiResponses,
};
use nohop_wire::{Abilities, Call, Dialect, Mode, Source, Taken, Takes};
use serde_json::{Value, json};

use super::{ANTHROPIC, HOSTED, OPENAI, sent};
use crate::speak;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const HEIC: &[u8] = b"\0\0\0\x18ftypheic\0\0\0\0";
const PDF: &[u8] = b"%PDF-1.7";
const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt ";
const FLAC: &[u8] = b"fLaC\0\0\0\x22";
const MP4: &[u8] = b"\0\0\0\x20ftypisom";

const ALL: [&dyn Dialect; 7] = [
    &OpenAiChat::PLAIN,
    &Anthropic::PLAIN,
    &OpenAiResponses::PLAIN,
    &Gemini::PLAIN,
    &Converse::PLAIN,
    &Cohere::PLAIN,
    &Ollama::PLAIN,
];

fn picture(label: &str, bytes: &'static [u8]) -> Part {
    Image::new(Media::bytes(label, bytes)).into()
}

fn asking(parts: impl IntoIterator<Item = Part>) -> Request {
    let parts = std::iter::once(Part::text("?")).chain(parts);
    Request::new("gemini-2.0-flash").message(Message::new(Role::User, parts))
}

fn able(dialect: &dyn Dialect, request: &Request) -> nohop_types::Result<(Value, Vec<String>)> {
    sent(dialect, request, Mode::Whole, &Abilities::default())
}

/// Why `dialect` will not send `request`, which another may.
fn refused(dialect: &dyn Dialect, request: &Request) -> String {
    let error = able(dialect, request).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.recovery(), nohop_types::Recovery::Elsewhere);
    error.message().to_owned()
}

#[test]
fn a_picture_that_is_shown_is_sent_everywhere_as_what_it_is() {
    let request = asking([picture("image/jpeg", PNG)]);
    let loss =
        "messages[0].parts[1]: translated: the bytes are of another type than they are labelled";
    for dialect in ALL {
        let (body, losses) = able(dialect, &request).unwrap();
        assert_eq!(losses.first().map(String::as_str), Some(loss), "{}", dialect.name());
        let body = body.to_string();
        assert!(!body.contains("jpeg"), "{body}");
        // Ollama is told no types.
        assert!(body.contains("png") || dialect.name() == Ollama::NAME, "{body}");
    }
}

#[test]
fn a_label_that_leaves_the_type_open_is_made_exact_and_nothing_is_lost() {
    let request = asking([picture("image/*", PNG)]);
    let (body, losses) = able(OPENAI, &request).unwrap();
    let url = &body["messages"][0]["content"][1]["image_url"]["url"];
    assert_eq!(url, "data:image/png;base64,iVBORw0KGgo=");
    assert_eq!(losses, [""; 0]);
}

#[test]
fn a_label_that_the_host_spells_otherwise_is_spelled_so() {
    let request = asking([picture("image/jpg", b"\xff\xd8\xff\xe0")]);
    let (body, losses) = able(ANTHROPIC, &request).unwrap();
    assert_eq!(body["messages"][0]["content"][1]["source"]["media_type"], "image/jpeg");
    let loss = "messages[0].parts[1]: translated: the host knows its type by another name";
    assert_eq!(losses, [loss]);
    // Nobody who takes the spelling is told another.
    let (body, losses) = able(HOSTED, &request).unwrap();
    assert!(body.to_string().contains("data:image/jpg;"), "{body}");
    assert_eq!(losses, [""; 0]);
}

#[test]
fn bytes_that_do_not_tell_what_they_are_go_as_they_are_labelled() {
    let text = Part::from(Document::new(Media::bytes("text/plain", &b"GIF89a is a format"[..])));
    let (body, losses) = able(ANTHROPIC, &asking([text])).unwrap();
    assert_eq!(body["messages"][0]["content"][1]["source"]["data"], "GIF89a is a format");
    assert_eq!(losses, [""; 0]);
    let odd = picture("image/png", b"no picture at all");
    assert!(able(ANTHROPIC, &asking([odd])).is_ok());
}

#[test]
fn a_type_that_a_host_does_not_take_is_refused_by_its_place() {
    let heic = || picture("image/png", HEIC);
    let types = "image/jpeg, image/png, image/gif, image/webp";
    assert_eq!(
        refused(ANTHROPIC, &asking([heic()])),
        format!(
            "messages[0].parts[1]: image/heic is not taken here as a picture: {types} are; convert it, or \
             add a target that takes it"
        )
    );
    let (body, _) = able(&Gemini::PLAIN, &asking([heic()])).unwrap();
    assert_eq!(body["contents"][0]["parts"][1]["inlineData"]["mimeType"], "image/heic");

    let result = ToolResult::new("c", [Part::text("see"), heic()]);
    let request = Request::new("m").user("?").message(Message::tool(result));
    assert!(refused(ANTHROPIC, &request).starts_with("messages[1].parts[0].parts[1]: image/heic "));

    let pdf = picture("image/png", PDF);
    assert!(
        refused(OPENAI, &asking([pdf])).contains("application/pdf is not taken here as a pict")
    );
    let flac = || Part::from(Audio::new(Media::bytes("audio/flac", FLAC)));
    assert!(refused(OPENAI, &asking([flac()])).contains("audio/wav, audio/mpeg are"));
    assert!(able(HOSTED, &asking([flac()])).is_ok());
}

#[test]
fn a_label_is_shown_in_no_error_unless_it_is_one() {
    let error = refused(ANTHROPIC, &asking([picture("my secret is 42", b"?")]));
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn a_kind_of_media_that_a_host_does_not_take_is_refused() {
    let sound = || Part::from(Audio::new(Media::bytes("audio/wav", WAV)));
    let film = || Part::from(Video::new(Media::bytes("video/mp4", MP4)));
    let pdf = || Part::from(Document::new(Media::bytes("application/pdf", PDF)));
    let takes = |part: &dyn Fn() -> Part| {
        let taking = ALL.into_iter().filter(|dialect| able(*dialect, &asking([part()])).is_ok());
        taking.map(Dialect::name).collect::<Vec<_>>()
    };
    assert_eq!(takes(&sound), ["openai-chat", "openai-responses", "gemini", "converse"]);
    assert_eq!(takes(&film), ["gemini", "converse"]);
    assert_eq!(takes(&pdf), ["openai-chat", "anthropic", "openai-responses", "gemini", "converse"]);
    assert_eq!(
        refused(ANTHROPIC, &asking([sound()])),
        "messages[0].parts[1]: a sound is not taken here: leave it out, or add a target that takes it"
    );
}

#[test]
fn an_address_goes_to_whoever_fetches_it_and_is_refused_elsewhere() {
    let at = |url: &str| asking([Part::from(Image::new(Media::Url(url.into())))]);
    let fetches = |url: &str| {
        let taking = ALL.into_iter().filter(|dialect| able(*dialect, &at(url)).is_ok());
        taking.map(Dialect::name).collect::<Vec<_>>()
    };
    assert_eq!(
        fetches("https://a.example/a.png"),
        ["openai-chat", "anthropic", "openai-responses", "cohere"]
    );
    assert_eq!(fetches("HTTP://a.example/a.png"), ["openai-chat", "openai-responses", "cohere"]);
    assert_eq!(
        fetches("https://youtu.be/abc"),
        ["openai-chat", "anthropic", "openai-responses", "gemini", "cohere"]
    );
    assert_eq!(fetches("s3://bucket/a.png"), ["converse"]);
    assert_eq!(fetches("file:///etc/passwd"), [""; 0]);
    assert_eq!(
        refused(&Ollama::PLAIN, &at("https://a.example/a.png")),
        "messages[0].parts[1]: the host does not fetch a picture from there: send its bytes, or let the \
         router fetch it (Builder::fetch)"
    );
    let mut newer = at("https://a.example/a.png");
    newer.model = "gemini-2.5-flash".into();
    assert!(able(&Gemini::PLAIN, &newer).is_ok());
}

#[test]
fn a_file_id_goes_where_files_are_kept() {
    let file = asking([Part::from(Document::new(Media::file("file-1")))]);
    let taking = ALL.into_iter().filter(|dialect| able(*dialect, &file).is_ok());
    let taking: Vec<_> = taking.map(Dialect::name).collect();
    assert_eq!(taking, ["openai-chat", "anthropic", "openai-responses", "gemini"]);
    assert_eq!(
        refused(&Ollama::PLAIN, &file),
        "messages[0].parts[1]: the host takes no file id for a document: send its bytes or its URL"
    );
}

/// A host that takes little.
const SMALL: &dyn Dialect = &OpenAiChat {
    media: &Takes {
        image: Taken {
            bytes: Some(8),
            turn: Some(2),
            request: Some(3),
            ..Taken::some(&["image/*"], &[Source::Bytes])
        },
        together: Some(20),
        ..Takes::NONE
    },
    ..OpenAiChat::PLAIN
};

#[test]
fn what_is_too_large_is_refused_alone_and_together() {
    assert!(able(SMALL, &asking([picture("image/png", PNG)])).is_ok());
    assert_eq!(
        refused(SMALL, &asking([picture("image/png", b"\x89PNG\r\n\x1a\n.")])),
        "messages[0].parts[1]: 9 bytes, and a picture here has at most 8: make it smaller, or add a target \
         that takes more"
    );
    let three = asking([picture("image/png", PNG), picture("image/png", PNG)])
        .message(Message::new(Role::User, [picture("image/png", PNG)]));
    assert_eq!(
        refused(SMALL, &three),
        "messages[1].parts[0]: with it the media of the request have 24 bytes, and a request here has at \
         most 20: send less, or add a target that takes more"
    );
}

#[test]
fn what_is_too_many_is_refused_in_a_turn_and_in_all() {
    let many = |count: usize| asking((0..count).map(|_| picture("image/png", b".")));
    assert!(able(SMALL, &many(2)).is_ok());
    assert_eq!(
        refused(SMALL, &many(3)),
        "messages[0].parts[3]: a turn here has at most 2 pictures: send fewer, or add a target that takes \
         more"
    );
    let turn =
        || Message::new(Role::User, [picture("image/png", b"."), picture("image/png", b".")]);
    let request = many(2).assistant("Yes.").message(turn());
    assert!(
        refused(SMALL, &request).starts_with("messages[2].parts[1]: a request here has at most 3")
    );
}

#[test]
fn what_the_model_showed_earlier_is_history_and_refuses_nothing() {
    let film = Part::from(Video::new(Media::bytes("video/mp4", MP4)));
    let request =
        asking([]).message(Message::new(Role::Assistant, ["Look.".into(), film])).user("?");
    let (body, losses) = able(ANTHROPIC, &request).unwrap();
    assert_eq!(body["messages"][1], json!({ "role": "assistant", "content": "Look." }));
    assert_eq!(losses, ["video: dropped: the dialect takes no films"]);
}

#[test]
fn a_request_without_media_is_not_looked_at_twice() {
    let request = asking([Part::new(Content::Text("Hello".into()))]);
    for dialect in ALL {
        let (_, losses) = able(dialect, &request).unwrap();
        assert!(losses.iter().all(|loss| !loss.starts_with("messages[")), "{losses:?}");
    }
}

/// The conversation that goes on from what `host` answered with `body`, as `dialect` is sent it.
fn goes_on(host: &dyn Host, body: &str, dialect: &dyn Dialect) -> (Value, Vec<String>) {
    let (response, error) = speak::answer(host, Mode::Whole, body);
    assert!(error.is_none(), "{error:?}");
    let request = Request::new("m").user("Draw.").answer(&response).user("Again.");
    let issuer = speak::issuer(host);
    let call = Call::new(&request, "gemini-3-pro", "/", &issuer);
    let encoded = dialect.encode(&call).unwrap();
    let losses = encoded.losses.iter().map(ToString::to_string).collect();
    (serde_json::from_slice(&encoded.body).unwrap(), losses)
}

const PAINTED_BY_GEMINI: &str = r#"{"candidates":[{"content":{"parts":[{"text":"Here:"},{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="},"thoughtSignature":"c2ln"}],"role":"model"},"index":0,"finishReason":"STOP"}],"responseId":"r1"}"#;
const PAINTED_BY_OPENAI: &str = r#"{"id":"1","model":"m","status":"completed","output":[{"id":"ig_1","type":"image_generation_call","status":"completed","output_format":"png","result":"iVBORw0KGgo=","revised_prompt":"A point"}]}"#;
const SPOKEN: &str = r#"{"id":"1","choices":[{"index":0,"message":{"role":"assistant","content":null,"audio":{"id":"audio_1","data":"SUQzBA==","transcript":"Hello","expires_at":1}},"finish_reason":"stop"}]}"#;

#[test]
fn a_picture_that_gemini_made_goes_back_to_it_with_its_signature() {
    let (body, losses) = goes_on(&Gemini::PLAIN, PAINTED_BY_GEMINI, &Gemini::PLAIN);
    let parts = json!([
        { "text": "Here:" },
        {
            "inlineData": { "mimeType": "image/png", "data": "iVBORw0KGgo=" },
            "thoughtSignature": "c2ln",
        },
    ]);
    assert_eq!(body["contents"][1], json!({ "role": "model", "parts": parts }));
    assert_eq!(losses, [""; 0]);
}

#[test]
fn a_picture_that_openai_made_goes_back_as_the_item_it_came_as() {
    let responses = &OpenAiResponses::PLAIN;
    let (body, losses) = goes_on(responses, PAINTED_BY_OPENAI, responses);
    let item = json!({
        "id": "ig_1",
        "type": "image_generation_call",
        "status": "completed",
        "output_format": "png",
        "result": "iVBORw0KGgo=",
        "revised_prompt": "A point",
    });
    assert_eq!(body["input"][1], item);
    assert_eq!(losses, [""; 0]);
}

#[test]
fn a_picture_that_one_model_made_is_shown_to_another_that_takes_it() {
    let (body, _) = goes_on(&OpenAiResponses::PLAIN, PAINTED_BY_OPENAI, &Gemini::PLAIN);
    let picture = json!({ "inlineData": { "mimeType": "image/png", "data": "iVBORw0KGgo=" } });
    assert_eq!(body["contents"][1]["parts"], json!([picture]));
    let (body, losses) = goes_on(&Gemini::PLAIN, PAINTED_BY_GEMINI, &OpenAiResponses::PLAIN);
    assert_eq!(body["input"][1], json!({ "role": "assistant", "content": "Here:" }));
    assert!(losses.contains(&"image: dropped: the model's own turns are texts".to_owned()));
}

#[test]
fn a_sound_that_openai_made_goes_back_by_its_id() {
    let (body, losses) = goes_on(&OpenAiChat::PLAIN, SPOKEN, &OpenAiChat::PLAIN);
    let turn = json!({ "role": "assistant", "audio": { "id": "audio_1" } });
    assert_eq!(body["messages"][1], turn);
    assert_eq!(losses, [""; 0]);
}

#[test]
fn a_sound_without_a_type_is_told_by_its_bytes() {
    let (response, _) = speak::answer(&OpenAiChat::PLAIN, Mode::Whole, SPOKEN);
    let Content::Audio(audio) = &response.parts()[0].content else { panic!("{response:?}") };
    assert_eq!(audio.media, Some(Media::bytes("audio/mpeg", &b"ID3\x04"[..])));
    assert_eq!(audio.transcript.as_deref(), Some("Hello"));
}
