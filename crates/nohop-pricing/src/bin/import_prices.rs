//! Makes the data of this crate of the public catalogs: `import-prices FOLDER`, where the folder has them as
//! `genai-prices.json`, `litellm.json` and `models.dev.json`; `import-prices pack` packs the data as they are.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what the tool is for")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use nohop_pricing::{Loaded, Rows, Shape};

/// The catalogs, in the order in which they are asked for what is no figure.
const CATALOGS: [(Shape, &str, &str, &str); 3] = [
    (Shape::ModelsDev, "models.dev.json", "models.dev", "2026-07-02"),
    (Shape::LiteLlm, "litellm.json", "litellm 1.109.1", "2026-11-12"),
    (Shape::GenaiPrices, "genai-prices.json", "genai-prices 0.2.3", "2026-11-10"),
];

/// Whose offers are bundled: the providers of the table, and others that many use.
const PROVIDERS: &str = "anthropic avian azure azure-anthropic azure-foundry baseten bedrock bedrock-mantle cerebras
    chutes cloudflare cohere crusoe dashscope databricks deepinfra deepseek doubleword fireworks gemini github-models
    groq huggingface hyperbolic llama-api meta minimax mistral moonshot nebius novita nvidia ollama openai openrouter
    perplexity sambanova siliconflow snowflake together venice vercel-gateway vertex writer xai zai
    ai21 arcee cursor elevenlabs friendli github-copilot inception lambda-ai modal morph nscale oci ovhcloud
    quicksilverpro scaleway stepfun typesafe upstage v0 voyageai wandb watsonx zhipuai";

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: import-prices [FOLDER | pack]");
        return ExitCode::FAILURE;
    };
    let done = if folder.as_os_str() == "pack" { pack() } else { import(&folder) };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn import(folder: &Path) -> io::Result<()> {
    let mut catalogs = Vec::new();
    for (shape, file, name, day) in CATALOGS {
        let loaded =
            shape.load(&fs::read(folder.join(file))?, name, day).map_err(io::Error::other)?;
        report(name, &loaded);
        catalogs.push(loaded);
    }
    let mut merged = Rows::merge(&catalogs).map_err(io::Error::other)?;
    let wanted: BTreeSet<&str> = PROVIDERS.split_ascii_whitespace().collect();
    merged.rows.keep(|id| wanted.contains(id));
    let of_wanted = |note: &&String| {
        let provider = note.split(':').next().and_then(|name| name.rsplit('@').next());
        provider.is_some_and(|id| wanted.contains(id))
    };
    for note in merged.notes.iter().filter(of_wanted) {
        println!("{note}");
    }
    write(&merged.rows)
}

fn report(name: &str, loaded: &Loaded) {
    println!("{name}: {} offers, {} figures rounded", loaded.rows.offers(), loaded.rounded);
    for (what, count) in &loaded.passed {
        println!("  passed over {count} of {what}");
    }
}

fn write(rows: &Rows) -> io::Result<()> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let offers = data.join("offers");
    if offers.exists() {
        fs::remove_dir_all(&offers)?;
    }
    fs::create_dir_all(&offers)?;
    fs::write(data.join("sources.txt"), rows.sources_text())?;
    fs::write(data.join("models.txt"), rows.models_text())?;
    for (id, text) in rows.providers_text() {
        fs::write(offers.join(id).with_extension("txt"), text)?;
    }
    println!("{} offers written", rows.offers());
    pack()
}

/// Packs what the files of text say, which is what is linked in.
fn pack() -> io::Result<()> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let mut text = fs::read_to_string(data.join("sources.txt"))?;
    text += &fs::read_to_string(data.join("models.txt"))?;
    let mut offers = Vec::new();
    for entry in fs::read_dir(data.join("offers"))? {
        offers.push(entry?.path());
    }
    offers.sort();
    for file in offers {
        text += &fs::read_to_string(file)?;
    }
    let catalog = Rows::read(&text).and_then(|rows| rows.pack()).map_err(io::Error::other)?;
    println!("{} bytes packed, version {}", catalog.as_bytes().len(), catalog.version());
    fs::write(data.join("catalog.bin"), catalog.as_bytes())
}
