//! What must hold of all crates together.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod api;
mod cases;
mod departures;
mod embeddings;
mod features;
mod fixtures;
mod framing;
mod kept;
mod laws;
mod messages;
mod moving;
mod preferences;
mod prices;
mod rankings;
mod rehearsed;
mod requests;
mod road;
mod schemas;
mod sdk;
mod speak;
mod supply;
mod surfaces;
mod tables;
mod tasks;
mod telemetry;
mod traces;
mod warmth;
