//! Routes a request by its method, path and `X-Amz-Target`.

use super::HttpError;
use http::request::Parts;
use http::{HeaderMap, Method};
use sfn_alias::Operation;

/// The prefix of an operation in `X-Amz-Target`.
const TARGET_PREFIX: &str = "AWSStepFunctions.";

/// Operations of AWS Step Functions that sfn-alias does not implement: map runs, activities, execution history,
/// synchronous executions and tests of single states.
pub const UNSUPPORTED_OPERATIONS: [&str; 15] = [
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

/// What a request addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestTarget {
    /// An operation of the service.
    Operation(Operation),
    /// `GET /health`: whether writes can succeed.
    Health,
    /// `GET /metrics`: metrics for Prometheus.
    Metrics,
}

impl RequestTarget {
    /// Parses method, path and `X-Amz-Target`.
    ///
    /// # Errors
    /// [`HttpError::UnsupportedOperation`] for an operation of the service that sfn-alias does not implement,
    /// [`HttpError::UnknownOperation`] for anything else.
    pub fn from_head(head: &Parts) -> Result<Self, HttpError> {
        match (&head.method, head.uri.path()) {
            (&Method::POST, "/") => parse_operation(&head.headers).map(Self::Operation),
            (&Method::GET | &Method::HEAD, "/health") => Ok(Self::Health),
            (&Method::GET | &Method::HEAD, "/metrics") => Ok(Self::Metrics),
            _ => Err(HttpError::UnknownOperation),
        }
    }
}

fn parse_operation(headers: &HeaderMap) -> Result<Operation, HttpError> {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let name = target.and_then(|target| target.strip_prefix(TARGET_PREFIX)).ok_or(HttpError::UnknownOperation)?;
    let unsupported = || UNSUPPORTED_OPERATIONS.into_iter().find(|known| *known == name);
    name.parse().map_err(|_| unsupported().map_or(HttpError::UnknownOperation, HttpError::UnsupportedOperation))
}
