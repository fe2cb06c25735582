//! A server that answers with whatever bytes it is given.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand so on";

/// What is done with a connection once the request was read.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// These bytes, and the end.
    Bytes(Vec<u8>),
    /// These bytes, and then more of these for ever.
    Endless(Vec<u8>, Vec<u8>),
    /// These bytes, and then nothing, but no end.
    Stuck(Vec<u8>),
    /// Nothing at all.
    Silence,
}

#[derive(Debug)]
pub(super) struct Far {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Far {
    /// A server on this machine that gives every connection the next of these answers, and the last for
    /// ever.
    pub(super) async fn answering(answers: impl Into<Vec<Answer>>) -> Self {
        Self::at(super::HERE, 0, answers).await
    }

    pub(super) async fn at(address: IpAddr, port: u16, answers: impl Into<Vec<Answer>>) -> Self {
        let listener = TcpListener::bind((address, port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let (answers, hears) = (answers.into(), heard.clone());
        tokio::spawn(async move {
            for turn in 0.. {
                let Ok((mut stream, _)) = listener.accept().await else { return };
                let answer = answers[turn.min(answers.len() - 1)].clone();
                let hears = hears.clone();
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        let mut piece = [0; 1024];
                        match stream.read(&mut piece).await {
                            Ok(0) | Err(_) => return,
                            Ok(length) => request.extend_from_slice(&piece[..length]),
                        }
                    }
                    hears.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
                    match answer {
                        Answer::Bytes(bytes) => drop(stream.write_all(&bytes).await),
                        Answer::Endless(head, more) => {
                            let mut wrote = stream.write_all(&head).await;
                            while wrote.is_ok() && !more.is_empty() {
                                wrote = stream.write_all(&more).await;
                            }
                        }
                        Answer::Stuck(head) => {
                            drop(stream.write_all(&head).await);
                            tokio::time::sleep(Duration::from_secs(600)).await;
                        }
                        Answer::Silence => tokio::time::sleep(Duration::from_secs(600)).await,
                    }
                });
            }
        });
        Self { port, heard }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The heads of the requests that came.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// An address of this server, by the name that the tests give it.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://img.example:{}{path}", self.port)
    }
}

/// An answer with this head and body, and the length of the body.
pub(super) fn answer(status: &str, head: &str, body: &[u8]) -> Answer {
    let mut bytes = format!(
        "HTTP/1.1 {status}\r\n{head}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    bytes.retain(|c| c != '\0');
    let mut bytes = bytes.into_bytes();
    bytes.extend_from_slice(body);
    Answer::Bytes(bytes)
}

/// A picture.
pub(super) fn picture() -> Answer {
    answer("200 OK", "Content-Type: image/png\r\n", PNG)
}

/// A redirect to `place`.
pub(super) fn redirect(place: &str) -> Answer {
    answer("302 Found", &format!("Location: {place}\r\n"), b"")
}
