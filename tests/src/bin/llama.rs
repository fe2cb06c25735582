//! Holds the router to a real server that none of us wrote: llama.cpp's.
//!
//! ```sh
//! cargo run --release -p nohop-tests --bin llama -- START
//! ```
//!
//! `START PORT [--thinking] [--embedding] [--api-key KEY]` must serve a tiny model there, in the foreground, until it is killed.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool reports")]
#![allow(clippy::unwrap_used, reason = "a panic is how a check fails")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use nohop::policy::{Broken, Hedge, Limits};
use nohop::providers::{Endpoint, table};
use nohop::{
    EmbedRequest, ErrorKind, Event, ExtraScope, Json, Message, Outcome, OutputFormat, Part,
    Request, RerankRequest, Response, Route, Router, Schema, Tool,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(start) = std::env::args().nth(1) else {
        eprintln!("usage: llama START, where START PORT serves a tiny model");
        return ExitCode::from(2);
    };
    let plain = Server::start(&start, &[]);
    let thinking = Server::start(&start, &["--thinking"]);
    let locked = Server::start(&start, &["--api-key", "sk-real"]);
    let embedding = Server::start(&start, &["--embedding"]);
    for server in [&plain, &thinking, &locked, &embedding] {
        server.wait();
    }
    answers(&plain).await;
    stream(&plain).await;
    tools(&plain).await;
    schema(&plain).await;
    reasoning(&thinking).await;
    messages(&plain).await;
    responses(&plain, &thinking).await;
    cancellation(&plain).await;
    key(&locked).await;
    overflow(&plain).await;
    killed_before(&start, &plain).await;
    killed_amid(&start, &plain).await;
    resumed(&start, &plain).await;
    hedged(&start, &plain).await;
    vectors(&embedding).await;
    order(&plain).await;
    models(&locked).await;
    println!("17 checks passed");
    ExitCode::SUCCESS
}

async fn answers(server: &Server) {
    let response = server.router().send(hello()).await.unwrap();
    assert!(response.text().starts_with(SAYS), "{}", response.text());
    assert_eq!(response.usage.output, Some(25), "{:?}", response.usage);
    done("a chat is answered", &response.text());
}

async fn stream(server: &Server) {
    let mut text = server.router().stream(hello()).await.unwrap().text();
    let (mut said, mut pieces) = (String::new(), 0);
    while let Some(piece) = text.next().await {
        said += &piece.unwrap();
        pieces += 1;
    }
    assert!(said.starts_with(SAYS), "{said}");
    assert!(pieces > 10, "{pieces} pieces");
    done("a stream says the same", &format!("{pieces} pieces"));
}

async fn tools(server: &Server) {
    let arguments = tool(&server.router()).await;
    done("a tool is called and its result answered", &arguments);
}

/// Has a tool called and its result answered, and returns what the tool was given.
async fn tool(router: &Router) -> String {
    let parameters =
        r#"{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"#;
    let tool = Tool::function("weather", Json::new(parameters).unwrap());
    let request = hello().tool(tool);
    let response = router.send(request.clone()).await.unwrap();
    let call = response.tool_calls().next().expect("a tool is called").clone();
    assert_eq!(call.name, "weather");
    let again = request.answer(&response).result(&call.id, "Rain.");
    let response = router.send(again).await.unwrap();
    assert!(response.tool_calls().next().is_none() && !response.text().is_empty());
    call.arguments
}

async fn schema(server: &Server) {
    let schema = r#"{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}"#;
    let schema = Schema::new("number", Json::new(schema).unwrap()).strict();
    let request = hello().output(OutputFormat::JsonSchema(schema)).max_tokens(200);
    let text = server.router().send(request).await.unwrap().text();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(value["n"].is_i64() || value["n"].is_u64(), "{text}");
    done("an answer follows a schema", &text);
}

async fn reasoning(server: &Server) {
    let response = server.router().send(hello()).await.unwrap();
    assert!(!response.reasoning().is_empty(), "{response:?}");
    done("thinking is apart from text", &response.reasoning());
}

async fn messages(server: &Server) {
    let router = build(server.endpoint("llama").way("/messages"));
    let response = router.send(hello().max_tokens(100)).await.unwrap();
    assert!(response.text().starts_with(SAYS), "{}", response.text());
    let mut text = router.stream(hello().max_tokens(100)).await.unwrap().text();
    let mut said = String::new();
    while let Some(piece) = text.next().await {
        said += &piece.unwrap();
    }
    assert_eq!(said, response.text());
    done("the other way says the same", "/v1/messages");
}

