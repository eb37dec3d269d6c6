//! Outputs of the operations on state machines, versions, tags and definitions.

use crate::model::{Tag, Timestamp};
use crate::sensitive::Sensitive;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An output without members: `{}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

/// Output of CreateStateMachine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateStateMachineOutput {
    /// When it was created.
    pub creation_date: Timestamp,
    /// Its ARN.
    pub state_machine_arn: String,
    /// The version, if one was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_machine_version_arn: Option<String>,
}

/// Output of UpdateStateMachine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateStateMachineOutput {
    /// Absent until the first effective update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
    /// The version, with `publish`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_machine_version_arn: Option<String>,
    /// Last update time.
    pub update_date: Timestamp,
}

/// Output of DescribeStateMachine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeStateMachineOutput {
    /// Creation time of the state machine or of the requested version.
    pub creation_date: Timestamp,
    /// As specified; `{}` with METADATA_ONLY.
    pub definition: Sensitive,
    /// The version's description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Sensitive>,
    /// As specified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_configuration: Option<Value>,
    /// As specified; default `OFF`.
    pub logging_configuration: Value,
    /// The state machine's name.
    pub name: String,
    /// Absent until the first effective update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
    /// The role.
    pub role_arn: String,
    /// The requested ARN.
    pub state_machine_arn: String,
    /// ACTIVE or DELETING.
    pub status: String,
    /// As specified; default off.
    pub tracing_configuration: Value,
    /// STANDARD or EXPRESS.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A state machine in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateMachineListItem {
    /// When it was created.
    pub creation_date: Timestamp,
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub state_machine_arn: String,
    /// STANDARD or EXPRESS.
    #[serde(rename = "type")]
    pub kind: String,
}

/// Output of ListStateMachines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListStateMachinesOutput {
    /// Present if there are more results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    /// By name.
    pub state_machines: Vec<StateMachineListItem>,
}

/// Output of PublishStateMachineVersion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishStateMachineVersionOutput {
    /// When the version was published.
    pub creation_date: Timestamp,
    /// The version.
    pub state_machine_version_arn: String,
}

/// A version in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateMachineVersionListItem {
    /// When it was published.
    pub creation_date: Timestamp,
    /// The version.
    pub state_machine_version_arn: String,
}

/// Output of ListStateMachineVersions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListStateMachineVersionsOutput {
    /// Present if there are more results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    /// Highest number first.
    pub state_machine_versions: Vec<StateMachineVersionListItem>,
}

/// Output of ListTagsForResource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListTagsForResourceOutput {
    /// In the order in which their keys were first set.
    pub tags: Vec<Tag>,
}

/// An error in a definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// ERROR.
    pub severity: String,
    /// SCHEMA_VALIDATION_FAILED or INVALID_JSON_DESCRIPTION.
    pub code: String,
    /// The error text.
    pub message: String,
    /// The location: a JSON pointer, or line and column of a syntax error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

/// Output of ValidateStateMachineDefinition. It checks that the definition is JSON with `StartAt` and `States`, and no more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidateStateMachineDefinitionOutput {
    /// OK or FAIL.
    pub result: String,
    /// The errors of the definition.
    pub diagnostics: Vec<Diagnostic>,
    /// Always false.
    pub truncated: bool,
}
