//! Parses ARNs in requests.

use super::request::RuleErrors;
use crate::error::{Error, Result};
use crate::model::{Arn, Resource, VersionNumber, parse_arn, split_service_arn};

/// JSON pointer of the member that names a state machine.
pub(super) const STATE_MACHINE_ARN_POINTER: &str = "/stateMachineArn";

/// A state machine ARN, with or without a qualifier.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StateMachineRef<'a> {
    /// The ARN in the request.
    pub arn: &'a str,
    /// The ARN without its qualifier.
    pub unqualified_arn: &'a str,
    /// The state machine's name.
    pub name: &'a str,
    pub qualifier: Qualifier<'a>,
}

#[derive(Clone, Copy)]
pub(crate) struct AliasRef<'a> {
    pub state_machine: StateMachineRef<'a>,
    pub name: &'a str,
}

/// The part after a state machine's ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Qualifier<'a> {
    Unqualified,
    /// `None` if no version can have this number.
    Version(Option<VersionNumber>),
    Alias(&'a str),
    Label,
}

/// Parses the member `stateMachineArn`.
pub(super) fn parse_state_machine_arn<'a>(
    text: &'a str,
    rule_errors: &mut RuleErrors<'_>,
) -> Option<StateMachineRef<'a>> {
    parse_member(text, STATE_MACHINE_ARN_POINTER, rule_errors)
}

/// Parses the ARN of a state machine, version, alias or labeled map state. Records an error for other ARNs.
pub(super) fn parse_member<'a>(
    text: &'a str,
    pointer: &str,
    rule_errors: &mut RuleErrors<'_>,
) -> Option<StateMachineRef<'a>> {
    let arn = rule_errors.record_error(pointer, parse_arn_of_type(text, "stateMachine"))?;
    let (name, qualifier) = match arn.resource {
        Resource::StateMachine { name } => (name, Qualifier::Unqualified),
        Resource::Version { name, .. } => (name, Qualifier::Version(arn.version())),
        Resource::Alias { name, alias } => (name, Qualifier::Alias(alias)),
        Resource::Label { name, .. } => (name, Qualifier::Label),
        _ => return rule_errors.record_error(pointer, Err(Error::ArnType(arn.resource_type().into()))),
    };
    Some(StateMachineRef { arn: text, unqualified_arn: arn.state_machine_arn(), name, qualifier })
}

/// Like [`parse_state_machine_arn`], for operations that do not support labels.
pub(super) fn parse_unlabeled_arn<'a>(text: &'a str, rule_errors: &mut RuleErrors<'_>) -> Option<StateMachineRef<'a>> {
    let state_machine = parse_state_machine_arn(text, rule_errors)?;
    if state_machine.qualifier == Qualifier::Label {
        return rule_errors.record_error(STATE_MACHINE_ARN_POINTER, Err(Error::LabeledArn(text.into())));
    }
    Some(state_machine)
}

/// Parses the ARN of an alias.
pub(super) fn parse_alias_arn<'a>(text: &'a str, rule_errors: &mut RuleErrors<'_>) -> Option<AliasRef<'a>> {
    const POINTER: &str = "/stateMachineAliasArn";
    let state_machine = parse_member(text, POINTER, rule_errors)?;
    let Qualifier::Alias(name) = state_machine.qualifier else {
        return rule_errors.record_error(POINTER, Err(Error::AliasArnRequired(text.into())));
    };
    Some(AliasRef { state_machine, name })
}

/// Parses an ARN of a resource type. AWS checks the type before the parts after it.
pub(super) fn parse_arn_of_type<'a>(text: &'a str, resource_type: &str) -> Result<Arn<'a>> {
    parse_arn(text).map_err(|error| match find_resource_type(text) {
        Some(found) if found != resource_type => Error::ArnType(found.to_owned()),
        _ => error,
    })
}

/// Returns the resource type of an ARN of Step Functions whose parts after the type may be wrong.
fn find_resource_type(text: &str) -> Option<&str> {
    let arn = split_service_arn(text, "states").filter(|arn| !arn.region.is_empty() && !arn.account.is_empty())?;
    let (resource_type, rest) = arn.resource.split_once(':')?;
    (!resource_type.is_empty() && rest.split(':').all(|part| !part.is_empty())).then_some(resource_type)
}
