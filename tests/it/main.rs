//! What must hold of all crates together.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod api;
mod cases;
mod departures;
mod embeddings;
mod fixtures;
mod framing;
mod kept;
mod laws;
mod messages;
mod models;
mod prices;
mod requests;
mod road;
mod sdk;
mod speak;
mod supply;
mod surfaces;
mod tables;
