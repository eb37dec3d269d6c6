//! The minimum work for the same result in C, as the baseline of bench.c. Not part of the library.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::ffi::c_char;
use std::hint::black_box;
use std::slice;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create<'a> {
    #[serde(borrow)]
    description: Option<&'a str>,
    #[serde(borrow)]
    name: &'a str,
    #[serde(borrow)]
    routing_configuration: Vec<Route<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Route<'a> {
    #[serde(borrow)]
    state_machine_version_arn: &'a str,
    weight: i64,
}

/// An empty function.
#[unsafe(no_mangle)]
pub extern "C" fn baseline_empty() -> u32 {
    0
}

/// Parses a create request into a struct with borrowed strings, without validation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baseline_parse(input: *const c_char, length: usize) -> u32 {
    let bytes = unsafe { slice::from_raw_parts(input.cast::<u8>(), length) };
    let Ok(request) = serde_json::from_slice::<Create<'_>>(bytes) else { return 1 };
    black_box((request.description, request.name));
    for route in &request.routing_configuration {
        black_box((route.state_machine_version_arn, route.weight));
    }
    0
}

/// Computes the SHA-256 of bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baseline_sha256(bytes: *const u8, length: usize, digest: *mut u8) {
    let hash = Sha256::digest(unsafe { slice::from_raw_parts(bytes, length) });
    unsafe { digest.copy_from_nonoverlapping(hash.as_ptr(), 32) };
}
