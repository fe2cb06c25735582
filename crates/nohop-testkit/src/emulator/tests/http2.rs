use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use super::client::{chat, contents};
use crate::{Emulator, Fault};

pub(super) type Client = SendRequest<Full<Bytes>>;

pub(super) async fn client(emulator: &Emulator) -> Client {
    let stream = TcpStream::connect(emulator.address()).await.unwrap();
    let io = TokioIo::new(stream);
    let (client, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    client
}

pub(super) async fn call(client: &Client) -> hyper::Result<Response<Incoming>> {
    let request = Request::post("https://localhost/v1/chat/completions")
        .header("authorization", "Bearer sk-1")
        .body(Full::from(chat(true).to_string()))
        .unwrap();
    client.clone().send_request(request).await
}

#[tokio::test(start_paused = true)]
async fn no_more_streams_run_at_once_than_allowed() {
    let script = Emulator::openai().says("a").first_after(Duration::from_millis(20)).http2(4);
    let emulator = script.start().await.unwrap();
    let client = Arc::new(client(&emulator).await);
    // Before the server's settings have come, a client may send too many; it learns by the first.
    call(&client).await.unwrap().into_body().collect().await.unwrap();

    let calls = (0..12).map(|_| {
        let client = Arc::clone(&client);
        tokio::spawn(async move {
            let answer = call(&client).await.unwrap();
            assert_eq!(answer.version(), Version::HTTP_2);
            contents(&answer.into_body().collect().await.unwrap().to_bytes())
        })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), 1);
    }

    let requests = emulator.journal().requests();
    assert!(requests.iter().all(|r| r.connection == 1 && r.version == Version::HTTP_2));
    // The first four came together, and each later one only once another was over.
    assert!(requests[5].at - requests[1].at >= Duration::from_millis(20));
    assert!(requests[4].at < requests[1].at + Duration::from_millis(20));
}

#[tokio::test]
async fn a_reset_ends_one_stream_and_not_the_connection() {
    let faults = [Fault::ResetAfter { events: 2 }, Fault::Reset];
    let script = Emulator::openai().says("One two three").faults(faults).http2(10);
    let emulator = script.start().await.unwrap();
    let client = client(&emulator).await;

    let cut = call(&client).await.unwrap().into_body().collect().await;
    let unanswered = call(&client).await;
    let whole = call(&client).await.unwrap().into_body().collect().await.unwrap();

    assert!(cut.is_err() && unanswered.is_err());
    assert_eq!(contents(&whole.to_bytes()), 3);
    assert_eq!(emulator.accepted(), 1);
}

#[tokio::test]
async fn a_cancelled_stream_is_seen() {
    let hour = Duration::from_secs(3_600);
    let emulator = Emulator::openai().says("a b").pause(hour).http2(10).start().await.unwrap();
    let client = client(&emulator).await;
    let mut body = call(&client).await.unwrap().into_body();
    body.frame().await.unwrap().unwrap();

    drop(body);

    let journal = emulator.journal();
    journal.wait_until(|journal| journal.last().is_some_and(|r| r.served.left)).await;
    assert_eq!(emulator.connections(), 1);
}

#[tokio::test]
async fn dropping_the_emulator_ends_its_streams() {
    let emulator = Emulator::openai().fault(Fault::Hang).http2(10).start().await.unwrap();
    let client = client(&emulator).await;
    let hanging = tokio::spawn(async move { call(&client).await.is_err() });
    emulator.journal().wait_for(1).await;

    drop(emulator);

    assert!(hanging.await.unwrap());
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
}
