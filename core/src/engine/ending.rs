//! Decides how executions end, and on redrives.

use super::running::report_execution;
use super::start::Started;
use super::{Context, Decision, require_execution};
use crate::command::{EndExecution, RedriveExecution, StopExecution};
use crate::error::{Error, Result};
use crate::model::{Ending, Execution, ExecutionStatus, Failure, Outcome, Redrive, Timestamp};
use crate::outcomes::{OutcomeSource, Start};
use crate::start_callback::{DelayedOutcome, StartedExecution};
use crate::store::{Change, View};
use crate::wire::output::{EndExecutionOutput, RedriveExecutionOutput, StopExecutionOutput};
use std::time::Duration;

/// The time after the end of an execution in which it can be redriven, as AWS documents it.
const REDRIVE_PERIOD: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// How many client tokens AWS remembers, and for how long.
const REMEMBERED_TOKENS: usize = 10;
const TOKEN_LIFETIME: Duration = Duration::from_secs(15 * 60);
/// AWS's limit of the events of an execution that can be redriven.
const MAX_EVENTS: usize = 24_999;

/// Stops an execution. Idempotent: repeated requests return the first stop date.
pub(crate) fn stop(command: &StopExecution<'_>, context: &Context<'_>) -> Result<Decision<StopExecutionOutput>> {
    let (_, execution) = require_execution(&command.execution, context)?;
    if let Some(ending) = execution.ending_at(context.now) {
        return Ok(Decision { change: None, output: StopExecutionOutput { stop_date: ending.stopped } });
    }
    let failure = Failure { error: command.error.map(Into::into), cause: command.cause.map(Into::into) };
    let ending = Ending { stopped: context.now, outcome: Outcome::Aborted(failure) };
    let change = Change::EndExecution { name: execution.name.clone(), ending };
    Ok(Decision { change: Some(change), output: StopExecutionOutput { stop_date: context.now } })
}

/// Sets how and when an execution ends. Idempotent: a repeated request returns the existing ending.
pub(crate) fn end(command: &EndExecution<'_>, context: &Context<'_>) -> Result<Decision<EndExecutionOutput>> {
    let (_, execution) = require_execution(&command.execution, context)?;
    let output = |ending: &Ending| EndExecutionOutput {
        execution_arn: command.execution.arn.to_owned(),
        status: ending.outcome.status().as_str().to_owned(),
        stop_date: ending.stopped,
    };
    if let Some(ending) = execution.ending_at(context.now) {
        if ending.outcome != command.outcome {
            let status = ending.outcome.status().as_str();
            let arn = command.execution.arn;
            let help = match ending.outcome.status() {
                ExecutionStatus::Succeeded => "start another execution",
                _ => "redrive it, or start another execution",
            };
            return Err(Error::InvalidEnding(format!("'{arn}' has already ended with status {status}; {help}")));
        }
        return Ok(Decision { change: None, output: output(ending) });
    }
    let stopped = context.now.max(execution.last_started()).saturating_add(command.after);
    let ending = Ending { stopped, outcome: command.outcome.clone() };
    let output = output(&ending);
    Ok(Decision { change: Some(Change::EndExecution { name: execution.name.clone(), ending }), output })
}

/// Ends an execution as its callback decided. Changes nothing if it was stopped, ended, redriven or deleted since it was
/// started, or if it has an ending in the future.
pub(crate) fn end_started(
    started: &StartedExecution,
    result: &DelayedOutcome,
    context: &Context<'_>,
) -> Result<Decision<()>> {
    let view = context.find_state_machine();
    let view = view.filter(|view| view.state_machine().created == started.state_machine_created);
    let stored = view.map(|view| view.execution(&started.name)).transpose()?.flatten();
    let change = stored.filter(|execution| is_same_run(execution, started)).map(|execution| {
        let stopped = context.now.max(started.start_date).saturating_add(result.after);
        let ending = Ending { stopped, outcome: result.outcome.clone() };
        Change::EndExecution { name: execution.name.clone(), ending }
    });
    Ok(Decision { change, output: () })
}

