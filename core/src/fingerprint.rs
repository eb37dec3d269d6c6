//! The idempotency of CreateStateMachineAlias: what makes two requests the same.
//!
//! AWS documents that it compares stateMachineArn, name, description and routingConfiguration. The
//! fingerprint is SHA-256 over these bytes, which any language can put together:
//!
//! 1. the ASCII text `sfn-alias/fingerprint/v1` and a line feed;
//! 2. the state machine's ARN, as a string (the first route's version ARN without `:NUMBER`);
//! 3. the alias's name, as a string;
//! 4. the description: one byte 0 when absent, else one byte 1 and a string;
//! 5. the number of routes (8 bytes), then for each, in the order given, the version's ARN as a
//!    string and one byte with the weight.
//!
//! A string is its length in UTF-8 bytes (8 bytes), then the bytes. Numbers of 8 bytes are unsigned
//! and big-endian.

use crate::command::{self, CreateAlias};
use crate::error::Result;
use crate::hex;
use crate::model::{Alias, Routing};
use crate::options::Limits;
use crate::wire::input::CreateStateMachineAliasInput;
use crate::wire::{DeserializeRequest, parse_request};
use sha2::{Digest, Sha256};

const DOMAIN: &[u8] = b"sfn-alias/fingerprint/v1\n";

/// A member that idempotency depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AliasMember {
    /// `description`
    Description,
    /// `routingConfiguration`
    RoutingConfiguration,
}

impl AliasMember {
    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::RoutingConfiguration => "routingConfiguration",
        }
    }
}

/// The fingerprint of a create request: equal for requests that AWS takes for the same, and for no
/// others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The bytes as 64 hexadecimal digits, lower case.
    pub fn to_hex(&self) -> String {
        hex::encode(&self.0)
    }
}

/// The fingerprint of a valid create request.
///
/// # Errors
/// What AWS would answer to an invalid one.
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
    // One update of the hash: many small ones cost more than the bytes in between.
    Ok(Fingerprint(Sha256::digest(fingerprint_encoding(input)?).into()))
}

/// As [`fingerprint()`], for a request in JSON bytes or another language's values.
///
/// # Errors
/// As [`fingerprint()`], and [`crate::Error::WrongType`] or [`crate::Error::Malformed`] for what cannot be read.
pub fn fingerprint_from(source: &(impl DeserializeRequest + ?Sized)) -> Result<Fingerprint> {
    fingerprint(&parse_request(source, &Limits::default())?)
}

/// The bytes that [`fingerprint()`] hashes, for whoever recomputes it.
///
/// # Errors
/// As [`fingerprint()`].
pub fn fingerprint_encoding(input: &CreateStateMachineAliasInput<'_>) -> Result<Vec<u8>> {
    let command = command::validate(input, &Limits::default())?;
    let mut encoding = Vec::with_capacity(512);
    encode(&command, input, &mut encoding);
    Ok(encoding)
}

fn encode(command: &CreateAlias<'_>, input: &CreateStateMachineAliasInput<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(DOMAIN);
    string(command.state_machine_arn, out);
    string(command.name, out);
    match command.description {
        None => out.push(0),
        Some(description) => {
            out.push(1);
            string(description, out);
        }
    }
    let routes = input.routing_configuration.as_deref().unwrap_or_default();
    out.extend_from_slice(&(routes.len() as u64).to_be_bytes());
    for route in routes {
        string(route.state_machine_version_arn.as_deref().unwrap_or_default(), out);
        // A valid weight is at most 100.
        out.push(route.weight.unwrap_or_default() as u8);
    }
}

fn string(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(&(text.len() as u64).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Members in which a create request differs from the alias of its name. State machine and name are
/// equal already; comparing the other two is comparing fingerprints, without hashing.
pub(crate) fn differences(
    stored: &Alias,
    description: Option<&str>,
    routing: Routing,
) -> impl Iterator<Item = AliasMember> + use<> {
    let description = (stored.description.as_deref() != description).then_some(AliasMember::Description);
    let routing = (stored.routing != routing).then_some(AliasMember::RoutingConfiguration);
    description.into_iter().chain(routing)
}
