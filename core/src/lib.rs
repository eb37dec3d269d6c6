//! AWS Step Functions state machine **aliases** as a library that answers exactly as AWS does,
//! offline.
//!
//! An alias points to one or two versions of a state machine and splits StartExecution traffic by
//! weight. This crate models state machines, their versions, aliases and executions; it answers the
//! operations of the AWS API on them with AWS's codes and texts, in memory or in an SQLite file.
//! Executions are routed and recorded, **not interpreted**: an execution stays RUNNING until it is stopped.
//!
//! Three doors lead to the same rules:
//!
//! - typed: [`StepFunctions`] has a method per operation, with inputs and outputs shaped as AWS's;
//! - JSON: [`StepFunctions::call`] takes an operation's name and a body, and gives a status and a body;
//! - beforehand: [`validate`] and [`check`] tell what is wrong with a request by itself,
//!   [`fingerprint()`] and [`compare()`] what idempotency makes of it.
//!
//! Which behaviour is recorded from AWS, which is its model's or its documentation's, and which is
//! assumed is listed in FIDELITY.md, generated from the vectors that the tests run.
//!
//! ```
//! use sfn_alias::StepFunctions;
//! use sfn_alias::wire::input::*;
//!
//! let aliases = StepFunctions::in_memory()?;
//! let orders = aliases.create_state_machine(&CreateStateMachineInput {
//!     name: Some("orders".into()),
//!     definition: Some(r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#.into()),
//!     role_arn: Some("arn:aws:iam::000000000000:role/orders".into()),
//!     publish: Some(true),
//!     ..Default::default()
//! })?;
//! let alias = aliases.create_state_machine_alias(&CreateStateMachineAliasInput {
//!     name: Some("PROD".into()),
//!     routing_configuration: Some(vec![RoutingConfigurationListItem {
//!         state_machine_version_arn: orders.state_machine_version_arn.map(Into::into),
//!         weight: Some(100),
//!     }]),
//!     ..Default::default()
//! })?;
//! assert_eq!(alias.state_machine_alias_arn, "arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD");
//! # Ok::<(), sfn_alias::Error>(())
//! ```

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod command;
mod compare;
pub mod constraint;
mod definition;
mod engine;
mod error;
mod execution_input;
mod fingerprint;
mod hex;
mod jackson;
mod json;
pub mod model;
mod operation;
mod options;
mod page;
mod picker;
mod problem;
mod redact;
mod request_id;
mod rng;
mod service;
pub mod store;
mod unknown_members;
mod validation;
pub mod wire;

pub use command::{routing, routing_from};
pub use compare::{Comparison, compare, compare_from};
pub use error::{Error, ErrorKind, Result};
pub use fingerprint::{AliasMember, Fingerprint, fingerprint, fingerprint_encoding, fingerprint_from};
pub use json::{Reply, SerializeResponse, error_body};
pub use model::{Scope, Timestamp, format_arn, parse_arn};
pub use operation::Operation;
pub use options::{Clock, Limits, Options};
pub use picker::{WeightedPicker, pick};
pub use problem::{Problem, ProblemCode};
pub use redact::Sensitive;
pub use request_id::{generate_request_id, reseed_request_ids};
pub use service::{StartCount, Statistics, StepFunctions};
pub use unknown_members::check_request;
pub use validation::{Validate, check, check_from, validate, validate_from};

/// Runs the code of README.md in the tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
