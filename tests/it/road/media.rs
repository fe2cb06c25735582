//! A picture on the web on its way to targets of which only some fetch it.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use nohop::providers::{Fetch, Resolve};
use nohop::{ErrorKind, Image, Media, Message, Part, Role};
use nohop_testkit::Fault;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand so on";
const BASE64: &str = "iVBORw0KGgphbmQgc28gb24=";

/// A server of pictures, and how often it was asked.
struct Web {
    port: u16,
    asked: Arc<AtomicUsize>,
}

impl Web {
    async fn start() -> Self {
        let listener = TcpListener::bind((HERE, 0)).await.unwrap();
        let (port, asked) = (listener.local_addr().unwrap().port(), Arc::<AtomicUsize>::default());
        let count = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let mut head = [0; 4096];
                let _ = stream.read(&mut head).await;
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {}\r\n\r\n",
                    PNG.len()
                );
                let _ = stream.write_all(&[head.as_bytes(), PNG].concat()).await;
            }
        });
        Self { port, asked }
    }

    /// Fetches from here alone, by a name of its own.
    fn fetch(&self) -> Fetch {
        Fetch::from_hosts(["img.example"])
            .plain()
            .port(self.port)
            .resolver(Here)
            .reach(|address| address == HERE)
    }

    /// A question about a picture here.
    fn request(&self, model: &str) -> Request {
        let picture = Image::new(Media::Url(format!("http://img.example:{}/secret", self.port)));
        let parts = ["What is this?".into(), Part::from(picture)];
        Request::new(model).message(Message::new(Role::User, parts))
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[derive(Debug)]
struct Here;

#[async_trait]
impl Resolve for Here {
    async fn resolve(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(vec![HERE])
    }
}

/// Two emulators that fetch nothing, and one that does, behind the route `three`.
struct Three {
    router: Router,
    ledger: Arc<Memory>,
    near: [Emulator; 2],
    far: Emulator,
}

async fn three(first: Script, fetch: Option<Fetch>) -> Three {
    let near = [first, Emulator::ollama().says("near")];
    let [first, second] = near.map(Script::start);
    let near = [first.await.unwrap(), second.await.unwrap()];
    let far = Emulator::openai().says("far").start().await.unwrap();
    let ollama = |id: &'static str, emulator: &Emulator| {
        Endpoint::new(table::OLLAMA).id(id).base_url(emulator.url()).way("ollama").key("sk-near")
    };
    let ledger = Arc::new(Memory::new());
    let builder = Router::builder()
        .endpoint(ollama("one", &near[0]))
        .endpoint(ollama("two", &near[1]))
        .endpoint(openai("far", &far))
        .route(Route::new("three", ["m@one", "m@two", "m@far"]))
        .ledger(ledger.clone());
    let builder = match fetch {
        Some(fetch) => builder.fetch(fetch),
        None => builder,
    };
    Three { router: builder.build().unwrap(), ledger, near, far }
}

#[tokio::test]
async fn unless_fetching_is_asked_for_whoever_fetches_for_himself_answers() {
    let web = Web::start().await;
    for mode in MODES {
        let three = three(Emulator::ollama().says("near"), None).await;
        let response = ask(&three.router, web.request("three"), mode).await.unwrap();
        assert_eq!(response.text(), "far");
        assert!(three.near.iter().all(|near| near.journal().calls() == 0));
        let sent = three.far.journal().last().unwrap().json();
        let url = format!("http://img.example:{}/secret", web.port);
        assert_eq!(sent["messages"][0]["content"][1]["image_url"]["url"], url);
        // What was not sent is on the trace, with its reason, and is not on the ledger.
        let attempts = &response.trace.as_ref().unwrap().attempts;
        let errors: Vec<_> = attempts.iter().map(|attempt| attempt.error.as_deref()).collect();
        let why = "messages[0].parts[1]: the host does not fetch a picture from there: send its bytes, or \
                   let the router fetch it (Builder::fetch)";
        assert_eq!(errors, [Some(why), Some(why), None]);
        assert_eq!(three.ledger.entries().len(), 1);
        assert_eq!(web.asked(), 0);
    }
}

#[tokio::test]
async fn a_request_that_nobody_can_take_says_why_and_shows_no_address() {
    let web = Web::start().await;
    let three = three(Emulator::ollama().says("near"), None).await;
    let error = three.router.send(web.request("m@one")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().starts_with("messages[0].parts[1]: "), "{error}");
    assert!(!format!("{error:?} {error:#?}").contains("secret"));
}

#[tokio::test]
async fn what_is_fetched_is_sent_along_and_fetched_once_for_all_attempts() {
    let web = Web::start().await;
    for (turn, mode) in MODES.into_iter().enumerate() {
        let broken = Emulator::ollama().says("near").fault(Fault::status(500, "{}"));
        let three = three(broken, Some(web.fetch())).await;
        let response = ask(&three.router, web.request("three"), mode).await.unwrap();
        assert_eq!(response.text(), "near");
        for near in &three.near {
            let sent = near.journal().last().unwrap().json();
            assert_eq!(sent["messages"][0]["images"], serde_json::json!([BASE64]));
        }
        assert_eq!((web.asked(), three.far.journal().calls()), (turn + 1, 0));
    }
}

#[tokio::test]
async fn what_a_target_fetches_itself_is_not_fetched_for_it() {
    let web = Web::start().await;
    let three = three(Emulator::ollama().says("near"), Some(web.fetch())).await;
    let response = three.router.send(web.request("m@far")).await.unwrap();
    assert_eq!((response.text().as_str(), web.asked()), ("far", 0));
}

#[tokio::test]
async fn what_may_not_be_fetched_goes_to_whoever_fetches_for_himself() {
    let web = Web::start().await;
    let elsewhere = Fetch::from_hosts(["other.example"]).plain().port(web.port).resolver(Here);
    let three = three(Emulator::ollama().says("near"), Some(elsewhere)).await;
    let response = three.router.send(web.request("three")).await.unwrap();
    assert_eq!((response.text().as_str(), web.asked()), ("far", 0));
    let first = response.trace.as_ref().unwrap().attempts[0].error.clone();
    let why = "messages[0].parts[1]: its host is not on the list: add it to Fetch::from_hosts";
    assert_eq!(first.as_deref(), Some(why));
}

#[tokio::test]
async fn this_machine_is_not_reached_by_those_who_ask_for_it() {
    let web = Web::start().await;
    // As somebody would who listed too much, and left the check of addresses as it is.
    let fetch = Fetch::from_hosts(["127.0.0.1", "localhost", "img.example"]).plain().port(web.port);
    let three = three(Emulator::ollama().says("near"), Some(fetch.resolver(Here))).await;
    for host in ["127.0.0.1", "2130706433", "localhost", "img.example"] {
        let picture = Image::new(Media::Url(format!("http://{host}:{}/", web.port)));
        let error = three.router.send(Request::new("m@one").user(Part::from(picture))).await;
        let error = error.unwrap_err();
        assert!(error.message().ends_with("not on the public web: send the bytes"), "{error}");
    }
    assert_eq!((web.asked(), three.near[0].journal().calls()), (0, 0));
}

#[test]
fn a_list_of_what_are_no_hosts_is_an_error_of_the_builder() {
    let endpoint = Endpoint::new(table::OPENAI).key("sk-first");
    let built = Router::builder().endpoint(endpoint).fetch(Fetch::from_hosts(["*"])).build();
    assert_eq!(built.err().map(|error| error.kind()), Some(ErrorKind::Config));
}
