//! Decides on starts of executions.

use super::{Context, Decision, format_execution_arn, format_express_arn, require_version};
use crate::command::{Qualifier, StartExecution, StartSyncExecution};
use crate::error::{Error, Result};
use crate::model::{Ending, Execution, ExecutionStatus, StateMachineType, Timestamp, UnstoredEnding, VersionNumber};
use crate::outcomes::{OutcomeSource, Start};
use crate::store::{Change, View};
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
}

/// Starts an execution. Idempotent: returns the existing execution if it is RUNNING and has the same input.
pub(crate) fn start(
    command: &StartExecution<'_>,
    values: &StartValues<'_>,
    context: &Context<'_>,
) -> Result<Decision<StartExecutionOutput>> {
    let (view, route) = resolve_target(command, values, context)?;
    let name = command.name.unwrap_or(&values.name);
    let unqualified_arn = command.state_machine.unqualified_arn;
    if view.state_machine().kind == StateMachineType::Express {
        let execution_arn = format_express_arn(unqualified_arn, name, &values.express_id);
        let output = StartExecutionOutput { execution_arn, start_date: context.now };
        return Ok(Decision { change: Some(Change::CountStart { version: route.version, ending: None }), output });
    }
    let execution_arn = format_execution_arn(unqualified_arn, name);
    if let Some(stored) = view.execution(name)? {
        if stored.status_at(context.now) != ExecutionStatus::Running || *stored.input != *command.input {
            return Err(Error::ExecutionAlreadyExists(execution_arn));
        }
        let output = StartExecutionOutput { execution_arn, start_date: stored.started };
        return Ok(Decision { change: None, output });
    }
    let ending = values.outcomes.decide(&route.as_start(command, name), context.now);
    let execution = Box::new(new_execution(command, name, route, ending, context.now));
    let limit = context.options.limits.executions_per_state_machine;
    let output = StartExecutionOutput { execution_arn, start_date: context.now };
    Ok(Decision { change: Some(Change::PutExecution { execution, limit }), output })
}

/// Starts an execution of an EXPRESS state machine, which ends in the same request.
pub(crate) fn start_sync(
    command: &StartSyncExecution<'_>,
    values: &StartValues<'_>,
    context: &Context<'_>,
) -> Result<Decision<StartSyncExecutionOutput>> {
    let StartSyncExecution { start, metadata_only } = command;
    let (view, route) = resolve_target(start, values, context)?;
    if view.state_machine().kind != StateMachineType::Express {
        return Err(Error::StateMachineTypeNotSupported);
    }
    let name = start.name.unwrap_or(&values.name);
    let required = || Error::OutcomeRequired(start.state_machine.arn.to_owned());
    let ending = values.outcomes.decide(&route.as_start(start, name), context.now).ok_or_else(required)?;
    let output = StartSyncExecutionOutput {
        execution_arn: format_express_arn(start.state_machine.unqualified_arn, name, &values.express_id),
        name: name.to_owned(),
        ..sync_output(start, &ending, !metadata_only, context.now)
    };
    let unstored = UnstoredEnding {
        alias: route.alias.map(Into::into),
        status: ending.outcome.status(),
        duration: ending.stopped.duration_since(context.now).unwrap_or_default(),
    };
    Ok(Decision { change: Some(Change::CountStart { version: route.version, ending: Some(unstored) }), output })
}

/// Returns the output of a synchronous execution without its ARN and name.
fn sync_output(
    start: &StartExecution<'_>,
    ending: &Ending,
    included: bool,
    now: Timestamp,
) -> StartSyncExecutionOutput {
    let failure = ending.outcome.failure();
    StartSyncExecutionOutput {
        billing_details: bill(now, ending.stopped),
        cause: failure.and_then(|failure| failure.cause.clone()),
        error: failure.and_then(|failure| failure.error.clone()),
        execution_arn: String::new(),
        input: included.then(|| start.input.into()),
        input_details: DataDetails { included },
        name: String::new(),
        output: ending.outcome.output().filter(|_| included).cloned(),
        output_details: DataDetails { included },
        start_date: now,
        state_machine_arn: start.state_machine.unqualified_arn.to_owned(),
        status: ending.outcome.status().as_str().to_owned(),
        stop_date: ending.stopped,
        trace_header: start.trace_header.map(str::to_owned),
    }
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
