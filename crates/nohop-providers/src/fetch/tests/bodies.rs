use std::time::Duration;

use nohop_types::ErrorKind;

use super::far::{Answer, Far, PNG, answer, picture};
use super::{reaching, refused};

/// What comes of a server that answers so.
async fn fetched(head: &str, body: &[u8]) -> Result<String, String> {
    let far = Far::answering([answer("200 OK", head, body)]).await;
    match reaching(&far).fetch(&far.url("/a")).await {
        Ok(fetched) => {
            assert_eq!(fetched.bytes, body);
            Ok(fetched.media_type)
        }
        Err(error) => Err(error.message().to_owned()),
    }
}

#[tokio::test]
async fn a_body_without_an_end_is_cut_at_the_bound() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n".to_vec();
    let plain = Answer::Endless(head, vec![0; 1000]);
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n"
        .to_vec();
    let chunked = Answer::Endless(head, b"8\r\n\x89PNG\r\n\x1a\n\r\n".to_vec());
    for answer in [plain, chunked] {
        let far = Far::answering([answer]).await;
        let error = refused(&reaching(&far).bytes(100_000), &far.url("/")).await;
        assert!(error.message().contains("more than 100000 bytes"), "{error}");
        let error = refused(&reaching(&far).together(50_000), &far.url("/")).await;
        assert!(error.message().contains("more than 50000 bytes"), "{error}");
    }
}

#[tokio::test]
async fn a_body_that_is_exactly_as_long_as_it_may_be_is_taken() {
    let far = Far::answering([picture()]).await;
    assert!(reaching(&far).bytes(PNG.len()).fetch(&far.url("/")).await.is_ok());
    refused(&reaching(&far).bytes(PNG.len() - 1), &far.url("/")).await;
    assert!(reaching(&far).together(PNG.len()).fetch(&far.url("/")).await.is_ok());
    refused(&reaching(&far).together(PNG.len() - 1), &far.url("/")).await;
}

#[tokio::test]
async fn a_length_that_is_too_large_is_believed_and_one_that_lies_is_not() {
    let head = |length: &str| {
        let mut bytes = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {length}\r\n\r\n"
        )
        .into_bytes();
        bytes.extend_from_slice(PNG);
        Answer::Bytes(bytes)
    };
    // Nothing of the body needs to be read.
    let far = Far::answering([head("99999999999")]).await;
    let error = refused(&reaching(&far), &far.url("/")).await;
    assert!(error.message().contains("more than"), "{error}");
    for length in ["100", "-1", "18446744073709551616", "0x10", "8, 9", "8\r\nContent-Length: 9"] {
        let far = Far::answering([head(length)]).await;
        let error = reaching(&far).fetch(&far.url("/")).await.expect_err(length);
        assert_eq!(error.kind(), ErrorKind::Transport, "{length}: {error}");
    }
    // What follows what was promised is never read.
    let far = Far::answering([head("8")]).await;
    let fetched = reaching(&far).fetch(&far.url("/")).await.unwrap();
    assert_eq!(fetched.bytes, &PNG[..8]);
}

#[tokio::test]
async fn a_label_that_lies_is_found_out() {
    let png = "Content-Type: image/png\r\n";
    let lies: [(&str, &[u8]); 10] = [
        (png, b"<html>not found</html>"),
        (png, b"\xff\xd8\xff\xe0 a jpeg"),
        (png, b"%PDF-1.7"),
        (png, b""),
        ("Content-Type: image/svg+xml\r\n", b"<svg/>"),
        ("Content-Type: text/plain\r\n", PNG),
        ("Content-Type: text/plain\r\n", b"a\0b"),
        ("Content-Type: text/plain\r\n", b"\xff\xfe\x41"),
        ("Content-Type: application/pdf\r\n", b"PK\x03\x04"),
        ("", b"what am I"),
    ];
    for (head, body) in lies {
        let error = fetched(head, body).await.expect_err(head);
        assert!(error.contains("bytes"), "{head} {error}");
    }
}

#[tokio::test]
async fn a_type_that_is_not_asked_for_is_refused_whatever_it_is_called() {
    for (head, body) in [
        ("Content-Type: text/html\r\n", &b"<html>"[..]),
        ("Content-Type: application/json\r\n", b"{}"),
        ("Content-Type: application/zip\r\n", b"PK\x03\x04"),
        ("", b"PK\x03\x04"),
        ("Content-Type: application/octet-stream\r\n", b"PK\x03\x04"),
    ] {
        assert!(fetched(head, body).await.is_err(), "{head}");
    }
    let far = Far::answering([picture()]).await;
    refused(&reaching(&far).types(["application/pdf"]), &far.url("/")).await;
}

#[tokio::test]
async fn a_type_that_is_told_by_nobody_or_in_other_words_is_found_out() {
    let table: [(&str, &[u8], &str); 7] = [
        ("", PNG, "image/png"),
        ("Content-Type: \r\n", PNG, "image/png"),
        ("Content-Type: application/octet-stream\r\n", PNG, "image/png"),
        ("Content-Type: binary/octet-stream\r\n", b"%PDF-1.7", "application/pdf"),
        ("Content-Type: Image/PNG; charset=binary\r\n", PNG, "image/png"),
        ("Content-Type: image/jpg\r\n", b"\xff\xd8\xff\xe0", "image/jpg"),
        ("Content-Type: text/csv; charset=utf-8\r\n", b"a,b\n1,2\n", "text/csv"),
    ];
    for (head, body, found) in table {
        assert_eq!(fetched(head, body).await.as_deref(), Ok(found), "{head}");
    }
}

#[tokio::test]
async fn compressed_bytes_are_not_unpacked() {
    for coding in ["gzip", "br", "deflate", "zstd", "gzip, gzip", "x-unknown"] {
        let head = format!("Content-Type: image/png\r\nContent-Encoding: {coding}\r\n");
        let error = fetched(&head, PNG).await.unwrap_err();
        assert!(error.contains("compressed"), "{error}");
    }
    let head = "Content-Type: image/png\r\nContent-Encoding: identity\r\n";
    assert_eq!(fetched(head, PNG).await.as_deref(), Ok("image/png"));
}

#[tokio::test]
async fn an_answer_that_is_none_is_an_error() {
    for status in
        ["204 No Content", "206 Partial Content", "304 Not Modified", "401 No", "404 No", "500 No"]
    {
        let far = Far::answering([answer(status, "Content-Type: image/png\r\n", PNG)]).await;
        assert!(reaching(&far).fetch(&far.url("/")).await.is_err(), "{status}");
    }
    for bytes in
        [&b""[..], b"\0\0\0", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 200 OK\r\nContent-Type: im"]
    {
        let far = Far::answering([Answer::Bytes(bytes.to_vec())]).await;
        let error = reaching(&far).fetch(&far.url("/")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport);
    }
}

#[tokio::test]
async fn a_server_that_is_silent_or_drips_is_left_when_the_time_is_up() {
    let head =
        b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 99\r\n\r\n\x89PNG".to_vec();
    let stuck = Answer::Stuck(head);
    for answer in [Answer::Silence, stuck] {
        let far = Far::answering([answer]).await;
        let fetch = reaching(&far).time(Duration::from_millis(200));
        let error = fetch.fetch(&far.url("/")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    }
}
