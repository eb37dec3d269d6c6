//! How executions end, their redrives and their events.

use super::{Ending, Execution, Model, ModelError, Outcome, Redrive, date, page_size, put};
use crate::action::{End, ExecutionTarget, execution_arn, machine_arn};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

impl Model {
    /// Returns what the rules of the services decide.
    pub fn apply_rules(&self, name: &str, input: &'static str) -> Option<Ending> {
        let end = |status, output, error| End { status, output, error, cause: None };
        let (end, after) = match name {
            "two" => (end("FAILED", None, Some("Rule")), 1000),
            "four" => (end("SUCCEEDED", Some(input), None), 0),
            _ => return None,
        };
        self.rules.then_some(Ending { at: self.now + after, end })
    }

    /// Returns an execution to change, and its ARN.
    fn execution_mut(&mut self, target: ExecutionTarget) -> Outcome<(String, &mut Execution)> {
        let (machine, execution) = self.execution(target)?;
        let (machine, name) = (machine, execution.name.clone());
        let executions = &mut self.machines.get_mut(machine).expect("it was found").executions;
        let execution = executions.iter_mut().find(|execution| execution.name == name).expect("it was found");
        Ok((execution_arn(machine, &name), execution))
    }

    pub fn stop_execution(
        &mut self,
        target: ExecutionTarget,
        error: Option<&'static str>,
        cause: Option<&'static str>,
    ) -> Outcome {
        let now = self.now;
        let (_, execution) = self.execution_mut(target)?;
        if let Some(ending) = execution.ended(now) {
            return Ok(json!({"stopDate": date(ending.at)}));
        }
        execution.ending = Some(Ending { at: now, end: End { status: "ABORTED", output: None, error, cause } });
        Ok(json!({"stopDate": date(now)}))
    }

    pub fn end_execution(&mut self, target: ExecutionTarget, end: End, after_seconds: i64) -> Outcome {
        let now = self.now;
        let (arn, execution) = self.execution_mut(target)?;
        let ended = execution.ended(now).copied();
        if let Some(ended) = ended.filter(|ended| ended.end != end) {
            let status = ended.end.status;
            let another = "start another execution";
            let help = if status == "SUCCEEDED" { another.to_owned() } else { format!("redrive it, or {another}") };
            let message = format!("cannot end the execution: '{arn}' has already ended with status {status}; {help}");
            return Err(ModelError::new("ValidationException", message));
        }
        let ending = ended.unwrap_or(Ending { at: now + 1000 * after_seconds, end });
        execution.ending = Some(ending);
        Ok(json!({"executionArn": arn, "status": end.status, "stopDate": date(ending.at)}))
    }

    pub fn redrive_execution(&mut self, target: ExecutionTarget, token: Option<&'static str>) -> Outcome {
        let now = self.now;
        let (machine, execution) = self.execution(target)?;
        let mut last = execution.redrives.iter().rev().take(10);
        if let Some(redrive) = last.find(|last| token.is_some() && last.token == token && now < last.at + 15 * MINUTE) {
            return Ok(json!({"redriveDate": date(redrive.at)}));
        }
        if let Some(reason) = self.not_redrivable_reason(machine, execution) {
            return Err(ModelError::new("ExecutionNotRedrivable", reason));
        }
        let rule = self.apply_rules(&execution.name, execution.input);
        let (_, execution) = self.execution_mut(target)?;
        let previous = execution.ending.take().expect("it has ended");
        execution.redrives.push(Redrive { at: now, token, previous });
        execution.ending = rule;
        Ok(json!({"redriveDate": date(now)}))
    }

    pub fn not_redrivable_reason(&self, machine: &str, execution: &Execution) -> Option<&'static str> {
        match execution.ended(self.now) {
            None => Some("Execution is RUNNING and cannot be redriven"),
            Some(ended) if ended.end.status == "SUCCEEDED" => Some("Execution is SUCCEEDED and cannot be redriven"),
            Some(_) if self.machines[machine].deleted_at.is_some() => Some("State machine is in DELETING status"),
            Some(ended) => (self.now > ended.at + 14 * DAY).then_some("Execution redrivable period exceeded"),
        }
    }

    pub fn history(
        &self,
        target: ExecutionTarget,
        latest_first: bool,
        with_data: bool,
        max: Option<i64>,
    ) -> Outcome<(Vec<Value>, usize)> {
        let max = page_size(max)?;
        let (machine, execution) = self.execution(target)?;
        let mut events = vec![started_event(machine, execution, with_data)];
        for (index, redrive) in execution.redrives.iter().enumerate() {
            events.push(end_event(&redrive.previous, with_data));
            let details = json!({"redriveCount": index + 1});
            let event = json!({"type": "ExecutionRedriven", "timestamp": date(redrive.at)});
            events.push(add(event, "executionRedrivenEventDetails", details));
        }
        events.extend(execution.ended(self.now).map(|ending| end_event(ending, with_data)));
        for (index, event) in events.iter_mut().enumerate() {
            let is_first = index < 2 || event["type"] == "ExecutionAborted";
            event["id"] = json!(index + 1);
            event["previousEventId"] = json!(if is_first { 0 } else { index });
        }
        if latest_first {
            events.reverse();
        }
        Ok((events, max))
    }
}

fn started_event(machine: &str, execution: &Execution, with_data: bool) -> Value {
    let arn = machine_arn(machine);
    let mut details = json!({"inputDetails": {"truncated": false}, "roleArn": execution.content.role});
    put(&mut details, "input", with_data.then_some(execution.input));
    put(&mut details, "stateMachineVersionArn", execution.version.map(|number| format!("{arn}:{number}")));
    put(&mut details, "stateMachineAliasArn", execution.alias.map(|alias| format!("{arn}:{alias}")));
    let event = json!({"type": "ExecutionStarted", "timestamp": date(execution.started)});
    add(event, "executionStartedEventDetails", details)
}

fn end_event(Ending { at, end }: &Ending, with_data: bool) -> Value {
    let (kind, member) = match end.status {
        "SUCCEEDED" => ("ExecutionSucceeded", "executionSucceededEventDetails"),
        "FAILED" => ("ExecutionFailed", "executionFailedEventDetails"),
        "TIMED_OUT" => ("ExecutionTimedOut", "executionTimedOutEventDetails"),
        _ => ("ExecutionAborted", "executionAbortedEventDetails"),
    };
    let mut details = json!({});
    put(&mut details, "output", end.output.filter(|_| with_data));
    put(&mut details, "outputDetails", end.output.map(|_| json!({"truncated": false})));
    put(&mut details, "error", end.error);
    put(&mut details, "cause", end.cause);
    add(json!({"type": kind, "timestamp": date(*at)}), member, details)
}

fn add(mut event: Value, member: &str, details: Value) -> Value {
    event[member] = details;
    event
}
