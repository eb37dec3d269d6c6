//! Decisions on executions. They are routed and recorded, not interpreted: RUNNING until stopped.

use super::body::Body;
use super::{Context, Decision, active, does_not_exist, existing, present, qualified, version_arn};
use crate::command::{ExecutionRef, ListExecutions, Qualifier, StartExecution, StatusFilter, StopExecution};
use crate::error::{Error, Result};
use crate::model::{Execution, StateMachineType, Status, Stopped, Timestamp, VersionNumber};
use crate::page::{Cursor, ListId, truncate_page};
use crate::store::{Change, ExecutionFilter, RevisionKey, View};
use crate::wire::output::{
    DataDetails, DescribeExecutionOutput, DescribeStateMachineForExecutionOutput, ExecutionListItem,
    ListExecutionsOutput, StartExecutionOutput, StopExecutionOutput,
};

/// The random inputs of a start, generated before the decision.
pub(crate) struct RandomInputs {
    /// 0 to 99: selects the route of an alias.
    pub percent: u8,
    /// The name of an execution that was given none.
    pub name: String,
    /// The id behind the name in an EXPRESS execution's ARN.
    pub id: String,
}

/// Resolves the target, then a new execution, a replay, or `ExecutionAlreadyExists`.
pub(crate) fn start(
    view: &dyn View,
    command: &StartExecution<'_>,
    random: &RandomInputs,
    context: &Context<'_>,
) -> Result<Decision<StartExecutionOutput>> {
    let state_machine = command.state_machine;
    let machine = active(view, context.now, state_machine.unqualified_arn, || does_not_exist(state_machine.arn))?;
    let (version, alias) = resolve(view, command, random.percent, context.now)?;
    let name = command.name.unwrap_or(&random.name);
    if machine.kind == StateMachineType::Express {
        let execution_arn = express_arn(state_machine.unqualified_arn, name, &random.id);
        let reply = StartExecutionOutput { execution_arn, start_date: context.now };
        return Ok(Decision::change(Change::CountStart { version }, reply));
    }
    let arn = execution_arn(state_machine.unqualified_arn, name);
    if let Some(stored) = view.execution(name)? {
        if stored.status() != Status::Running || *stored.input != *command.input {
            return Err(Error::ExecutionAlreadyExists { arn });
        }
        return Ok(Decision::keep(StartExecutionOutput { execution_arn: arn, start_date: stored.started }));
    }
    let execution = started(command, name, version, alias, context.now);
    let limit = context.limits.executions_per_state_machine;
    let change = Change::PutExecution { execution: Box::new(execution), limit };
    Ok(Decision::change(change, StartExecutionOutput { execution_arn: arn, start_date: context.now }))
}

fn started(
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
        trace: command.trace.map(Into::into),
        started: now,
        stopped: None,
    }
}

/// The version to start, and the alias that led there.
fn resolve<'c>(
    view: &dyn View,
    command: &StartExecution<'c>,
    percent: u8,
    now: Timestamp,
) -> Result<(Option<VersionNumber>, Option<&'c str>)> {
    let missing = || does_not_exist(command.state_machine.arn);
    match command.state_machine.qualifier {
        Qualifier::None | Qualifier::Label => Ok((None, None)),
        Qualifier::Version(number) => {
            let number = number.ok_or_else(missing)?;
            view.version(number)?.ok_or_else(missing)?;
            Ok((Some(number), None))
        }
        Qualifier::Alias(name) => {
            let alias = view.alias(name)?.ok_or_else(missing)?;
            let picked = alias.routing_at(now).pick(percent);
            // A clock that was set back may bring up a routing whose version is gone by now.
            let there = view.version(picked)?.is_some();
            Ok((Some(if there { picked } else { alias.routing.pick(percent) }), Some(name)))
        }
    }
}

pub(crate) fn describe(
    view: &dyn View,
    command: &ExecutionRef<'_>,
    context: &Context<'_>,
) -> Result<DescribeExecutionOutput> {
    let execution = find(view, command, context.now)?;
    let machine = command.state_machine_arn.as_str();
    let stopped = execution.stopped.as_deref();
    let running = "Execution is RUNNING and cannot be redriven";
    Ok(DescribeExecutionOutput {
        cause: stopped.and_then(|stopped| stopped.cause.clone()),
        error: stopped.and_then(|stopped| stopped.error.clone()),
        execution_arn: command.arn.to_owned(),
        input: (!command.metadata_only).then(|| execution.input.clone()),
        input_details: Some(DataDetails { included: !command.metadata_only }),
        name: execution.name.to_string(),
        redrive_count: 0,
        redrive_status: if stopped.is_some() { "REDRIVABLE" } else { "NOT_REDRIVABLE" }.to_owned(),
        redrive_status_reason: stopped.is_none().then(|| running.to_owned()),
        start_date: execution.started,
        state_machine_alias_arn: execution.alias.as_deref().map(|alias| qualified(machine, alias)),
        state_machine_arn: machine.to_owned(),
        state_machine_version_arn: execution.version.map(|number| version_arn(machine, number)),
        status: execution.status().as_str().to_owned(),
        stop_date: stopped.map(|stopped| stopped.at),
        trace_header: execution.trace.as_deref().map(str::to_owned),
    })
}

