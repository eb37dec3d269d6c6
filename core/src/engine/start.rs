//! Decides on starts of executions.

use super::{
    Context, Decision, format_execution_arn, format_express_arn, format_version_arn, qualify_arn, require_version,
};
use crate::command::{Qualifier, StartExecution, StartSyncExecution};
use crate::error::{Error, Result};
use crate::model::{Ending, Execution, ExecutionStatus, StateMachineType, Timestamp, UnstoredEnding, VersionNumber};
use crate::outcomes::{OutcomeSource, Start};
use crate::start_callback::{DelayedOutcome, StartedExecution};
use crate::store::{Change, RevisionKey, View};
use crate::wire::output::{BillingDetails, DataDetails, StartExecutionOutput, StartSyncExecutionOutput};

/// The random values of a start, generated before the decision.
pub(crate) struct StartValues<'r> {
    /// 0 to 99: selects the route of an alias.
    pub percent: u8,
    /// The name of an execution if the request has none.
    pub name: String,
    /// The id at the end of the ARN of an EXPRESS execution.
    pub express_id: String,
    /// The rules that decide how executions end.
    pub outcomes: OutcomeSource<'r>,
    /// Whether to return the execution that was started, for a callback.
    pub reports: bool,
}

/// The output of a start, and what a callback receives if something was started that no rule ends.
pub(crate) type Started<O> = (O, Option<Box<StartedExecution>>);

/// A synchronous execution whose result a callback decides.
#[derive(Debug)]
pub(crate) struct SyncStart {
    pub execution: StartedExecution,
    version: Option<VersionNumber>,
    alias: Option<Box<str>>,
    metadata_only: bool,
}

impl SyncStart {
    /// The error of a start whose result is not known.
    pub fn missing_outcome(&self) -> Error {
        let StartedExecution { state_machine_arn, state_machine_version_arn, state_machine_alias_arn, .. } =
            &self.execution;
        let requested = state_machine_alias_arn.as_ref().or(state_machine_version_arn.as_ref());
        Error::OutcomeRequired(requested.unwrap_or(state_machine_arn).clone())
    }
}

/// Starts an execution. Idempotent: returns the existing execution if it is RUNNING and has the same input.
pub(crate) fn start(
    command: &StartExecution<'_>,
    values: &StartValues<'_>,
    context: &Context<'_>,
) -> Result<Decision<Started<StartExecutionOutput>>> {
    let (view, route) = resolve_target(command, values, context)?;
    let name = command.name.unwrap_or(&values.name);
    let unqualified_arn = command.state_machine.unqualified_arn;
    if view.state_machine().kind == StateMachineType::Express {
        let execution_arn = format_express_arn(unqualified_arn, name, &values.express_id);
        let report = || report_start(command, route, name, &execution_arn, view, context.now);
        let started = values.reports.then(report).transpose()?;
        let output = (StartExecutionOutput { execution_arn, start_date: context.now }, started);
        return Ok(Decision { change: Some(Change::CountStart { version: route.version, ending: None }), output });
    }
    let execution_arn = format_execution_arn(unqualified_arn, name);
    if let Some(stored) = view.execution(name)? {
        if stored.status_at(context.now) != ExecutionStatus::Running || *stored.input != *command.input {
            return Err(Error::ExecutionAlreadyExists(execution_arn));
        }
        let output = (StartExecutionOutput { execution_arn, start_date: stored.started }, None);
        return Ok(Decision { change: None, output });
    }
    let ending = values.outcomes.decide(&route.as_start(command, name), context.now);
    let report = || report_start(command, route, name, &execution_arn, view, context.now);
    let started = (values.reports && ending.is_none()).then(report).transpose()?;
    let execution = Box::new(new_execution(command, name, route, ending, context.now));
    let limit = context.options.limits.executions_per_state_machine;
    let output = (StartExecutionOutput { execution_arn, start_date: context.now }, started);
    Ok(Decision { change: Some(Change::PutExecution { execution, limit }), output })
}

/// Selects the version of a synchronous execution of an EXPRESS state machine. Also returns the result if a rule decides
/// it.
pub(crate) fn prepare_sync(
    command: &StartSyncExecution<'_>,
    values: &StartValues<'_>,
    context: &Context<'_>,
) -> Result<(SyncStart, Option<DelayedOutcome>)> {
    let StartSyncExecution { start, metadata_only } = command;
    let (view, route) = resolve_target(start, values, context)?;
    if view.state_machine().kind != StateMachineType::Express {
        return Err(Error::StateMachineTypeNotSupported);
    }
    let name = start.name.unwrap_or(&values.name);
    let ending = values.outcomes.decide(&route.as_start(start, name), context.now);
    let outcome = ending.map(|ending| DelayedOutcome {
        after: ending.stopped.duration_since(context.now).unwrap_or_default(),
        outcome: ending.outcome,
    });
    let execution_arn = format_express_arn(start.state_machine.unqualified_arn, name, &values.express_id);
    let execution = *report_start(start, route, name, &execution_arn, view, context.now)?;
    let alias = route.alias.map(Into::into);
    Ok((SyncStart { execution, version: route.version, alias, metadata_only: *metadata_only }, outcome))
}

