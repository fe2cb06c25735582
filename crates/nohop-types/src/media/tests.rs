use super::*;

fn check(media: &Media, text: &str) {
    assert_eq!(serde_json::to_string(media).unwrap(), text);
    assert_eq!(serde_json::from_str::<Media>(text).unwrap(), *media);
}

#[test]
fn bytes_are_written_in_base64() {
    let bytes = |bytes: &'static [u8]| Media::bytes("image/png", bytes);
    check(&bytes(b"\xfb\xff"), r#"{"bytes":{"media_type":"image/png","bytes":"+/8="}}"#);
    check(&bytes(b""), r#"{"bytes":{"media_type":"image/png","bytes":""}}"#);
}

#[test]
fn what_is_elsewhere_is_written_as_its_place() {
    check(
        &Media::Url("https://example.com/a.png".into()),
        r#"{"url":"https://example.com/a.png"}"#,
    );
    check(&Media::file("file-7"), r#"{"file":{"id":"file-7"}}"#);
}

#[test]
fn what_is_no_base64_is_refused() {
    for text in ["?", "+/8", "-_8=", "+/8=\\n"] {
        let json = format!(r#"{{"bytes":{{"media_type":"image/png","bytes":"{text}"}}}}"#);
        assert!(serde_json::from_str::<Media>(&json).is_err(), "{text}");
    }
}
