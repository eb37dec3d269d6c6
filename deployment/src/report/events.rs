//! Derives events from the difference between a report and the previous record.

use super::record::{DeploymentRecord, RecordEvent, RecordEventType};
use crate::action::WaitReason;
use crate::checkpoint::{FailureCounts, Phase};
use crate::deployment::Deployment;

/// Longer texts are truncated.
const MAX_TEXT_CHARS: usize = 300;

/// Returns the events since the previous record, in their order.
pub fn find_events(
    record: &DeploymentRecord,
    previous: Option<&DeploymentRecord>,
    deployment: &Deployment,
) -> Vec<RecordEvent> {
    let mut events = find_shifts(record, previous);
    events.extend(find_alarm_changes(record, previous));
    events.extend(find_retry(record, previous, deployment));
    let had_rollback = previous.is_some_and(|previous| previous.rolls_back);
    events.extend((record.rolls_back && !had_rollback).then(|| describe_rollback(record)));
    // A failed deployment that was resumed can end again.
    let had_ended = previous.is_some_and(|previous| previous.phase == record.phase);
    events.extend((record.has_ended() && !had_ended).then(|| describe_end(record)));
    events
}

impl RecordEvent {
    fn new(record: &DeploymentRecord, event_type: RecordEventType, text: &str) -> Self {
        let (time_millis, text) = (record.reported_millis, truncate(text, MAX_TEXT_CHARS));
        Self { time_millis, event_type, text, weight: None, alarm: None, state: None }
    }
}

fn find_shifts(record: &DeploymentRecord, previous: Option<&DeploymentRecord>) -> Vec<RecordEvent> {
    let done = previous.map_or(0, |previous| previous.steps_done);
    let new_steps = record.steps.iter().take(record.steps_done).skip(done);
    let describe = |weight: u8| RecordEvent {
        weight: Some(weight),
        ..RecordEvent::new(record, RecordEventType::Shift, &describe_weight(record, weight))
    };
    new_steps.map(|step| describe(step.weight)).collect()
}

fn describe_weight(record: &DeploymentRecord, weight: u8) -> String {
    let DeploymentRecord { from_version, to_version, .. } = record;
    match 100_u8.saturating_sub(weight) {
        0 => format!("100 % routed to version {to_version}"),
        rest => format!("{weight} % routed to version {to_version}, {rest} % to version {from_version}"),
    }
}

fn find_alarm_changes(record: &DeploymentRecord, previous: Option<&DeploymentRecord>) -> Vec<RecordEvent> {
    let known = previous.map_or(&[][..], |previous| &previous.alarms);
    let mut events = Vec::new();
    for alarm in &record.alarms {
        let before = known.iter().find(|known| known.name == alarm.name).map(|known| known.state);
        if before != Some(alarm.state) {
            let before = before.map_or_else(String::new, |state| format!(", before: {state}"));
            let text = format!("alarm {} is {}{before}", truncate(&alarm.name, 64), alarm.state);
            let (name, state) = (Some(alarm.name.clone()), Some(alarm.state));
            let event = RecordEvent::new(record, RecordEventType::Alarm, &text);
            events.push(RecordEvent { alarm: name, state, ..event });
        }
    }
    events
}

/// Returns until when the driver waits before it repeats a failed call.
pub const fn retry_millis(phase: &Phase) -> Option<i64> {
    match phase {
        Phase::Waiting { until_millis, reason: WaitReason::Retry { .. } } => Some(*until_millis),
        _ => None,
    }
}

fn find_retry(
    record: &DeploymentRecord,
    previous: Option<&DeploymentRecord>,
    deployment: &Deployment,
) -> Option<RecordEvent> {
    let Phase::Waiting { reason: WaitReason::Retry { code, message, failures }, .. } = &deployment.checkpoint().phase
    else {
        return None;
    };
    let operation = failed_operation(&deployment.checkpoint().failures, *failures);
    let text = format!("{operation} failed ({failures}): {code}: {message}");
    // Each retry waits longer, so a repeated report has the same or an earlier time.
    let is_new = record.retry_millis > previous.and_then(|previous| previous.retry_millis);
    is_new.then(|| RecordEvent::new(record, RecordEventType::Retry, &text))
}

/// Returns the operation that has failed this many times in a row.
const fn failed_operation(counts: &FailureCounts, failures: u32) -> &'static str {
    if counts.update_alias == failures {
        "UpdateStateMachineAlias"
    } else if counts.describe_alarms == failures {
        "DescribeAlarms"
    } else {
        "DescribeStateMachineAlias"
    }
}

fn describe_rollback(record: &DeploymentRecord) -> RecordEvent {
    let alarms = record.cause.as_ref().map_or(&[][..], |cause| &cause.alarms);
    let reason = match (alarms, &record.cause) {
        ([alarm], _) => format!(" because of the alarm {alarm}"),
        ([_, ..], _) => format!(" because of the alarms {}", alarms.join(", ")),
        ([], Some(cause)) => format!(": {}", cause.message),
        ([], None) => String::new(),
    };
    let text = format!("100 % routed to version {} again{reason}", record.from_version);
    RecordEvent { weight: Some(0), ..RecordEvent::new(record, RecordEventType::Rollback, &text) }
}

fn describe_end(record: &DeploymentRecord) -> RecordEvent {
    let text = match (&*record.phase, &record.cause) {
        ("succeeded", _) => "succeeded".to_owned(),
        ("rolledBack", _) => "rolled back".to_owned(),
        ("drifted", _) => "stopped because someone else updated the alias".to_owned(),
        (_, Some(cause)) => {
            let code = cause.code.as_deref().unwrap_or_default();
            format!("failed with {code}: {}", cause.message)
        }
        (phase, None) => phase.to_owned(),
    };
    RecordEvent::new(record, RecordEventType::End, &text)
}

/// Truncates a text to this many characters.
pub fn truncate(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
