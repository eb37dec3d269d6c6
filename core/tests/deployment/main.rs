//! Gradual deployments: the vectors, the provider's algorithm beside ours, and drivers that die anywhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod vectors;
