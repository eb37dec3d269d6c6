//! Runs one vector against the endpoint.

use super::cleanup::Cleanup;
use super::name_mapping::{ArnTooLong, NameMapping};
use super::report::{Entry, Transcript};
use super::sender::{Response, Sender, VerifyError, remove_error_namespace};
use serde_json::{Value, json};
use sfn_alias_vectors::{Executor, Step, StepId};
use std::time::Duration;

/// Delay between requests, so that their timestamps, which have milliseconds, differ.
const DELAY: Duration = Duration::from_millis(2);
const LIST: &str = "ListStateMachines";

/// Answers the steps of a vector with the responses of the endpoint.
pub(super) struct VectorRun<'r> {
    pub sender: &'r mut Sender,
    pub cleanup: &'r mut Cleanup,
    pub transcript: &'r mut Transcript,
    pub names: NameMapping,
    pub file: &'r str,
    pub vector: &'r str,
    pub ignore_error_namespace: bool,
}

impl Executor for VectorRun<'_> {
    type Error = VerifyError;

    fn execute(&mut self, id: StepId, step: &Step) -> Result<Value, VerifyError> {
        let operation = step.operation.as_deref().unwrap_or_default();
        let request = self.build_request(operation, step)?;
        let mut response = self.sender.call(operation, &request)?;
        self.cleanup.record(operation, &response);
        if operation == LIST && response.is_ok() {
            self.remove_other_state_machines(&mut response, &request)?;
        }
        response.body = self.names.restore(&response.body);
        self.transcript.add(|| Entry {
            file: self.file.to_owned(),
            vector: self.vector.to_owned(),
            step: id.to_string(),
            operation: operation.to_owned(),
            response: response.clone(),
        });
        if self.ignore_error_namespace {
            remove_error_namespace(&mut response.body);
        }
        std::thread::sleep(DELAY);
        Ok(json!({"status": response.status, "body": response.body}))
    }
}

impl VectorRun<'_> {
    fn build_request(&self, operation: &str, step: &Step) -> Result<Vec<u8>, VerifyError> {
        if let Some(Value::String(body)) = &step.body {
            let request = self.names.map_text(body).into_bytes();
            let skip = |_| VerifyError::Skip("contains a resource that cannot be renamed".to_owned());
            if let Ok(members) = serde_json::from_slice(&request) {
                self.sender.guard().check_members(operation, &members).map_err(skip)?;
            }
            return Ok(request);
        }
        let Some(input) = &step.input else { return Ok(step.request_body()) };
        let skip = |ArnTooLong| VerifyError::Skip("its ARNs are too long for the names of this run".to_owned());
        Ok(self.names.map_request(operation, input).map_err(skip)?.to_string().into_bytes())
    }

    /// Removes the state machines of others from a list. Skips the vector if the list has pages, because pages cannot
    /// be corrected.
    fn remove_other_state_machines(&mut self, response: &mut Response, request: &[u8]) -> Result<(), VerifyError> {
        let request = String::from_utf8_lossy(request);
        if ["maxResults", "nextToken"].iter().any(|member| request.contains(member)) {
            let all = self.sender.call(LIST, b"{}")?;
            if state_machines(&all.body).any(|machine| !self.is_own(machine)) {
                return Err(VerifyError::Skip("lists pages, and the endpoint has other state machines".to_owned()));
            }
        } else if let Some(Value::Array(machines)) = response.body.get_mut("stateMachines") {
            machines.retain(|machine| self.is_own(machine));
        }
        Ok(())
    }

    fn is_own(&self, machine: &Value) -> bool {
        machine.get("name").and_then(Value::as_str).is_some_and(|name| name.starts_with(self.names.prefix()))
    }
}

fn state_machines(list: &Value) -> impl Iterator<Item = &Value> {
    list.get("stateMachines").and_then(Value::as_array).into_iter().flatten()
}
