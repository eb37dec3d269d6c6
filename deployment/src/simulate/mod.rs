//! Simulates a deployment on a virtual clock, with the same code that runs a real one.

mod environment;
mod event;
mod event_queue;
mod run;
mod simulation;

pub use event::{CallKind, SimulatedAlarmState, SimulationEvent};
pub use run::{dry_run, simulate};
pub use simulation::{Simulation, SimulationEntry};
