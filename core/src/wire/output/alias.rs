//! Outputs of the alias operations.

use crate::model::Timestamp;
use crate::sensitive::Sensitive;
use serde::{Deserialize, Serialize};

/// Output of CreateStateMachineAlias.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateStateMachineAliasOutput {
    /// Creation time. For a repeated request: the original time.
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
    /// Percentage of starts.
    pub weight: u8,
}

/// Output of DescribeStateMachineAlias.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeStateMachineAliasOutput {
    /// When it was created.
    pub creation_date: Timestamp,
    /// Absent if it was never set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Sensitive>,
    /// The alias's name.
    pub name: String,
    /// Routes in the order of the request.
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

/// Output of ListStateMachineAliases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListStateMachineAliasesOutput {
    /// Present if there are more results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    /// Oldest first; by name if the times are equal.
    pub state_machine_aliases: Vec<StateMachineAliasListItem>,
}

/// Output of UpdateStateMachineAlias.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateStateMachineAliasOutput {
    /// Update time.
    pub update_date: Timestamp,
}
