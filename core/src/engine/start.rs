//! Decides on starts of executions.

use super::{Context, Decision, format_execution_arn, format_express_arn, require_version};
use crate::command::{Qualifier, StartExecution, StartSyncExecution, StateMachineRef};
use crate::error::{Error, Result};
use crate::model::{
    Ending, Execution, ExecutionStatus, Failure, Sensitive, StateMachineType, Timestamp, UnstoredEnding, VersionNumber,
};
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

/// A synchronous execution of an EXPRESS state machine.
#[derive(Debug)]
pub(crate) struct SyncStart {
    pub execution: StartedExecution,
    metadata_only: bool,
}

impl SyncStart {
    /// The error of a start whose result is not known.
    pub fn missing_outcome(&self) -> Error {
        let execution = &self.execution;
        let requested = execution.state_machine_alias_arn().or_else(|| execution.state_machine_version_arn());
        Error::OutcomeRequired(requested.unwrap_or_else(|| execution.state_machine_arn.clone()))
    }

    /// Returns the response.
    pub fn into_output(self, ending: Ending) -> StartSyncExecutionOutput {
        let (included, execution, status) = (!self.metadata_only, self.execution, ending.outcome.status());
        let (output, Failure { error, cause }) = ending.outcome.into_parts();
        StartSyncExecutionOutput {
            billing_details: bill(execution.start_date, ending.stopped),
            cause,
            error,
            execution_arn: execution.execution_arn,
            input: included.then_some(execution.input),
            input_details: DataDetails { included },
            name: execution.name,
            output: output.filter(|_| included),
            output_details: DataDetails { included },
            start_date: execution.start_date,
            state_machine_arn: execution.state_machine_arn,
            status: status.as_str().to_owned(),
            stop_date: ending.stopped,
            trace_header: execution.trace_header,
        }
    }
}

/// Starts an execution. Idempotent: returns the existing execution if it is RUNNING and has the same input.
pub(crate) fn start(
    command: &StartExecution<'_>,
    values: &StartValues<'_>,
    context: &Context<'_>,
) -> Result<Decision<Started<StartExecutionOutput>>> {
    let target = resolve_target(command, values, context)?;
    match target.view.state_machine().kind {
        StateMachineType::Standard => start_standard(&target, values, context),
        StateMachineType::Express => start_express(&target, values),
    }
}

fn start_standard(
    target: &Target<'_, '_>,
    values: &StartValues<'_>,
    context: &Context<'_>,
) -> Result<Decision<Started<StartExecutionOutput>>> {
    let execution_arn = format_execution_arn(target.command.state_machine.unqualified_arn, target.name);
    if let Some(stored) = target.view.execution(target.name)? {
        if stored.status_at(context.now) != ExecutionStatus::Running || *stored.input != *target.command.input {
            return Err(Error::ExecutionAlreadyExists(execution_arn));
        }
        let output = (StartExecutionOutput { execution_arn, start_date: stored.started }, None);
        return Ok(Decision { change: None, output });
    }
    let ending = values.outcomes.decide(&target.as_start(), context.now);
    let is_reported = values.reports && ending.is_none();
    let started = is_reported.then(|| target.report(&execution_arn)).transpose()?;
    let execution = Box::new(target.to_execution(ending));
    let limit = context.options.limits.executions_per_state_machine;
    let output = (StartExecutionOutput { execution_arn, start_date: context.now }, started);
    Ok(Decision { change: Some(Change::PutExecution { execution, limit }), output })
}

fn start_express(target: &Target<'_, '_>, values: &StartValues<'_>) -> Result<Decision<Started<StartExecutionOutput>>> {
    let execution_arn = target.format_express_arn(values);
    let started = values.reports.then(|| target.report(&execution_arn)).transpose()?;
    let output = (StartExecutionOutput { execution_arn, start_date: target.now }, started);
    Ok(Decision { change: Some(Change::CountStart { version: target.version, ending: None }), output })
}

/// Selects the version of a synchronous execution of an EXPRESS state machine. Also returns the result if a rule decides
/// it.
pub(crate) fn prepare_sync(
    command: &StartSyncExecution<'_>,
    values: &StartValues<'_>,
    context: &Context<'_>,
) -> Result<(SyncStart, Option<DelayedOutcome>)> {
    let target = resolve_target(&command.start, values, context)?;
    if target.view.state_machine().kind != StateMachineType::Express {
        return Err(Error::StateMachineTypeNotSupported);
    }
    let result = values.outcomes.decide(&target.as_start(), context.now).map(|ending| DelayedOutcome {
        after: ending.stopped.duration_since(context.now).unwrap_or_default(),
        outcome: ending.outcome,
    });
    let execution = *target.report(&target.format_express_arn(values))?;
    let start = SyncStart { execution, metadata_only: command.metadata_only };
    Ok((start, result))
}

