//! The service: validates requests, decides, and commits. Only this module reads the clock and random numbers.

mod alarms;
mod call;
mod call_progress;
mod documents;
mod operations;
mod outcomes;
mod running;
mod start;
mod start_simulator;
mod statistics;
mod step_functions;
mod summary;

pub use call_progress::CallProgress;
pub use running::PreviewedRevision;
pub use start_simulator::StartSimulator;
pub use statistics::{EndedCount, StartCount, Statistics};
pub use step_functions::StepFunctions;
pub use summary::{AliasSummary, ExecutionCounts, StateMachineSummary};
