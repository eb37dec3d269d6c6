//! ARNs of Step Functions.

use super::{Scope, VersionNumber};
use crate::error::{Error, Result};
use std::fmt;

/// A parsed ARN of Step Functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    text: &'a str,
    /// For example `aws`.
    pub partition: &'a str,
    /// For example `us-east-1`.
    pub region: &'a str,
    /// For example `123456789012`.
    pub account: &'a str,
    /// The resource.
    pub resource: Resource<'a>,
}

/// The resource of an ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource<'a> {
    /// `stateMachine:NAME`
    StateMachine {
        /// The state machine's name.
        name: &'a str,
    },
    /// `stateMachine:NAME:3`
    Version {
        /// The state machine's name.
        name: &'a str,
        /// The digits. [`Arn::version`] returns the number.
        number: &'a str,
    },
    /// `stateMachine:NAME:PROD`
    Alias {
        /// The state machine's name.
        name: &'a str,
        /// The alias's name.
        alias: &'a str,
    },
    /// `stateMachine:NAME/LABEL`: a labeled map state.
    Label {
        /// The state machine's name.
        name: &'a str,
        /// The label.
        label: &'a str,
    },
    /// `execution:NAME:EXECUTION`
    Execution {
        /// The state machine's name.
        name: &'a str,
        /// The execution's name.
        execution: &'a str,
    },
    /// `express:NAME:EXECUTION:ID`
    Express {
        /// The state machine's name.
        name: &'a str,
        /// The execution's name.
        execution: &'a str,
        /// The id of the start.
        id: &'a str,
    },
    /// Any other resource type, for example `activity` or `mapRun`.
    Other {
        /// The resource type.
        resource_type: &'a str,
    },
}

/// Parses an ARN of Step Functions.
///
/// # Errors
/// [`Error::ArnPrefix`] if the text is not `arn:PARTITION:states:REGION:ACCOUNT:TYPE:REST`.
///
/// ```
/// use sfn_alias::{parse_arn, model::Resource};
/// let arn = parse_arn("arn:aws:states:us-east-1:123456789012:stateMachine:orders:PROD")?;
/// assert_eq!(arn.resource, Resource::Alias { name: "orders", alias: "PROD" });
/// assert_eq!(arn.state_machine_arn(), "arn:aws:states:us-east-1:123456789012:stateMachine:orders");
/// # Ok::<(), sfn_alias::Error>(())
/// ```
pub fn parse_arn(text: &str) -> Result<Arn<'_>> {
    split_arn(text).ok_or_else(|| Error::ArnPrefix(text.into()))
}

fn split_arn(text: &str) -> Option<Arn<'_>> {
    let (partition, rest) = split_part(text.strip_prefix("arn:")?)?;
    let (region, rest) = split_part(rest.strip_prefix("states:")?)?;
    let (account, rest) = split_part(rest)?;
    let (resource_type, rest) = split_part(rest)?;
    Some(Arn { text, partition, region, account, resource: parse_resource(resource_type, rest)? })
}

/// The parts of an ARN of any service.
pub(crate) struct ServiceArn<'a> {
    pub region: &'a str,
    pub account: &'a str,
    pub resource: &'a str,
}

/// Splits an ARN of a service, `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
pub(crate) fn split_service_arn<'a>(text: &'a str, service: &str) -> Option<ServiceArn<'a>> {
    let (_, rest) = split_part(text.strip_prefix("arn:")?)?;
    let (region, rest) = rest.strip_prefix(service)?.strip_prefix(':')?.split_once(':')?;
    let (account, resource) = rest.split_once(':')?;
    Some(ServiceArn { region, account, resource })
}

/// Splits at the first colon. The part before it must not be empty. A plain loop is faster than a search function,
/// because parts are short.
fn split_part(text: &str) -> Option<(&str, &str)> {
    let colon = text.bytes().position(|b| b == b':').filter(|colon| *colon > 0)?;
    Some((text.get(..colon)?, text.get(colon.saturating_add(1)..)?))
}

