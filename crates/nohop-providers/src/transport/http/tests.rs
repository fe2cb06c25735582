use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use nohop_types::{Request as Wish, Response as Answer};
use nohop_wire::{Abilities, Mode, State};

use super::*;
use crate::{Endpoint, table};

const ANSWER: &str = r#"{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}"#;

/// A server that hands each connection, and its number, to `serve`; and how many there were.
fn server(
    serve: impl Fn(TcpStream, usize) + Clone + Send + 'static,
) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (serve, number) = (serve.clone(), counter.fetch_add(1, Ordering::SeqCst));
            thread::spawn(move || serve(stream.unwrap(), number));
        }
    });
    (address, count)
}

/// Reads one whole request; `None` at the end of the connection.
fn request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length: ").nth(1);
            let length = length.and_then(|rest| rest.lines().next()?.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return Some(String::from_utf8(bytes).unwrap());
            }
        }
        let mut more = [0; 4096];
        match stream.read(&mut more) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&more[..count]),
        }
    }
}

fn reply(stream: &mut TcpStream, status: u16, headers: &str, body: &str) {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{headers}\r\n");
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

/// Answers every request of a connection alike.
fn always(status: u16, headers: &'static str, body: &'static str) -> SocketAddr {
    let serve = move |mut stream: TcpStream, _| {
        while request(&mut stream).is_some() {
            reply(&mut stream, status, headers, body);
        }
    };
    server(serve).0
}

async fn call(transport: &dyn Transport, url: String) -> Result<String> {
    let endpoint = Endpoint::new(table::OPENAI).base_url(url).key("sk-planted");
    let (wish, able) = (Wish::new("m").user("Hello"), Abilities::default());
    let mut opened = endpoint.call(transport, &wish, "m", Mode::Whole, 0, &able).await?;
    let mut events = Vec::new();
    while opened.read(&mut events).await? != State::Done {}
    Ok(Answer::from_iter(events).text())
}

async fn failure(transport: &Http, url: String) -> Error {
    let error = call(transport, url).await.unwrap_err();
    assert!(!format!("{error:#?}").contains("sk-planted"), "{error:?}");
    error
}

#[tokio::test]
async fn who_had_to_open_a_connection_is_told_how_long_that_took() {
    let address = always(200, "", ANSWER);
    let transport = Http::new();
    let mut opened = Vec::new();
    for _ in 0..2 {
        let request = Request::post(format!("http://{address}/")).body(Bytes::new()).unwrap();
        let answer = transport.send(request).await.unwrap();
        opened.push(answer.extensions().get::<Connected>().copied());
        let mut body = answer.into_body();
        while let Some(piece) = std::future::poll_fn(|cx| body.as_mut().poll_next(cx)).await {
            piece.unwrap();
        }
    }
    assert!(opened[0].is_some_and(|it| !it.took.is_zero()), "{opened:?}");
    assert_eq!(opened[1], None, "the connection was there");
}

#[tokio::test]
async fn a_call_tells_how_long_its_connection_took() {
    let address = always(200, "", ANSWER);
    let endpoint = Endpoint::new(table::OPENAI).base_url(format!("http://{address}")).key("k");
    let (transport, wish, able) =
        (Http::new(), Wish::new("m").user("Hello?"), Abilities::default());
    let call = || endpoint.call(&transport, &wish, "m", Mode::Whole, 0, &able);
    let mut first = call().await.unwrap();
    assert!(first.connect().is_some_and(|took| !took.is_zero()));
    while first.read(&mut Vec::new()).await.unwrap() != State::Done {}
    assert_eq!(call().await.unwrap().connect(), None);
}

#[tokio::test]
async fn an_answer_arrives_and_its_connection_serves_again() {
    let serve = |mut stream: TcpStream, _| {
        while let Some(text) = request(&mut stream) {
            assert!(text.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{text}");
            assert!(text.contains("authorization: Bearer sk-planted\r\n"), "{text}");
            reply(&mut stream, 200, "", ANSWER);
        }
    };
    let (address, connections) = server(serve);
    let http = Http::new();
    for _ in 0..5 {
        assert_eq!(call(&http, format!("http://{address}/v1")).await.unwrap(), "Hi");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_failure_status_is_read_by_the_dialect() {
    let body = r#"{"error":{"message":"slow down, sk-planted","code":"rate_limit_exceeded"}}"#;
    let address = always(429, "retry-after: 7\r\nx-request-id: r-1\r\n", body);
    let error = failure(&Http::new(), format!("http://{address}")).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimit, Some(429)));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(error.request_id(), Some("r-1"));
    assert_eq!(error.message(), "slow down, [redacted]");
}

#[tokio::test]
async fn a_redirect_reaches_nobody_else() {
    let (elsewhere, visits) = server(|mut stream, _| drop(request(&mut stream)));
    let location = format!("location: http://{elsewhere}/?key=sk-planted\r\n").leak();
    for status in [301, 302, 303, 307, 308] {
        let address = always(status, location, "");
        let error = failure(&Http::new(), format!("http://{address}")).await;
        assert_eq!((error.kind(), error.status()), (ErrorKind::Config, Some(status)));
        assert!(error.message().contains("redirects to 127.0.0.1"), "{error}");
    }
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

/// A server that answers once per connection and then closes it without a word, and how many requests
/// it read whole.
fn forgetful() -> (SocketAddr, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let read = Arc::new(AtomicUsize::new(0));
    let reader = Arc::clone(&read);
    let (address, connections) = server(move |mut stream, _| {
        if request(&mut stream).is_some() {
            reader.fetch_add(1, Ordering::SeqCst);
            reply(&mut stream, 200, "", ANSWER);
        }
    });
    (address, connections, read)
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_is_not_the_next_failure() {
    let (address, connections, read) = forgetful();
    let http = Http::new();
    for _ in 0..20 {
        assert_eq!(call(&http, format!("http://{address}")).await.unwrap(), "Hi");
        // The thread sleeps, and not only the task: the runtime can not have seen the end.
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(connections.load(Ordering::SeqCst), 20);
    assert_eq!(read.load(Ordering::SeqCst), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nor_with_several_threads() {
    let (address, _, read) = forgetful();
    let http = Http::new();
    for _ in 0..20 {
        assert_eq!(call(&http, format!("http://{address}")).await.unwrap(), "Hi");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(read.load(Ordering::SeqCst), 20);
}

#[tokio::test]
async fn what_was_read_is_not_sent_again() {
    let read = Arc::new(AtomicUsize::new(0));
    let reader = Arc::clone(&read);
    // The second request of a connection is read, and never answered.
    let (address, _) = server(move |mut stream, _| {
        if request(&mut stream).is_some() {
            reader.fetch_add(1, Ordering::SeqCst);
            reply(&mut stream, 200, "", ANSWER);
        }
        if request(&mut stream).is_some() {
            reader.fetch_add(1, Ordering::SeqCst);
        }
    });
    let http = Http::new();
    call(&http, format!("http://{address}")).await.unwrap();
    let error = failure(&http, format!("http://{address}")).await;
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.message().contains("broke before an answer began"), "{error}");
    assert_eq!(read.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_goes_wrong_on_the_way_says_what_to_do() {
    let http = Http::new().connect_timeout(Duration::from_millis(200));
    let check = async |url: String, kind, says: &str| {
        let error = failure(&http, url).await;
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.message().contains(says), "{error:?}");
    };
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    check(format!("http://{closed}"), ErrorKind::Transport, "nobody listens at").await;
    let (cut, _) = server(|mut stream, _| {
        request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{");
    });
    check(format!("http://{cut}"), ErrorKind::Transport, "before the answer was complete").await;
    let (plain, _) = server(|mut stream, _| drop(stream.write_all(b"HTTP/1.1 400 X\r\n\r\n")));
    check(format!("https://{plain}"), ErrorKind::Transport, "no TLS with").await;
    // Nobody accepts, and the queue of those who wait is full.
    let full = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = full.local_addr().unwrap();
    let waiting: Vec<_> = (0..300)
        .map_while(|_| TcpStream::connect_timeout(&address, Duration::from_millis(50)).ok())
        .collect();
    if waiting.len() < 300 {
        check(format!("http://{address}"), ErrorKind::Timeout, "no connection to").await;
    }
}

#[tokio::test]
async fn a_head_without_end_is_not_read_to_its_end() {
    let (address, _) = server(|mut stream, _| {
        request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(format!("x-a: {}\r\n", "y".repeat(4000)).as_bytes()).is_ok() {}
    });
    let error = failure(&Http::new(), format!("http://{address}")).await;
    assert_eq!(error.kind(), ErrorKind::Transport, "{error:?}");
}

#[tokio::test]
async fn warming_connects_without_a_key_and_the_next_call_need_not() {
    let (address, connections) = server(|mut stream, _| {
        while let Some(text) = request(&mut stream) {
            match text.strip_prefix("HEAD / ") {
                Some(rest) => assert!(!rest.contains("authorization"), "{rest}"),
                None => assert!(text.contains("sk-planted")),
            }
            let body = if text.starts_with("HEAD") { "" } else { ANSWER };
            reply(&mut stream, 200, "", body);
        }
    });
    let http = Http::new();
    let url = Endpoint::new(table::OPENAI).base_url(format!("http://{address}")).url().unwrap();
    http.warm(&[url, "http://127.0.0.1:1/".parse().unwrap()]).await;
    call(&http, format!("http://{address}")).await.unwrap();
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_certificate_that_is_none_is_said_before_anything_is_sent() {
    let http = Http::new().trust("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
    let address = always(200, "", ANSWER);
    let error = failure(&http, format!("https://{address}")).await;
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("a certificate to trust is none"), "{error}");
}

#[test]
fn a_call_takes_the_first_lane_that_is_free_and_gives_it_back() {
    let clients = Clients::default();
    let settings = Settings::default();
    let enter = |url: &'static str| {
        let known = clients.know(&Uri::from_static(url)).unwrap();
        let (_, ticket) = clients.enter(&known, &settings).unwrap();
        ticket.map(|ticket| (ticket.lane(), ticket))
    };
    assert!(enter("http://example.com/").is_none());
    let (first, ticket) = enter("https://a.example/").unwrap();
    let (second, _held) = enter("https://a.example/").unwrap();
    let (other, _other) = enter("https://b.example/").unwrap();
    assert_eq!((first, second, other), (0, 1, 0));
    drop(ticket);
    assert_eq!(enter("https://a.example/").unwrap().0, 0);
}

/// A server of HTTP/2 without TLS that allows four streams per connection and answers none of them
/// before 64 requests are there; and how many connections there were.
async fn crowded() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let (counter, all) = (Arc::clone(&count), Arc::new(tokio::sync::Barrier::new(64)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            let all = Arc::clone(&all);
            tokio::spawn(async move {
                let mut builder = h2::server::Builder::new();
                builder.max_concurrent_streams(4);
                let mut connection = builder.handshake::<_, Bytes>(stream).await.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    let all = Arc::clone(&all);
                    tokio::spawn(async move {
                        all.wait().await;
                        let mut body = respond.send_response(Response::new(()), false).unwrap();
                        body.send_data(Bytes::from_static(ANSWER.as_bytes()), true).unwrap();
                    });
                }
            });
        }
    });
    (address, count)
}

/// 64 calls at once, all of them answered or none.
async fn at_once(http: &Http, address: SocketAddr) {
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let http = http.clone();
        calls.spawn(async move { call(&http, format!("http://{address}")).await });
    }
    let all = tokio::time::timeout(Duration::from_secs(30), calls.join_all());
    for answer in all.await.expect("a call waits for another") {
        assert_eq!(answer.unwrap(), "Hi");
    }
}

#[tokio::test]
async fn a_limit_of_streams_makes_no_call_wait_for_another() {
    let (address, connections) = crowded().await;
    let http = Http::new().versions(Versions::Two);
    at_once(&http, address).await;
    at_once(&http, address).await;
    assert_eq!(connections.load(Ordering::SeqCst), 64);
}

#[tokio::test]
async fn calls_share_a_connection_where_the_limit_is_known() {
    let (address, connections) = crowded().await;
    let http = Http::new().versions(Versions::Two).streams(4);
    // Only a connection that has been used knows the limit.
    at_once(&http, address).await;
    at_once(&http, address).await;
    assert_eq!(connections.load(Ordering::SeqCst), 16);
}
