//! Any bytes as a request for generateContent.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| nohop_fuzz::request::gemini(input));
