//! Simulates a deployment on a virtual clock, with the same code that runs a real one.

mod environment;
mod run;
mod simulation;

pub use run::{dry_run, simulate};
pub use simulation::{CallKind, SimulatedAlarmState, Simulation, SimulationEntry, SimulationEvent};