/// Ends a synchronous execution of an EXPRESS state machine.
pub(crate) fn finish_sync(
    start: &SyncStart,
    result: &DelayedOutcome,
    context: &Context<'_>,
) -> Result<Decision<StartSyncExecutionOutput>> {
    let arn = &start.execution.state_machine_arn;
    context.require_active(arn, || Error::StateMachineDoesNotExist(arn.clone()))?;
    // The clock of a test may stand still or be set back.
    let stopped = context.now.max(start.execution.start_date).saturating_add(result.after);
    let unstored = UnstoredEnding {
        alias: start.alias.clone(),
        status: result.outcome.status(),
        duration: stopped.duration_since(start.execution.start_date).unwrap_or_default(),
    };
    let change = Change::CountStart { version: start.version, ending: Some(unstored) };
    let output = sync_output(start, &Ending { stopped, outcome: result.outcome.clone() });
    Ok(Decision { change: Some(change), output })
}

fn sync_output(start: &SyncStart, ending: &Ending) -> StartSyncExecutionOutput {
    let (included, execution, failure) = (!start.metadata_only, &start.execution, ending.outcome.failure());
    StartSyncExecutionOutput {
        billing_details: bill(execution.start_date, ending.stopped),
        cause: failure.and_then(|failure| failure.cause.clone()),
        error: failure.and_then(|failure| failure.error.clone()),
        execution_arn: execution.execution_arn.clone(),
        input: included.then(|| execution.input.clone()),
        input_details: DataDetails { included },
        name: execution.name.clone(),
        output: ending.outcome.output().filter(|_| included).cloned(),
        output_details: DataDetails { included },
        start_date: execution.start_date,
        state_machine_arn: execution.state_machine_arn.clone(),
        status: ending.outcome.status().as_str().to_owned(),
        stop_date: ending.stopped,
        trace_header: execution.trace_header.clone(),
    }
}

/// Returns what a callback receives.
fn report_start(
    command: &StartExecution<'_>,
    route: Route<'_>,
    name: &str,
    execution_arn: &str,
    view: &dyn View,
    now: Timestamp,
) -> Result<Box<StartedExecution>> {
    let arn = command.state_machine.unqualified_arn;
    let missing = || Error::StateMachineDoesNotExist(arn.into());
    let key = route.version.map_or(RevisionKey::Current, RevisionKey::Version);
    Ok(Box::new(StartedExecution {
        execution_arn: execution_arn.to_owned(),
        state_machine_arn: arn.to_owned(),
        state_machine_version_arn: route.version.map(|number| format_version_arn(arn, number)),
        state_machine_alias_arn: route.alias.map(|alias| qualify_arn(arn, alias)),
        name: name.to_owned(),
        input: command.input.into(),
        kind: view.state_machine().kind,
        start_date: now,
        redrive_count: 0,
        trace_header: command.trace_header.map(str::to_owned),
        revision: view.revision(key)?.ok_or_else(missing)?,
    }))
}

/// AWS bills started units of 100 ms and 64 MB.
fn bill(started: Timestamp, stopped: Timestamp) -> BillingDetails {
    let millis = stopped.as_millis().saturating_sub(started.as_millis()).max(1).unsigned_abs();
    BillingDetails {
        billed_duration_in_milliseconds: millis.div_ceil(100).saturating_mul(100),
        billed_memory_used_in_mb: 64,
    }
}

/// The version that a start selects, and the alias that selected it.
#[derive(Clone, Copy)]
struct Route<'c> {
    version: Option<VersionNumber>,
    alias: Option<&'c str>,
}

impl<'c> Route<'c> {
    fn as_start(self, command: &StartExecution<'c>, name: &'c str) -> Start<'c> {
        let Self { version, alias } = self;
        Start { state_machine: command.state_machine.name, version, alias, name, input: command.input }
    }
}

/// Returns the state machine, the version to start and the alias that selected it.
fn resolve_target<'c, 'v>(
    command: &StartExecution<'c>,
    values: &StartValues<'_>,
    context: &Context<'v>,
) -> Result<(&'v dyn View, Route<'c>)> {
    let target = command.state_machine;
    let view = context.require_active(target.unqualified_arn, || Error::StateMachineDoesNotExist(target.arn.into()))?;
    let route = resolve_route(view, command, values.percent, context.now)?;
    command.content.clone()?;
    Ok((view, route))
}

fn resolve_route<'c>(view: &dyn View, command: &StartExecution<'c>, percent: u8, now: Timestamp) -> Result<Route<'c>> {
    let missing = || Error::StateMachineDoesNotExist(command.state_machine.arn.into());
    match command.state_machine.qualifier {
        Qualifier::Unqualified | Qualifier::Label => Ok(Route { version: None, alias: None }),
        Qualifier::Version(number) => {
            Ok(Route { version: Some(require_version(view, number, missing)?.number), alias: None })
        }
        Qualifier::Alias(name) => {
            let alias = view.alias(name)?.ok_or_else(missing)?;
            let picked = alias.routing_at(now).pick(percent);
            // If the clock was set back, the previous routing may reference a deleted version.
            let exists = view.version(picked)?.is_some();
            let version = Some(if exists { picked } else { alias.routing.pick(percent) });
            Ok(Route { version, alias: Some(name) })
        }
    }
}

fn new_execution(
    command: &StartExecution<'_>,
    name: &str,
    route: Route<'_>,
    ending: Option<Ending>,
    now: Timestamp,
) -> Execution {
    Execution {
        name: name.into(),
        version: route.version,
        alias: route.alias.map(Into::into),
        input: command.input.into(),
        trace_header: command.trace_header.map(Into::into),
        started: now,
        ending: ending.map(Box::new),
        redrives: Vec::new(),
    }
}
