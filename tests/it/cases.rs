//! What users of other routers found broken, a test each; `tests/cases.md` says which is which.

mod answers;
mod bedrock;
mod cohere;
mod converse;
mod failures;
mod gemini;
mod invoke;
mod ollama;
mod requests;
mod responses;
mod torture;
