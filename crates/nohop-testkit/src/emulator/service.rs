use std::error::Error;
use std::fmt;
use std::sync::Arc;

use http::{Response, Version};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, sleep};

use super::body::{Body, Progress};
use super::connection::Line;
use super::server::Server;
use crate::journal::{Received, Served};
use crate::{End, Reply};

/// The emulator ends this exchange without an answer, or in the middle of one.
#[derive(Debug)]
pub(super) struct Broken;

/// Answers one request as the script says.
pub(super) async fn answer(
    server: Arc<Server>,
    line: Arc<Line>,
    request: http::Request<Incoming>,
) -> Result<Response<Body>, Broken> {
    let turn = line.begin();
    let mut progress = Progress::new(server.journal.clone(), line, &request);
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let script = server.script();
    let call = script.dialect.is_call(&head).then(|| server.next_call());
    let reply = Reply::new(&script, call.unwrap_or(0), &head, &body);
    progress.open(Received {
        number: 0,
        call,
        at: Instant::now(),
        method: head.method,
        path: head.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        version: head.version,
        headers: head.headers,
        body,
        connection: progress.connection(),
        turn,
        fault: reply.fault.clone(),
        served: Served::default(),
        outcome: reply.outcome.clone(),
        is_over: false,
    });
    if !reply.delay.is_zero() {
        sleep(reply.delay).await;
    }
    let Some(head) = reply.head else {
        match reply.end {
            End::Stall { .. } => std::future::pending().await,
            end => progress.broke(&end),
        }
        return Err(Broken);
    };
    progress.served(|served| served.status = Some(head.status));
    let mut response =
        Response::new(Body::new(reply.chunks, reply.end, reply.close_idle, progress));
    *response.status_mut() = head.status;
    *response.headers_mut() = head.headers;
    Ok(response)
}

/// Whether a reset can be told from a close only by resetting the whole connection.
pub(super) fn is_alone_on_its_connection(version: Version) -> bool {
    version < Version::HTTP_2
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the script ends the exchange here")
    }
}

impl Error for Broken {}
