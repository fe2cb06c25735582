use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nohop::{Content, Error, ErrorKind, Event, Outcome, Piece, Request, Router, Trace};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::books::NUMBER;
use crate::hosts::KEY;
use crate::routes::ROUTES;
use crate::{STREAMS, WHOLES};

/// Everyone who asks, until the time is over.
pub(crate) struct Callers {
    ended: Arc<Mutex<Vec<Ended>>>,
    tasks: Vec<JoinHandle<()>>,
}

/// What became of a request, as its caller saw it.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) number: u64,
    pub(crate) at: Instant,
    /// The text, cut where the answer went on elsewhere.
    pub(crate) said: Vec<String>,
    pub(crate) how: How,
    /// What there is in an error that should not be.
    pub(crate) leak: Option<String>,
}

/// How it ended.
#[derive(Debug)]
pub(crate) enum How {
    /// Whole, by this target.
    Finished(Arc<str>),
    Failed(ErrorKind),
    /// The caller left.
    Left,
}

impl Callers {
    pub(crate) fn begin(router: &Router, length: Duration) -> Self {
        let (ended, next) = (Arc::<Mutex<Vec<Ended>>>::default(), Arc::new(AtomicU64::new(0)));
        let until = Instant::now() + length;
        let caller = |place| {
            let (router, ended, next) = (router.clone(), ended.clone(), next.clone());
            tokio::spawn(async move {
                while Instant::now() < until {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let seen = match place < STREAMS {
                        true => stream(&router, number).await,
                        false => whole(&router, number).await,
                    };
                    ended.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
                }
            })
        };
        let tasks = (0..STREAMS + WHOLES).map(caller).collect();
        Self { ended, tasks }
    }

    /// Those that have ended since the last time.
    pub(crate) fn ended(&self) -> Vec<Ended> {
        std::mem::take(&mut self.ended.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits for the last of them; one that panicked is a request that is never judged, and so a breach.
    pub(crate) async fn over(&self) {
        while !self.tasks.iter().all(JoinHandle::is_finished) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Reads a stream to its end; one of sixteen callers leaves in the middle.
async fn stream(router: &Router, number: u64) -> Ended {
    let mut said = vec![String::new()];
    let mut answer = match router.stream(request(number)).await {
        Ok(answer) => answer,
        Err(error) => return failed(number, said, &error),
    };
    let leaves = number % 16 == 5;
    while let Some(event) = answer.next().await {
        let last = said.last_mut().unwrap();
        match event {
            Err(error) => return failed(number, said, &error),
            Ok(Event::Open { start, .. }) => {
                if let Content::Text(text) = &start.content {
                    *last += text;
                }
            }
            Ok(Event::Delta { piece: Piece::Text(text), .. }) => *last += &text,
            Ok(Event::Seam { .. }) => said.push(String::new()),
            Ok(_) => {}
        }
        if leaves && said.concat().len() > 40 {
            return end(number, said, How::Left);
        }
    }
    let how = finished(&answer.trace());
    end(number, said, how)
}

async fn whole(router: &Router, number: u64) -> Ended {
    match router.send(request(number)).await {
        Ok(response) => {
            let how = finished(response.trace.as_deref().unwrap());
            end(number, vec![response.text()], how)
        }
        Err(error) => failed(number, vec![String::new()], &error),
    }
}

fn request(number: u64) -> Request {
    let route = ROUTES[(number % ROUTES.len() as u64) as usize];
    Request::new(route).user(format!("request {number};")).tag(NUMBER, number.to_string())
}

/// Who answered, by the trace.
fn finished(trace: &Trace) -> How {
    let finished = trace.attempts.iter().find(|it| it.outcome == Some(Outcome::Finished));
    How::Finished(finished.map_or_else(|| "nobody".into(), |attempt| attempt.target.clone()))
}

fn failed(number: u64, said: Vec<String>, error: &Error) -> Ended {
    let told = format!("{error} {error:?}");
    let leak = told.contains(KEY).then_some(told);
    Ended { leak, ..end(number, said, How::Failed(error.kind())) }
}

fn end(number: u64, said: Vec<String>, how: How) -> Ended {
    Ended { number, at: Instant::now(), said, how, leak: None }
}
