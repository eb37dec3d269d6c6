//! Tests of the simulated engine, and of the store on it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod checker;
mod cluster;
mod engine;
mod faults;
mod generator;
mod linearizability;
mod model;
mod mutations;
mod operation;
mod pages;
mod scenario;
mod threads;
