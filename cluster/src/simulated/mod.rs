//! An engine in memory, for tests, with the semantics of etcd and with seeded faults.
//!
//! `database` contains the records, `rules` checks what etcd would refuse, `engine` is the interface.

mod database;
mod engine;
mod rules;

pub use engine::SimulatedEngine;
