//! What an ARN in a template refers to: a state machine, or one of its versions or aliases.

use super::resolve::{Part, SymbolicText};
use sfn_alias::model::{Resource as Named, parse_arn};

/// Identifies a state machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum StateMachineIdentity<'t> {
    /// A resource of the template, by logical id.
    Resource(&'t str),
    /// An ARN. Pseudo parameters are replaced by examples.
    Arn(String),
    /// A text with an unknown value. Equal texts have equal values.
    Symbolic(String),
}

impl StateMachineIdentity<'_> {
    /// Returns whether the two are certainly different state machines.
    pub fn differs(&self, other: &Self) -> bool {
        let name = |arn: &str| arn.rsplit(':').next().unwrap_or_default().to_owned();
        match (self, other) {
            (Self::Resource(one), Self::Resource(other)) => one != other,
            // The account or region can be those of the deployment.
            (Self::Arn(one), Self::Arn(other)) => name(one) != name(other),
            _ => false,
        }
    }
}

/// The part of an ARN after the state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Qualifier<'t> {
    None,
    Version,
    /// An alias, and its name if known.
    Alias(Option<String>),
    /// An alias resource of the template.
    AliasResource(&'t str),
}

/// What an ARN refers to.
#[derive(Debug, Clone)]
pub(crate) struct ArnTarget<'t> {
    /// `None` if the state machine is unknown.
    pub state_machine: Option<StateMachineIdentity<'t>>,
    pub qualifier: Qualifier<'t>,
}

/// Returns whether this is the prefix of a state machine ARN in the account and region of the deployment.
pub(crate) fn is_prefix_of_own_account(parts: &[Part<'_>]) -> bool {
    const OWN: [&str; 2] = [
        "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:",
        "arn:aws:states:${AWS::Region}:${AWS::AccountId}:stateMachine:",
    ];
    let mut prefix = SymbolicText::default();
    parts.iter().for_each(|part| prefix.push(part.clone()));
    OWN.contains(&prefix.to_sub_pattern().as_str())
}

/// Parses the text after the colon: a version number, or an alias name without wildcards.
pub(crate) fn parse_qualifier<'t>(text: &str) -> Option<Qualifier<'t>> {
    if text.is_empty() || text.contains(['*', '?', ':', '/']) {
        return None;
    }
    let number = text.bytes().all(|b| b.is_ascii_digit());
    Some(if number { Qualifier::Version } else { Qualifier::Alias(Some(text.to_owned())) })
}

pub(crate) fn parse_arn_target<'t>(text: &str) -> Option<ArnTarget<'t>> {
    let arn = parse_arn(text).ok()?;
    let qualifier = match arn.resource {
        Named::StateMachine { .. } => Qualifier::None,
        Named::Version { .. } => Qualifier::Version,
        Named::Alias { alias, .. } => Qualifier::Alias(Some(alias.to_owned())),
        _ => return None,
    };
    Some(ArnTarget { state_machine: Some(StateMachineIdentity::Arn(arn.state_machine_arn().to_owned())), qualifier })
}
