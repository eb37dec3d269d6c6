//! A deployment on a virtual clock, against a virtual alias: the same code that drives a real one.

mod simulation;
mod event;
mod number;
mod pending;
mod run;
mod environment;

pub use simulation::{Simulation, Entry};
pub use event::{AlarmTo, CallKind, Event};
pub use run::{dry_run, simulate};
