//! Any bytes as a request for Chat Completions.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| nohop_fuzz::request::openai(input));
