//! ARNs of Step Functions.

use super::{NO_VERSION, Scope};
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
    if [partition, region, account, kind].into_iter().any(str::is_empty) || has_empty_part(rest) {
        return None;
    }
    Some(Arn { text, partition, region, account, resource: resource(kind, rest)? })
}

/// Splits at the first colon. A plain loop: parts are short, and a searcher's set-up costs more.
fn cut(text: &str) -> Option<(&str, &str)> {
    let colon = text.bytes().position(|b| b == b':')?;
    Some((text.get(..colon)?, text.get(colon + 1..)?))
}

fn has_empty_part(rest: &str) -> bool {
    let mut before = b':';
    rest.bytes().any(|b| std::mem::replace(&mut before, b) == b':' && b == b':') || before == b':'
}

fn resource<'a>(kind: &'a str, rest: &'a str) -> Option<Resource<'a>> {
    match kind {
        "stateMachine" => state_machine(rest),
        "execution" => {
            let (name, execution) = cut(rest)?;
            cut(execution).is_none().then_some(Resource::Execution { name, execution })
        }
        "express" => {
            let (name, rest) = cut(rest)?;
            let (execution, id) = cut(rest)?;
            Some(Resource::Express { name, execution, id })
        }
        _ => Some(Resource::Other { kind }),
    }
}

fn state_machine(rest: &str) -> Option<Resource<'_>> {
    let Some((name, qualifier)) = cut(rest) else {
        return Some(match rest.split_once('/') {
            Some((name, label)) => Resource::Label { name, label },
            None => Resource::StateMachine { name: rest },
        });
    };
    if cut(qualifier).is_some() {
        None
    } else if qualifier.bytes().all(|b| b.is_ascii_digit()) {
        Some(Resource::Version { name, number: qualifier })
    } else {
        Some(Resource::Alias { name, alias: qualifier })
    }
}

impl<'a> Arn<'a> {
    /// The whole text.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// The unqualified ARN of the state machine that a state machine, version or alias ARN is of.
    pub fn machine_arn(&self) -> &'a str {
        let extra = match self.resource {
            Resource::Version { number, .. } => number.len() + 1,
            Resource::Alias { alias, .. } => alias.len() + 1,
            Resource::Label { label, .. } => label.len() + 1,
            _ => 0,
        };
        self.text.get(..self.text.len() - extra).unwrap_or(self.text)
    }

    /// The version's number; [`NO_VERSION`] for anything but a number that a version can have.
    pub fn version(&self) -> u32 {
        match self.resource {
            Resource::Version { number, .. } if !number.starts_with('0') => number.parse().unwrap_or(NO_VERSION),
            _ => NO_VERSION,
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
