//! The parts of an ARN in JSON.

use crate::error::{Error, Result};
use crate::model::{Arn, Resource, parse_arn};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The parts of an ARN. Omits the parts that this kind of ARN does not have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ArnParts<'a> {
    /// `stateMachine`, `version`, `alias`, `label`, `execution`, `express`, or another resource type.
    pub kind: Cow<'a, str>,
    /// For example `aws`.
    pub partition: Cow<'a, str>,
    /// For example `us-east-1`.
    pub region: Cow<'a, str>,
    /// For example `123456789012`.
    pub account: Cow<'a, str>,
    /// The state machine's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_machine: Option<Cow<'a, str>>,
    /// The version's number, the alias's name or the label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<Cow<'a, str>>,
    /// The execution's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution: Option<Cow<'a, str>>,
    /// The id of the start of an EXPRESS execution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Cow<'a, str>>,
}

impl<'a> From<Arn<'a>> for ArnParts<'a> {
    fn from(arn: Arn<'a>) -> Self {
        let (kind, state_machine, qualifier, execution, id) = match arn.resource {
            Resource::StateMachine { name } => ("stateMachine", Some(name), None, None, None),
            Resource::Version { name, number } => ("version", Some(name), Some(number), None, None),
            Resource::Alias { name, alias } => ("alias", Some(name), Some(alias), None, None),
            Resource::Label { name, label } => ("label", Some(name), Some(label), None, None),
            Resource::Execution { name, execution } => ("execution", Some(name), None, Some(execution), None),
            Resource::Express { name, execution, id } => ("express", Some(name), None, Some(execution), Some(id)),
            Resource::Other { resource_type } => (resource_type, None, None, None, None),
        };
        let (state_machine, qualifier) = (state_machine.map(Cow::Borrowed), qualifier.map(Cow::Borrowed));
        let (execution, id) = (execution.map(Cow::Borrowed), id.map(Cow::Borrowed));
        let (partition, region, account) = (arn.partition.into(), arn.region.into(), arn.account.into());
        Self { kind: kind.into(), partition, region, account, state_machine, qualifier, execution, id }
    }
}

/// Formats an ARN from its parts, the inverse of [`parse_arn`].
///
/// # Errors
/// [`Error::ArnType`] for another kind than those listed in [`ArnParts::kind`], [`Error::ArnPrefix`] if the parts are
/// not a valid ARN of this kind.
///
/// ```
/// use sfn_alias::{format_arn, parse_arn, wire::ArnParts};
/// let text = "arn:aws:states:us-east-1:123456789012:stateMachine:orders:PROD";
/// assert_eq!(format_arn(&ArnParts::from(parse_arn(text)?))?, text);
/// # Ok::<(), sfn_alias::Error>(())
/// ```
pub fn format_arn(parts: &ArnParts<'_>) -> Result<String> {
    let (kind, rest) = match &*parts.kind {
        "stateMachine" => ("stateMachine", vec![&parts.state_machine]),
        "version" | "alias" | "label" => ("stateMachine", vec![&parts.state_machine, &parts.qualifier]),
        "execution" => ("execution", vec![&parts.state_machine, &parts.execution]),
        "express" => ("express", vec![&parts.state_machine, &parts.execution, &parts.id]),
        other => return Err(Error::ArnType(other.to_owned())),
    };
    let rest: Vec<&str> = rest.into_iter().map(|part| part.as_deref().unwrap_or_default()).collect();
    let rest = rest.join(if parts.kind == "label" { "/" } else { ":" });
    let ArnParts { partition, region, account, .. } = parts;
    let text = format!("arn:{partition}:states:{region}:{account}:{kind}:{rest}");
    let is_inverse = parse_arn(&text).is_ok_and(|arn| ArnParts::from(arn) == *parts);
    if is_inverse { Ok(text) } else { Err(Error::ArnPrefix(text)) }
}
