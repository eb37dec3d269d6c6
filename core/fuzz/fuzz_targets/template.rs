//! Checks arbitrary bytes as a template.
#![no_main]

#[path = "../../../template/tests/fuzz/body.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| drop(body::check_bytes(data)));
