//! nohop, as an application has it: two targets behind a policy, with clocks, ledger and trace as they
//! are unless somebody says otherwise.
//!
//! `peer-nohop transport URL` asks once over its transport alone, without a router.

use std::env;
use std::hint::black_box;
use std::process::ExitCode;

use bytes::Bytes;
use futures_util::StreamExt;
use http::header::CONTENT_TYPE;
use nohop::policy::{Policy, Price, available, by, cheapest};
use nohop::providers::{Endpoint, Http, Transport, table};
use nohop::{Cost, Event, Money, Piece, Request, Route, Router, Target, Trace};
use peer_work::{Conversation, KEY, MODEL, Peer, Result, Role, Told};

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match &args[..] {
        [mode, url] if mode == "transport" => peer_work::exit(transport(url)),
        _ => peer_work::main::<Nohop>(),
    }
}

/// What a first call costs before anybody writes a request or reads an answer.
fn transport(url: &str) -> Result<()> {
    peer_work::runtime()?.block_on(async {
        let request = http::Request::post(format!("{url}/chat/completions"));
        let request = request.header(CONTENT_TYPE, "application/json");
        let answer = Http::new().send(request.body(Bytes::from_static(b"{}"))?).await?;
        let mut body = answer.into_body();
        while let Some(bytes) = body.next().await {
            black_box(bytes?);
        }
        Ok(())
    })
}

#[derive(Clone)]
struct Nohop(Router);

impl Peer for Nohop {
    fn new(url: &str) -> Result<Self> {
        let endpoint = |id| Endpoint::new(table::OPENAI).id(id).base_url(url.to_owned()).key(KEY);
        // The cheaper one stands behind the other, so that the policy has something to do.
        let targets = [target("a", 20), target("b", 15)];
        let router = Router::builder()
            .endpoint(endpoint("a"))
            .endpoint(endpoint("b"))
            .route(Route::new(ROUTE, targets).policy(available().then(by(cheapest()))))
            .build()?;
        Ok(Self(router))
    }

    async fn chat(&self, conversation: &Conversation) -> Result<Told> {
        let response = self.0.send(request(conversation)).await?;
        let mut told = Told::default();
        told.text(&response.text());
        told.tokens(response.usage.total().ok_or("no usage")?);
        account(response.cost.as_ref(), response.trace.as_deref().ok_or("no trace")?)?;
        Ok(told)
    }

    async fn stream(&self, conversation: &Conversation) -> Result<Told> {
        let mut answer = self.0.stream(request(conversation)).await?;
        let mut told = Told::default();
        while let Some(event) = answer.next().await {
            match event? {
                Event::Delta { piece: Piece::Text(text), .. } => told.text(&text),
                Event::Finish { usage, .. } => told.tokens(usage.total().ok_or("no usage")?),
                _ => {}
            }
        }
        account(answer.cost().as_ref(), &answer.trace())?;
        Ok(told)
    }
}

const ROUTE: &str = "chat";

fn target(endpoint: &str, cents: u64) -> Target {
    Target::new(format!("{MODEL}@{endpoint}")).price(Price::cents_per_million(cents, 4 * cents))
}

fn request(conversation: &Conversation) -> Request {
    conversation.turns().fold(Request::new(ROUTE), |request, turn| match turn.role {
        Role::System => request.system(turn.text),
        Role::User => request.user(turn.text),
        Role::Assistant => request.assistant(turn.text),
    })
}

/// Reads what an application reads besides the answer: what it cost and who gave it.
fn account(cost: Option<&Cost>, trace: &Trace) -> Result<()> {
    let cost = cost.ok_or("no cost")?.amount;
    match &trace.attempts[..] {
        [only] if cost > Money::ZERO && only.target.ends_with("@b") => Ok(()),
        attempts => Err(format!("{cost:?} for {attempts:?}").into()),
    }
}
