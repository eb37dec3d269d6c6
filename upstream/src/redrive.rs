//! Redrives executions: in the engine, then here.

use crate::engine::Deadline;
use crate::handler::{Response, Upstream, UpstreamError};
use crate::pass_through::{parse_target, replace_execution_arn};
use crate::refresh::EngineExecution;
use serde_json::json;
use sfn_alias::model::ExecutionStatus;
use sfn_alias::wire::input::DescribeExecutionInput;
use sfn_alias::{Json, StepFunctions, validate_from};

const OPERATION: &str = "RedriveExecution";

impl Upstream {
    /// Redrives an execution. One that the engine does not have is started there.
    pub(crate) fn redrive_execution(&self, service: &StepFunctions, body: &[u8]) -> Response {
        validate_from(OPERATION, body, &service.options().limits)?;
        let deadline = self.engine.deadline();
        self.refresh_target(service, body, deadline)?;
        let arn = parse_target(body).unwrap_or_default();
        if !is_redrivable(service, &arn) {
            // Its error, or the response of an earlier request.
            return Ok(service.call_from(OPERATION, body, &Json)?);
        }
        let is_redriven = self.redrive_in_engine(service, &arn, body, deadline)?;
        let progress = self.begin(service, OPERATION, body)?;
        let sent = match progress.execution() {
            Some(execution) if !is_redriven => self.send_start(execution, deadline),
            _ => Ok(()),
        };
        self.finish(service, progress, sent)
    }

    /// Redrives an execution in the engine. Returns false if the engine does not have it.
    fn redrive_in_engine(
        &self,
        service: &StepFunctions,
        arn: &str,
        body: &[u8],
        deadline: Deadline,
    ) -> Result<bool, UpstreamError> {
        let (region, arn) = (service.scope().region(), self.find_execution_arn(service, arn, deadline)?);
        let input = json!({"executionArn": arn});
        match self.call::<EngineExecution>(region, "DescribeExecution", &input, deadline) {
            Err(error) if error.is("ExecutionDoesNotExist") => return Ok(false),
            // An earlier request was not recorded here.
            Ok(found) if found.status == ExecutionStatus::Running.as_str() => return Ok(true),
            Ok(found) if found.outcome().is_none() => {
                return Err(self.engine.error(OPERATION, &format_args!("unknown status `{}`", found.status)).into());
            }
            result => result?,
        };
        self.send(region, OPERATION, &replace_execution_arn(body, &arn), deadline)?;
        Ok(true)
    }
}

fn is_redrivable(service: &StepFunctions, arn: &str) -> bool {
    let input = DescribeExecutionInput { execution_arn: Some(arn.into()), included_data: None };
    service.describe_execution(&input).is_ok_and(|execution| execution.redrive_status == "REDRIVABLE")
}
