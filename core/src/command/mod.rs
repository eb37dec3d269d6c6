//! Commands: validated requests. Every request becomes a command before the engine runs it.

mod alias;
mod arn;
mod configuration;
mod ending;
mod execution;
mod request;
mod state_machine;
mod version;

pub(crate) use alias::{CreateAlias, ListAliases, UpdateAlias};
pub use alias::{parse_routing, parse_routing_from};
pub(crate) use arn::{AliasRef, Qualifier, StateMachineRef};
pub(crate) use ending::{EndExecution, read_ending};
pub(crate) use execution::{
    ExecutionRef, GetExecutionHistory, ListExecutions, RedriveExecution, StartExecution, StartSyncExecution,
    StopExecution,
};
pub(crate) use request::{Request, collect_problems, parse, validate};
pub(crate) use state_machine::{
    CreateStateMachine, RevisionContent, TagStateMachine, UntagStateMachine, UpdateStateMachine, ValidateDefinition,
};
pub(crate) use version::{DeleteVersion, DescribeStateMachine, ListVersions, PublishVersion};
