//! Answers of the execution operations.

use crate::model::Timestamp;
use crate::redact::Redacted;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Answer of StartExecution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartExecutionOutput {
    /// The execution's ARN, without version or alias.
    pub execution_arn: String,
    /// When it was started.
    pub start_date: Timestamp,
}

/// Whether data is included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataDetails {
    /// True.
    pub included: bool,
}

/// Answer of DescribeExecution. Executions are routed and recorded, not interpreted: RUNNING until stopped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeExecutionOutput {
    /// The cause given to StopExecution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Redacted>,
    /// The error code given to StopExecution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Redacted>,
    /// The execution's ARN.
    pub execution_arn: String,
    /// The input as given; left out with METADATA_ONLY.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Redacted>,
    /// Whether the input is included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_details: Option<DataDetails>,
    /// The execution's name.
    pub name: String,
    /// Always 0: nothing is redriven here.
    pub redrive_count: u32,
    /// NOT_REDRIVABLE while running, REDRIVABLE once stopped.
    pub redrive_status: String,
    /// Why it is not redrivable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redrive_status_reason: Option<String>,
    /// When it was started.
    pub start_date: Timestamp,
    /// The alias that it was started with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_machine_alias_arn: Option<String>,
    /// The state machine, without version or alias.
    pub state_machine_arn: String,
    /// The version that it runs, when started with a version or an alias.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_machine_version_arn: Option<String>,
    /// RUNNING or ABORTED.
    pub status: String,
    /// When it was stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_date: Option<Timestamp>,
    /// As given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_header: Option<String>,
}

/// Answer of DescribeStateMachineForExecution: the content that the execution was started with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeStateMachineForExecutionOutput {
    /// `{}` with METADATA_ONLY.
    pub definition: Redacted,
    /// As given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_configuration: Option<Value>,
    /// As given, or OFF.
    pub logging_configuration: Value,
    /// The state machine's name.
    pub name: String,
    /// Absent for the content that the state machine was created with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
    /// The role.
    pub role_arn: String,
    /// Without version or alias.
    pub state_machine_arn: String,
    /// As given, or off.
    pub tracing_configuration: Value,
    /// When this content came.
    pub update_date: Timestamp,
}

/// An execution in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionListItem {
    /// The execution's ARN.
    pub execution_arn: String,
    /// The execution's name.
    pub name: String,
    /// Always 0.
    pub redrive_count: u32,
    /// When it was started.
    pub start_date: Timestamp,
    /// The alias that it was started with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_machine_alias_arn: Option<String>,
    /// Without version or alias.
    pub state_machine_arn: String,
    /// The version that it runs, when started with a version or an alias.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_machine_version_arn: Option<String>,
    /// RUNNING or ABORTED.
    pub status: String,
    /// When it was stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_date: Option<Timestamp>,
}

/// Answer of ListExecutions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListExecutionsOutput {
    /// Newest first.
    pub executions: Vec<ExecutionListItem>,
    /// Given when there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// Answer of StopExecution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StopExecutionOutput {
    /// When it was stopped.
    pub stop_date: Timestamp,
}
