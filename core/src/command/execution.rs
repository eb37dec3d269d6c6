//! Commands on executions.

use super::arn::{StateMachineRef, parse_arn_of_type, parse_state_machine_arn, parse_unlabeled_arn};
use super::request::{Request, RuleErrors, commands};
use super::state_machine::check_name;
use super::version::is_metadata_only;
use crate::error::{Error, Result};
use crate::json_text::validate_execution_input;
use crate::model::{ExecutionStatus, Resource};
use crate::page::PageRequest;
use crate::wire::input::{
    DescribeExecutionInput, DescribeStateMachineForExecutionInput, ListExecutionsInput, StartExecutionInput,
    StopExecutionInput,
};

pub(crate) struct StartExecution<'a> {
    pub state_machine: StateMachineRef<'a>,
    pub name: Option<&'a str>,
    pub input: &'a str,
    pub trace_header: Option<&'a str>,
    /// The error of the name or the input, which AWS returns only if the state machine exists.
    pub content: Result<()>,
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

commands! {
    StartExecutionInput => StartExecution<'c>, |input, errors| parse_start_execution(input, errors);
    DescribeExecutionInput => ExecutionRef<'c>, |input, errors| {
        parse_execution(input.execution_arn.as_deref(), input.included_data.as_deref(), errors)
    };
    DescribeStateMachineForExecutionInput => ExecutionRef<'c>, |input, errors| {
        parse_execution(input.execution_arn.as_deref(), input.included_data.as_deref(), errors)
    };
    StopExecutionInput => StopExecution<'c>, |input, errors| {
        let execution = parse_execution(input.execution_arn.as_deref(), None, errors)?;
        Some(StopExecution { execution, error: input.error.as_deref(), cause: input.cause.as_deref() })
    };
    ListExecutionsInput => ListExecutions<'c>, |input, errors| parse_list_executions(input, errors);
}

fn parse_start_execution<'c>(
    input: &'c StartExecutionInput<'_>,
    rule_errors: &mut RuleErrors<'_>,
) -> Option<StartExecution<'c>> {
    let state_machine = parse_unlabeled_arn(input.state_machine_arn.as_deref().unwrap_or_default(), rule_errors);
    if let Some(name) = input.name.as_deref() {
        rule_errors.defer_error("/name", check_name(name));
    }
    let execution_input = input.input.as_deref().unwrap_or("{}");
    rule_errors.defer_error("/input", validate_execution_input(execution_input));
    Some(StartExecution {
        state_machine: state_machine?,
        name: input.name.as_deref(),
        input: execution_input,
        trace_header: input.trace_header.as_deref(),
        content: rule_errors.deferred_result(),
    })
}

fn parse_list_executions<'c>(
    input: &'c ListExecutionsInput<'_>,
    rule_errors: &mut RuleErrors<'_>,
) -> Option<ListExecutions<'c>> {
    match (&input.state_machine_arn, &input.map_run_arn) {
        (None, None) => rule_errors.push("", Error::ListExecutionsWithoutArn),
        (Some(_), Some(_)) => rule_errors.push("/mapRunArn", Error::ListExecutionsWithTwoArns),
        // Map runs are not emulated, because definitions are not interpreted.
        (None, Some(arn)) => rule_errors.push("/mapRunArn", Error::ResourceNotFound(arn.to_string())),
        (Some(_), None) => {}
    }
    let state_machine = parse_state_machine_arn(input.state_machine_arn.as_deref()?, rule_errors)?;
    let status = match (input.status_filter.as_deref(), input.redrive_filter.as_deref()) {
        (_, Some("REDRIVEN")) => StatusFilter::NoMatch,
        (None, _) => StatusFilter::Any,
        (Some("RUNNING"), _) => StatusFilter::Only(ExecutionStatus::Running),
        (Some("ABORTED"), _) => StatusFilter::Only(ExecutionStatus::Aborted),
        (Some(_), _) => StatusFilter::NoMatch,
    };
    Some(ListExecutions {
        state_machine,
        status,
        page: PageRequest::new(input.max_results, input.next_token.as_deref()),
    })
}

/// Parses the ARN of a STANDARD execution.
fn parse_execution<'a>(
    text: Option<&'a str>,
    included_data: Option<&str>,
    rule_errors: &mut RuleErrors<'_>,
) -> Option<ExecutionRef<'a>> {
    const POINTER: &str = "/executionArn";
    let text = text?;
    let arn = rule_errors.record_error(POINTER, parse_arn_of_type(text, "execution"))?;
    let Resource::Execution { name: state_machine_name, execution } = arn.resource else {
        return rule_errors.record_error(POINTER, Err(Error::ArnType(arn.resource_type().into())));
    };
    let parts = ["arn:", arn.partition, ":states:", arn.region, ":", arn.account, ":stateMachine:", state_machine_name];
    let metadata_only = is_metadata_only(included_data);
    Some(ExecutionRef {
        arn: text,
        state_machine_arn: parts.concat(),
        state_machine_name,
        name: execution,
        metadata_only,
    })
}
