//! What CreateStateMachineAlias would do beside an alias that exists, asked before it is sent.

use crate::command::accept;
use crate::error::{Error, Result};
use crate::fingerprint::AliasMember;
use crate::options::Limits;
use crate::wire::input::{CreateStateMachineAliasInput, RoutingConfigurationListItem};
use crate::wire::output::{DescribeStateMachineAliasOutput, RoutingConfigurationOutput};
use crate::wire::{DeserializeRequest, parse};

/// What a create request is beside an existing alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// There is no alias of that name in that state machine.
    New,
    /// The same request again: it answers the original creation date and changes nothing.
    Replay,
    /// The name is taken: AWS answers `ConflictException`.
    Conflict {
        /// The members that differ.
        differs: Vec<AliasMember>,
    },
}

impl Comparison {
    /// `new`, `replay` or `conflict`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Replay => "replay",
            Self::Conflict { .. } => "conflict",
        }
    }

    /// The members that differ; none but in a conflict.
    pub fn differs(&self) -> &[AliasMember] {
        match self {
            Self::Conflict { differs } => differs,
            Self::New | Self::Replay => &[],
        }
    }
}

/// Compares a create request with an alias, as DescribeStateMachineAlias answered it.
///
/// # Errors
/// What AWS would answer to an invalid request.
pub fn compare(
    existing: Option<&DescribeStateMachineAliasOutput>,
    input: &CreateStateMachineAliasInput<'_>,
) -> Result<Comparison> {
    let command = accept(input, &Limits::default())?;
    let arn = [command.machine, ":", command.name].concat();
    let Some(existing) = existing.filter(|existing| existing.state_machine_alias_arn == arn) else {
        return Ok(Comparison::New);
    };
    let mut differs = Vec::new();
    if existing.description.as_deref() != command.description {
        differs.push(AliasMember::Description);
    }
    if !same_routes(&existing.routing_configuration, input.routing_configuration.as_deref().unwrap_or_default()) {
        differs.push(AliasMember::RoutingConfiguration);
    }
    Ok(if differs.is_empty() { Comparison::Replay } else { Comparison::Conflict { differs } })
}

/// As [`compare()`], for an alias and a request in JSON bytes or another language's values.
///
/// # Errors
/// As [`compare()`], and [`Error::WrongType`] or [`Error::Malformed`] for what cannot be read.
pub fn compare_from<S: DeserializeRequest + ?Sized>(existing: Option<&S>, input: &S) -> Result<Comparison> {
    let unreadable = |error: S::Error| Error::Malformed { detail: format!("existing: {error}") };
    let existing = existing.map(|source| source.read().map_err(unreadable)).transpose()?;
    compare(existing.as_ref(), &parse(input, &Limits::default())?)
}

fn same_routes(existing: &[RoutingConfigurationOutput], given: &[RoutingConfigurationListItem<'_>]) -> bool {
    let same = |(existing, given): (&RoutingConfigurationOutput, &RoutingConfigurationListItem<'_>)| {
        given.state_machine_version_arn.as_deref() == Some(&*existing.state_machine_version_arn)
            && given.weight == Some(i64::from(existing.weight))
    };
    existing.len() == given.len() && existing.iter().zip(given).all(same)
}
