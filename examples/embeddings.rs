//! Finds the notes that answer a question: vectors narrow, and a second model puts what is left in order.
//!
//! ```sh
//! cargo run --example embeddings
//! ```
//!
//! Emulated providers make the vectors and the order, so that it needs no key; what they make means little.
//! With keys of real ones in the environment, name two models and they are asked:
//! `-- text-embedding-3-small@openai rerank-v4.0-fast@cohere`.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;

use nohop::providers::{Endpoint, table};
use nohop::{EmbedRequest, Purpose, RerankRequest, Result, Router};
use nohop_testkit::{Emulator, Fault};

const QUESTION: &str = "when does the harbour open";

/// How many notes are left to the second model.
const NEAREST: usize = 8;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let models: Vec<String> = std::env::args().skip(1).collect();
    if let [embed, rerank] = &models[..] {
        return Ok(search(&Router::from_env()?, embed, rerank).await?);
    }
    // One of the three calls is turned away once: what the others made is kept.
    let openai = Emulator::openai().fault_at(1, Fault::Overloaded).start().await?;
    let cohere = Emulator::cohere().start().await?;
    let router = Router::builder()
        .endpoint(Endpoint::new(table::OPENAI).base_url(openai.url() + "/v1").key("no-key"))
        .endpoint(Endpoint::new(table::COHERE).base_url(cohere.url()).key("no-key"))
        .build()?;
    Ok(search(&router, "text-embedding-3-small@openai", "rerank-v4.0-fast@cohere").await?)
}

async fn search(router: &Router, embed: &str, rerank: &str) -> Result<()> {
    let notes = notes();
    let documents = EmbedRequest::new(embed).texts(&notes).purpose(Purpose::Document);
    let documents = router.embed(documents).await?;
    println!("{} vectors of {} numbers", documents.vectors.len(), documents.vectors[0].len());
    if let Some(trace) = &documents.trace {
        println!("{trace}");
    }
    let question = EmbedRequest::new(embed).text(QUESTION).purpose(Purpose::Query);
    let question = router.embed(question).await?;

    let like = |vector: &[f32]| cosine(vector, &question.vectors[0]);
    let mut near: Vec<_> = documents.vectors.iter().map(|it| like(it)).zip(&notes).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.truncate(NEAREST);

    let near: Vec<&String> = near.into_iter().map(|(_, note)| note).collect();
    let request = RerankRequest::new(rerank, QUESTION).documents(near.iter().copied()).top(3);
    let ranking = router.rerank(request).await?;
    println!("{QUESTION}?");
    for ranked in &ranking.results {
        println!("  {:.2}  {}", ranked.score, near[ranked.index]);
    }
    Ok(())
}

/// More notes than one call takes.
fn notes() -> Vec<String> {
    let places = ["harbour", "library", "market", "museum", "station"];
    let note = |number: usize| {
        let (place, hour) = (places[number % places.len()], number / places.len() % 24);
        format!("note {number}: the {place} does open at {hour}")
    };
    (0..5_000).map(note).collect()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
