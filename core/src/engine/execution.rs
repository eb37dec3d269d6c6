//! Reads executions: descriptions and lists.

use super::ending::require_redrivable;
use super::state_machine::{describe_definition, parse_configuration};
use super::{
    Context, format_execution_arn, format_version_arn, missing_error, qualify_arn, require_execution, require_version,
};
use crate::command::{ExecutionRef, ListExecutions, Qualifier};
use crate::error::{Error, Result};
use crate::model::{Execution, ExecutionStatus, StateMachineType, Timestamp};
use crate::page::{Cursor, ListId};
use crate::store::{ExecutionFilter, ExecutionPosition, RevisionKey, View};
use crate::wire::output::{
    DataDetails, DescribeExecutionOutput, DescribeStateMachineForExecutionOutput, ExecutionListItem,
    ListExecutionsOutput,
};
use std::borrow::Cow;

pub(crate) fn describe(command: &ExecutionRef<'_>, context: &Context<'_>) -> Result<DescribeExecutionOutput> {
    let (view, execution) = require_execution(command, context)?;
    let arn = command.state_machine_arn.as_str();
    let included = !command.metadata_only;
    let ending = execution.ending_at(context.now);
    let (failure, output) = (ending.and_then(|end| end.outcome.failure()), ending.and_then(|end| end.outcome.output()));
    let not_redrivable = require_redrivable(view, &execution, context.now).err();
    Ok(DescribeExecutionOutput {
        cause: failure.and_then(|failure| failure.cause.clone()),
        error: failure.and_then(|failure| failure.error.clone()),
        execution_arn: command.arn.to_owned(),
        input: included.then(|| execution.input.clone()),
        input_details: Some(DataDetails { included }),
        name: execution.name.to_string(),
        output: output.filter(|_| included).cloned(),
        output_details: output.map(|_| DataDetails { included }),
        redrive_count: execution.redrive_count(),
        redrive_date: redrive_date(&execution),
        redrive_status: if not_redrivable.is_none() { "REDRIVABLE" } else { "NOT_REDRIVABLE" }.to_owned(),
        redrive_status_reason: not_redrivable.map(str::to_owned),
        start_date: execution.started,
        state_machine_alias_arn: execution.alias.as_deref().map(|alias| qualify_arn(arn, alias)),
        state_machine_arn: arn.to_owned(),
        state_machine_version_arn: execution.version.map(|number| format_version_arn(arn, number)),
        status: execution.status_at(context.now).as_str().to_owned(),
        stop_date: ending.map(|ending| ending.stopped),
        trace_header: execution.trace_header.as_deref().map(str::to_owned),
    })
}

fn redrive_date(execution: &Execution) -> Option<Timestamp> {
    execution.redrives.last().map(|redrive| redrive.redriven)
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

pub(crate) fn list(command: &ListExecutions<'_>, context: &Context<'_>) -> Result<ListExecutionsOutput> {
    let state_machine = command.state_machine;
    let variant = command.status.map_or("", ExecutionStatus::as_str);
    let list = ListId { operation: "ListExecutions", arn: state_machine.arn, variant };
    let missing = || Error::StateMachineDoesNotExist(state_machine.arn.into());
    let view = context.require_state_machine(missing)?;
    let filter = build_filter(view, command)?;
    let (found, next_token) = context.read_page(
        list,
        command.page,
        |after, limit| view.executions(context.now, after.map(parse_position).transpose()?, filter, limit),
        |(position, _)| format_position(*position),
    )?;
    let item = |(_, execution): &(_, Cow<'_, Execution>)| {
        build_list_item(state_machine.unqualified_arn, execution, context.now)
    };
    Ok(ListExecutionsOutput { executions: found.iter().map(item).collect(), next_token })
}

fn format_position(position: ExecutionPosition) -> Cursor {
    Cursor { number: position.time.as_millis(), text: position.sequence.to_string() }
}

fn parse_position(cursor: Cursor) -> Result<ExecutionPosition> {
    let sequence = cursor.text.parse().map_err(|_| Error::InvalidToken)?;
    Ok(ExecutionPosition { time: Timestamp::from_millis(cursor.number), sequence })
}

fn build_filter<'c>(view: &dyn View, command: &ListExecutions<'c>) -> Result<ExecutionFilter<'c>> {
    let missing = || Error::StateMachineDoesNotExist(command.state_machine.arn.into());
    if view.state_machine().kind == StateMachineType::Express {
        return Err(Error::StateMachineTypeNotSupported);
    }
    let mut filter = ExecutionFilter { status: command.status, ..ExecutionFilter::default() };
    match command.state_machine.qualifier {
        Qualifier::Unqualified => {}
        Qualifier::Version(number) => filter.version = Some(require_version(view, number, missing)?.number),
        Qualifier::Alias(name) => {
            view.alias(name)?.ok_or_else(missing)?;
            filter.alias = Some(name);
        }
        Qualifier::Label => return Err(missing()),
    }
    Ok(filter)
}

fn build_list_item(arn: &str, execution: &Execution, now: Timestamp) -> ExecutionListItem {
    ExecutionListItem {
        execution_arn: format_execution_arn(arn, &execution.name),
        name: execution.name.to_string(),
        redrive_count: execution.redrive_count(),
        redrive_date: redrive_date(execution),
        start_date: execution.started,
        state_machine_alias_arn: execution.alias.as_deref().map(|alias| qualify_arn(arn, alias)),
        state_machine_arn: arn.to_owned(),
        state_machine_version_arn: execution.version.map(|number| format_version_arn(arn, number)),
        status: execution.status_at(now).as_str().to_owned(),
        stop_date: execution.ending_at(now).map(|ending| ending.stopped),
    }
}
