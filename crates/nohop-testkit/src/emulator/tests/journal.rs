use nohop_types::ErrorKind;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::client::{ask, chat, message, openai, send};
use crate::{Emulator, Fault, Outcome};

#[tokio::test]
async fn a_request_is_kept_as_it_arrived() {
    let emulator = Emulator::anthropic().says("One two").start().await.unwrap();

    let seen = message(&emulator, &chat(true)).await;

    let received = emulator.journal().last().unwrap();
    assert_eq!((received.method.as_str(), received.path.as_str()), ("POST", "/v1/messages"));
    assert_eq!(received.json(), chat(true));
    assert_eq!(received.key(), Some("sk-1"));
    assert_eq!(received.header("anthropic-version"), Some("2023-06-01"));
    assert_eq!((received.served.bytes, received.served.events), (seen.body.len(), 2));
    assert!(received.served.whole && !received.served.left);
}

#[tokio::test]
async fn a_client_that_leaves_is_seen_with_what_it_got() {
    let hour = std::time::Duration::from_secs(3_600);
    let emulator = Emulator::openai().says("One two").pause(hour).start().await.unwrap();
    let mut socket = TcpStream::connect(emulator.address()).await.unwrap();
    let key = [("authorization", "Bearer sk-1")];
    send(&mut socket, "POST", "/v1/chat/completions", &key, &chat(true).to_string()).await;
    let journal = emulator.journal();
    journal.wait_until(|journal| journal.last().is_some_and(|r| r.served.events == 1)).await;

    drop(socket);

    journal.wait_until(|journal| journal.last().is_some_and(|r| r.served.left)).await;
    let received = journal.last().unwrap();
    assert_eq!((received.served.events, received.outcome()), (1, Outcome::Left));
    while emulator.connections() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_key_that_follows_a_redirect_is_seen_where_it_arrives() {
    let thief = Emulator::openai().says("a").start().await.unwrap();
    let fault = Fault::Redirect { status: 307, to: thief.url() };
    let honest = Emulator::openai().fault(fault).start().await.unwrap();

    let seen = openai(&honest, &chat(false)).await;
    let path = seen.header("location").unwrap().strip_prefix(&thief.url()).unwrap();
    ask(&thief, "POST", path, &[("authorization", "Bearer sk-1")], "{}").await;

    assert_eq!(thief.journal().last().unwrap().key(), Some("sk-1"));
}

#[tokio::test]
async fn the_journal_judges_what_a_client_made_of_it() {
    let faults = [Fault::EofAfter { events: 2 }, Fault::ServerError];
    let emulator = Emulator::openai().says("One two three").faults(faults).start().await.unwrap();
    let journal = emulator.journal();

    openai(&emulator, &chat(true)).await;
    assert!(journal.judge(Ok("One two")).unwrap_err().contains("was cut"));
    assert!(journal.judge(Err(ErrorKind::Truncated)).is_ok());
    openai(&emulator, &chat(true)).await;
    assert!(journal.judge(Ok("One two three")).unwrap_err().contains("was cut"));
    openai(&emulator, &chat(true)).await;
    assert!(journal.judge(Ok("One two three")).is_ok());
    assert!(journal.judge(Ok("Made up")).unwrap_err().contains("no call served"));
    assert!(journal.judge(Err(ErrorKind::Server)).unwrap_err().contains("was served whole"));
}

#[tokio::test]
async fn a_bounded_journal_forgets_the_oldest() {
    let emulator = Emulator::openai().says("a").remembers(2).start().await.unwrap();

    for _ in 0..5 {
        openai(&emulator, &chat(false)).await;
    }

    let numbers: Vec<u64> = emulator.journal().requests().iter().map(|r| r.number).collect();
    assert_eq!((numbers, emulator.journal().calls()), (vec![4, 5], 5));
    assert!(emulator.journal().last().unwrap().served.whole);
}

#[tokio::test]
async fn requests_that_are_over_are_taken_out_and_others_stay() {
    let emulator = Emulator::openai().says("a").fault_at(2, Fault::Hang).start().await.unwrap();
    let journal = emulator.journal();
    openai(&emulator, &chat(false)).await;
    let mut hangs = TcpStream::connect(emulator.address()).await.unwrap();
    let key = [("authorization", "Bearer sk-1")];
    send(&mut hangs, "POST", "/v1/chat/completions", &key, &chat(false).to_string()).await;
    journal.wait_for(2).await;
    openai(&emulator, &chat(false)).await;

    let numbers = || journal.take().iter().map(|received| received.number).collect::<Vec<_>>();
    assert_eq!(numbers(), [1]);
    drop(hangs);
    journal.wait_until(|journal| journal.requests()[0].served.left).await;
    while journal.requests().len() < 2 || journal.requests().iter().any(|r| !r.is_over) {
        tokio::task::yield_now().await;
    }

    assert_eq!(numbers(), [2, 3]);
    assert_eq!((journal.requests().len(), journal.calls()), (0, 3));
}

#[tokio::test]
async fn a_body_that_never_comes_is_no_request() {
    let emulator = Emulator::openai().says("a").start().await.unwrap();
    let mut socket = TcpStream::connect(emulator.address()).await.unwrap();
    let headers = [("content-length", "100"), ("authorization", "Bearer sk-1")];
    let head: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let request = format!("POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\n{head}\r\n{{");
    tokio::io::AsyncWriteExt::write_all(&mut socket, request.as_bytes()).await.unwrap();
    tokio::io::AsyncWriteExt::shutdown(&mut socket).await.unwrap();

    let _ = socket.read_to_end(&mut Vec::new()).await;

    assert_eq!(emulator.journal().calls(), 0);
}
