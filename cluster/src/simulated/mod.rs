//! An engine in memory, for tests, with the semantics of etcd and with seeded faults.
//!
//! `database` contains the records, `rules` checks what every engine refuses, `faults` decides what fails, `engine` is the
//! interface, `timer` the simulated time.

mod database;
mod engine;
mod faults;
mod rules;
mod timer;

pub use engine::SimulatedEngine;
pub use faults::FaultRates;
pub use timer::SimulatedTimer;
