use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::client::{chat, message, openai, read, send};
use crate::{Emulator, Fault};

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test(start_paused = true)]
async fn an_hour_passes_in_no_time_and_the_clients_timeout_comes_first() {
    let emulator = Emulator::openai().says("late").delay(HOUR).start().await.unwrap();
    let (real, paused) = (std::time::Instant::now(), Instant::now());

    let answer = timeout(Duration::from_secs(60), async {
        let mut socket = TcpStream::connect(emulator.address()).await.unwrap();
        let key = [("authorization", "Bearer k")];
        send(&mut socket, "POST", "/chat/completions", &key, &chat(false).to_string()).await;
        socket.readable().await.unwrap();
    })
    .await;

    assert!(answer.is_err());
    assert_eq!(paused.elapsed().as_secs(), 60);
    assert!(real.elapsed() < Duration::from_secs(30));
    emulator.journal().wait_until(|journal| journal.last().is_some_and(|r| r.served.left)).await;
}

#[tokio::test(start_paused = true)]
async fn answers_arrive_long_before_the_next_timer() {
    for _ in 0..50 {
        let emulator = Emulator::openai().says("One two three").start().await.unwrap();

        let answer = timeout(Duration::from_millis(1), openai(&emulator, &chat(true))).await;

        assert!(answer.unwrap().text().contains("[DONE]"));
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_are_as_long_as_told() {
    let script = Emulator::anthropic()
        .says("One two three")
        .delay(Duration::from_millis(100))
        .first_after(Duration::from_millis(200))
        .pause(Duration::from_millis(300));
    let emulator = script.start().await.unwrap();
    let start = Instant::now();

    let seen = message(&emulator, &chat(true)).await;

    assert!(seen.text().contains("message_stop"));
    assert_eq!(start.elapsed().as_millis(), 900);
}

#[tokio::test(start_paused = true)]
async fn pings_keep_a_stalled_stream_alive() {
    let script = Emulator::anthropic().says("a").keep_alive(Duration::from_millis(900));
    let emulator = script.fault(Fault::StallAfterHead).start().await.unwrap();
    let mut socket = TcpStream::connect(emulator.address()).await.unwrap();
    let headers = [("x-api-key", "k"), ("anthropic-version", "2023-06-01")];
    send(&mut socket, "POST", "/v1/messages", &headers, &chat(true).to_string()).await;

    let silent = timeout(Duration::from_secs(10), read(&mut socket)).await;

    assert!(silent.is_err());
    let served = emulator.journal().last().unwrap().served;
    assert_eq!(
        (served.events, served.bytes / "event: ping\ndata: {\"type\": \"ping\"}\n\n".len()),
        (0, 11)
    );
}

#[tokio::test(start_paused = true)]
async fn a_drip_takes_its_time() {
    let script = Emulator::openai().says("a").drip(10, Duration::from_millis(50));
    let emulator = script.start().await.unwrap();
    let start = Instant::now();

    let seen = openai(&emulator, &chat(true)).await;

    // Every piece of ten bytes, and every remainder of an event, waits.
    assert!(start.elapsed().as_millis() as usize >= seen.body.len() / 10 * 50);
    assert!(seen.text().contains("[DONE]"));
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_a_good_one() {
    let script = Emulator::openai().says("a").fault_at(1, Fault::Late(HOUR));
    let emulator = script.start().await.unwrap();
    let mut socket = TcpStream::connect(emulator.address()).await.unwrap();
    let key = [("authorization", "Bearer k")];
    let start = Instant::now();

    send(&mut socket, "POST", "/v1/chat/completions", &key, &chat(false).to_string()).await;
    socket.readable().await.unwrap();

    assert_eq!(start.elapsed(), HOUR);
    assert_eq!(read(&mut socket).await.status(), 200);
}
