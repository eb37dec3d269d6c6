//! Response structures. Absent members are omitted, as AWS does.

use super::deserialize_integer;
use crate::model::{Sensitive, Tag, Timestamp};
use serde::de::{Deserializer, Error, Unexpected};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A member of a response.
trait ResponseMember {
    fn is_absent(&self) -> bool {
        false
    }
}

impl<T> ResponseMember for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> ResponseMember for Vec<T> {}

impl ResponseMember for DataDetails {}

impl ResponseMember for BillingDetails {}

macro_rules! required_members {
    ($($type:ty),*) => {$(impl ResponseMember for $type {})*};
}

required_members!(String, Sensitive, Timestamp, Value, bool, u8, u32, u64);

fn deserialize_weight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    const EXPECTED: &str = "an integer from 0 to 100 for `weight`";
    match deserialize_integer(deserializer, EXPECTED)? {
        weight @ 0..=100 => Ok(weight),
        other => Err(D::Error::invalid_value(Unexpected::Unsigned(u64::from(other)), &EXPECTED)),
    }
}

/// Declares response structures.
macro_rules! responses {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* pub $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $($(#[$attribute])* #[serde(skip_serializing_if = "ResponseMember::is_absent")] pub $field: $type,)*
        }
    )*};
}

/// An output without members: `{}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

