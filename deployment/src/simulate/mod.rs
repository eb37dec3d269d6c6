//! A deployment on a virtual clock, against a virtual alias: the same code that drives a real one.

mod environment;
mod event;
mod number;
mod pending;
mod run;
mod simulation;

pub use event::{CallKind, SimulatedAlarmState, SimulationEvent};
pub use run::{dry_run, simulate};
pub use simulation::{Simulation, SimulationEntry};
