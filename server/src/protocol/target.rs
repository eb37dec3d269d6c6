//! Which operation a request is for.

use super::HttpError;
use http::request::Parts;
use http::{HeaderMap, Method};
use sfn_alias::Operation;

/// What stands before the operation in `X-Amz-Target`.
const SERVICE: &str = "AWSStepFunctions.";

/// Operations of AWS Step Functions that are not part of this tool: map runs, activities, execution
/// history, synchronous executions and tests of single states.
pub const UNSUPPORTED: [&str; 15] = [
    "CreateActivity",
    "DeleteActivity",
    "DescribeActivity",
    "DescribeMapRun",
    "GetActivityTask",
    "GetExecutionHistory",
    "ListActivities",
    "ListMapRuns",
    "RedriveExecution",
    "SendTaskFailure",
    "SendTaskHeartbeat",
    "SendTaskSuccess",
    "StartSyncExecution",
    "TestState",
    "UpdateMapRun",
];

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// An operation of the service.
    Operation(Operation),
    /// `GET /health`: whether writes can succeed.
    Health,
    /// `GET /metrics`: for Prometheus.
    Metrics,
}

impl Target {
    /// Reads method, path and `X-Amz-Target`.
    ///
    /// # Errors
    /// [`HttpError::Unsupported`] for an operation of the service that this tool does not answer,
    /// [`HttpError::Unknown`] for anything else.
    pub fn of(head: &Parts) -> Result<Self, HttpError> {
        match (&head.method, head.uri.path()) {
            (&Method::POST, "/") => operation(&head.headers).map(Self::Operation),
            (&Method::GET | &Method::HEAD, "/health") => Ok(Self::Health),
            (&Method::GET | &Method::HEAD, "/metrics") => Ok(Self::Metrics),
            _ => Err(HttpError::Unknown),
        }
    }
}

fn operation(headers: &HeaderMap) -> Result<Operation, HttpError> {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let name = target.and_then(|target| target.strip_prefix(SERVICE)).ok_or(HttpError::Unknown)?;
    let unsupported = || UNSUPPORTED.into_iter().find(|known| *known == name);
    name.parse().map_err(|_| unsupported().map_or(HttpError::Unknown, HttpError::Unsupported))
}
