//! The JSON API of the operations: a JSON request in, the next call out.

use super::service::{Service, ServiceEvent};
use crate::error::DeploymentError;
use crate::failure::CallFailure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::VecDeque;

/// A request of an operation, and the replies to its calls so far.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub struct ReplayRequest<T> {
    request: T,
    #[serde(default)]
    replies: VecDeque<Reply>,
}

/// The reply to a call. Without members, it is the reply to a wait.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct Reply {
    #[serde(default)]
    output: Value,
    #[serde(default)]
    failed: Option<CallFailure>,
}

/// Runs an operation with the replies so far. An operation is a function of its replies, so that the result does not
/// depend on how often it was run. Returns `call` (`operation` and `input`), `waitMillis` or `result`; and `progress`, what
/// was reported since the last reply.
///
/// # Errors
/// Returns the errors of the operation.
pub fn replay<T, R: Serialize>(
    request: ReplayRequest<T>,
    run: impl FnOnce(&mut dyn Service, &T) -> Result<R, DeploymentError>,
) -> Result<Value, DeploymentError> {
    let mut service = Recorded { replies: request.replies, progress: Vec::new(), pending: None };
    let result = run(&mut service, &request.request);
    let Recorded { progress, pending, .. } = service;
    Ok(match pending {
        Some(Pending::Call(operation, input)) => {
            json!({"call": {"operation": operation, "input": input}, "progress": progress})
        }
        Some(Pending::Wait(millis)) => json!({"waitMillis": millis, "progress": progress}),
        None => json!({"result": result?, "progress": progress}),
    })
}

/// What the caller does next.
enum Pending {
    Call(&'static str, Value),
    Wait(i64),
}

/// A service that returns replies in order. The first call without a reply fails, which ends the operation.
struct Recorded {
    replies: VecDeque<Reply>,
    progress: Vec<ServiceEvent>,
    pending: Option<Pending>,
}

impl Recorded {
    fn reply(&mut self, pending: Pending) -> Result<Value, CallFailure> {
        match self.replies.pop_front() {
            Some(Reply { failed: Some(failure), .. }) => Err(failure),
            Some(Reply { output, .. }) => Ok(output),
            None => {
                self.pending = Some(pending);
                // Not the code of an error that an operation handles.
                Err(CallFailure { code: "Pending".to_owned(), message: String::new(), status: None })
            }
        }
    }
}

impl Service for Recorded {
    fn call(&mut self, operation: &'static str, input: &Value) -> Result<Value, CallFailure> {
        self.reply(Pending::Call(operation, input.clone()))
    }

    fn wait_millis(&mut self, millis: i64) -> Result<(), CallFailure> {
        self.reply(Pending::Wait(millis)).map(drop)
    }

    fn report(&mut self, event: ServiceEvent) {
        // Events before the last reply were returned earlier.
        if self.replies.is_empty() {
            self.progress.push(event);
        }
    }
}
