//! Returns the events of an execution: those of the engine if it ended there.
//!
//! Some engines ignore the page size, the order or the token of a request. So a token of ours has the engine's token and the
//! number of events that were returned from its page.

use crate::UPSTREAM_ERROR;
use crate::describe::EngineExecution;
use crate::engine::{CallError, Deadline};
use crate::events::{Page, PageRequest, format_page};
use crate::handler::{Response, Upstream};
use crate::machines::{MachineSource, region_of};
use crate::pass_through::parse_target;
use crate::permits::Permit;
use crate::refresh::ignore_store_error;
use sfn_alias::model::ExecutionStatus;
use sfn_alias::wire::output::DescribeExecutionOutput;
use sfn_alias::{Json, StartedExecution, StepFunctions, validate_from};
use sha2::{Digest, Sha256};

const OPERATION: &str = "GetExecutionHistory";
/// Number of digits of the checksum with which a token begins.
const CHECKSUM_DIGITS: usize = 16;

/// Where a page begins in the engine's events.
#[derive(Debug, Clone, Default)]
struct Position {
    /// The engine's token, or empty.
    token: String,
    /// How many events of the engine's page are on earlier pages.
    offset: usize,
}

impl Upstream {
    /// Returns a page of the engine's events. If the execution did not run in the engine or ended only here, of ours.
    pub(crate) fn get_execution_history(&self, service: &StepFunctions, body: &[u8]) -> Response {
        validate_from(OPERATION, body, &service.options().limits)?;
        let deadline = self.engine.deadline();
        ignore_store_error(self.refresh_target(service, body, deadline))?;
        let (execution, description) = service.find_execution(&parse_target(body).unwrap_or_default())?;
        let request: PageRequest = self.engine.parse(OPERATION, body)?;
        let position = self.parse_position(&execution.execution_arn, &request);
        let arn = self.find_in_engine(&execution, &description, deadline)?;
        match position.zip(arn) {
            Some((position, arn)) => Ok(self.read_page(&arn, &description, &request, position, deadline)?),
            None => Ok(service.call_from(OPERATION, body, &Json)?),
        }
    }

    /// Returns the engine's ARN of an execution, if the engine has it with the same end.
    fn find_in_engine(
        &self,
        execution: &StartedExecution,
        description: &DescribeExecutionOutput,
        deadline: Deadline,
    ) -> Result<Option<String>, CallError> {
        if description.error.as_deref() == Some(UPSTREAM_ERROR) {
            return Ok(None);
        }
        let machine = self.machines.find_or_create(&self.engine, &MachineSource::from(execution), deadline)?;
        match self.describe_in_engine(execution, &machine, deadline) {
            Ok(found) => Ok(has_same_end(&found, description).then(|| machine.execution_arn(&execution.name))),
            Err(error) if error.is("ExecutionDoesNotExist") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads a page of the engine, and returns the part of it that the client requests.
    fn read_page(
        &self,
        arn: &str,
        execution: &DescribeExecutionOutput,
        request: &PageRequest,
        position: Position,
        deadline: Deadline,
    ) -> Result<Vec<u8>, CallError> {
        let input = request.format(arn, &position.token);
        let _permit = self.acquire_history(deadline)?;
        let body = self.send(region_of(&execution.execution_arn), OPERATION, input.to_string().as_bytes(), deadline)?;
        let page: Page<'_> = self.engine.parse(OPERATION, &body)?;
        let invalid = |error| self.engine.error(OPERATION, &format_args!("the response is not valid: {error}"));
        let events = page.edit(execution, request, position.offset).map_err(invalid)?;
        let end = position.offset.saturating_add(events.len());
        let next = match end < page.len() {
            true => Some(Position { offset: end, ..position }),
            false => page.next_token.map(|token| Position { token, offset: 0 }),
        };
        Ok(format_page(&events, next.map(|next| self.format_token(next, &execution.execution_arn, request))))
    }

    /// Waits until no other history is read: each can have many megabytes.
    pub(crate) fn acquire_history(&self, deadline: Deadline) -> Result<Permit<'_>, CallError> {
        let permit = self.history_permits.acquire(deadline);
        permit.ok_or_else(|| self.engine.no_response(OPERATION, &"other histories are being read"))
    }

    /// Returns the position of a request; `None` for a token that is not of an engine's page of the same list.
    fn parse_position(&self, arn: &str, request: &PageRequest) -> Option<Position> {
        let Some(text) = &request.next_token else { return Some(Position::default()) };
        let (offset, token) = text.get(CHECKSUM_DIGITS..)?.split_once('.')?;
        let position = Position { token: token.to_owned(), offset: offset.parse().ok()? };
        (self.format_token(position.clone(), arn, request) == *text).then_some(position)
    }

    fn format_token(&self, Position { token, offset }: Position, arn: &str, request: &PageRequest) -> String {
        let (text, data_id) = (format!("{offset}.{token}"), self.service.data_id());
        let order = if request.reverse_order { "latest first" } else { "" };
        let mut hash = Sha256::new();
        for part in [data_id.as_str(), arn, order, &text] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        let digits = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        format!("{}{text}", digits.get(..CHECKSUM_DIGITS).unwrap_or_default())
    }
}

/// Returns whether an execution of the engine ended as it did here, where its end can also be set.
fn has_same_end(found: &EngineExecution, execution: &DescribeExecutionOutput) -> bool {
    let DescribeExecutionOutput { status, output, error, cause, .. } = execution;
    let is_same = match ExecutionStatus::parse(status) {
        Some(ExecutionStatus::Running) => return true,
        Some(ExecutionStatus::Succeeded) => found.has_output(output.as_deref().unwrap_or_default()),
        // Some engines do not store the error and cause of a stop.
        Some(ExecutionStatus::Aborted) => true,
        _ => (found.error.as_deref(), found.cause.as_deref()) == (error.as_deref(), cause.as_deref()),
    };
    is_same && found.status == *status
}
