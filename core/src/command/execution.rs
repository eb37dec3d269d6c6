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
    DescribeExecutionInput, DescribeStateMachineForExecutionInput, GetExecutionHistoryInput, ListExecutionsInput,
    RedriveExecutionInput, StartExecutionInput, StartSyncExecutionInput, StopExecutionInput,
};

pub(crate) struct StartExecution<'a> {
    pub state_machine: StateMachineRef<'a>,
    pub name: Option<&'a str>,
    pub input: &'a str,
    pub trace_header: Option<&'a str>,
    /// The error of the name or the input, which AWS returns only if the state machine exists.
    pub content: Result<()>,
}

pub(crate) struct StartSyncExecution<'a> {
    pub start: StartExecution<'a>,
    /// Omits the input and the output (METADATA_ONLY).
    pub metadata_only: bool,
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

pub(crate) struct RedriveExecution<'a> {
    pub execution: ExecutionRef<'a>,
    pub client_token: Option<&'a str>,
}

pub(crate) struct GetExecutionHistory<'a> {
    pub execution: ExecutionRef<'a>,
    pub latest_first: bool,
    pub with_data: bool,
    pub page: PageRequest<'a>,
}

pub(crate) struct ListExecutions<'a> {
    pub state_machine: StateMachineRef<'a>,
    pub status: Option<ExecutionStatus>,
    pub page: PageRequest<'a>,
}

commands! {
    StartExecutionInput => StartExecution<'c>, |input, errors| {
        let StartExecutionInput { state_machine_arn, name, input, trace_header } = input;
        parse_start(state_machine_arn.as_deref(), name.as_deref(), input.as_deref(), trace_header.as_deref(), errors)
    };
    StartSyncExecutionInput => StartSyncExecution<'c>, |input, errors| {
        let metadata_only = is_metadata_only(input.included_data.as_deref());
        let StartSyncExecutionInput { state_machine_arn, name, input, trace_header, .. } = input;
        let (name, input, trace_header) = (name.as_deref(), input.as_deref(), trace_header.as_deref());
        let start = parse_start(state_machine_arn.as_deref(), name, input, trace_header, errors)?;
        Some(StartSyncExecution { start, metadata_only })
    };
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
    RedriveExecutionInput => RedriveExecution<'c>, |input, errors| {
        let execution = parse_execution(input.execution_arn.as_deref(), None, errors)?;
        Some(RedriveExecution { execution, client_token: input.client_token.as_deref() })
    };
    GetExecutionHistoryInput => GetExecutionHistory<'c>, |input, errors| {
        let execution = parse_execution(input.execution_arn.as_deref(), None, errors)?;
        let latest_first = input.reverse_order == Some(true);
        let with_data = input.include_execution_data != Some(false);
        let page = PageRequest::new(input.max_results, input.next_token.as_deref());
        Some(GetExecutionHistory { execution, latest_first, with_data, page })
    };
    ListExecutionsInput => ListExecutions<'c>, |input, errors| parse_list_executions(input, errors);
}

fn parse_start<'c>(
    state_machine_arn: Option<&'c str>,
    name: Option<&'c str>,
    input: Option<&'c str>,
    trace_header: Option<&'c str>,
    rule_errors: &mut RuleErrors<'_>,
) -> Option<StartExecution<'c>> {
    let state_machine = parse_unlabeled_arn(state_machine_arn.unwrap_or_default(), rule_errors);
    if let Some(name) = name {
        rule_errors.defer_error("/name", check_name(name));
    }
    let input = input.unwrap_or("{}");
    rule_errors.defer_error("/input", validate_execution_input(input));
    let content = rule_errors.deferred_result();
    Some(StartExecution { state_machine: state_machine?, name, input, trace_header, content })
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
    let status = input.status_filter.as_deref().and_then(ExecutionStatus::parse);
    if status == Some(ExecutionStatus::PendingRedrive) {
        rule_errors.push("/statusFilter", Error::FilterRequiresMapRun("statusFilter PENDING_REDRIVE"));
    }
    if input.redrive_filter.is_some() {
        rule_errors.push("/redriveFilter", Error::FilterRequiresMapRun("redriveFilter"));
    }
    Some(ListExecutions {
        state_machine,
        status,
        page: PageRequest::new(input.max_results, input.next_token.as_deref()),
    })
}

/// Parses the ARN of a STANDARD execution.
pub(super) fn parse_execution<'a>(
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
