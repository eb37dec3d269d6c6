//! Passes requests on: those of operations that sfn-alias does not implement, and those about one of our executions.

use crate::engine::Deadline;
use crate::handler::{Response, Upstream};
use crate::machines::MachineSource;
use serde::Deserialize;
use serde_json::{Map, Value};
use sfn_alias::StepFunctions;
use std::borrow::Cow;
use std::time::Duration;

/// How long GetActivityTask waits for a task.
const ACTIVITY_POLL: Duration = Duration::from_secs(60);
/// The maximum duration of TestState and of synchronous executions.
const SYNCHRONOUS_EXECUTION: Duration = Duration::from_secs(300);

impl Upstream {
    /// Passes a request on. The tokens of tasks and the ARNs of activities and map runs are the engine's.
    pub(crate) fn pass_through(&self, service: &StepFunctions, operation: &str, body: &[u8]) -> Response {
        let deadline = self.deadline_of(operation);
        match operation {
            "ListMapRuns" => self.forward(service, operation, body, deadline),
            _ => Ok(self.send(service.scope().region(), operation, body, deadline)?),
        }
    }

    /// Returns the deadline of an operation that begins now. Some wait for other programs.
    pub(crate) fn deadline_of(&self, operation: &str) -> Deadline {
        let longer = match operation {
            "GetActivityTask" => ACTIVITY_POLL,
            "StartSyncExecution" | "TestState" => SYNCHRONOUS_EXECUTION,
            _ => Duration::ZERO,
        };
        Deadline::after(self.engine.timeout.saturating_add(longer))
    }

    /// Passes a request about one of our executions on.
    fn forward(&self, service: &StepFunctions, operation: &str, body: &[u8], deadline: Deadline) -> Response {
        let mut body = Cow::Borrowed(body);
        // Without an ARN, the engine returns the error.
        if let Some(arn) = parse_target(&body) {
            let (execution, _) = service.find_execution(&arn)?;
            let machine = self.machines.find_or_create(&self.engine, &MachineSource::from(&execution), deadline)?;
            body = Cow::Owned(replace_execution_arn(&body, &machine.execution_arn(&execution.name)));
        }
        Ok(self.send(service.scope().region(), operation, &body, deadline)?)
    }
}

/// Returns the ARN of the execution that a request names.
pub(crate) fn parse_target(body: &[u8]) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Target<'r> {
        #[serde(borrow)]
        execution_arn: Cow<'r, str>,
    }
    serde_json::from_slice(body).ok().map(|Target { execution_arn }| execution_arn)
}

/// Returns a request about another execution.
pub(crate) fn replace_execution_arn(body: &[u8], arn: &str) -> Vec<u8> {
    let mut request: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    request.insert("executionArn".to_owned(), arn.into());
    Value::Object(request).to_string().into_bytes()
}