responses! {
    /// Output of CreateStateMachineAlias.
    CreateStateMachineAliasOutput {
        /// Creation time. For a repeated request: the original time.
        pub creation_date: Timestamp,
        /// The alias's ARN.
        pub state_machine_alias_arn: String,
    }

    /// One entry of a routing configuration.
    RoutingConfigurationOutput {
        /// The version's ARN.
        pub state_machine_version_arn: String,
        /// Percentage of starts.
        #[serde(deserialize_with = "deserialize_weight")]
        pub weight: u8,
    }

    /// Output of DescribeStateMachineAlias.
    DescribeStateMachineAliasOutput {
        /// When it was created.
        pub creation_date: Timestamp,
        /// Absent if it was never set.
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
    StateMachineAliasListItem {
        /// When it was created.
        pub creation_date: Timestamp,
        /// The alias's ARN.
        pub state_machine_alias_arn: String,
    }

    /// Output of ListStateMachineAliases.
    ListStateMachineAliasesOutput {
        /// Present if there are more results.
        pub next_token: Option<String>,
        /// Oldest first; by name if the times are equal.
        pub state_machine_aliases: Vec<StateMachineAliasListItem>,
    }

    /// Output of UpdateStateMachineAlias.
    UpdateStateMachineAliasOutput {
        /// Update time.
        pub update_date: Timestamp,
    }

    /// Output of CreateStateMachine.
    CreateStateMachineOutput {
        /// When it was created.
        pub creation_date: Timestamp,
        /// Its ARN.
        pub state_machine_arn: String,
        /// The version, if one was published.
        pub state_machine_version_arn: Option<String>,
    }

    /// Output of UpdateStateMachine.
    UpdateStateMachineOutput {
        /// Absent until the first effective update.
        pub revision_id: Option<String>,
        /// The version, with `publish`.
        pub state_machine_version_arn: Option<String>,
        /// Last update time.
        pub update_date: Timestamp,
    }

    /// Output of DescribeStateMachine.
    DescribeStateMachineOutput {
        /// Creation time of the state machine or of the requested version.
        pub creation_date: Timestamp,
        /// As specified; `{}` with METADATA_ONLY.
        pub definition: Sensitive,
        /// The version's description.
        pub description: Option<Sensitive>,
        /// As specified; default `AWS_OWNED_KEY`.
        pub encryption_configuration: Value,
        /// As specified; default `OFF`.
        pub logging_configuration: Value,
        /// The state machine's name.
        pub name: String,
        /// Absent until the first effective update.
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
    StateMachineListItem {
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
    ListStateMachinesOutput {
        /// Present if there are more results.
        pub next_token: Option<String>,
        /// By name.
        pub state_machines: Vec<StateMachineListItem>,
    }

    /// Output of PublishStateMachineVersion.
    PublishStateMachineVersionOutput {
        /// When the version was published.
        pub creation_date: Timestamp,
        /// The version.
        pub state_machine_version_arn: String,
    }

    /// A version in a list.
    StateMachineVersionListItem {
        /// When it was published.
        pub creation_date: Timestamp,
        /// The version.
        pub state_machine_version_arn: String,
    }

    /// Output of ListStateMachineVersions.
    ListStateMachineVersionsOutput {
        /// Present if there are more results.
        pub next_token: Option<String>,
        /// Highest number first.
        pub state_machine_versions: Vec<StateMachineVersionListItem>,
    }

    /// Output of ListTagsForResource.
    ListTagsForResourceOutput {
        /// In the order in which their keys were first set.
        pub tags: Vec<Tag>,
    }

    /// An error in a definition.
    Diagnostic {
        /// ERROR.
        pub severity: String,
        /// For example SCHEMA_VALIDATION_FAILED or MISSING_TRANSITION_TARGET.
        pub code: String,
        /// The error text.
        pub message: String,
        /// The location in the definition, or line and column of a syntax error.
        pub location: Option<String>,
    }

    /// Output of ValidateStateMachineDefinition. The fields of each type of state are not checked.
    ValidateStateMachineDefinitionOutput {
        /// OK or FAIL.
        pub result: String,
        /// The errors of the definition.
        pub diagnostics: Vec<Diagnostic>,
        /// Whether there are more errors than `maxResults`.
        pub truncated: bool,
    }

    /// Output of StartExecution.
    StartExecutionOutput {
        /// The ARN of the execution, without version or alias.
        pub execution_arn: String,
        /// When it was started.
        pub start_date: Timestamp,
    }

    /// Whether data is included.
    DataDetails {
        /// Always true.
        pub included: bool,
    }

    /// Output of DescribeExecution.
    DescribeExecutionOutput {
        /// Why the execution did not succeed.
        pub cause: Option<Sensitive>,
        /// The error code of an execution that did not succeed.
        pub error: Option<Sensitive>,
        /// The execution's ARN.
        pub execution_arn: String,
        /// The input; omitted with METADATA_ONLY.
        pub input: Option<Sensitive>,
        /// Whether the input is included.
        pub input_details: Option<DataDetails>,
        /// The execution's name.
        pub name: String,
        /// The output of an execution that succeeded; omitted with METADATA_ONLY.
        pub output: Option<Sensitive>,
        /// Whether the output is included.
        pub output_details: Option<DataDetails>,
        /// The number of redrives.
        pub redrive_count: u32,
        /// When it was last redriven.
        pub redrive_date: Option<Timestamp>,
        /// REDRIVABLE if RedriveExecution would succeed, or else NOT_REDRIVABLE.
        pub redrive_status: String,
        /// The reason why it is not redrivable.
        pub redrive_status_reason: Option<String>,
        /// When it was started.
        pub start_date: Timestamp,
        /// The alias that it was started with.
        pub state_machine_alias_arn: Option<String>,
        /// The state machine, without version or alias.
        pub state_machine_arn: String,
        /// The version that it runs, when started with a version or an alias.
        pub state_machine_version_arn: Option<String>,
        /// RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
        pub status: String,
        /// When it ended.
        pub stop_date: Option<Timestamp>,
        /// As specified.
        pub trace_header: Option<String>,
    }

    /// Output of DescribeStateMachineForExecution: the content that the execution was started with.
    DescribeStateMachineForExecutionOutput {
        /// `{}` with METADATA_ONLY.
        pub definition: Sensitive,
        /// As specified; default `AWS_OWNED_KEY`.
        pub encryption_configuration: Value,
        /// As specified; default `OFF`.
        pub logging_configuration: Value,
        /// The state machine's name.
        pub name: String,
        /// Absent for the initial revision.
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
    ExecutionListItem {
        /// The execution's ARN.
        pub execution_arn: String,
        /// The execution's name.
        pub name: String,
        /// The number of redrives.
        pub redrive_count: u32,
        /// When it was last redriven.
        pub redrive_date: Option<Timestamp>,
        /// When it was started.
        pub start_date: Timestamp,
        /// The alias that it was started with.
        pub state_machine_alias_arn: Option<String>,
        /// Without version or alias.
        pub state_machine_arn: String,
        /// The version that it runs, when started with a version or an alias.
        pub state_machine_version_arn: Option<String>,
        /// RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
        pub status: String,
        /// When it ended.
        pub stop_date: Option<Timestamp>,
    }

    /// Output of ListExecutions.
    ListExecutionsOutput {
        /// Latest first, by the stop time of executions that have ended, and by the last start or redrive of the others.
        pub executions: Vec<ExecutionListItem>,
        /// Present if there are more results.
        pub next_token: Option<String>,
    }

    /// Whether data of an event is complete.
    EventDataDetails {
        /// Always false.
        pub truncated: bool,
    }

    /// Details of the event ExecutionStarted.
    ExecutionStartedEventDetails {
        /// The input; omitted without `includeExecutionData`.
        pub input: Option<Sensitive>,
        /// Whether the input is complete.
        pub input_details: Option<EventDataDetails>,
        /// The ARN of the IAM role.
        pub role_arn: String,
        /// The alias that the execution was started with.
        pub state_machine_alias_arn: Option<String>,
        /// The version that it runs, when started with a version or an alias.
        pub state_machine_version_arn: Option<String>,
    }

    /// Details of the event ExecutionSucceeded.
    ExecutionSucceededEventDetails {
        /// The output; omitted without `includeExecutionData`.
        pub output: Option<Sensitive>,
        /// Whether the output is complete.
        pub output_details: Option<EventDataDetails>,
    }

    /// Details of the events ExecutionFailed, ExecutionTimedOut and ExecutionAborted.
    FailureEventDetails {
        /// Why the execution did not succeed.
        pub cause: Option<Sensitive>,
        /// The error code.
        pub error: Option<Sensitive>,
    }

    /// Details of the event ExecutionRedriven.
    ExecutionRedrivenEventDetails {
        /// The number of redrives, including this one.
        pub redrive_count: u32,
    }

    /// An event of an execution. One of the details is present.
    HistoryEvent {
        /// Details of ExecutionAborted.
        pub execution_aborted_event_details: Option<FailureEventDetails>,
        /// Details of ExecutionFailed.
        pub execution_failed_event_details: Option<FailureEventDetails>,
        /// Details of ExecutionRedriven.
        pub execution_redriven_event_details: Option<ExecutionRedrivenEventDetails>,
        /// Details of ExecutionStarted.
        pub execution_started_event_details: Option<ExecutionStartedEventDetails>,
        /// Details of ExecutionSucceeded.
        pub execution_succeeded_event_details: Option<ExecutionSucceededEventDetails>,
        /// Details of ExecutionTimedOut.
        pub execution_timed_out_event_details: Option<FailureEventDetails>,
        /// The event's number, from 1.
        pub id: u64,
        /// The number of the event before it, or 0.
        pub previous_event_id: u64,
        /// When it happened.
        pub timestamp: Timestamp,
        /// For example ExecutionStarted.
        #[serde(rename = "type")]
        pub kind: String,
    }

    /// Output of GetExecutionHistory. Definitions are not interpreted, so there are no events of states.
    GetExecutionHistoryOutput {
        /// In the order of the request.
        pub events: Vec<HistoryEvent>,
        /// Present if there are more results.
        pub next_token: Option<String>,
    }

    /// Result of [`crate::StepFunctions::end_execution`], which is not an operation of AWS.
    EndExecutionOutput {
        /// The execution's ARN.
        pub execution_arn: String,
        /// SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
        pub status: String,
        /// When it ends.
        pub stop_date: Timestamp,
    }

    /// Output of RedriveExecution.
    RedriveExecutionOutput {
        /// When it was redriven.
        pub redrive_date: Timestamp,
    }

    /// What AWS would bill.
    BillingDetails {
        /// The duration in milliseconds.
        pub billed_duration_in_milliseconds: u64,
        /// The memory in MB.
        #[serde(rename = "billedMemoryUsedInMB")]
        pub billed_memory_used_in_mb: u64,
    }

    /// Output of StartSyncExecution.
    StartSyncExecutionOutput {
        /// What AWS would bill.
        pub billing_details: BillingDetails,
        /// Why the execution did not succeed.
        pub cause: Option<Sensitive>,
        /// The error code of an execution that did not succeed.
        pub error: Option<Sensitive>,
        /// The ARN of the execution.
        pub execution_arn: String,
        /// The input; omitted with METADATA_ONLY.
        pub input: Option<Sensitive>,
        /// Whether the input is included.
        pub input_details: DataDetails,
        /// The execution's name.
        pub name: String,
        /// The output of an execution that succeeded; omitted with METADATA_ONLY.
        pub output: Option<Sensitive>,
        /// Whether the output is included.
        pub output_details: DataDetails,
        /// When it was started.
        pub start_date: Timestamp,
        /// The state machine, without version or alias.
        pub state_machine_arn: String,
        /// SUCCEEDED, FAILED or TIMED_OUT.
        pub status: String,
        /// When it ended.
        pub stop_date: Timestamp,
        /// As specified.
        pub trace_header: Option<String>,
    }

    /// Output of StopExecution.
    StopExecutionOutput {
        /// When it was stopped.
        pub stop_date: Timestamp,
    }
}
