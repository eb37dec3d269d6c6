//! Operations with an engine that is a fake in this process.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod failures;
mod fake_engine;
mod faults;
mod full_disk;
mod history;
mod lists;
mod pass_through;
mod redrive;
mod refresh;
mod revisions;
mod starts;
mod stop;
mod support;
mod sync;
