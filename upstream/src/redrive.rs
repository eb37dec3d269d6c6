//! Redrives executions: in the engine, then here.

use crate::engine::{CallError, Deadline};
use crate::handler::{Response, Upstream};
use crate::machines::{MachineSource, region_of};
use crate::pass_through::{parse_target, replace_execution_arn};
use sfn_alias::{Json, StartedExecution, StepFunctions, validate_from};

const OPERATION: &str = "RedriveExecution";

impl Upstream {
    /// Redrives an execution. One that the engine does not have is started there.
    pub(crate) fn redrive_execution(&self, service: &StepFunctions, body: &[u8]) -> Response {
        validate_from(OPERATION, body, &service.options().limits)?;
        let deadline = self.engine.deadline();
        self.refresh_target(service, body, deadline)?;
        let Some(execution) = find_redrivable(service, &parse_target(body).unwrap_or_default()) else {
            // Its error, or the response of an earlier request.
            return Ok(service.call_from(OPERATION, body, &Json)?);
        };
        let is_redriven = self.redrive_in_engine(&execution, body, deadline)?;
        let progress = self.begin(service, OPERATION, body)?;
        let sent = match progress.execution() {
            Some(execution) if !is_redriven => self.try_send(OPERATION, || self.send_start(execution, deadline)),
            _ => Ok(()),
        };
        self.finish(service, progress, sent)
    }

    /// Redrives an execution in the engine. Returns false if the engine does not have it.
    fn redrive_in_engine(
        &self,
        execution: &StartedExecution,
        body: &[u8],
        deadline: Deadline,
    ) -> Result<bool, CallError> {
        let machine = self.machines.find_or_create(&self.engine, &MachineSource::from(execution), deadline)?;
        match self.describe_in_engine(execution, &machine, deadline) {
            Err(error) if error.is("ExecutionDoesNotExist") => return Ok(false),
            // An earlier request was not recorded here.
            Ok(found) if found.outcome().is_none() => return Ok(true),
            result => result?,
        };
        let body = replace_execution_arn(body, &machine.execution_arn(&execution.name));
        self.send(region_of(&execution.state_machine_arn), OPERATION, &body, deadline)?;
        Ok(true)
    }
}

fn find_redrivable(service: &StepFunctions, arn: &str) -> Option<StartedExecution> {
    let (execution, description) = service.find_execution(arn).ok()?;
    (description.redrive_status == "REDRIVABLE").then_some(execution)
}
