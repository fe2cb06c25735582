//! Any bytes as an answer of generateContent.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| nohop_fuzz::answer::gemini(input));
