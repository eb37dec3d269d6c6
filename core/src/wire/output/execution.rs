//! Outputs of the execution operations.

use crate::model::Timestamp;
use crate::sensitive::Sensitive;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Output of StartExecution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartExecutionOutput {
    /// The ARN of the execution, without version or alias.
    pub execution_arn: String,
    /// When it was started.
    pub start_date: Timestamp,
}

/// Whether data is included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataDetails {
    /// Always true.
    pub included: bool,
}

/// Output of DescribeExecution. Executions are routed and recorded, not interpreted: RUNNING until stopped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeExecutionOutput {
    /// The cause passed to StopExecution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Sensitive>,
    /// The error code passed to StopExecution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Sensitive>,
    /// The execution's ARN.
    pub execution_arn: String,
    /// The input; omitted with METADATA_ONLY.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Sensitive>,
    /// Whether the input is included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_details: Option<DataDetails>,
    /// The execution's name.
    pub name: String,
    /// Always 0: redrive is not emulated.
    pub redrive_count: u32,
    /// NOT_REDRIVABLE while running, REDRIVABLE once stopped.
    pub redrive_status: String,
    /// The reason why it is not redrivable.
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
    /// As specified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_header: Option<String>,
}

/// Output of DescribeStateMachineForExecution: the content that the execution was started with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeStateMachineForExecutionOutput {
    /// `{}` with METADATA_ONLY.
    pub definition: Sensitive,
    /// As specified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_configuration: Option<Value>,
    /// As specified; default `OFF`.
    pub logging_configuration: Value,
    /// The state machine's name.
    pub name: String,
    /// Absent for the initial revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
    /// The role.
    pub role_arn: String,
    /// Without version or alias.
    pub state_machine_arn: String,
    /// As specified; default off.
    pub tracing_configuration: Value,
    /// Last update time.
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

/// Output of ListExecutions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListExecutionsOutput {
    /// Newest first.
    pub executions: Vec<ExecutionListItem>,
    /// Present if there are more results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// Output of StopExecution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StopExecutionOutput {
    /// When it was stopped.
    pub stop_date: Timestamp,
}
