//! Executes operations: here, in the engine, or both.

use crate::engine::{CallError, Engine};
use crate::executions::RunningExecutions;
use crate::machines::{MachineSource, Machines};
use crate::permits::Permits;
use crate::transport::{Transport, UpstreamResponse};
use sfn_alias::{Error, Json, Operation, StepFunctions};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Options of an [`Upstream`].
#[derive(Debug, Clone, Copy)]
pub struct UpstreamOptions {
    /// Maximum time of the engine's responses to one request.
    pub timeout: Duration,
}

/// Executes operations with the state machines of a service and the executions of an engine.
#[derive(Debug)]
pub struct Upstream {
    /// The service in any scope.
    pub(crate) service: StepFunctions,
    pub(crate) engine: Engine,
    pub(crate) machines: Machines,
    pub(crate) executions: RunningExecutions,
    /// For the requests of all lists.
    pub(crate) list_permits: Permits,
    /// For the requests of the background poll, which a list must not wait for.
    pub(crate) poll_permits: Permits,
    /// For requests of histories, which can be large.
    pub(crate) history_permits: Permits,
    /// Whether an output that is a string has quotes, as far as this is known.
    pub(crate) quotes_strings: AtomicBool,
}

/// Maximum number of requests at the same time that ask about the executions of lists.
const LIST_REQUESTS: usize = 6;
/// Maximum number of requests at the same time of the background poll.
const POLL_REQUESTS: usize = 2;
/// Maximum number of requests of histories at the same time.
const HISTORY_REQUESTS: usize = 1;

/// The error of an operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// An error of the service.
    #[error("{0}")]
    Service(#[from] Error),
    /// An error response of the engine, to return unchanged, or status 503 if the engine did not respond.
    #[error("status {}: {}", .0.status, String::from_utf8_lossy(&.0.body))]
    Engine(UpstreamResponse),
}

impl From<CallError> for UpstreamError {
    fn from(error: CallError) -> Self {
        Self::Engine(error.into_response())
    }
}

/// The body of a response, or the error.
pub type Response = Result<Vec<u8>, UpstreamError>;

impl Upstream {
    /// Creates an upstream for the data of a service.
    pub fn new(service: StepFunctions, transport: Box<dyn Transport>, options: UpstreamOptions) -> Self {
        Self {
            engine: Engine::new(transport, options.timeout),
            machines: Machines::new(service.data_id()),
            executions: RunningExecutions::default(),
            list_permits: Permits::new(LIST_REQUESTS),
            poll_permits: Permits::new(POLL_REQUESTS),
            history_permits: Permits::new(HISTORY_REQUESTS),
            quotes_strings: AtomicBool::new(false),
            service,
        }
    }

    /// Returns whether [`Upstream::handle`] must execute an operation. The service alone executes the others.
    pub fn handles(operation: &str) -> bool {
        find_handler(operation).is_some() || Operation::UNSUPPORTED.contains(&operation)
    }

    /// Executes an operation of AWS, also one that sfn-alias does not implement, with the service in the scope of the
    /// request. Blocks until the engine has responded.
    ///
    /// # Errors
    /// The error of the service, or the error response of the engine.
    pub fn handle(&self, service: &StepFunctions, operation: &str, body: &[u8]) -> Response {
        service.check_faults(operation, body)?;
        let service = &service.without_faults();
        match find_handler(operation) {
            Some(handle) => handle(self, service, body),
            None if Operation::UNSUPPORTED.contains(&operation) => self.pass_through(service, operation, body),
            None => Ok(service.call_from(operation, body, &Json)?),
        }
    }

    /// Creates the state machine of a revision in the engine before the revision is stored here, so that the client gets the
    /// engine's errors of a definition.
    fn save_revision(&self, service: &StepFunctions, operation: Operation, body: &[u8]) -> Response {
        let revision = service.preview_revision(operation, body)?;
        let source = MachineSource {
            state_machine_arn: &revision.state_machine_arn,
            created: revision.created,
            definition: revision.definition(),
            role_arn: revision.role_arn(),
            kind: revision.kind,
        };
        let created = self.machines.find_or_create(&self.engine, &source, self.engine.deadline());
        created.map_err(|error| match error.message_without_code() {
            Some(message) => Error::InvalidDefinition(message.to_owned()).into(),
            None => UpstreamError::from(error),
        })?;
        // An update has no part in the name, and must not be earlier than another one.
        Ok(match operation {
            Operation::CreateStateMachine => service.call_previewed(&revision, operation, body, &Json),
            _ => service.call_from(operation.as_str(), body, &Json),
        }?)
    }
}

type Handler = fn(&Upstream, &StepFunctions, &[u8]) -> Response;

/// Returns what executes an operation for which state machines or executions of the engine are needed.
fn find_handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateStateMachine" => {
            |upstream, service, body| upstream.save_revision(service, Operation::CreateStateMachine, body)
        }
        "UpdateStateMachine" => {
            |upstream, service, body| upstream.save_revision(service, Operation::UpdateStateMachine, body)
        }
        "StartExecution" => Upstream::start_execution,
        "StartSyncExecution" => Upstream::start_sync_execution,
        "DescribeExecution" => Upstream::describe_execution,
        "ListExecutions" => Upstream::list_executions,
        "GetExecutionHistory" => Upstream::get_execution_history,
        "StopExecution" => Upstream::stop_execution,
        "RedriveExecution" => Upstream::redrive_execution,
        _ => return None,
    })
}