async fn responses(server: &Server, thinking: &Server) {
    let router = build(server.endpoint("llama").way("/responses"));
    let response = router.send(hello()).await.unwrap();
    assert!(response.text().starts_with(SAYS), "{}", response.text());
    assert!(response.usage.output.is_some(), "{:?}", response.usage);
    let mut text = router.stream(hello()).await.unwrap().text();
    let mut said = String::new();
    while let Some(piece) = text.next().await {
        said += &piece.unwrap();
    }
    assert_eq!(said, response.text());
    tool(&router).await;

    let router = build(thinking.endpoint("llama").way("/responses"));
    let response = router.send(hello()).await.unwrap();
    assert!(!response.reasoning().is_empty(), "{response:?}");
    let again = hello().answer(&response).user("Sure?");
    assert!(!router.send(again).await.unwrap().text().is_empty());
    done("the youngest way says the same, and takes its thinking back", "/v1/responses");
}

async fn cancellation(server: &Server) {
    let mut answer = server.router().stream(endless()).await.unwrap();
    answer.next().await.unwrap().unwrap();
    assert!(server.is_busy(), "an answer is being made");
    drop(answer);
    assert!(server.comes_to_rest().await, "the server goes on for five seconds");
    done("dropping an answer stops the server", "/slots");
}

async fn key(server: &Server) {
    let wrong = build(server.endpoint("llama").key("sk-wrong"));
    let error = wrong.send(hello()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Auth, Some(401)));
    assert!(!format!("{error} {error:?}").contains("sk-wrong"));
    build(server.endpoint("llama").key("sk-real")).send(hello()).await.unwrap();
    done("a wrong key is turned away", error.message());
}

async fn overflow(server: &Server) {
    let request = Request::new("tiny@llama").user("word ".repeat(9_000));
    let error = server.router().send(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ContextLength, "{error}");
    done("a prompt that does not fit is told", error.message());
}

async fn killed_before(start: &str, standby: &Server) {
    let mut server = Server::start(start, &[]);
    server.wait();
    let router = pair(&server, standby, Limits::DEFAULT);
    router.send(of_pair(hello())).await.unwrap();
    server.kill();
    let response = router.send(of_pair(hello())).await.unwrap();
    let trace = response.trace.unwrap();
    assert!(matches!(trace.attempts[0].outcome, Some(Outcome::Failed(ErrorKind::Transport))));
    assert_eq!(&*trace.attempts.last().unwrap().target, "tiny@standby");
    done("a server that was killed is stood in for", &trace.to_string());
}

async fn killed_amid(start: &str, standby: &Server) {
    let mut server = Server::start(start, &[]);
    server.wait();
    let mut answer =
        pair(&server, standby, Limits::DEFAULT).stream(of_pair(endless())).await.unwrap();
    answer.next().await.unwrap().unwrap();
    server.kill();
    let error = loop {
        match answer.next().await.expect("the break is told") {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    let kinds = [ErrorKind::Transport, ErrorKind::Truncated];
    assert!(kinds.contains(&error.kind()), "{error}");
    assert!(answer.trace().attempts[0].usage.estimated, "what came is counted");
    done("an answer that broke is an error", &error.to_string());
}

async fn resumed(start: &str, standby: &Server) {
    let mut server = Server::start(start, &[]);
    server.wait();
    let limits = Limits { broken: Broken::Resume, ..Limits::DEFAULT };
    // As long as the first may be: it is killed before its end.
    let request = endless().temperature(0.0).max_tokens(1_000);
    let asked = of_pair(request.clone());
    let mut answer = pair(&server, standby, limits).stream(asked).await.unwrap();
    let mut told = Response::default();
    while told.text().len() < 20 {
        told.extend(answer.next().await.unwrap());
    }
    server.kill();
    let mut said = None;
    while let Some(event) = answer.next().await {
        let event = event.unwrap();
        if let Event::Seam { target, restart } = &event {
            assert_eq!((target.as_str(), *restart), ("tiny@standby", false));
            said = Some(told.text());
        }
        told.extend([event]);
    }
    let said = said.expect("it was killed before its end");
    // The standby says the same when it is asked by hand to go on from there; whole, it would say the beginning too.
    let begun = Message::assistant(Part::text(said.trim_end()));
    let rest = standby.router().stream(request.message(begun)).await.unwrap();
    let rest = rest.response().await.unwrap().text();
    let blank = &said[said.trim_end().len()..];
    let rest = rest.strip_prefix(blank).unwrap_or(&rest);
    assert!(!rest.is_empty());
    assert_eq!(told.text().strip_prefix(&said), Some(rest), "behind {said:?}");
    let bytes = format!("{} and {} bytes", said.len(), rest.len());
    done("it goes on elsewhere to the byte where that is wanted", &bytes);
}

async fn hedged(start: &str, standby: &Server) {
    let server = Server::start(start, &["--parallel", "1"]);
    server.wait();
    // Whoever comes now waits in the server's own line, and hears nothing.
    let mut occupant = server.router().stream(endless()).await.unwrap();
    occupant.next().await.unwrap().unwrap();
    let hedge = Some(Hedge::After(Duration::from_millis(300)));
    let router = pair(&server, standby, Limits { hedge, ..Limits::DEFAULT });
    let mut answer = router.stream(of_pair(endless())).await.unwrap();
    answer.next().await.unwrap().unwrap();
    let attempts = answer.trace().attempts;
    let ended: Vec<_> = attempts.iter().map(|it| (&*it.target, it.outcome)).collect();
    assert_eq!(ended, [("tiny@first", Some(Outcome::Cancelled)), ("tiny@standby", None)]);
    assert!(server.is_busy(), "with the occupant");
    drop(occupant);
    assert!(server.comes_to_rest().await, "the server goes on for five seconds");
    for _ in 0..40 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!server.is_busy(), "the loser of the hedge is answered, and nobody hears it");
    }
    done("who loses a hedge is given up by the server", "/slots");
}

