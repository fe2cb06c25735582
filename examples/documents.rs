//! Asks about documents: a text and a PDF, each to whoever reads it.
//!
//! ```sh
//! cargo run --example documents
//! ```
//!
//! Two emulated providers: the first reads only texts, the second PDFs as well. With the key of a real one in
//! the environment, name a model and a file: `-- claude-haiku-4-5@anthropic report.pdf`.

#![allow(clippy::print_stdout, reason = "printing is what an example does")]

use std::error::Error;

use nohop::providers::{Endpoint, table};
use nohop::{Document, ErrorKind, Media, Message, Part, Request, Role, Route, Router};
use nohop_testkit::Emulator;

/// As much of a PDF as it takes to be one.
const PDF: &[u8] =
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0\
    /Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut named = std::env::args().skip(1);
    if let (Some(model), Some(path)) = (named.next(), named.next()) {
        let label = if path.ends_with(".pdf") { "application/pdf" } else { "text/plain" };
        let document = Document::new(Media::bytes(label, std::fs::read(&path)?)).name(path);
        println!("{}", ask(&Router::from_env()?, &model, document).await?);
        return Ok(());
    }
    let texts = Emulator::cohere().says("It says that it rains.").start().await?;
    let pages = Emulator::anthropic().says("A report without pages.").start().await?;
    let router = Router::builder()
        .endpoint(Endpoint::new(table::COHERE).base_url(texts.url()).key("no-key"))
        .endpoint(Endpoint::new(table::ANTHROPIC).base_url(pages.url()).key("no-key"))
        .route(Route::new("reader", ["command-a@cohere", "claude-haiku-4-5@anthropic"]))
        .build()?;

    let note = || Document::new(Media::bytes("text/plain", "It rains.")).name("note.txt");
    let report = || Document::new(Media::bytes("application/pdf", PDF)).name("report.pdf");
    println!("A text:  {}", ask(&router, "reader", note()).await?);
    println!("A PDF:   {}", ask(&router, "reader", report()).await?);

    // Named alone, who does not read it says so before anything is sent.
    match ask(&router, "command-a@cohere", report()).await {
        Err(error) if error.kind() == ErrorKind::Unsupported => println!("Refused: {error}"),
        other => println!("Unexpected: {other:?}"),
    }
    assert_eq!((texts.journal().calls(), pages.journal().calls()), (1, 1));
    Ok(())
}

async fn ask(router: &Router, model: &str, document: Document) -> nohop::Result<String> {
    let parts = [Part::from(document), Part::text("What does it say?")];
    let request = Request::new(model).message(Message::new(Role::User, parts));
    Ok(router.send(request).await?.text())
}