/// The content that the execution was started with, whatever came later.
pub(crate) fn describe_machine(
    view: &dyn View,
    command: &ExecutionRef<'_>,
    context: &Context<'_>,
) -> Result<DescribeStateMachineForExecutionOutput> {
    find(view, command, context.now)?;
    let revision = view.revision(RevisionKey::Execution(command.name))?.ok_or_else(|| missing(command))?;
    let body = Body::of(&revision, command.metadata_only);
    Ok(DescribeStateMachineForExecutionOutput {
        definition: body.definition,
        encryption_configuration: body.encryption,
        logging_configuration: body.logging,
        name: command.state_machine_name.to_owned(),
        revision_id: body.revision_id,
        role_arn: body.role,
        state_machine_arn: command.state_machine_arn.clone(),
        tracing_configuration: body.tracing,
        update_date: revision.updated,
    })
}

/// Stopping again answers the date of the first time.
pub(crate) fn stop(
    view: &dyn View,
    command: &StopExecution<'_>,
    context: &Context<'_>,
) -> Result<Decision<StopExecutionOutput>> {
    let execution = find(view, &command.execution, context.now)?;
    if let Some(stopped) = &execution.stopped {
        return Ok(Decision::keep(StopExecutionOutput { stop_date: stopped.at }));
    }
    let stopped =
        Stopped { at: context.now, error: command.error.map(Into::into), cause: command.cause.map(Into::into) };
    let change = Change::StopExecution { name: execution.name.clone(), stopped };
    Ok(Decision::change(change, StopExecutionOutput { stop_date: context.now }))
}

pub(crate) fn list(
    view: &dyn View,
    command: &ListExecutions<'_>,
    context: &Context<'_>,
) -> Result<ListExecutionsOutput> {
    let state_machine = command.state_machine;
    let list = ListId { operation: "ListExecutions", arn: state_machine.arn };
    let which = which(view, command, context.now)?;
    let after = command.page.token.map(|token| context.tokens.verify(list, token, context.now)).transpose()?;
    let below = after.map(|cursor| u64::try_from(cursor.number).unwrap_or_default());
    let mut found = match which {
        Some(which) => view.executions(below, which, command.page.limit.saturating_add(1))?,
        None => Vec::new(),
    };
    let next_token = truncate_page(&mut found, command.page.limit, |(number, _)| {
        let cursor = Cursor { number: i64::try_from(*number).unwrap_or(i64::MAX), text: String::new() };
        context.tokens.create(list, &cursor, context.now)
    });
    let executions =
        found.into_iter().map(|(_, execution)| list_item(state_machine.unqualified_arn, &execution)).collect();
    Ok(ListExecutionsOutput { executions, next_token })
}

/// Which executions a list wants; `None` when no execution can be of the status asked for.
fn which<'c>(view: &dyn View, command: &ListExecutions<'c>, now: Timestamp) -> Result<Option<ExecutionFilter<'c>>> {
    let missing = || does_not_exist(command.state_machine.arn);
    let machine = existing(view, now, missing)?;
    if machine.kind == StateMachineType::Express {
        return Err(Error::StateMachineTypeNotSupported);
    }
    let mut which = ExecutionFilter::default();
    match command.state_machine.qualifier {
        Qualifier::None => {}
        Qualifier::Version(number) => {
            let number = number.ok_or_else(missing)?;
            which.version = Some(view.version(number)?.ok_or_else(missing)?.number);
        }
        Qualifier::Alias(name) => {
            view.alias(name)?.ok_or_else(missing)?;
            which.alias = Some(name);
        }
        Qualifier::Label => return Err(missing()),
    }
    match command.status {
        StatusFilter::Any => {}
        StatusFilter::Only(status) => which.status = Some(status),
        StatusFilter::NoMatch => return Ok(None),
    }
    Ok(Some(which))
}

fn list_item(machine: &str, execution: &Execution) -> ExecutionListItem {
    ExecutionListItem {
        execution_arn: execution_arn(machine, &execution.name),
        name: execution.name.to_string(),
        redrive_count: 0,
        start_date: execution.started,
        state_machine_alias_arn: execution.alias.as_deref().map(|alias| qualified(machine, alias)),
        state_machine_arn: machine.to_owned(),
        state_machine_version_arn: execution.version.map(|number| version_arn(machine, number)),
        status: execution.status().as_str().to_owned(),
        stop_date: execution.stopped.as_ref().map(|stopped| stopped.at),
    }
}

fn find(view: &dyn View, command: &ExecutionRef<'_>, now: Timestamp) -> Result<Execution> {
    present(view, now)?.ok_or_else(|| missing(command))?;
    Ok(view.execution(command.name)?.ok_or_else(|| missing(command))?.into_owned())
}

fn missing(command: &ExecutionRef<'_>) -> Error {
    Error::ExecutionDoesNotExist { arn: command.arn.to_owned() }
}

fn execution_arn(machine: &str, name: &str) -> String {
    qualified(&machine.replacen(":stateMachine:", ":execution:", 1), name)
}

fn express_arn(machine: &str, name: &str, id: &str) -> String {
    qualified(&qualified(&machine.replacen(":stateMachine:", ":express:", 1), name), id)
}
