//! Returns the events of an execution: those of the engine if it ended there.

use crate::UPSTREAM_ERROR;
use crate::engine::{CallError, Deadline};
use crate::handler::{Response, Upstream, UpstreamError};
use crate::pass_through::{parse_target, replace_execution_arn};
use crate::refresh::EngineExecution;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use sfn_alias::model::ExecutionStatus;
use sfn_alias::wire::input::DescribeExecutionInput;
use sfn_alias::wire::output::DescribeExecutionOutput;
use sfn_alias::{Json, StepFunctions, validate_from};

const OPERATION: &str = "GetExecutionHistory";

impl Upstream {
    /// Returns a page of the engine's events. If the execution did not run in the engine or ended only here, of ours.
    pub(crate) fn get_execution_history(&self, service: &StepFunctions, body: &[u8]) -> Response {
        validate_from(OPERATION, body, &service.options().limits)?;
        let deadline = self.engine.deadline();
        self.refresh_target(service, body, deadline)?;
        let execution = service.describe_execution(&DescribeExecutionInput {
            execution_arn: parse_target(body).as_deref().map(Into::into),
            included_data: None,
        })?;
        match self.find_in_engine(service, &execution, deadline)? {
            Some(arn) => {
                let body = replace_execution_arn(body, &arn);
                let page = self.send(service.scope().region(), OPERATION, &body, deadline)?;
                Ok(self.add_members(page, &execution)?)
            }
            None => Ok(service.call_from(OPERATION, body, &Json)?),
        }
    }

    /// Returns the engine's ARN of an execution, if the engine has it with the same status.
    fn find_in_engine(
        &self,
        service: &StepFunctions,
        execution: &DescribeExecutionOutput,
        deadline: Deadline,
    ) -> Result<Option<String>, UpstreamError> {
        if execution.error.as_deref() == Some(UPSTREAM_ERROR) {
            return Ok(None);
        }
        let arn = self.find_execution_arn(service, &execution.execution_arn, deadline)?;
        let input = json!({"executionArn": arn});
        match self.call::<EngineExecution>(service.scope().region(), "DescribeExecution", &input, deadline) {
            Ok(found) => {
                let is_same = found.status == execution.status || execution.status == ExecutionStatus::Running.as_str();
                Ok(is_same.then_some(arn))
            }
            Err(error) if error.is("ExecutionDoesNotExist") => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Adds to the details of events what only we know: which alias and version was started, and why it was stopped.
    fn add_members(&self, page: Vec<u8>, execution: &DescribeExecutionOutput) -> Result<Vec<u8>, CallError> {
        let started = [
            ("stateMachineAliasArn", execution.state_machine_alias_arn.as_deref()),
            ("stateMachineVersionArn", execution.state_machine_version_arn.as_deref()),
        ];
        let aborted = [("error", execution.error.as_deref()), ("cause", execution.cause.as_deref())];
        let text = str::from_utf8(&page).map_err(|error| self.engine.error(OPERATION, &error))?;
        let Page { events } = self.engine.parse(OPERATION, text.as_bytes())?;
        let mut edits = Vec::new();
        for event in &events {
            for (details, members) in [(event.started, started), (event.aborted, aborted)] {
                if let Some(details) = details {
                    edits.push((
                        details,
                        insert_members(self.engine.parse(OPERATION, details.get().as_bytes())?, members),
                    ));
                }
            }
        }
        Ok(replace_values(text, &edits).into_bytes())
    }
}

/// A page of events, as far as members are added to it.
#[derive(Deserialize)]
struct Page<'p> {
    #[serde(borrow)]
    events: Vec<Event<'p>>,
}

#[derive(Deserialize)]
struct Event<'p> {
    #[serde(borrow, rename = "executionStartedEventDetails")]
    started: Option<&'p RawValue>,
    #[serde(borrow, rename = "executionAbortedEventDetails")]
    aborted: Option<&'p RawValue>,
}

fn insert_members(mut details: Map<String, Value>, members: [(&str, Option<&str>); 2]) -> String {
    for (name, value) in members {
        if let Some(value) = value {
            details.insert(name.to_owned(), value.into());
        }
    }
    Value::Object(details).to_string()
}

/// Replaces values of a JSON text, in their order. The rest is unchanged, so that numbers keep all digits.
fn replace_values(text: &str, edits: &[(&RawValue, String)]) -> String {
    let mut edited = String::with_capacity(text.len());
    let mut copied = 0;
    for (value, replacement) in edits {
        let start = value.get().as_ptr().addr().saturating_sub(text.as_ptr().addr());
        edited.push_str(text.get(copied..start).unwrap_or_default());
        edited.push_str(replacement);
        copied = start.saturating_add(value.get().len());
    }
    edited.push_str(text.get(copied..).unwrap_or_default());
    edited
}
