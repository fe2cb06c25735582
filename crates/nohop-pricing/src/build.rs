//! Packs the catalog's text into the block that is linked in.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "the modules are the crate's, and not all of them is used here"
)]

mod day;
mod draft;
mod meter;
mod number;
mod pack;
mod sum;
mod text;
mod when;

use std::path::{Path, PathBuf};
use std::{env, fs, process};

fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=src");
    if env::var_os("CARGO_FEATURE_CATALOG").is_none() {
        return;
    }
    if let Err(trouble) = build() {
        println!("cargo::error={trouble}");
        process::exit(1);
    }
}

fn build() -> Result<(), String> {
    let home = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(|error| error.to_string())?);
    let mut rows = draft::Rows::default();
    for file in files(&home.join("data"))? {
        let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
        text::read(&text, &mut rows).map_err(|wrong| format!("{}: {wrong}", file.display()))?;
    }
    let block = pack::pack(&rows)?;
    fs::write(out.join("catalog.bin"), block).map_err(|error| error.to_string())
}

/// The sources, the models, and then every provider.
fn files(data: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = vec![data.join("sources.txt"), data.join("models.txt")];
    let offers = fs::read_dir(data.join("offers")).map_err(|error| error.to_string())?;
    let mut offers = offers
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    offers.sort();
    files.append(&mut offers);
    Ok(files)
}
