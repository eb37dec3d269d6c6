//! Runs executions in another endpoint of AWS Step Functions, the *engine*: for example moto's server, LocalStack or MiniStack.
//!
//! State machines, versions, aliases and quotas are those of [`sfn_alias`]. Each revision of a state machine is created in
//! the engine as a state machine of its own, whose name depends on its content, so a started execution runs exactly the
//! definition that its alias selected. [`Upstream::handle`] executes an operation; [`Transport`] sends requests.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod describe;
mod engine;
mod events;
mod executions;
mod handler;
mod history;
mod machines;
mod output;
mod pass_through;
mod permits;
mod poll;
mod redrive;
mod refresh;
mod replace;
mod running_list;
mod start;
mod stop;
mod sync;
mod transport;

pub use handler::{Response, Upstream, UpstreamError, UpstreamOptions};
pub use poll::Poller;
pub use transport::{Transport, TransportError, UpstreamResponse};

/// The error of an execution that the engine did not run.
pub const UPSTREAM_ERROR: &str = "SfnAlias.Upstream";