/// Returns whether a stored execution without an ending is the one that a callback received, and not a later one with the
/// same name.
fn is_same_run(execution: &Execution, started: &StartedExecution) -> bool {
    execution.ending.is_none()
        && execution.last_started() == started.start_date
        && execution.redrive_count() == started.redrive_count
}

/// Sets how an execution ended at a time, which is limited to the time between its last start and now. Does nothing if it
/// has ended.
pub(crate) fn end_at(command: &EndExecution<'_>, stopped: Timestamp, context: &Context<'_>) -> Result<Decision<()>> {
    let (_, execution) = require_execution(&command.execution, context)?;
    if execution.ending_at(context.now).is_some() {
        return Ok(Decision { change: None, output: () });
    }
    let stopped = stopped.min(context.now).max(execution.last_started());
    let ending = Ending { stopped, outcome: command.outcome.clone() };
    Ok(Decision { change: Some(Change::EndExecution { name: execution.name.clone(), ending }), output: () })
}

/// Starts an execution again. Idempotent for the last client tokens. `reports` is as in [`super::start::StartValues`].
pub(crate) fn redrive(
    command: &RedriveExecution<'_>,
    outcomes: &OutcomeSource<'_>,
    reports: bool,
    context: &Context<'_>,
) -> Result<Decision<Started<RedriveExecutionOutput>>> {
    let (view, execution) = require_execution(&command.execution, context)?;
    if let Some(redrive) = find_redrive(&execution, command.client_token, context.now) {
        let output = RedriveExecutionOutput { redrive_date: redrive.redriven };
        return Ok(Decision { change: None, output: (output, None) });
    }
    let previous = require_redrivable(view, &execution, context.now).map_err(Error::ExecutionNotRedrivable)?.clone();
    let Execution { name, version, input, .. } = &*execution;
    let alias = execution.alias.as_deref();
    let state_machine = command.execution.state_machine_name;
    let start = Start { state_machine, version: *version, alias, name, input };
    let ending = outcomes.decide(&start, context.now);
    let report = || report_redrive(command, &execution, view, context.now);
    let started = (reports && ending.is_none()).then(report).transpose()?;
    let redrive = Redrive { redriven: context.now, client_token: command.client_token.map(Into::into), previous };
    let change = Change::RedriveExecution { name: execution.name.clone(), redrive, ending };
    Ok(Decision { change: Some(change), output: (RedriveExecutionOutput { redrive_date: context.now }, started) })
}

/// Returns what a callback receives.
fn report_redrive(
    command: &RedriveExecution<'_>,
    execution: &Execution,
    view: &dyn View,
    now: Timestamp,
) -> Result<Box<StartedExecution>> {
    let started = report_execution(&command.execution.state_machine_arn, execution, view)?;
    let redrive_count = started.redrive_count.saturating_add(1);
    Ok(Box::new(StartedExecution { start_date: now, redrive_count, ..started }))
}

fn find_redrive<'e>(execution: &'e Execution, token: Option<&str>, now: Timestamp) -> Option<&'e Redrive> {
    let token = token?;
    let mut last = execution.redrives.iter().rev().take(REMEMBERED_TOKENS);
    last.find(|redrive| {
        redrive.client_token.as_deref() == Some(token) && now < redrive.redriven.saturating_add(TOKEN_LIFETIME)
    })
}

/// Returns the ending of an execution that can be redriven, or the reason why it cannot.
pub(super) fn require_redrivable<'e>(
    view: &dyn View,
    execution: &'e Execution,
    now: Timestamp,
) -> Result<&'e Ending, &'static str> {
    let ending = execution.ending_at(now).ok_or("Execution is RUNNING and cannot be redriven")?;
    if ending.outcome.status() == ExecutionStatus::Succeeded {
        return Err("Execution is SUCCEEDED and cannot be redriven");
    }
    if view.state_machine().deleting_until.is_some() {
        return Err("State machine is in DELETING status");
    }
    if now > ending.stopped.saturating_add(REDRIVE_PERIOD) {
        return Err("Execution redrivable period exceeded");
    }
    let events = execution.redrives.len().saturating_mul(2).saturating_add(2);
    if events >= MAX_EVENTS { Err("Execution history event limit exceeded") } else { Ok(ending) }
}
