//! `sfn-alias verify`: runs the vectors against an endpoint.
//!
//! A vector is written for one account, one region and fixed names. `skip` decides which vectors an endpoint cannot
//! run. `vector_run` runs the others: `name_mapping` renames the resources of the vector for this run, and maps the
//! responses back. `safety_guard` checks each request right before `sender` sends it, signed by `signer`. `cleanup`
//! deletes the created resources, `orphans` those that no response reported. `list` prints the vectors,
//! `report` and `transcript` are the output, `interrupt` handles Ctrl-C, and `run` combines all of this.

mod args;
mod assumed_role;
mod cleanup;
mod endpoint_identity;
mod interrupt;
mod list;
mod name_mapping;
mod orphans;
mod progress;
mod report;
mod resource_members;
mod run;
mod safety_guard;
mod sender;
mod signer;
mod skip;
mod transcript;
mod vector_run;

pub(super) use args::VerifyArgs;
pub(super) use run::run;
