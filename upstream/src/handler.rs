//! Executes operations: here, in the engine, or both.

use crate::engine::{CallError, Engine};
use crate::executions::RunningExecutions;
use crate::machines::Machines;
use crate::transport::{Transport, UpstreamResponse};
use sfn_alias::{Json, StepFunctions};
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
    pub(crate) engine: Engine,
    pub(crate) machines: Machines,
    pub(crate) executions: RunningExecutions,
}

/// The error of an operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// An error of the service.
    #[error("{0}")]
    Service(#[from] sfn_alias::Error),
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
    pub fn new(_service: &StepFunctions, transport: Box<dyn Transport>, options: UpstreamOptions) -> Self {
        Self {
            engine: Engine::new(transport, options.timeout),
            machines: Machines::new(String::new()),
            executions: RunningExecutions::default(),
        }
    }

    /// Executes an operation of AWS, also one that sfn-alias does not implement, with the service in the scope of the
    /// request. Blocks until the engine has responded.
    ///
    /// # Errors
    /// The error of the service, or the error response of the engine.
    pub fn handle(&self, service: &StepFunctions, operation: &str, body: &[u8]) -> Response {
        match operation {
            "StartExecution" => self.start_execution(service, body),
            _ => Ok(service.call_from(operation, body, &Json)?),
        }
    }
}
