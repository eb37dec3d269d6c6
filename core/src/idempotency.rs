//! The idempotency of CreateStateMachineAlias: the fingerprint of a request, and the comparison with an existing alias.
//!
//! AWS documents that it compares stateMachineArn, name, description and routingConfiguration. The fingerprint is the
//! SHA-256 of these bytes:
//!
//! 1. the ASCII text `sfn-alias/fingerprint/v1` and a line feed;
//! 2. the state machine's ARN, as a string (the first route's version ARN without `:NUMBER`);
//! 3. the alias's name, as a string;
//! 4. the description: a byte 0 if absent, else a byte 1 and a string;
//! 5. the number of routes (8 bytes), then for each route, in the order of the request, the version's ARN as a
//!    string and a byte with the weight.
//!
//! A string is its length in UTF-8 bytes (8 bytes), then the bytes. 8-byte numbers are unsigned and big-endian.

use crate::command::{self, CreateAlias};
use crate::error::{Error, Result};
use crate::hex;
use crate::limits::Limits;
use crate::wire::input::{CreateStateMachineAliasInput, RoutingConfigurationListItem};
use crate::wire::output::{DescribeStateMachineAliasOutput, RoutingConfigurationOutput};
use crate::wire::{DeserializeRequest, deserialize_request};
use sha2::{Digest, Sha256};

const DOMAIN: &[u8] = b"sfn-alias/fingerprint/v1\n";

/// A member that determines idempotency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AliasMember {
    /// `description`
    Description,
    /// `routingConfiguration`
    RoutingConfiguration,
}

impl AliasMember {
    /// Returns the name in requests.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::RoutingConfiguration => "routingConfiguration",
        }
    }
}

/// The fingerprint of a create request. Two requests have the same fingerprint if and only if AWS treats them as the
/// same request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the bytes as 64 lower-case hexadecimal digits.
    pub fn to_hex(&self) -> String {
        hex::encode(&self.0)
    }
}

/// Returns the fingerprint of a valid create request.
///
/// # Errors
/// The error that AWS would return for an invalid request.
///
/// ```
/// use sfn_alias::wire::input::{CreateStateMachineAliasInput, RoutingConfigurationListItem};
/// let input = CreateStateMachineAliasInput {
///     name: Some("PROD".into()),
///     routing_configuration: Some(vec![RoutingConfigurationListItem {
///         state_machine_version_arn: Some("arn:aws:states:us-east-1:123456789012:stateMachine:orders:1".into()),
///         weight: Some(100),
///     }]),
///     ..Default::default()
/// };
/// let fingerprint = sfn_alias::fingerprint(&input)?;
/// assert_eq!(fingerprint.to_hex().len(), 64);
/// # Ok::<(), sfn_alias::Error>(())
/// ```
pub fn fingerprint(input: &CreateStateMachineAliasInput<'_>) -> Result<Fingerprint> {
    // One update of the hash is faster than many small ones.
    Ok(Fingerprint(Sha256::digest(fingerprint_encoding(input)?).into()))
}

/// Like [`fingerprint()`], for JSON bytes or values of another programming language.
///
/// # Errors
/// Like [`fingerprint()`]; [`Error::WrongType`] or [`Error::Malformed`] for input that cannot be
/// deserialized.
pub fn fingerprint_from(source: &(impl DeserializeRequest + ?Sized)) -> Result<Fingerprint> {
    fingerprint(&deserialize_request(source, &Limits::default())?)
}

/// Returns the bytes that [`fingerprint()`] hashes, to reproduce it in another program.
///
/// # Errors
/// Like [`fingerprint()`].
pub fn fingerprint_encoding(input: &CreateStateMachineAliasInput<'_>) -> Result<Vec<u8>> {
    let command = command::parse(input, &Limits::default())?;
    let mut encoding = Vec::with_capacity(512);
    encode(&command, input, &mut encoding);
    Ok(encoding)
}

fn encode(command: &CreateAlias<'_>, input: &CreateStateMachineAliasInput<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(DOMAIN);
    encode_string(command.state_machine_arn, out);
    encode_string(command.name, out);
    match command.description {
        None => out.push(0),
        Some(description) => {
            out.push(1);
            encode_string(description, out);
        }
    }
    let routes = input.routing_configuration.as_deref().unwrap_or_default();
    out.extend_from_slice(&(routes.len() as u64).to_be_bytes());
    for route in routes {
        encode_string(route.state_machine_version_arn.as_deref().unwrap_or_default(), out);
        // A valid weight is at most 100.
        out.push(route.weight.unwrap_or_default() as u8);
    }
}

fn encode_string(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(&(text.len() as u64).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

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
    let command = command::parse(input, &Limits::default())?;
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
    let to_error = |error: S::Error| Error::Malformed(format!("existing: {error}"));
    let existing = existing.map(|source| source.read().map_err(to_error)).transpose()?;
    compare(existing.as_ref(), &deserialize_request(input, &Limits::default())?)
}

fn has_same_routes(existing: &[RoutingConfigurationOutput], requested: &[RoutingConfigurationListItem<'_>]) -> bool {
    let requested = requested.iter().map(|route| (route.state_machine_version_arn.as_deref(), route.weight));
    existing.iter().map(|route| (Some(&*route.state_machine_version_arn), Some(route.weight.into()))).eq(requested)
}
