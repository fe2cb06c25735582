//! Any bytes as a request for Messages.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| nohop_fuzz::request::anthropic(input));