async fn vectors(server: &Server) {
    let texts = ["a llama", "a llama", "something else altogether"];
    let request = EmbedRequest::new("tiny@llama").texts(texts);
    let answer = server.router().embed(request).await.unwrap();
    let [first, again, other] = &answer.vectors[..] else { panic!("three vectors: {answer:?}") };
    assert_eq!(first, again);
    assert!(first.len() > 8 && first != other, "{answer:?}");
    assert!(answer.usage.input > Some(3), "{:?}", answer.usage);
    assert_eq!(answer.trace.unwrap().attempts[0].status, Some(200));
    done("texts become vectors", &format!("{} numbers each", first.len()));
}

async fn order(server: &Server) {
    let request = RerankRequest::new("tiny@llama", "a tree").documents(["a car", "an oak"]);
    let error = server.router().rerank(request).await.unwrap_err();
    assert_eq!(error.status(), Some(501), "{error}");
    assert!(error.message().contains("rerank"), "{error}");
    done("a server that puts nothing in order says so", error.message());
}

async fn models(server: &Server) {
    let router = build(server.endpoint("llama").key("sk-real"));
    let models = router.models("llama").await.unwrap();
    let refused = build(server.endpoint("llama").key("sk-wrong")).models("llama").await;
    let refused = refused.unwrap_err();
    assert!(!models.is_empty() && models[0].id.contains("tiny"), "{models:?}");
    assert!(models[0].context.is_some(), "{models:?}");
    assert_eq!(refused.kind(), ErrorKind::Auth, "{refused}");
    done("the models are listed, to whoever has the key", &models[0].id);
}

const SAYS: &str = "I am one tiny llama";

fn hello() -> Request {
    Request::new("tiny@llama").user("Who are you?").temperature(0.0)
}

/// A request that the server answers without an end.
fn endless() -> Request {
    let on = Json::new("true").unwrap();
    Request::new("tiny@llama").user("Who are you?").temperature(1.0).max_tokens(30_000).extra(
        ExtraScope::Any,
        "ignore_eos",
        on,
    )
}

/// The same request, of the two servers in turn.
fn of_pair(mut request: Request) -> Request {
    request.model = "pair".to_owned();
    request
}

fn pair(first: &Server, standby: &Server, limits: Limits) -> Router {
    Router::builder()
        .endpoint(first.endpoint("first"))
        .endpoint(standby.endpoint("standby"))
        .route(Route::new("pair", ["tiny@first", "tiny@standby"]).limits(limits))
        .build()
        .unwrap()
}

fn build(endpoint: Endpoint) -> Router {
    Router::builder().endpoint(endpoint).build().unwrap()
}

fn done(what: &str, shown: &str) {
    let shown: String = shown.chars().take(300).collect();
    println!("ok: {what}: {shown}");
}

/// A llama.cpp server, until it is dropped.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(start: &str, arguments: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("bash");
        command.arg(start).arg(port.to_string()).args(arguments);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { child, port }
    }

    /// Waits until it serves: at first it makes the model, which takes half a minute.
    fn wait(&self) {
        let ready = (0..1_200).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            self.get("/health").is_some_and(|answer| answer.contains("200 OK"))
        });
        assert!(ready, "the server is not ready after two minutes");
    }

    /// Whether it makes no answer any more within five seconds; our own connections are served meanwhile.
    async fn comes_to_rest(&self) -> bool {
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if !self.is_busy() {
                return true;
            }
        }
        false
    }

    fn is_busy(&self) -> bool {
        self.get("/slots").is_some_and(|answer| answer.contains("\"is_processing\":true"))
    }

    fn get(&self, path: &str) -> Option<String> {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        write!(socket, "GET {path} HTTP/1.0\r\nhost: localhost\r\n\r\n").ok()?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    fn endpoint(&self, id: &'static str) -> Endpoint {
        Endpoint::new(table::LLAMACPP).id(id).base_url(format!("http://127.0.0.1:{}/v1", self.port))
    }

    fn router(&self) -> Router {
        build(self.endpoint("llama"))
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
