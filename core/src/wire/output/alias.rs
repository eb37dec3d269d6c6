//! Answers of the alias operations.

use crate::model::Timestamp;
use crate::redact::Redacted;
use serde::{Deserialize, Serialize};

/// Answer of CreateStateMachineAlias.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateStateMachineAliasOutput {
    /// When the alias was created; of a replay: the original date.
    pub creation_date: Timestamp,
    /// The alias's ARN.
    pub state_machine_alias_arn: String,
}

/// One entry of a routing configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoutingConfigurationOutput {
    /// The version's ARN.
    pub state_machine_version_arn: String,
    /// Percent of the starts.
    pub weight: u8,
}

/// Answer of DescribeStateMachineAlias.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeStateMachineAliasOutput {
    /// When it was created.
    pub creation_date: Timestamp,
    /// Absent when it was never set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Redacted>,
    /// The alias's name.
    pub name: String,
    /// In the order of the request that set it.
    pub routing_configuration: Vec<RoutingConfigurationOutput>,
    /// The alias's ARN.
    pub state_machine_alias_arn: String,
    /// When it was last updated.
    pub update_date: Timestamp,
}

/// An alias in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateMachineAliasListItem {
    /// When it was created.
    pub creation_date: Timestamp,
    /// The alias's ARN.
    pub state_machine_alias_arn: String,
}

/// Answer of ListStateMachineAliases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListStateMachineAliasesOutput {
    /// Given when there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    /// Oldest first, by name where dates are equal.
    pub state_machine_aliases: Vec<StateMachineAliasListItem>,
}

/// Answer of UpdateStateMachineAlias.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateStateMachineAliasOutput {
    /// Now.
    pub update_date: Timestamp,
}
