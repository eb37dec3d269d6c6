//! Starts executions: recorded here first, then started in the engine with the same name and input.

use crate::UPSTREAM_ERROR;
use crate::engine::{CallError, Deadline};
use crate::handler::{Response, Upstream};
use crate::machines::{Machine, MachineSource, region_of};
use serde::Deserialize;
use serde_json::json;
use sfn_alias::model::StateMachineType;
use sfn_alias::{CallProgress, DelayedOutcome, Json, StartedExecution, StepFunctions};

impl Upstream {
    pub(crate) fn start_execution(&self, service: &StepFunctions, body: &[u8]) -> Response {
        let progress = self.begin(service, "StartExecution", body)?;
        let Some(execution) = progress.execution() else { return Ok(service.finish_call(progress, None, &Json)?) };
        let sent = self.send_start(execution, self.engine.deadline());
        self.finish(service, progress, sent)
    }

    /// Begins a call that may start an execution: it is stored, and marked as being sent.
    pub(crate) fn begin(
        &self,
        service: &StepFunctions,
        operation: &str,
        body: &[u8],
    ) -> sfn_alias::Result<CallProgress<Vec<u8>>> {
        let begin = || service.begin_call_from(operation, body, &Json);
        self.executions.begin(begin, |progress| progress.as_ref().ok().and_then(CallProgress::execution))
    }

    /// Finishes a call whose execution was sent: an execution that the engine did not accept is FAILED.
    pub(crate) fn finish(
        &self,
        service: &StepFunctions,
        progress: CallProgress<Vec<u8>>,
        sent: Result<(), CallError>,
    ) -> Response {
        let Some(execution) = progress.execution() else { return Ok(service.finish_call(progress, None, &Json)?) };
        let arn = execution.execution_arn.clone();
        match (sent, execution.kind) {
            (Ok(()), StateMachineType::Standard) => self.executions.mark_forwarded(&arn),
            (Ok(()), StateMachineType::Express) => self.executions.remove(&arn),
            (Err(error), StateMachineType::Standard) => {
                let finished = service.finish_call(progress, Some(fail(&error)), &Json);
                self.executions.remove(&arn);
                return Ok(finished?);
            }
            // Executions of EXPRESS state machines are not stored.
            (Err(error), StateMachineType::Express) => {
                self.executions.remove(&arn);
                return Err(error.into());
            }
        }
        Ok(service.finish_call(progress, None, &Json)?)
    }

    /// Starts an execution in the engine. Creates its state machine again if the engine does not have it.
    pub(crate) fn send_start(&self, execution: &StartedExecution, deadline: Deadline) -> Result<(), CallError> {
        let source = MachineSource::from(execution);
        let machine = self.machines.find_or_create(&self.engine, &source, deadline)?;
        match self.try_start(execution, &machine, deadline) {
            Err(error) if error.is("StateMachineDoesNotExist") => {
                self.machines.forget(&machine);
                let machine = self.machines.find_or_create(&self.engine, &source, deadline)?;
                self.try_start(execution, &machine, deadline)
            }
            result => result,
        }
    }

    fn try_start(&self, execution: &StartedExecution, machine: &Machine, deadline: Deadline) -> Result<(), CallError> {
        #[derive(Deserialize)]
        struct Started {
            #[serde(rename = "executionArn")]
            _arn: String,
        }
        let StartedExecution { name, input, trace_header, .. } = execution;
        let mut request = json!({"stateMachineArn": machine.arn, "name": name, "input": &**input});
        if let (Some(header), Some(members)) = (trace_header, request.as_object_mut()) {
            members.insert("traceHeader".to_owned(), json!(header));
        }
        let region = region_of(&execution.state_machine_arn);
        match self.engine.call::<Started>(region, "StartExecution", &request, deadline) {
            // It has arrived before.
            Err(error) if error.is("ExecutionAlreadyExists") => Ok(()),
            result => result.map(|_| ()),
        }
    }
}

/// Returns the outcome of an execution that the engine does not run.
pub(crate) fn fail(error: &CallError) -> DelayedOutcome {
    DelayedOutcome::from_exception(UPSTREAM_ERROR, &error.to_string())
}
