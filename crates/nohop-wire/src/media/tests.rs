use super::sniff::format;
use super::{Kind, Source, Taken, sniff};

#[test]
fn bytes_are_told_by_how_they_begin() {
    let table: [(&[u8], &str); 32] = [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0..", "image/jpeg"),
        (b"GIF87a..", "image/gif"),
        (b"GIF89a..", "image/gif"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"BM\x10\0\0\0\0\0\0\0\x36\0\0\0", "image/bmp"),
        (b"II*\0....", "image/tiff"),
        (b"MM\0*....", "image/tiff"),
        (b"\0\0\0\x18ftypheic....", "image/heic"),
        (b"\0\0\0\x18ftypmif1....", "image/heic"),
        (b"\0\0\0\x18ftypavif....", "image/avif"),
        (b"%PDF-1.4\n", "application/pdf"),
        (b"PK\x03\x04....", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (b"RIFF....WAVEfmt ", "audio/wav"),
        (b"FORM....AIFFCOMM", "audio/aiff"),
        (b"ID3\x04\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"\xff\xf3\x48\xc4", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"\xff\xf9\x50\x80", "audio/aac"),
        (b"fLaC\0\0\0\x22", "audio/flac"),
        (b"OggS\0\x02", "audio/ogg"),
        (b"\x1a\x45\xdf\xa3\x01", "video/webm"),
        (b"\0\0\0\x20ftypisom....", "video/mp4"),
        (b"\0\0\0\x1cftypM4A ....", "video/mp4"),
        (b"\0\0\0\x14ftypqt  ....", "video/quicktime"),
        (b"RIFF....AVI LIST", "video/x-msvideo"),
        (b"\0\0\x01\xba\x44", "video/mpeg"),
        (b"\0\0\x01\xb3\x44", "video/mpeg"),
        (b"FLV\x01\x05", "video/x-flv"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-wmv"),
    ];
    for (bytes, label) in table {
        assert_eq!(sniff(bytes), Some(label), "{bytes:?}");
    }
}

#[test]
fn what_is_no_beginning_tells_nothing() {
    let table: [&[u8]; 13] = [
        b"",
        b"Hello",
        b"\x89PNG",
        b"BMW is a car",
        b"RIFF",
        b"RIFF....",
        b"RIFF....TEXT",
        b"....ftyp",
        b"{\"a\":1}",
        b"<svg xmlns=\"\">",
        b"\xff\xff\xff\xff",
        b"\xff\xfe\x41\x00",
        b"\xff\xfb\xff\x00",
    ];
    for bytes in table {
        assert_eq!(sniff(bytes), None, "{bytes:?}");
    }
}

#[test]
fn every_beginning_of_every_length_is_read() {
    let all = [0x00, 0x01, 0x1a, 0x89, 0xff, b'R', b'B', b'P', b'%', b'f'];
    for first in all {
        for length in 0..24 {
            sniff(&vec![first; length]);
            let mut mixed = vec![0; length];
            if let Some(byte) = mixed.first_mut() {
                *byte = first;
            }
            sniff(&mixed);
        }
    }
}

#[test]
fn a_format_goes_by_many_names() {
    let table: [(&[u8], &str, bool); 16] = [
        (b"\xff\xd8\xff\xe0", "image/jpg", true),
        (b"\xff\xd8\xff\xe0", "IMAGE/JPEG; q=1", true),
        (b"\xff\xd8\xff\xe0", "image/*", true),
        (b"\xff\xd8\xff\xe0", "image/png", false),
        (b"\xff\xd8\xff\xe0", "application/octet-stream", false),
        (b"ID3\x04", "audio/mp3", true),
        (b"ID3\x04", "audio/*", true),
        (b"ID3\x04", "audio/wav", false),
        (b"\0\0\0\x20ftypisom", "audio/mp4", true),
        (b"\0\0\0\x20ftypisom", "video/3gpp", true),
        (b"\0\0\0\x20ftypisom", "video/webm", false),
        (
            b"PK\x03\x04",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            true,
        ),
        (b"PK\x03\x04", "application/epub+zip", true),
        (b"PK\x03\x04", "application/pdf", false),
        (b"PK\x03\x04", "application/octet-stream", false),
        (b"PK\x03\x04", "image/png", false),
    ];
    for (bytes, label, covers) in table {
        assert_eq!(format(bytes).unwrap().covers(label), covers, "{bytes:?} {label}");
    }
}

#[test]
fn a_container_is_called_after_what_it_is_meant_for() {
    let mp4 = format(b"\0\0\0\x20ftypisom").unwrap();
    assert_eq!(mp4.label(Kind::Audio), "audio/mp4");
    assert_eq!(mp4.label(Kind::Video), "video/mp4");
    assert_eq!(mp4.label(Kind::Image), "video/mp4");
    assert_eq!(format(b"\x1a\x45\xdf\xa3").unwrap().label(Kind::Audio), "audio/webm");
}

#[test]
fn types_are_taken_alone_by_their_half_or_all() {
    let some = Taken::some(&["image/png", "text/*"], &[]);
    for (label, takes) in [
        ("image/png", true),
        ("IMAGE/PNG; a=b", true),
        ("image/*", true),
        ("image/jpeg", false),
        ("text/csv; charset=utf-8", true),
        ("text", false),
        ("", false),
        ("ima\u{e9}e/png", false),
    ] {
        assert_eq!(some.takes(label), takes, "{label}");
    }
    assert!(Taken::ANY.takes("what ever"));
    assert!(!Taken::NONE.takes("image/png"));
}

#[test]
fn addresses_are_known_by_how_they_begin_whatever_their_case() {
    let web = Taken::some(&["*/*"], &[Source::Bytes, Source::Url("https://")]);
    assert!(web.fetches("https://a.example/") && web.fetches("HTTPS://a.example/"));
    assert!(
        !web.fetches("http://a.example/") && !web.fetches("") && !web.fetches("h\u{e9}\u{e9}ps://")
    );
    assert!(Taken::ANY.fetches("anything"));
}

#[test]
fn what_is_taken_is_told_in_a_line() {
    let taken = Taken {
        bytes: Some(5),
        ..Taken::some(&["image/png", "image/gif"], &[Source::Bytes, Source::Url("s3://")])
    };
    assert_eq!(format!("{taken:?}"), "image/png image/gif as bytes or s3://; 5 bytes");
    assert_eq!(format!("{:?}", Taken::NONE), "none");
}
