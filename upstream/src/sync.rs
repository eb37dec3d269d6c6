//! Runs synchronous executions in the engine.

use crate::describe::EngineExecution;
use crate::engine::{CallError, Deadline};
use crate::handler::{Response, Upstream};
use crate::machines::region_of;
use crate::start::{fail, with_free_name};
use sfn_alias::model::Outcome;
use sfn_alias::{Json, StartedExecution, StepFunctions};

const OPERATION: &str = "StartSyncExecution";

impl Upstream {
    /// Runs an execution of the version that was selected here. If the engine does not respond, the execution is FAILED; an
    /// error response is returned.
    pub(crate) fn start_sync_execution(&self, service: &StepFunctions, body: &[u8]) -> Response {
        let progress = service.begin_call_from(OPERATION, body, &Json)?;
        let result = match progress.execution() {
            Some(execution) => match self.run_sync(execution, self.deadline_of(OPERATION)) {
                Err(error) if error.is_rejection() => return Err(error.into()),
                result => Some(result.map_or_else(|error| fail(&error), Into::into)),
            },
            None => None,
        };
        Ok(service.finish_call(progress, result, &Json)?)
    }

    fn run_sync(&self, execution: &StartedExecution, deadline: Deadline) -> Result<Outcome, CallError> {
        let region = region_of(&execution.state_machine_arn);
        let found: EngineExecution = self.in_machine(execution, deadline, |machine| {
            with_free_name(execution, machine, |request| self.call(region, OPERATION, request, deadline))
        })?;
        let status = &found.status;
        found.outcome().ok_or_else(|| self.engine.error(OPERATION, &format_args!("unknown status `{status}`")))
    }
}
