//! The events of an execution: its start, its ends and its redrives.

use super::{Context, format_version_arn, missing_error, qualify_arn, require_execution};
use crate::command::GetExecutionHistory;
use crate::error::Result;
use crate::model::{Ending, Execution, Failure, Outcome, Timestamp};
use crate::page::{Cursor, ListId};
use crate::store::RevisionKey;
use crate::wire::output::{
    EventDataDetails, ExecutionRedrivenEventDetails, ExecutionStartedEventDetails, ExecutionSucceededEventDetails,
    FailureEventDetails, GetExecutionHistoryOutput, HistoryEvent,
};

/// Returns a page of the events.
pub(crate) fn get(command: &GetExecutionHistory<'_>, context: &Context<'_>) -> Result<GetExecutionHistoryOutput> {
    let (view, execution) = require_execution(&command.execution, context)?;
    let missing = || missing_error(&command.execution);
    let revision = view.revision(RevisionKey::Execution(command.execution.name))?.ok_or_else(missing)?;
    let history = History {
        command,
        execution: &execution,
        role_arn: &revision.role_arn,
        count: count_events(&execution, context.now),
    };
    let variant = if command.latest_first { "latest first" } else { "" };
    let list = ListId { operation: "GetExecutionHistory", arn: command.execution.arn, variant };
    let (events, next_token) = context.read_page(
        list,
        command.page,
        |after, limit| Ok(history.page(after.map(|cursor| cursor.number.unsigned_abs()), limit)),
        |event| Cursor { number: i64::try_from(event.id).unwrap_or(i64::MAX), text: String::new() },
    )?;
    Ok(GetExecutionHistoryOutput { events, next_token })
}

/// Each redrive adds two events: the end before it, and itself.
fn count_events(execution: &Execution, now: Timestamp) -> u64 {
    let redrives = execution.redrives.len() as u64;
    let ended = u64::from(execution.ending_at(now).is_some());
    redrives.saturating_mul(2).saturating_add(1).saturating_add(ended)
}

struct History<'h> {
    command: &'h GetExecutionHistory<'h>,
    execution: &'h Execution,
    role_arn: &'h str,
    count: u64,
}

impl History<'_> {
    /// Returns up to `limit` events after an event in the requested order.
    fn page(&self, after: Option<u64>, limit: usize) -> Vec<HistoryEvent> {
        if self.command.latest_first {
            let last = after.map_or(self.count, |after| after.saturating_sub(1).min(self.count));
            (1..=last).rev().take(limit).filter_map(|id| self.event(id)).collect()
        } else {
            let first = after.map_or(1, |after| after.saturating_add(1));
            (first..=self.count).take(limit).filter_map(|id| self.event(id)).collect()
        }
    }

    /// Returns the event with a number: 1 is the start, even numbers are ends, and the other odd numbers are redrives.
    fn event(&self, id: u64) -> Option<HistoryEvent> {
        let index = usize::try_from(id.checked_sub(1)?).ok()?;
        if index == 0 {
            return Some(self.started_event());
        }
        let redrives = &self.execution.redrives;
        let attempt = index.saturating_sub(1) / 2;
        if index % 2 == 0 {
            let redrive = redrives.get(attempt)?;
            let redrive_count = u32::try_from(attempt.saturating_add(1)).unwrap_or(u32::MAX);
            return Some(HistoryEvent {
                execution_redriven_event_details: Some(ExecutionRedrivenEventDetails { redrive_count }),
                ..new_event(id, redrive.redriven, "ExecutionRedriven")
            });
        }
        let ending = redrives.get(attempt).map(|redrive| &redrive.previous).or(self.execution.ending.as_deref())?;
        Some(self.end_event(id, ending))
    }

    fn started_event(&self) -> HistoryEvent {
        let (execution, arn) = (self.execution, self.command.execution.state_machine_arn.as_str());
        let details = ExecutionStartedEventDetails {
            input: self.command.with_data.then(|| execution.input.clone()),
            input_details: Some(EventDataDetails { truncated: false }),
            role_arn: self.role_arn.to_owned(),
            state_machine_alias_arn: execution.alias.as_deref().map(|alias| qualify_arn(arn, alias)),
            state_machine_version_arn: execution.version.map(|number| format_version_arn(arn, number)),
        };
        HistoryEvent {
            execution_started_event_details: Some(details),
            ..new_event(1, execution.started, "ExecutionStarted")
        }
    }

    fn end_event(&self, id: u64, ending: &Ending) -> HistoryEvent {
        let failure = |failure: &Failure| {
            Some(FailureEventDetails { cause: failure.cause.clone(), error: failure.error.clone() })
        };
        let event = |kind: &str| new_event(id, ending.stopped, kind);
        match &ending.outcome {
            Outcome::Succeeded(output) => HistoryEvent {
                execution_succeeded_event_details: Some(ExecutionSucceededEventDetails {
                    output: self.command.with_data.then(|| output.clone()),
                    output_details: Some(EventDataDetails { truncated: false }),
                }),
                ..event("ExecutionSucceeded")
            },
            Outcome::Failed(details) => {
                HistoryEvent { execution_failed_event_details: failure(details), ..event("ExecutionFailed") }
            }
            Outcome::TimedOut(details) => {
                HistoryEvent { execution_timed_out_event_details: failure(details), ..event("ExecutionTimedOut") }
            }
            // Recorded: a stop has no previous event, also after other events.
            Outcome::Aborted(details) => HistoryEvent {
                execution_aborted_event_details: failure(details),
                previous_event_id: 0,
                ..event("ExecutionAborted")
            },
        }
    }
}

/// Creates an event without details. The event after the start has no previous event, as recorded for the first state.
fn new_event(id: u64, timestamp: Timestamp, kind: &str) -> HistoryEvent {
    HistoryEvent {
        execution_aborted_event_details: None,
        execution_failed_event_details: None,
        execution_redriven_event_details: None,
        execution_started_event_details: None,
        execution_succeeded_event_details: None,
        execution_timed_out_event_details: None,
        id,
        previous_event_id: if id <= 2 { 0 } else { id.saturating_sub(1) },
        timestamp,
        kind: kind.to_owned(),
    }
}
