//! Stops executions: in the engine, then here.

use crate::describe::EngineExecution;
use crate::engine::{CallError, Deadline};
use crate::executions::Knowledge;
use crate::handler::{Response, Upstream};
use crate::machines::{MachineSource, region_of};
use crate::pass_through::{parse_target, replace_execution_arn};
use sfn_alias::model::{ExecutionStatus, Outcome};
use sfn_alias::{Error, Json, StartedExecution, StepFunctions, catch_panic, validate_from};
use std::time::{Duration, Instant};

const OPERATION: &str = "StopExecution";
/// How often a stop checks whether the start was sent, or another stop is finished.
const WAIT_INTERVAL: Duration = Duration::from_millis(5);

impl Upstream {
    /// Stops an execution. One that has ended in the engine keeps its result. Others have the error and cause of the request,
    /// which some engines do not store.
    pub(crate) fn stop_execution(&self, service: &StepFunctions, body: &[u8]) -> Response {
        validate_from(OPERATION, body, &service.options().limits)?;
        let deadline = self.engine.deadline();
        let arn = parse_target(body).unwrap_or_default();
        loop {
            // An error is the same in the call.
            let Some(execution) = service.find_running(&arn).ok().flatten() else {
                return Ok(service.call_from(OPERATION, body, &Json)?);
            };
            // Meanwhile, others do not end it as the engine returns it.
            if let Some(knowledge) = self.executions.claim_known(&arn) {
                return self.stop_claimed(service, &execution, knowledge, body, deadline);
            }
            if deadline.is_over() {
                return Err(self.engine.error(OPERATION, &"another request for the execution is not finished").into());
            }
            std::thread::sleep(WAIT_INTERVAL);
        }
    }

    fn stop_claimed(
        &self,
        service: &StepFunctions,
        execution: &StartedExecution,
        knowledge: Knowledge,
        body: &[u8],
        deadline: Deadline,
    ) -> Response {
        let arn = &execution.execution_arn;
        let stop = || self.stop_running(service, execution, body, deadline);
        let response = catch_panic(|message| Error::Internal(message).into(), stop);
        match &response {
            Ok(_) => self.executions.remove(arn, Instant::now()),
            Err(_) => self.executions.mark(arn, knowledge),
        }
        response
    }

    fn stop_running(
        &self,
        service: &StepFunctions,
        execution: &StartedExecution,
        body: &[u8],
        deadline: Deadline,
    ) -> Response {
        let found = self.stop_in_engine(execution, body, deadline)?;
        let ended = found.and_then(|found| Some((found.outcome()?, found.stop_date)));
        if let Some((outcome, stopped)) = ended.filter(|(outcome, _)| !is_aborted(outcome)) {
            self.end(execution, outcome, stopped)?;
        }
        Ok(service.call_from(OPERATION, body, &Json)?)
    }

    /// Stops an execution in the engine unless it has ended. Returns it, if the engine has it.
    fn stop_in_engine(
        &self,
        execution: &StartedExecution,
        body: &[u8],
        deadline: Deadline,
    ) -> Result<Option<EngineExecution>, CallError> {
        let machine = self.machines.find_or_create(&self.engine, &MachineSource::from(execution), deadline)?;
        let describe = || self.describe_with_output(execution, &machine, deadline);
        match describe() {
            Err(error) if error.is("ExecutionDoesNotExist") => return Ok(None),
            Ok(found) if found.outcome().is_some() => return Ok(Some(found)),
            result => result?,
        };
        let body = replace_execution_arn(body, &machine.execution_arn(&execution.name));
        match (self.send(region_of(&execution.state_machine_arn), OPERATION, &body, deadline), describe()) {
            // It may have ended before the engine received the request.
            (_, Ok(found)) if found.outcome().is_some() => Ok(Some(found)),
            (stopped, _) => stopped.map(|_| None),
        }
    }
}

fn is_aborted(outcome: &Outcome) -> bool {
    outcome.status() == ExecutionStatus::Aborted
}
