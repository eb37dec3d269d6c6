//! An offline emulator of AWS Step Functions state machine **aliases**. It answers as AWS does, and states the source
//! of each behaviour.
//!
//! An alias routes executions to one or two versions of a state machine, with weights. This crate emulates state
//! machines, versions, aliases, executions and tags, in memory or in an SQLite file. It implements their API
//! operations with AWS's error codes and messages. Executions are routed and recorded, **not interpreted**: an
//! execution ends as rules ([`Options::outcomes`]), a callback ([`Options::on_start`]) or
//! [`StepFunctions::end_execution`] specify.
//!
//! There are three entry points:
//!
//! - Calls: [`StepFunctions`] has a method per operation, with inputs and outputs shaped as AWS's.
//!   [`StepFunctions::call`] executes an operation by name with a JSON body.
//! - Validation without a service: [`validate`] returns the error of AWS, and [`check`] every problem of a request.
//!   [`Validate`] does the same for typed inputs.
//! - Idempotency: [`fingerprint()`] and [`compare()`] predict it.
//!
//! Functions whose names end in `_from` take any [`wire::DeserializeRequest`], for example the objects of another
//! programming language.
//!
//! FIDELITY.md lists the source of each behaviour: recorded from AWS, observed in a public transcript, its
//! service model, its documentation, or assumed. It is generated from the vectors that the tests run.
//!
//! ```
//! use sfn_alias::StepFunctions;
//! use sfn_alias::wire::input::*;
//!
//! let sfn = StepFunctions::in_memory()?;
//! let orders = sfn.create_state_machine(&CreateStateMachineInput {
//!     name: Some("orders".into()),
//!     definition: Some(r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#.into()),
//!     role_arn: Some("arn:aws:iam::000000000000:role/orders".into()),
//!     publish: Some(true),
//!     ..Default::default()
//! })?;
//! let alias = sfn.create_state_machine_alias(&CreateStateMachineAliasInput {
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

mod alarms;
mod command;
pub mod constraint;
mod definition;
mod engine;
mod error;
mod hex;
mod idempotency;
mod json;
mod json_schemas;
mod json_text;
mod limits;
mod metric_data;
pub mod model;
mod nearest;
mod operation;
mod options;
mod outcomes;
mod page;
mod problem;
mod random;
mod rule_error;
mod rule_value;
mod service;
mod start_callback;
pub mod store;
mod validation;
pub mod wire;

pub use alarms::{AlarmMetric, AlarmRule, AlarmRules, AlarmState, AlarmStateValue, Comparison as AlarmComparison};
pub use command::{parse_routing, parse_routing_from};
pub use engine::{DocumentChange, Documents};
pub use error::{Error, ErrorKind, Result, catch_panic};
pub use idempotency::{
    AliasMember, Comparison, Fingerprint, compare, compare_from, fingerprint, fingerprint_encoding, fingerprint_from,
};
pub use json::{Json, Reply, SerializeResponse, error_body};
pub use json_schemas::JSON_SCHEMAS;
pub use limits::Limits;
pub use metric_data::{METRIC_NAMESPACE, MetricDatum, MetricDimension};
pub use model::{Scope, Sensitive, Timestamp, parse_arn};
pub use operation::Operation;
pub use options::{Clock, Options};
pub use outcomes::Outcomes;
pub use problem::{Problem, ProblemCode};
pub use random::{WeightedPicker, generate_request_id, reseed_request_ids};
pub use rule_error::RulesError;
pub use service::{
    AliasSummary, CallProgress, EndedCount, ExecutionCounts, PreviewedRevision, StartCount, StartSimulator,
    StateMachineSummary, Statistics, StepFunctions,
};
pub use start_callback::{CALLBACK_ERROR, DelayedOutcome, StartCallback, StartedExecution};
pub use validation::{UnknownMembers, Validate, check, check_from, validate, validate_from};
pub use wire::format_arn;

/// Runs the code of README.md in the tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Runs the code of this crate's README.md in the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct CrateReadme;

/// Runs the code of the page about callbacks in the tests.
#[cfg(doctest)]
#[doc = include_str!("../../docs/on-start.md")]
struct OnStartPage;