/// Returns whether no part between colons is empty.
fn has_no_empty_part(rest: &str) -> bool {
    rest.split(':').all(|part| !part.is_empty())
}

// Inlined, because every call copies the value.
#[inline(always)]
fn parse_resource<'a>(resource_type: &'a str, rest: &'a str) -> Option<Resource<'a>> {
    match resource_type {
        "stateMachine" => parse_state_machine(rest),
        "execution" => {
            let (name, execution) = split_part(rest)?;
            is_last_part(execution).then_some(Resource::Execution { name, execution })
        }
        "express" => {
            let (name, rest) = split_part(rest)?;
            let (execution, id) = split_part(rest)?;
            has_no_empty_part(id).then_some(Resource::Express { name, execution, id })
        }
        _ => has_no_empty_part(rest).then_some(Resource::Other { resource_type }),
    }
}

#[inline(always)]
fn parse_state_machine(rest: &str) -> Option<Resource<'_>> {
    match split_part(rest) {
        Some((name, number)) if is_version_qualifier(number) => Some(Resource::Version { name, number }),
        Some((name, alias)) => is_last_part(alias).then_some(Resource::Alias { name, alias }),
        None => is_last_part(rest).then(|| parse_unqualified(rest)),
    }
}

fn parse_unqualified(rest: &str) -> Resource<'_> {
    match rest.split_once('/') {
        Some((name, label)) => Resource::Label { name, label },
        None => Resource::StateMachine { name: rest },
    }
}

/// Returns whether a text is one part, which is not empty.
fn is_last_part(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b != b':')
}

/// Returns whether a qualifier is that of a version: only digits, which the name of an alias never is. The
/// number itself may be out of range.
pub(crate) fn is_version_qualifier(qualifier: &str) -> bool {
    !qualifier.is_empty() && qualifier.bytes().all(|b| b.is_ascii_digit())
}

impl<'a> Arn<'a> {
    /// Returns the ARN as text.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// Returns the unqualified ARN of the state machine of a state machine, version, alias or label ARN.
    pub fn state_machine_arn(&self) -> &'a str {
        let suffix_length = match self.resource {
            Resource::Version { number, .. } => number.len().saturating_add(1),
            Resource::Alias { alias, .. } => alias.len().saturating_add(1),
            Resource::Label { label, .. } => label.len().saturating_add(1),
            _ => 0,
        };
        self.text.get(..self.text.len().saturating_sub(suffix_length)).unwrap_or(self.text)
    }

    /// Returns the number of a version's ARN. Returns `None` for other ARNs, and for a number that no version
    /// can have: 0, one with leading zeros, or one above 4,294,967,295.
    ///
    /// ```
    /// use sfn_alias::{model::VersionNumber, parse_arn};
    /// let orders = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";
    /// assert_eq!(parse_arn(&format!("{orders}:3"))?.version(), VersionNumber::new(3));
    /// assert_eq!(parse_arn(&format!("{orders}:0"))?.version(), None);
    /// assert_eq!(parse_arn(orders)?.version(), None);
    /// # Ok::<(), sfn_alias::Error>(())
    /// ```
    pub fn version(&self) -> Option<VersionNumber> {
        match self.resource {
            Resource::Version { number, .. } => VersionNumber::parse(number),
            _ => None,
        }
    }

    /// Returns the resource type, for example `stateMachine`.
    pub const fn resource_type(&self) -> &'a str {
        match self.resource {
            Resource::Execution { .. } => "execution",
            Resource::Express { .. } => "express",
            Resource::Other { resource_type } => resource_type,
            _ => "stateMachine",
        }
    }

    /// Returns the scope, or `None` if the partition, the account or the region is not valid.
    pub fn scope(&self) -> Option<Scope> {
        Scope::new(self.partition, self.account, self.region).ok()
    }
}

impl fmt::Display for Arn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}
