//! Describes executions of the engine.

use crate::engine::{CallError, Deadline};
use crate::handler::Upstream;
use crate::machines::{Machine, region_of};
use crate::output::{is_json, to_json};
use serde::Deserialize;
use serde_json::json;
use sfn_alias::model::{ExecutionStatus, Failure, Outcome};
use sfn_alias::{Sensitive, StartedExecution, Timestamp};
use std::sync::atomic::Ordering;

/// An execution of the engine.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EngineExecution {
    pub status: String,
    pub stop_date: Option<Timestamp>,
    pub output: Option<String>,
    pub error: Option<Sensitive>,
    pub cause: Option<Sensitive>,
}

impl EngineExecution {
    /// Returns how it ended; `None` if it is running. PENDING_REDRIVE, which AWS has for the child executions of a map run, is as
    /// RUNNING.
    pub fn outcome(&self) -> Option<Outcome> {
        let status = ExecutionStatus::parse(&self.status)?;
        let failure = Failure { error: self.error.clone(), cause: self.cause.clone() };
        Outcome::new(status, || to_json(self.output_text()).into(), failure)
    }

    /// Returns whether its output is a JSON text, which may be a string without its quotes.
    pub fn has_output(&self, json: &str) -> bool {
        let output = self.output_text();
        [to_json(output), json!(output).to_string()].iter().any(|text| text == json)
    }

    fn output_text(&self) -> &str {
        self.output.as_deref().unwrap_or("null")
    }
}

/// The latest events.
#[derive(Deserialize)]
struct LatestEvents {
    events: Vec<Event>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    execution_succeeded_event_details: Option<SucceededDetails>,
}

#[derive(Deserialize)]
struct SucceededDetails {
    output: Option<String>,
}

impl Upstream {
    /// Describes an execution of the engine, with the output as the engine returns it.
    pub(crate) fn describe_in_engine(
        &self,
        execution: &StartedExecution,
        machine: &Machine,
        deadline: Deadline,
    ) -> Result<EngineExecution, CallError> {
        const OPERATION: &str = "DescribeExecution";
        let input = json!({"executionArn": machine.execution_arn(&execution.name)});
        let region = region_of(&execution.state_machine_arn);
        let found: EngineExecution = self.call(region, OPERATION, &input, deadline)?;
        match ExecutionStatus::parse(&found.status) {
            Some(_) => Ok(found),
            None => Err(self.engine.error(OPERATION, &format_args!("unknown status `{}`", found.status))),
        }
    }

    /// Describes an execution of the engine, with an output that is JSON.
    ///
    /// Some engines return a string without its quotes, so that the string `"1"` is the same as the number 1. Their event
    /// ExecutionSucceeded has the quotes.
    pub(crate) fn describe_with_output(
        &self,
        execution: &StartedExecution,
        machine: &Machine,
        deadline: Deadline,
    ) -> Result<EngineExecution, CallError> {
        let found = self.describe_in_engine(execution, machine, deadline)?;
        let Some(output) = found.output.as_deref().filter(|output| self.is_ambiguous(&found, output)) else {
            return Ok(found);
        };
        let recorded = match self.read_recorded_output(execution, machine, deadline) {
            Err(error) if error.has_no_response() => return Err(error),
            // Without the event, the output is what it seems to be.
            recorded => recorded.ok().flatten(),
        };
        let recorded: Option<String> = recorded.and_then(|recorded| serde_json::from_str(&recorded).ok());
        if recorded.as_deref() == Some(output) {
            return Ok(EngineExecution { output: Some(json!(output).to_string()), ..found });
        }
        if recorded.is_some() {
            self.quotes_strings.store(true, Ordering::Relaxed);
        }
        Ok(found)
    }

    /// Returns whether an output that is JSON can also be a string without its quotes.
    fn is_ambiguous(&self, found: &EngineExecution, output: &str) -> bool {
        found.status == "SUCCEEDED" && !self.quotes_strings.load(Ordering::Relaxed) && is_json(output)
    }

    /// Returns the output in the event ExecutionSucceeded.
    fn read_recorded_output(
        &self,
        execution: &StartedExecution,
        machine: &Machine,
        deadline: Deadline,
    ) -> Result<Option<String>, CallError> {
        let arn = machine.execution_arn(&execution.name);
        let input = json!({"executionArn": arn, "reverseOrder": true, "maxResults": 1});
        let region = region_of(&execution.state_machine_arn);
        let _permit = self.acquire_history(deadline)?;
        let latest: LatestEvents = self.call(region, "GetExecutionHistory", &input, deadline)?;
        Ok(latest.events.into_iter().find_map(|event| event.execution_succeeded_event_details?.output))
    }
}
