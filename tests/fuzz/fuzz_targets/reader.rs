//! Any bytes, in reads of any size: the same frames as in one read, and none beyond the bound.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| nohop_fuzz::frames::check(input));
