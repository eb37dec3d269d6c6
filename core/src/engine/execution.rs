//! Decides on execution requests. Executions are routed and recorded, not interpreted: they stay RUNNING until they are
//! stopped.

use super::state_machine::{describe_definition, parse_configuration};
use super::{
    Context, Decision, format_execution_arn, format_express_arn, format_version_arn, qualify_arn, require_version,
};
use crate::command::{ExecutionRef, ListExecutions, Qualifier, StartExecution, StatusFilter, StopExecution};
use crate::error::{Error, Result};
use crate::model::{Execution, ExecutionStatus, StateMachineType, StopDetails, Timestamp, VersionNumber};
use crate::page::{Cursor, ListId};
use crate::store::{Change, ExecutionFilter, RevisionKey, View};
use crate::wire::output::{
    DataDetails, DescribeExecutionOutput, DescribeStateMachineForExecutionOutput, ExecutionListItem,
    ListExecutionsOutput, StartExecutionOutput, StopExecutionOutput,
};
use std::borrow::Cow;

/// The random values of a start, generated before the decision.
pub(crate) struct RandomValues {
    /// 0 to 99: selects the route of an alias.
    pub percent: u8,
    /// The name of an execution if the request has none.
    pub name: String,
    /// The id at the end of the ARN of an EXPRESS execution.
    pub express_id: String,
}

/// Starts an execution. Idempotent: returns the existing execution if it is RUNNING and has the same input.
pub(crate) fn start(
    command: &StartExecution<'_>,
    random: &RandomValues,
    context: &Context<'_>,
) -> Result<Decision<StartExecutionOutput>> {
    let target = command.state_machine;
    let view = context.require_active(target.unqualified_arn, || Error::StateMachineDoesNotExist(target.arn.into()))?;
    let (version, alias) = resolve_version(view, command, random.percent, context.now)?;
    command.content.clone()?;
    let name = command.name.unwrap_or(&random.name);
    if view.state_machine().kind == StateMachineType::Express {
        let execution_arn = format_express_arn(target.unqualified_arn, name, &random.express_id);
        let output = StartExecutionOutput { execution_arn, start_date: context.now };
        return Ok(Decision { change: Some(Change::CountStart(version)), output });
    }
    let arn = format_execution_arn(target.unqualified_arn, name);
    if let Some(stored) = view.execution(name)? {
        if stored.status() != ExecutionStatus::Running || *stored.input != *command.input {
            return Err(Error::ExecutionAlreadyExists(arn));
        }
        return Ok(Decision {
            change: None,
            output: StartExecutionOutput { execution_arn: arn, start_date: stored.started },
        });
    }
    let execution = new_execution(command, name, version, alias, context.now);
    let limit = context.options.limits.executions_per_state_machine;
    let change = Change::PutExecution { execution: Box::new(execution), limit };
    Ok(Decision { change: Some(change), output: StartExecutionOutput { execution_arn: arn, start_date: context.now } })
}

fn new_execution(
    command: &StartExecution<'_>,
    name: &str,
    version: Option<VersionNumber>,
    alias: Option<&str>,
    now: Timestamp,
) -> Execution {
    Execution {
        name: name.into(),
        version,
        alias: alias.map(Into::into),
        input: command.input.into(),
        trace_header: command.trace_header.map(Into::into),
        started: now,
        stop_details: None,
    }
}

/// Returns the version to start and the alias that selected it.
fn resolve_version<'c>(
    view: &dyn View,
    command: &StartExecution<'c>,
    percent: u8,
    now: Timestamp,
) -> Result<(Option<VersionNumber>, Option<&'c str>)> {
    let missing = || Error::StateMachineDoesNotExist(command.state_machine.arn.into());
    match command.state_machine.qualifier {
        Qualifier::Unqualified | Qualifier::Label => Ok((None, None)),
        Qualifier::Version(number) => Ok((Some(require_version(view, number, missing)?.number), None)),
        Qualifier::Alias(name) => {
            let alias = view.alias(name)?.ok_or_else(missing)?;
            let picked = alias.routing_at(now).pick(percent);
            // If the clock was set back, the previous routing may reference a deleted version.
            let exists = view.version(picked)?.is_some();
            Ok((Some(if exists { picked } else { alias.routing.pick(percent) }), Some(name)))
        }
    }
}

pub(crate) fn describe(command: &ExecutionRef<'_>, context: &Context<'_>) -> Result<DescribeExecutionOutput> {
    let (_, execution) = require_execution(command, context)?;
    let arn = command.state_machine_arn.as_str();
    let stop = execution.stop_details.as_deref();
    let not_redrivable = "Execution is RUNNING and cannot be redriven";
    Ok(DescribeExecutionOutput {
        cause: stop.and_then(|stop| stop.cause.clone()),
        error: stop.and_then(|stop| stop.error.clone()),
        execution_arn: command.arn.to_owned(),
        input: (!command.metadata_only).then(|| execution.input.clone()),
        input_details: Some(DataDetails { included: !command.metadata_only }),
        name: execution.name.to_string(),
        redrive_count: 0,
        redrive_status: if stop.is_some() { "REDRIVABLE" } else { "NOT_REDRIVABLE" }.to_owned(),
        redrive_status_reason: stop.is_none().then(|| not_redrivable.to_owned()),
        start_date: execution.started,
        state_machine_alias_arn: execution.alias.as_deref().map(|alias| qualify_arn(arn, alias)),
        state_machine_arn: arn.to_owned(),
        state_machine_version_arn: execution.version.map(|number| format_version_arn(arn, number)),
        status: execution.status().as_str().to_owned(),
        stop_date: stop.map(|stop| stop.at),
        trace_header: execution.trace_header.as_deref().map(str::to_owned),
    })
}

