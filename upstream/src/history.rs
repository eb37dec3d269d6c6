//! Returns the events of an execution: those of the engine if it ended there.

use crate::UPSTREAM_ERROR;
use crate::engine::{CallError, Deadline};
use crate::handler::{Response, Upstream, UpstreamError};
use crate::pass_through::{parse_target, replace_execution_arn};
use crate::refresh::EngineExecution;
use serde::Deserialize;
use serde::de::IgnoredAny;
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
                Ok(self.edit_page(page, &execution, parse_reverse_order(&body))?)
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

    /// Adds to events what only we know. Reverses the events if the engine ignores the order of the request.
    fn edit_page(
        &self,
        page: Vec<u8>,
        execution: &DescribeExecutionOutput,
        reverse: bool,
    ) -> Result<Vec<u8>, CallError> {
        let text = str::from_utf8(&page).map_err(|error| self.engine.error(OPERATION, &error))?;
        let Page { events: list, next_token } = self.engine.parse(OPERATION, text.as_bytes())?;
        let events: Vec<&RawValue> = self.engine.parse(OPERATION, list.get().as_bytes())?;
        let edit = |event: &&RawValue| self.edit_event(event.get(), execution);
        let mut edited = events.iter().map(edit).collect::<Result<Vec<_>, _>>()?;
        if reverse && next_token.is_none() && is_ascending(&edited) {
            edited.reverse();
        }
        let texts: Vec<_> = edited.into_iter().map(|(_, text)| text).collect();
        Ok(replace_value(text, list, &format!("[{}]", texts.join(","))).into_bytes())
    }

    /// Adds to the details of an event which alias and version was started, and why it was stopped. Returns its number too.
    fn edit_event(&self, text: &str, execution: &DescribeExecutionOutput) -> Result<(Option<f64>, String), CallError> {
        let DescribeExecutionOutput { state_machine_alias_arn, state_machine_version_arn, error, cause, .. } =
            execution;
        let started = [
            ("stateMachineAliasArn", state_machine_alias_arn.as_deref()),
            ("stateMachineVersionArn", state_machine_version_arn.as_deref()),
        ];
        let aborted = [("error", error.as_deref()), ("cause", cause.as_deref())];
        let event: Event<'_> = self.engine.parse(OPERATION, text.as_bytes())?;
        let details = event.started.map(|details| (details, started));
        let Some((details, members)) = details.or(event.aborted.map(|details| (details, aborted))) else {
            return Ok((event.id, text.to_owned()));
        };
        let edited = insert_members(self.engine.parse(OPERATION, details.get().as_bytes())?, members);
        Ok((event.id, replace_value(text, details, &edited)))
    }
}

fn parse_reverse_order(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Request {
        #[serde(rename = "reverseOrder")]
        reverse: Option<bool>,
    }
    serde_json::from_slice(body).is_ok_and(|request: Request| request.reverse == Some(true))
}

fn is_ascending(events: &[(Option<f64>, String)]) -> bool {
    matches!((events.first(), events.last()), (Some((Some(first), _)), Some((Some(last), _))) if first < last)
}

/// A page of events.
#[derive(Deserialize)]
struct Page<'p> {
    #[serde(borrow)]
    events: &'p RawValue,
    #[serde(rename = "nextToken")]
    next_token: Option<IgnoredAny>,
}

/// An event, as far as it is changed.
#[derive(Deserialize)]
struct Event<'p> {
    id: Option<f64>,
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

/// Replaces a value of a JSON text. The rest is unchanged, so that numbers keep all digits.
fn replace_value(text: &str, value: &RawValue, replacement: &str) -> String {
    let start = value.get().as_ptr().addr().saturating_sub(text.as_ptr().addr());
    let (before, after) = (text.get(..start), text.get(start.saturating_add(value.get().len())..));
    [before.unwrap_or_default(), replacement, after.unwrap_or_default()].concat()
}
