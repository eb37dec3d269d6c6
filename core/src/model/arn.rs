//! ARNs of Step Functions.

use super::{Scope, VersionNumber};
use crate::error::{Error, Result};
use std::fmt;

/// An ARN of Step Functions, taken apart. Borrowed from the text that it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    text: &'a str,
    /// For example `aws`.
    pub partition: &'a str,
    /// For example `us-east-1`.
    pub region: &'a str,
    /// For example `123456789012`.
    pub account: &'a str,
    /// What it names.
    pub resource: Resource<'a>,
}

/// What an ARN names.
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
        /// The digits, as written.
        number: &'a str,
    },
    /// `stateMachine:NAME:PROD`
    Alias {
        /// The state machine's name.
        name: &'a str,
        /// The alias's name.
        alias: &'a str,
    },
    /// `stateMachine:NAME/LABEL`: a map state.
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
        /// The execution's id.
        id: &'a str,
    },
    /// Any other type, for example `activity` or `mapRun`.
    Other {
        /// The type.
        kind: &'a str,
    },
}

/// Reads an ARN of Step Functions.
///
/// # Errors
/// [`Error::ArnPrefix`] for text that is not `arn:PARTITION:states:REGION:ACCOUNT:TYPE:REST`.
///
/// ```
/// use sfn_alias::{parse_arn, model::Resource};
/// let arn = parse_arn("arn:aws:states:us-east-1:123456789012:stateMachine:orders:PROD")?;
/// assert_eq!(arn.resource, Resource::Alias { name: "orders", alias: "PROD" });
/// assert_eq!(arn.machine_arn(), "arn:aws:states:us-east-1:123456789012:stateMachine:orders");
/// # Ok::<(), sfn_alias::Error>(())
/// ```
pub fn parse_arn(text: &str) -> Result<Arn<'_>> {
    parts(text).ok_or_else(|| Error::ArnPrefix { value: text.into() })
}

fn parts(text: &str) -> Option<Arn<'_>> {
    let (partition, rest) = cut(text.strip_prefix("arn:")?)?;
    let (region, rest) = cut(rest.strip_prefix("states:")?)?;
    let (account, rest) = cut(rest)?;
    let (kind, rest) = cut(rest)?;
    Some(Arn { text, partition, region, account, resource: resource(kind, rest)? })
}

/// The part before the first colon, which is not empty, and what is behind. A plain loop: parts are
/// short, and setting up a searcher costs more.
fn cut(text: &str) -> Option<(&str, &str)> {
    let colon = text.bytes().position(|b| b == b':').filter(|colon| *colon > 0)?;
    Some((text.get(..colon)?, text.get(colon.saturating_add(1)..)?))
}

/// Parts between colons, none of them empty.
fn full(rest: &str) -> bool {
    rest.split(':').all(|part| !part.is_empty())
}

// Inlined, as every call of a function would copy the value once more.
#[inline(always)]
fn resource<'a>(kind: &'a str, rest: &'a str) -> Option<Resource<'a>> {
    match kind {
        "stateMachine" => state_machine(rest),
        "execution" => {
            let (name, execution) = cut(rest)?;
            last(execution).then_some(Resource::Execution { name, execution })
        }
        "express" => {
            let (name, rest) = cut(rest)?;
            let (execution, id) = cut(rest)?;
            full(id).then_some(Resource::Express { name, execution, id })
        }
        _ => full(rest).then_some(Resource::Other { kind }),
    }
}

#[inline(always)]
fn state_machine(rest: &str) -> Option<Resource<'_>> {
    match cut(rest) {
        Some((name, number)) if is_version_qualifier(number) => Some(Resource::Version { name, number }),
        Some((name, alias)) => last(alias).then_some(Resource::Alias { name, alias }),
        None => last(rest).then(|| unqualified(rest)),
    }
}

fn unqualified(rest: &str) -> Resource<'_> {
    match rest.split_once('/') {
        Some((name, label)) => Resource::Label { name, label },
        None => Resource::StateMachine { name: rest },
    }
}

/// A part that no other follows.
fn last(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b != b':')
}

/// Returns whether a qualifier is that of a version: only digits, which the name of an alias never is. The
/// number itself may be out of range.
pub(crate) fn is_version_qualifier(qualifier: &str) -> bool {
    !qualifier.is_empty() && qualifier.bytes().all(|b| b.is_ascii_digit())
}

impl<'a> Arn<'a> {
    /// The whole text.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// The unqualified ARN of the state machine that a state machine, version or alias ARN is of.
    pub fn machine_arn(&self) -> &'a str {
        let extra = match self.resource {
            Resource::Version { number, .. } => number.len().saturating_add(1),
            Resource::Alias { alias, .. } => alias.len().saturating_add(1),
            Resource::Label { label, .. } => label.len().saturating_add(1),
            _ => 0,
        };
        self.text.get(..self.text.len().saturating_sub(extra)).unwrap_or(self.text)
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

    /// The type as the ARN spells it.
    pub const fn kind(&self) -> &'a str {
        match self.resource {
            Resource::Execution { .. } => "execution",
            Resource::Express { .. } => "express",
            Resource::Other { kind } => kind,
            _ => "stateMachine",
        }
    }

    /// The scope, where account, region and partition have the form of one.
    pub fn scope(&self) -> Option<Scope> {
        Scope::new(self.partition, self.account, self.region).ok()
    }
}

impl fmt::Display for Arn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}