/// Describes the revision that the execution was started with.
pub(crate) fn describe_state_machine(
    command: &ExecutionRef<'_>,
    context: &Context<'_>,
) -> Result<DescribeStateMachineForExecutionOutput> {
    let (view, _) = require_execution(command, context)?;
    let revision = view.revision(RevisionKey::Execution(command.name))?.ok_or_else(|| missing_error(command))?;
    Ok(DescribeStateMachineForExecutionOutput {
        definition: describe_definition(&revision, command.metadata_only),
        encryption_configuration: parse_configuration(&revision.encryption),
        logging_configuration: parse_configuration(&revision.logging),
        name: command.state_machine_name.to_owned(),
        revision_id: revision.id.as_deref().map(str::to_owned),
        role_arn: revision.role_arn.to_string(),
        state_machine_arn: command.state_machine_arn.clone(),
        tracing_configuration: parse_configuration(&revision.tracing),
        update_date: revision.updated,
    })
}

/// Stops an execution. Idempotent: repeated requests return the first stop date.
pub(crate) fn stop(command: &StopExecution<'_>, context: &Context<'_>) -> Result<Decision<StopExecutionOutput>> {
    let (_, execution) = require_execution(&command.execution, context)?;
    if let Some(details) = &execution.stop_details {
        return Ok(Decision { change: None, output: StopExecutionOutput { stop_date: details.at } });
    }
    let details =
        StopDetails { at: context.now, error: command.error.map(Into::into), cause: command.cause.map(Into::into) };
    let change = Change::StopExecution { name: execution.name.clone(), details };
    Ok(Decision { change: Some(change), output: StopExecutionOutput { stop_date: context.now } })
}

pub(crate) fn list(command: &ListExecutions<'_>, context: &Context<'_>) -> Result<ListExecutionsOutput> {
    let state_machine = command.state_machine;
    let list = ListId { operation: "ListExecutions", arn: state_machine.arn };
    let missing = || Error::StateMachineDoesNotExist(state_machine.arn.into());
    let view = context.require_state_machine(missing)?;
    let filter = build_filter(view, command)?;
    let (found, next_token) = context.read_page(
        list,
        command.page,
        |after, limit| {
            let before = after.map(|cursor| u64::try_from(cursor.number).unwrap_or_default());
            filter.map_or_else(|| Ok(Vec::new()), |filter| view.executions(before, filter, limit))
        },
        |(number, _)| Cursor { number: i64::try_from(*number).unwrap_or(i64::MAX), text: String::new() },
    )?;
    let executions =
        found.into_iter().map(|(_, execution)| build_list_item(state_machine.unqualified_arn, &execution)).collect();
    Ok(ListExecutionsOutput { executions, next_token })
}

/// Returns `None` if no execution can have the requested status.
fn build_filter<'c>(view: &dyn View, command: &ListExecutions<'c>) -> Result<Option<ExecutionFilter<'c>>> {
    let missing = || Error::StateMachineDoesNotExist(command.state_machine.arn.into());
    if view.state_machine().kind == StateMachineType::Express {
        return Err(Error::StateMachineTypeNotSupported);
    }
    let mut filter = ExecutionFilter::default();
    match command.state_machine.qualifier {
        Qualifier::Unqualified => {}
        Qualifier::Version(number) => filter.version = Some(require_version(view, number, missing)?.number),
        Qualifier::Alias(name) => {
            view.alias(name)?.ok_or_else(missing)?;
            filter.alias = Some(name);
        }
        Qualifier::Label => return Err(missing()),
    }
    match command.status {
        StatusFilter::Any => {}
        StatusFilter::Only(status) => filter.status = Some(status),
        StatusFilter::NoMatch => return Ok(None),
    }
    Ok(Some(filter))
}

fn build_list_item(arn: &str, execution: &Execution) -> ExecutionListItem {
    ExecutionListItem {
        execution_arn: format_execution_arn(arn, &execution.name),
        name: execution.name.to_string(),
        redrive_count: 0,
        start_date: execution.started,
        state_machine_alias_arn: execution.alias.as_deref().map(|alias| qualify_arn(arn, alias)),
        state_machine_arn: arn.to_owned(),
        state_machine_version_arn: execution.version.map(|number| format_version_arn(arn, number)),
        status: execution.status().as_str().to_owned(),
        stop_date: execution.stop_details.as_ref().map(|stop| stop.at),
    }
}

fn require_execution<'c>(
    command: &ExecutionRef<'_>,
    context: &Context<'c>,
) -> Result<(&'c dyn View, Cow<'c, Execution>)> {
    let view = context.require_state_machine(|| missing_error(command))?;
    let execution = view.execution(command.name)?.ok_or_else(|| missing_error(command))?;
    Ok((view, execution))
}

fn missing_error(command: &ExecutionRef<'_>) -> Error {
    Error::ExecutionDoesNotExist(command.arn.to_owned())
}
