//! Simulates a deployment on a virtual clock, with the same code that runs a real one.

mod environment;
mod run;
mod simulation;
mod traffic;

pub use run::{dry_run, simulate, simulate_traffic};
pub use simulation::{CallKind, SimulatedAlarmState, Simulation, SimulationEntry, SimulationEvent};
pub use traffic::{Traffic, VersionStarts};
