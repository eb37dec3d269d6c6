//! ARNs as members of a request.

use super::Faults;
use crate::error::Error;
use crate::model::{Arn, Resource, VersionNumber, parse_arn};

/// A state machine ARN, perhaps with a qualifier.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// The ARN as given.
    pub given: &'a str,
    /// The unqualified ARN.
    pub machine: &'a str,
    /// The state machine's name.
    pub name: &'a str,
    pub qualifier: Qualifier<'a>,
}

/// What stands behind a state machine's ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Qualifier<'a> {
    None,
    /// `None` if no version can have this number.
    Version(Option<VersionNumber>),
    Alias(&'a str),
    Label,
}

/// A state machine, version, alias or labeled ARN; anything else is a fault.
pub(super) fn machine_arn<'a>(text: &'a str, pointer: &str, faults: &mut Faults<'_>) -> Option<Target<'a>> {
    let arn = faults.keep(pointer, parse_arn(text))?;
    let (name, qualifier) = match arn.resource {
        Resource::StateMachine { name } => (name, Qualifier::None),
        Resource::Version { name, .. } => (name, Qualifier::Version(arn.version())),
        Resource::Alias { name, alias } => (name, Qualifier::Alias(alias)),
        Resource::Label { name, .. } => (name, Qualifier::Label),
        _ => {
            faults.push(pointer, wrong_type(&arn));
            return None;
        }
    };
    Some(Target { given: text, machine: arn.machine_arn(), name, qualifier })
}

/// As [`machine_arn`], for an operation that refuses labels.
pub(super) fn unlabeled_arn<'a>(text: &'a str, pointer: &str, faults: &mut Faults<'_>) -> Option<Target<'a>> {
    let target = machine_arn(text, pointer, faults)?;
    if target.qualifier == Qualifier::Label {
        faults.push(pointer, Error::LabeledArn { arn: text.into() });
        return None;
    }
    Some(target)
}

/// An alias ARN: the state machine and the alias's name.
pub(super) fn alias_arn<'a>(text: &'a str, faults: &mut Faults<'_>) -> Option<(Target<'a>, &'a str)> {
    const POINTER: &str = "/stateMachineAliasArn";
    let target = machine_arn(text, POINTER, faults)?;
    let Qualifier::Alias(alias) = target.qualifier else {
        faults.push(POINTER, Error::AliasArnRequired { arn: text.into() });
        return None;
    };
    Some((target, alias))
}

/// An execution ARN of a STANDARD state machine.
pub(super) fn execution_arn<'a>(text: &'a str, faults: &mut Faults<'_>) -> Option<(Arn<'a>, &'a str, &'a str)> {
    const POINTER: &str = "/executionArn";
    let arn = faults.keep(POINTER, parse_arn(text))?;
    let Resource::Execution { name, execution } = arn.resource else {
        faults.push(POINTER, wrong_type(&arn));
        return None;
    };
    Some((arn, name, execution))
}

pub(super) fn wrong_type(arn: &Arn<'_>) -> Error {
    Error::ArnType { found: arn.kind().into() }
}
