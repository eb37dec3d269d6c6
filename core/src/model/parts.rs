//! An ARN as named parts, for languages that read it as JSON; and from parts back to its text.

use super::{Arn, Resource, parse_arn};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The parts of an ARN by name. Parts that its kind does not have are absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ArnParts<'a> {
    /// `stateMachine`, `version`, `alias`, `label`, `execution`, `express`, or another type as the ARN spells it.
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
    /// The express execution's id.
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
            Resource::Other { kind } => (kind, None, None, None, None),
        };
        let (state_machine, qualifier) = (state_machine.map(Cow::Borrowed), qualifier.map(Cow::Borrowed));
        let (execution, id) = (execution.map(Cow::Borrowed), id.map(Cow::Borrowed));
        let (partition, region, account) = (arn.partition.into(), arn.region.into(), arn.account.into());
        Self { kind: kind.into(), partition, region, account, state_machine, qualifier, execution, id }
    }
}

/// The text of an ARN from its parts: what [`parse_arn`] takes apart again into the same parts.
///
/// # Errors
/// [`Error::ArnType`] for a kind whose ARNs are not taken apart, [`Error::ArnPrefix`] for parts that
/// make no ARN of their kind.
///
/// ```
/// use sfn_alias::{format_arn, model::ArnParts, parse_arn};
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
        other => return Err(Error::ArnType { found: other.to_owned() }),
    };
    let rest: Vec<&str> = rest.into_iter().map(|part| part.as_deref().unwrap_or_default()).collect();
    let rest = rest.join(if parts.kind == "label" { "/" } else { ":" });
    let ArnParts { partition, region, account, .. } = parts;
    let text = format!("arn:{partition}:states:{region}:{account}:{kind}:{rest}");
    let same = parse_arn(&text).is_ok_and(|arn| ArnParts::from(arn) == *parts);
    if same { Ok(text) } else { Err(Error::ArnPrefix { value: text }) }
}
