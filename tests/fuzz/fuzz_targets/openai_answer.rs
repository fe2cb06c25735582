//! Any bytes as an answer of Chat Completions.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| nohop_fuzz::answer::openai(input));
