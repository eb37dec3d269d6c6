//! `sfn-alias verify`: runs the vectors against an endpoint.
//!
//! A vector is written for one account, one region and fixed names. `selection` decides which vectors run. `vector_run`
//! runs them: `name_mapping` renames the resources of the vector for this run, and maps the responses back.
//! `safety_guard` checks each request right before `sender` sends it. `cleanup` deletes the created resources. `report`
//! is the output, and `run` combines all of this.

mod args;
mod cleanup;
mod name_mapping;
mod report;
mod run;
mod safety_guard;
mod selection;
mod sender;
mod vector_run;

pub(super) use args::VerifyArgs;
pub(super) use run::run;
pub use safety_guard::SafetyGuard;
