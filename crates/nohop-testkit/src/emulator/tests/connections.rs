use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::client::{Ending, chat, openai, read, send};
use crate::{Emulator, Fault};

const KEY: [(&str, &str); 1] = [("authorization", "Bearer sk-1")];

async fn call(socket: &mut TcpStream) -> u16 {
    let body = chat(true).to_string();
    send(socket, "POST", "/v1/chat/completions", &KEY, &body).await;
    read(socket).await.status()
}

#[tokio::test]
async fn a_connection_is_kept_and_its_requests_are_counted() {
    let emulator = Emulator::openai().says("a").start().await.unwrap();
    let mut socket = TcpStream::connect(emulator.address()).await.unwrap();

    for _ in 0..3 {
        assert_eq!(call(&mut socket).await, 200);
    }
    openai(&emulator, &chat(false)).await;

    let requests = emulator.journal().requests();
    let places: Vec<_> = requests.iter().map(|r| (r.number, r.connection, r.turn)).collect();
    assert_eq!(places, [(1, 1, 1), (2, 1, 2), (3, 1, 3), (4, 2, 1)]);
    assert_eq!(emulator.accepted(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed_in_order_once_it_was_idle_for_long_enough() {
    let idle = Fault::CloseIdle(Duration::from_millis(500));
    let emulator = Emulator::openai().says("a b c").fault(idle).start().await.unwrap();
    let mut socket = TcpStream::connect(emulator.address()).await.unwrap();

    assert_eq!(call(&mut socket).await, 200);
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(call(&mut socket).await, 200);

    let start = tokio::time::Instant::now();
    assert_eq!(socket.read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(start.elapsed().as_millis(), 500);
}

#[tokio::test]
async fn idle_connections_can_be_closed_at_any_time() {
    let emulator = Emulator::openai().says("a").start().await.unwrap();
    let mut socket = TcpStream::connect(emulator.address()).await.unwrap();
    assert_eq!(call(&mut socket).await, 200);

    emulator.close_idle();

    assert_eq!(socket.read(&mut [0; 8]).await.unwrap(), 0);
}

#[tokio::test]
async fn closing_at_once_loses_nothing_of_the_answer() {
    for _ in 0..20 {
        let text = "word ".repeat(500);
        let script = Emulator::openai().says(text).fault(Fault::CloseIdle(Duration::ZERO));
        let emulator = script.start().await.unwrap();

        let seen = openai(&emulator, &chat(true)).await;

        assert_eq!(seen.end, Ending::Complete);
        assert!(seen.text().ends_with("data: [DONE]\n\n"));
    }
}

#[tokio::test]
async fn an_emulator_that_is_down_refuses_and_one_that_is_up_answers() {
    let emulator = Emulator::openai().says("a").start().await.unwrap();
    let mut socket = TcpStream::connect(emulator.address()).await.unwrap();
    assert_eq!(call(&mut socket).await, 200);

    emulator.down().await;

    let refused = TcpStream::connect(emulator.address()).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    assert_eq!(emulator.connections(), 0);
    let reset = socket.read(&mut [0; 8]).await.unwrap_err();
    assert_eq!(reset.kind(), std::io::ErrorKind::ConnectionReset);

    emulator.up().await.unwrap();

    assert_eq!(openai(&emulator, &chat(false)).await.status(), 200);
}

#[tokio::test]
async fn dropping_an_emulator_closes_everything() {
    let emulator = Emulator::openai().fault(Fault::Hang).start().await.unwrap();
    let (address, journal) = (emulator.address(), emulator.journal().clone());
    let mut socket = TcpStream::connect(address).await.unwrap();
    send(&mut socket, "POST", "/v1/chat/completions", &KEY, &chat(true).to_string()).await;
    journal.wait_for(1).await;
    assert_eq!(emulator.connections(), 1);

    drop(emulator);

    assert_eq!(read(&mut socket).await.end, Ending::Eof);
    assert!(TcpStream::connect(address).await.is_err());
    assert!(!journal.last().unwrap().served.left);
    // The listener, the connection and what they held are gone.
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
}
