//! Commands on executions.

use super::arn::{STATE_MACHINE_ARN_POINTER, parse_execution_arn, parse_state_machine_arn, parse_unlabeled_arn};
use super::state_machine::check_name;
use super::version::is_metadata_only;
use super::{Request, RuleErrors, StateMachineRef};
use crate::error::Error;
use crate::execution_input;
use crate::model::ExecutionStatus;
use crate::page::PageRequest;
use crate::wire::input::{
    DescribeExecutionInput, DescribeStateMachineForExecutionInput, ListExecutionsInput, StartExecutionInput,
    StopExecutionInput,
};

/// The default input.
const EMPTY_INPUT: &str = "{}";

pub(crate) struct StartExecution<'a> {
    pub state_machine: StateMachineRef<'a>,
    pub name: Option<&'a str>,
    pub input: &'a str,
    pub trace_header: Option<&'a str>,
}

/// An execution, and what to return of it.
pub(crate) struct ExecutionRef<'a> {
    /// The ARN in the request.
    pub arn: &'a str,
    /// The state machine's ARN.
    pub state_machine_arn: String,
    pub state_machine_name: &'a str,
    pub name: &'a str,
    /// Omits the input or the definition (METADATA_ONLY).
    pub metadata_only: bool,
}

pub(crate) struct StopExecution<'a> {
    pub execution: ExecutionRef<'a>,
    pub error: Option<&'a str>,
    pub cause: Option<&'a str>,
}

pub(crate) struct ListExecutions<'a> {
    pub state_machine: StateMachineRef<'a>,
    pub status: StatusFilter,
    pub page: PageRequest<'a>,
}

/// Filters a list of executions by status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusFilter {
    Any,
    Only(ExecutionStatus),
    /// A status that no execution has here, for example SUCCEEDED.
    NoMatch,
}

impl Request for StartExecutionInput<'_> {
    type Command<'c>
        = StartExecution<'c>
    where
        Self: 'c;

    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<StartExecution<'_>> {
        let arn = self.state_machine_arn.as_deref().unwrap_or_default();
        let state_machine = parse_unlabeled_arn(arn, STATE_MACHINE_ARN_POINTER, rule_errors);
        if let Some(name) = self.name.as_deref() {
            rule_errors.record_error("/name", check_name(name));
        }
        let input = self.input.as_deref().unwrap_or(EMPTY_INPUT);
        rule_errors.record_error("/input", execution_input::validate(input));
        Some(StartExecution {
            state_machine: state_machine?,
            name: self.name.as_deref(),
            input,
            trace_header: self.trace_header.as_deref(),
        })
    }
}

impl Request for DescribeExecutionInput<'_> {
    type Command<'c>
        = ExecutionRef<'c>
    where
        Self: 'c;

    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<ExecutionRef<'_>> {
        parse_execution(self.execution_arn.as_deref(), self.included_data.as_deref(), rule_errors)
    }
}

impl Request for DescribeStateMachineForExecutionInput<'_> {
    type Command<'c>
        = ExecutionRef<'c>
    where
        Self: 'c;

    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<ExecutionRef<'_>> {
        parse_execution(self.execution_arn.as_deref(), self.included_data.as_deref(), rule_errors)
    }
}

impl Request for StopExecutionInput<'_> {
    type Command<'c>
        = StopExecution<'c>
    where
        Self: 'c;

    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<StopExecution<'_>> {
        let execution = parse_execution(self.execution_arn.as_deref(), None, rule_errors)?;
        Some(StopExecution { execution, error: self.error.as_deref(), cause: self.cause.as_deref() })
    }
}

impl Request for ListExecutionsInput<'_> {
    type Command<'c>
        = ListExecutions<'c>
    where
        Self: 'c;

    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<ListExecutions<'_>> {
        match (&self.state_machine_arn, &self.map_run_arn) {
            (None, None) => rule_errors.push("", Error::ListExecutionsWithoutArn),
            (Some(_), Some(_)) => rule_errors.push("/mapRunArn", Error::ListExecutionsWithTwoArns),
            // Map runs are not emulated, because definitions are not interpreted.
            (None, Some(arn)) => rule_errors.push("/mapRunArn", Error::ResourceNotFound { arn: arn.to_string() }),
            (Some(_), None) => {}
        }
        let state_machine =
            parse_state_machine_arn(self.state_machine_arn.as_deref()?, STATE_MACHINE_ARN_POINTER, rule_errors)?;
        let status = match (self.status_filter.as_deref(), self.redrive_filter.as_deref()) {
            (_, Some("REDRIVEN")) => StatusFilter::NoMatch,
            (None, _) => StatusFilter::Any,
            (Some("RUNNING"), _) => StatusFilter::Only(ExecutionStatus::Running),
            (Some("ABORTED"), _) => StatusFilter::Only(ExecutionStatus::Aborted),
            (Some(_), _) => StatusFilter::NoMatch,
        };
        Some(ListExecutions {
            state_machine,
            status,
            page: PageRequest::new(self.max_results, self.next_token.as_deref()),
        })
    }
}

fn parse_execution<'a>(
    arn: Option<&'a str>,
    included_data: Option<&str>,
    rule_errors: &mut RuleErrors<'_>,
) -> Option<ExecutionRef<'a>> {
    let arn = arn?;
    let (parsed, state_machine_name, name) = parse_execution_arn(arn, rule_errors)?;
    let (partition, region, account) = (parsed.partition, parsed.region, parsed.account);
    let parts = ["arn:", partition, ":states:", region, ":", account, ":stateMachine:", state_machine_name];
    let metadata_only = is_metadata_only(included_data);
    Some(ExecutionRef { arn, state_machine_arn: parts.concat(), state_machine_name, name, metadata_only })
}
