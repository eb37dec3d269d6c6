//! Starts executions: recorded here first, then started in the engine with the same name and input.

use crate::UPSTREAM_ERROR;
use crate::engine::{CallError, Deadline};
use crate::executions::Knowledge;
use crate::handler::{Response, Upstream};
use crate::machines::{Machine, MachineSource, region_of};
use serde::Deserialize;
use serde_json::{Value, json};
use sfn_alias::model::StateMachineType;
use sfn_alias::{CallProgress, DelayedOutcome, Json, StartedExecution, StepFunctions, catch_panic};
use std::time::Instant;

const OPERATION: &str = "StartExecution";

/// Maximum number of characters of our name in that of an EXPRESS execution: 80 without a hyphen and an id of 36.
const NAME_CHARACTERS: usize = 43;

/// The response of StartExecution.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Started {
    execution_arn: String,
}

impl Upstream {
    pub(crate) fn start_execution(&self, service: &StepFunctions, body: &[u8]) -> Response {
        let progress = self.begin(service, OPERATION, body)?;
        let Some(execution) = progress.execution() else {
            return self.check_replay(service, body, service.finish_call(progress, None, &Json)?);
        };
        let sent = self.try_send(OPERATION, || self.send_start(execution, self.engine.deadline()));
        self.finish(service, progress, sent)
    }

    /// Repeats a start that started nothing, if its execution is still RUNNING here and has ended in the engine: the name is
    /// used then.
    fn check_replay(&self, service: &StepFunctions, body: &[u8], response: Vec<u8>) -> Response {
        let started: Option<Started> = serde_json::from_slice(&response).ok();
        let Some(arn) = started.map(|started| started.execution_arn) else { return Ok(response) };
        let Ok(Some(execution)) = service.find_running(&arn) else { return Ok(response) };
        self.refresh(&execution, self.engine.deadline())?;
        match service.find_running(&arn)? {
            Some(_) => Ok(response),
            None => self.start_execution(service, body),
        }
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

    /// Returns an error if `send` panics, because the execution must not stay marked as being sent.
    pub(crate) fn try_send(
        &self,
        operation: &str,
        send: impl FnOnce() -> Result<(), CallError>,
    ) -> Result<(), CallError> {
        catch_panic(|message| self.engine.error(operation, &message), send)
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
            (Ok(()), StateMachineType::Standard) => self.executions.mark(&arn, Knowledge::Forwarded),
            (Err(error), StateMachineType::Standard) => return self.finish_failed(service, &arn, progress, &error),
            // It is not stored, so the client gets the error.
            (result, StateMachineType::Express) => {
                self.executions.remove(&arn, Instant::now());
                result?;
            }
        }
        Ok(service.finish_call(progress, None, &Json)?)
    }

    fn finish_failed(
        &self,
        service: &StepFunctions,
        arn: &str,
        progress: CallProgress<Vec<u8>>,
        error: &CallError,
    ) -> Response {
        let response = service.finish_call(progress, Some(fail(error)), &Json);
        match &response {
            Ok(_) => self.executions.remove(arn, Instant::now()),
            // It is RUNNING here, so the start is sent again later.
            Err(_) => self.executions.mark(arn, Knowledge::Unknown),
        }
        Ok(response?)
    }

    /// Starts an execution in the engine.
    pub(crate) fn send_start(&self, execution: &StartedExecution, deadline: Deadline) -> Result<(), CallError> {
        self.in_machine(execution, deadline, |machine| self.try_start(execution, machine, deadline))
    }

    /// Calls `start` with the state machine of an execution. Creates it again if the engine does not have it.
    pub(crate) fn in_machine<T>(
        &self,
        execution: &StartedExecution,
        deadline: Deadline,
        start: impl Fn(&Machine) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let source = MachineSource::from(execution);
        let machine = self.machines.find_or_create(&self.engine, &source, deadline)?;
        match start(&machine) {
            Err(error) if error.is("StateMachineDoesNotExist") => {
                self.machines.remove(&machine);
                start(&self.machines.find_or_create(&self.engine, &source, deadline)?)
            }
            result => result,
        }
    }

    fn try_start(&self, execution: &StartedExecution, machine: &Machine, deadline: Deadline) -> Result<(), CallError> {
        let region = region_of(&execution.state_machine_arn);
        let start = |request: &Value| self.engine.call::<Started>(region, OPERATION, request, deadline);
        let started = with_free_name(execution, machine, start);
        let Started { execution_arn } = started.map_err(|error| self.replace_error(error))?;
        self.check_arn(execution, machine, &execution_arn)
    }

    /// Checks that the engine's ARN of an execution is the one that later calls use.
    fn check_arn(&self, execution: &StartedExecution, machine: &Machine, arn: &str) -> Result<(), CallError> {
        if execution.kind == StateMachineType::Express || arn == machine.execution_arn(&execution.name) {
            return Ok(());
        }
        Err(self.engine.error(OPERATION, &format_args!("the response has another ARN: `{arn}`")))
    }
}

/// Calls `start` with the request that starts an execution in the engine. Some engines refuse an EXPRESS execution with the name of
/// another one. It is then started with another name.
pub(crate) fn with_free_name<T>(
    execution: &StartedExecution,
    machine: &Machine,
    start: impl Fn(&Value) -> Result<T, CallError>,
) -> Result<T, CallError> {
    let StartedExecution { execution_arn, name, kind, .. } = execution;
    match start(&start_request(execution, machine, name)) {
        Err(error) if *kind == StateMachineType::Express && error.is("ExecutionAlreadyExists") => {
            let id = execution_arn.rsplit(':').next().unwrap_or_default();
            let name: String = name.chars().take(NAME_CHARACTERS).collect();
            start(&start_request(execution, machine, &format!("{name}-{id}")))
        }
        result => result,
    }
}

fn start_request(execution: &StartedExecution, machine: &Machine, name: &str) -> Value {
    let StartedExecution { input, trace_header, .. } = execution;
    let mut request = json!({"stateMachineArn": machine.arn, "name": name, "input": &**input});
    if let (Some(header), Some(members)) = (trace_header, request.as_object_mut()) {
        members.insert("traceHeader".to_owned(), json!(header));
    }
    request
}

/// Returns the outcome of an execution that the engine does not run.
pub(crate) fn fail(error: &CallError) -> DelayedOutcome {
    DelayedOutcome::from_exception(UPSTREAM_ERROR, &error.to_string())
}
