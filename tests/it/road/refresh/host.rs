//! A host of lists on a real socket, in the test's own runtime: each path is a page, and a page may be at fault.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What a path answers with.
#[derive(Clone)]
pub(super) enum Page {
    /// This body.
    Says(Bytes),
    /// This body, with a mark of its version; whoever has that is told that it is the same.
    Marked(Bytes, &'static str),
    /// This status, and nothing.
    Status(u16),
    /// Half of what was promised.
    Cut(Bytes),
    /// Nothing, for ever.
    Silent,
    /// More and more.
    Endless,
    /// A length, and then as many bytes as are taken.
    Promises(u64),
}

pub(super) struct Host {
    pub(super) url: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    pages: Mutex<BTreeMap<String, Page>>,
    /// The path of each request, and the mark that it sent.
    asked: Mutex<Vec<(String, Option<String>)>>,
    sent: AtomicUsize,
}

impl Host {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared::default());
        let serving = shared.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, serving.clone()));
            }
        });
        Self { url, shared, accepting }
    }

    /// From now on `path` answers with `page`.
    pub(super) fn page(&self, path: &str, page: Page) -> String {
        self.shared.pages.lock().unwrap().insert(path.to_owned(), page);
        format!("{}{path}", self.url)
    }

    pub(super) fn says(&self, path: &str, body: impl Into<Bytes>) -> String {
        self.page(path, Page::Says(body.into()))
    }

    /// The marks that were sent with the requests for `path`.
    pub(super) fn marks(&self, path: &str) -> Vec<Option<String>> {
        let asked = self.shared.asked.lock().unwrap();
        asked.iter().filter(|(it, _)| it == path).map(|(_, mark)| mark.clone()).collect()
    }

    /// How many bytes of bodies without an end were taken.
    pub(super) fn sent(&self) -> usize {
        self.shared.sent.load(Ordering::Relaxed)
    }

    /// Nobody is there any more.
    pub(super) fn down(&self) {
        self.accepting.abort();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(mut socket: TcpStream, shared: Arc<Shared>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match socket.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let mark = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("if-none-match").then(|| value.to_owned())
    });
    shared.asked.lock().unwrap().push((path.clone(), mark.clone()));
    let page = shared.pages.lock().unwrap().get(&path).cloned();
    // Whoever hangs up has heard enough.
    drop(answer(&mut socket, page.unwrap_or(Page::Status(404)), mark, &shared).await);
}

async fn answer(
    socket: &mut TcpStream,
    page: Page,
    mark: Option<String>,
    shared: &Shared,
) -> std::io::Result<()> {
    let head = |status: u16, length: usize, more: &str| {
        format!(
            "HTTP/1.1 {status} it\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: \
             {length}\r\n{more}\r\n"
        )
    };
    match page {
        Page::Says(body) => {
            socket.write_all(head(200, body.len(), "").as_bytes()).await?;
            socket.write_all(&body).await
        }
        Page::Marked(_, known) if mark.as_deref() == Some(known) => {
            socket.write_all(head(304, 0, "").replace("content-length: 0\r\n", "").as_bytes()).await
        }
        Page::Marked(body, known) => {
            let more = format!("etag: {known}\r\n");
            socket.write_all(head(200, body.len(), &more).as_bytes()).await?;
            socket.write_all(&body).await
        }
        Page::Status(status) => {
            let more = "location: https://elsewhere.example/list\r\n";
            socket.write_all(head(status, 0, more).as_bytes()).await
        }
        Page::Cut(body) => {
            socket.write_all(head(200, body.len(), "").as_bytes()).await?;
            socket.write_all(&body[..body.len() / 2]).await
        }
        Page::Silent => std::future::pending().await,
        Page::Endless => {
            socket
                .write_all(
                    b"HTTP/1.1 200 it\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n",
                )
                .await?;
            loop {
                socket.write_all(b"10000\r\n").await?;
                socket.write_all(&[b' '; 1 << 16]).await?;
                socket.write_all(b"\r\n").await?;
                shared.sent.fetch_add(1 << 16, Ordering::Relaxed);
            }
        }
        Page::Promises(length) => {
            socket.write_all(head(200, length as usize, "").as_bytes()).await?;
            loop {
                socket.write_all(&[b' '; 1 << 16]).await?;
                shared.sent.fetch_add(1 << 16, Ordering::Relaxed);
            }
        }
    }
}