/// Counts a synchronous execution, and returns when it stopped. It has a result even if its state machine was deleted
/// meanwhile.
pub(crate) fn count_sync(
    execution: &StartedExecution,
    result: &DelayedOutcome,
    context: &Context<'_>,
) -> Decision<Timestamp> {
    let started = execution.start_date;
    // The clock of a test may stand still or be set back.
    let stopped = context.now.max(started).saturating_add(result.after);
    let unstored = UnstoredEnding {
        alias: execution.alias.as_deref().map(Into::into),
        status: result.outcome.status(),
        duration: stopped.duration_since(started).unwrap_or_default(),
    };
    let is_stored = context.view.is_some_and(|view| view.state_machine().created == execution.state_machine_created);
    let change = is_stored.then_some(Change::CountStart { version: execution.version, ending: Some(unstored) });
    Decision { change, output: stopped }
}

/// AWS bills started units of 100 ms and 64 MB.
fn bill(started: Timestamp, stopped: Timestamp) -> BillingDetails {
    let millis = stopped.as_millis().saturating_sub(started.as_millis()).max(1).unsigned_abs();
    BillingDetails {
        billed_duration_in_milliseconds: millis.div_ceil(100).saturating_mul(100),
        billed_memory_used_in_mb: 64,
    }
}

/// What a request starts.
struct Target<'c, 'v> {
    command: &'c StartExecution<'c>,
    view: &'v dyn View,
    /// `None` if the request has neither a version ARN nor an alias ARN.
    version: Option<VersionNumber>,
    alias: Option<&'c str>,
    /// The name of the execution: specified or generated.
    name: &'c str,
    input: Sensitive,
    now: Timestamp,
}

impl Target<'_, '_> {
    fn as_start(&self) -> Start<'_> {
        let StartExecution { state_machine, input, .. } = self.command;
        Start { state_machine: state_machine.name, version: self.version, alias: self.alias, name: self.name, input }
    }

    fn format_express_arn(&self, values: &StartValues<'_>) -> String {
        format_express_arn(self.command.state_machine.unqualified_arn, self.name, &values.express_id)
    }

    /// Returns the execution to store.
    fn to_execution(&self, ending: Option<Ending>) -> Execution {
        Execution {
            name: self.name.into(),
            version: self.version,
            alias: self.alias.map(Into::into),
            input: self.input.clone(),
            trace_header: self.command.trace_header.map(Into::into),
            started: self.now,
            ending: ending.map(Box::new),
            redrives: Vec::new(),
        }
    }

    /// Returns the execution that a callback receives.
    fn report(&self, execution_arn: &str) -> Result<Box<StartedExecution>> {
        let arn = self.command.state_machine.unqualified_arn;
        let missing = || Error::StateMachineDoesNotExist(arn.into());
        let key = self.version.map_or(RevisionKey::Current, RevisionKey::Version);
        Ok(Box::new(StartedExecution {
            execution_arn: execution_arn.to_owned(),
            state_machine_arn: arn.to_owned(),
            state_machine_created: self.view.state_machine().created,
            version: self.version,
            alias: self.alias.map(str::to_owned),
            name: self.name.to_owned(),
            input: self.input.clone(),
            kind: self.view.state_machine().kind,
            start_date: self.now,
            redrive_count: 0,
            trace_header: self.command.trace_header.map(str::to_owned),
            revision: self.view.revision(key)?.ok_or_else(missing)?,
        }))
    }
}

/// Selects the version to start.
fn resolve_target<'c, 'v>(
    command: &'c StartExecution<'c>,
    values: &'c StartValues<'_>,
    context: &Context<'v>,
) -> Result<Target<'c, 'v>> {
    let StateMachineRef { arn, unqualified_arn, .. } = command.state_machine;
    let view = context.require_active(unqualified_arn, || Error::StateMachineDoesNotExist(arn.into()))?;
    let (version, alias) = resolve_route(view, command, values.percent, context.now)?;
    command.content.clone()?;
    let name = command.name.unwrap_or(&values.name);
    Ok(Target { command, view, version, alias, name, input: command.input.into(), now: context.now })
}

/// Returns the version to start, and the alias that selected it.
fn resolve_route<'c>(
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
