//! What happens on the wire: streams, pools, connections that end, events that are not held back.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use nohop::providers::Http;
use nohop::{Answer, ErrorKind, Event, Piece};
use nohop_testkit::{Departure, Fault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::*;

/// A wide limit on real time, which is never met where all is well.
const LONG: Duration = Duration::from_secs(60);

/// A router with one endpoint, `only`, that trusts the emulator's certificate.
fn router(emulator: &Emulator) -> Router {
    let transport = Http::new().trust(emulator.certificate_pem());
    Router::builder().endpoint(openai("only", emulator)).transport(transport).build().unwrap()
}

fn only() -> Request {
    Request::new("m@only").user("Hello?")
}

#[tokio::test]
async fn no_call_waits_for_another_though_a_connection_has_few_streams() {
    let stall = Fault::StallAfter { events: 1 };
    let script = Emulator::openai().http2(4).tls().says("One two three.");
    let emulator = script.fault_times(64, stall).start().await.unwrap();
    let router = router(&emulator);

    // None of them ends before all of them have begun.
    let calls = join_all((0..64).map(|_| router.stream(only())));
    let answers = timeout(LONG, calls).await.expect("a call waited for another");
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!((router.running(), emulator.journal().calls()), (64, 64));
    let requests = emulator.journal().requests();
    assert!(requests.iter().all(|it| it.version == http::Version::HTTP_2));
    drop(answers);
    assert_eq!(router.running(), 0);

    // Those that come later need no more connections than there are.
    let before = emulator.accepted();
    for _ in 0..8 {
        assert_eq!(router.send(only()).await.unwrap().text(), "One two three.");
    }
    assert_eq!(emulator.accepted(), before);
}

#[tokio::test]
async fn the_trace_tells_who_had_to_open_a_connection() {
    for script in [Emulator::openai().tls(), Emulator::openai().tls().http2(4)] {
        let emulator = script.says("Hello!").start().await.unwrap();
        let router = router(&emulator);
        let connect = async || {
            let trace = router.send(only()).await.unwrap().trace.unwrap();
            trace.attempts[0].connect
        };
        assert!(connect().await.is_some_and(|took| !took.is_zero()));
        assert_eq!(connect().await, None, "the connection was there");
    }
}

/// Ten calls to each kind of server that closes a connection as soon as it is idle.
async fn closing(each: impl AsyncFn(&Emulator, &Router)) {
    let scripts = [Emulator::openai(), Emulator::openai().tls(), Emulator::openai().tls().http2(4)];
    for script in scripts {
        let emulator = script.says("Hello!").fault(Fault::CloseIdle(Duration::ZERO));
        let emulator = emulator.start().await.unwrap();
        let router = router(&emulator);
        for sent in 1..=10 {
            each(&emulator, &router).await;
            // Whatever was tried on the way, nobody read the same request twice.
            assert_eq!(emulator.journal().calls(), sent);
        }
    }
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_is_not_the_next_failure() {
    closing(async |emulator, router| {
        let response = router.send(only()).await.unwrap();
        assert_eq!(outcomes(&response), [Outcome::Finished]);
        // The server has closed it, and the client may not have heard of it.
        while emulator.connections() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_is_being_closed_fails_no_request_and_repeats_none() {
    closing(async |emulator, router| {
        assert_eq!(router.send(only()).await.unwrap().text(), "Hello!");
        emulator.close_idle();
    })
    .await;
}

#[tokio::test]
async fn what_a_server_has_read_is_sent_again_by_nobody_but_a_plan() {
    let limits = Limits { attempts: 1, ..Limits::DEFAULT };
    for fault in [Fault::Reset, Fault::Close, Fault::CutBeforeFirst] {
        let scripts = [Emulator::openai(), Emulator::openai().tls().http2(4)];
        for script in scripts {
            // The second call comes on a connection that is known to work.
            let script = script.says("Hello!").fault_at(2, fault.clone());
            let emulator = script.start().await.unwrap();
            let transport = Http::new().trust(emulator.certificate_pem());
            let builder = Router::builder().endpoint(openai("only", &emulator)).limits(limits);
            let router = builder.transport(transport).build().unwrap();
            router.send(only()).await.unwrap();
            let error = router.send(only()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Transport, "{fault:?}: {error}");
            assert_eq!(emulator.journal().calls(), 2, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn one_client_serves_every_request_and_errors_keep_no_connection() {
    let faults = [Fault::ServerError, Fault::ErrorUnder200, Fault::NoChoices, Fault::BadSchema];
    let emulator = Emulator::openai().says("Hello!");
    let emulator = emulator.faults(faults).start().await.unwrap();
    let router = router(&emulator);
    for mode in MODES.repeat(10) {
        drop(ask(&router, only(), mode).await);
    }
    assert_eq!(emulator.accepted(), 1, "each request made a connection of its own");

    let many = join_all((0..16).map(|_| router.send(only()))).await;
    assert!(many.iter().all(Result::is_ok));
    let connections = emulator.accepted();
    assert!(connections <= 16, "{connections}");
    for _ in 0..16 {
        router.clone().send(only()).await.unwrap();
    }
    assert_eq!(emulator.accepted(), connections);
}

#[tokio::test]
async fn a_stream_that_broke_does_not_leak_its_connection() {
    let broken = [
        Fault::StallAfter { events: 1 },
        Fault::ErrorAfter { events: 1, kind: ErrorKind::Server },
        Fault::MalformedAfter { events: 1 },
        Fault::ResetAfter { events: 1 },
    ];
    for fault in broken {
        let script = Emulator::openai().says("One two three.").fault(fault);
        let emulator = script.departs(Departure::NoDone).start().await.unwrap();
        let router = router(&emulator);
        for _ in 0..8 {
            let mut answer = router.stream(only()).await.unwrap();
            answer.next().await.unwrap().unwrap();
        }
        timeout(LONG, async {
            while emulator.connections() > 1 {
                tokio::task::yield_now().await;
            }
        })
        .await
        .expect("a connection was leaked");
        assert_eq!(router.running(), 0);
    }
}

/// What a server writes of one event.
fn event(text: &str) -> String {
    let data = format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"{text}"}}}}]}}"#);
    format!("data: {data}\n\n")
}

#[tokio::test]
async fn each_event_is_handed_on_before_the_next_is_written() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let endpoint = Endpoint::new(table::OPENAI).id("only").base_url(url).key("k");
    let router = Router::builder().endpoint(endpoint).build().unwrap();
    let (write, mut to_write) = tokio::sync::mpsc::unbounded_channel::<Bytes>();
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        while !read.ends_with(b"}") {
            socket.read_buf(&mut read).await.unwrap();
        }
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
        socket.write_all(head.as_bytes()).await.unwrap();
        while let Some(bytes) = to_write.recv().await {
            socket.write_all(&bytes).await.unwrap();
        }
    });

    write.send(event("0").into()).unwrap();
    let mut answer = timeout(LONG, router.stream(only())).await.unwrap().unwrap();
    for number in 0..20 {
        let heard = timeout(LONG, hear(&mut answer, &number.to_string())).await;
        heard.expect("an event was held back");
        // Only now: nobody waits to have more.
        write.send(event(&(number + 1).to_string()).into()).unwrap();
    }
    let end = r#"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
    write.send(format!("{end}\n\ndata: [DONE]\n\n").into()).unwrap();
    drop(write);
    hear(&mut answer, "20").await;
    while let Some(event) = answer.next().await {
        event.unwrap();
    }
    server.await.unwrap();
}

/// Reads on until this text comes.
async fn hear(answer: &mut Answer, text: &str) {
    loop {
        let heard = match answer.next().await.unwrap().unwrap() {
            Event::Open { start, .. } => start.as_text().is_some_and(|it| it == text),
            Event::Delta { piece: Piece::Text(it), .. } => it == text,
            _ => false,
        };
        if heard {
            return;
        }
    }
}
