//! Predicts the result of CreateStateMachineAlias for an existing alias.

use crate::command;
use crate::error::{Error, Result};
use crate::fingerprint::AliasMember;
use crate::options::Limits;
use crate::wire::input::{CreateStateMachineAliasInput, RoutingConfigurationListItem};
use crate::wire::output::{DescribeStateMachineAliasOutput, RoutingConfigurationOutput};
use crate::wire::{DeserializeRequest, deserialize_request};

/// The result of a create request, compared with an existing alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// The alias does not exist: it is created.
    New,
    /// The alias exists with the same members: AWS returns its creation date and changes nothing.
    Replay,
    /// The alias exists with other members: AWS returns `ConflictException`.
    Conflict {
        /// The members that differ.
        differs: Vec<AliasMember>,
    },
}

impl Comparison {
    /// Returns `new`, `replay` or `conflict`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Replay => "replay",
            Self::Conflict { .. } => "conflict",
        }
    }

    /// Returns the members that differ; empty unless it is a conflict.
    pub fn differs(&self) -> &[AliasMember] {
        match self {
            Self::Conflict { differs } => differs,
            Self::New | Self::Replay => &[],
        }
    }
}

/// Compares a create request with the output of DescribeStateMachineAlias for an existing alias.
///
/// # Errors
/// The error that AWS would return for an invalid request.
pub fn compare(
    existing: Option<&DescribeStateMachineAliasOutput>,
    input: &CreateStateMachineAliasInput<'_>,
) -> Result<Comparison> {
    let command = command::validate(input, &Limits::default())?;
    let arn = [command.state_machine_arn, ":", command.name].concat();
    let Some(existing) = existing.filter(|existing| existing.state_machine_alias_arn == arn) else {
        return Ok(Comparison::New);
    };
    let mut differs = Vec::new();
    if existing.description.as_deref() != command.description {
        differs.push(AliasMember::Description);
    }
    if !has_same_routes(&existing.routing_configuration, input.routing_configuration.as_deref().unwrap_or_default()) {
        differs.push(AliasMember::RoutingConfiguration);
    }
    Ok(if differs.is_empty() { Comparison::Replay } else { Comparison::Conflict { differs } })
}

/// Like [`compare()`], for JSON bytes or values of another programming language.
///
/// # Errors
/// Like [`compare()`]; [`Error::WrongType`] or [`Error::Malformed`] for input that cannot be deserialized.
pub fn compare_from<S: DeserializeRequest + ?Sized>(existing: Option<&S>, input: &S) -> Result<Comparison> {
    let to_error = |error: S::Error| Error::Malformed { detail: format!("existing: {error}") };
    let existing = existing.map(|source| source.read().map_err(to_error)).transpose()?;
    compare(existing.as_ref(), &deserialize_request(input, &Limits::default())?)
}

fn has_same_routes(existing: &[RoutingConfigurationOutput], requested: &[RoutingConfigurationListItem<'_>]) -> bool {
    let is_same = |(existing, requested): (&RoutingConfigurationOutput, &RoutingConfigurationListItem<'_>)| {
        requested.state_machine_version_arn.as_deref() == Some(&*existing.state_machine_version_arn)
            && requested.weight == Some(i64::from(existing.weight))
    };
    existing.len() == requested.len() && existing.iter().zip(requested).all(is_same)
}
