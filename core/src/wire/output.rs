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

macro_rules! required_members {
    ($($type:ty),*) => {$(impl ResponseMember for $type {})*};
}

required_members!(String, Sensitive, Timestamp, Value, bool, u8, u32);

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

    /// Output of DescribeExecution. Executions are routed and recorded, not interpreted: RUNNING until stopped.
    DescribeExecutionOutput {
        /// The cause passed to StopExecution.
        pub cause: Option<Sensitive>,
        /// The error code passed to StopExecution.
        pub error: Option<Sensitive>,
        /// The execution's ARN.
        pub execution_arn: String,
        /// The input; omitted with METADATA_ONLY.
        pub input: Option<Sensitive>,
        /// Whether the input is included.
        pub input_details: Option<DataDetails>,
        /// The execution's name.
        pub name: String,
        /// Always 0: redrive is not emulated.
        pub redrive_count: u32,
        /// NOT_REDRIVABLE while running, REDRIVABLE once stopped.
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
        /// RUNNING or ABORTED.
        pub status: String,
        /// When it was stopped.
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
        /// Always 0.
        pub redrive_count: u32,
        /// When it was started.
        pub start_date: Timestamp,
        /// The alias that it was started with.
        pub state_machine_alias_arn: Option<String>,
        /// Without version or alias.
        pub state_machine_arn: String,
        /// The version that it runs, when started with a version or an alias.
        pub state_machine_version_arn: Option<String>,
        /// RUNNING or ABORTED.
        pub status: String,
        /// When it was stopped.
        pub stop_date: Option<Timestamp>,
    }

    /// Output of ListExecutions.
    ListExecutionsOutput {
        /// Newest first.
        pub executions: Vec<ExecutionListItem>,
        /// Present if there are more results.
        pub next_token: Option<String>,
    }

    /// Output of StopExecution.
    StopExecutionOutput {
        /// When it was stopped.
        pub stop_date: Timestamp,
    }
}
