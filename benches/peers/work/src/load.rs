use std::error::Error;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::{Conversation, Peer, Result, Told, runtime};

/// Asks `count` times from as many tasks as there are to be connections, and prints what it took.
pub(crate) fn run<P: Peer>(url: &str, count: usize, connections: usize) -> Result<()> {
    let each = count / connections.max(1);
    runtime()?.block_on(async {
        let peer = P::new(url)?;
        // Connections are made in a round that nobody times.
        ask(&peer, connections, 1).await?;
        let start = Instant::now();
        let (told, mut times) = ask(&peer, connections, each).await?;
        let wall = start.elapsed();

        times.sort_unstable();
        let p99 = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
        told.print();
        print(wall.div_f64(times.len().max(1) as f64), p99);
        Ok(())
    })
}

async fn ask<P: Peer>(peer: &P, tasks: usize, each: usize) -> Result<(Told, Vec<Duration>)> {
    let mut set = JoinSet::new();
    for _ in 0..tasks {
        let peer = peer.clone();
        set.spawn(async move {
            let conversation = Conversation::new(0);
            let (mut told, mut times) = (Told::default(), Vec::with_capacity(each));
            for _ in 0..each {
                let start = Instant::now();
                told.add(peer.chat(&conversation).await?);
                times.push(start.elapsed());
            }
            Ok::<_, Box<dyn Error + Send + Sync>>((told, times))
        });
    }
    let (mut told, mut times) = (Told::default(), Vec::new());
    while let Some(done) = set.join_next().await {
        let (other, took) = done??;
        told.add(other);
        times.extend(took);
    }
    Ok((told, times))
}

fn print(each: Duration, p99: Duration) {
    println!("each {} p99 {}", each.as_nanos(), p99.as_nanos());
}
