//! Faults: errors of operations that rules inject.

use crate::error::Error;
use crate::model::Scope;
use crate::operation::Operation;
use serde_json::Value;

/// An error that calls of operations return before they start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// `None`: all operations.
    pub operation: Option<Operation>,
    /// The beginning of an ARN in the request. `None`: all requests.
    pub arn: Option<Box<str>>,
    pub error: FaultError,
    pub share: FaultShare,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultError {
    Throttling,
    AccessDenied,
    InternalServerError,
    ServiceUnavailable,
}

/// Which of the matching calls fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultShare {
    /// This percentage at random.
    Percent(u8),
    /// The first ones.
    First(u32),
}

impl Fault {
    /// Returns whether the fault applies to a request with these ARNs.
    pub fn matches<'a>(&self, operation: Operation, arns: impl FnOnce() -> &'a [String]) -> bool {
        self.operation.is_none_or(|expected| expected == operation)
            && self.arn.as_deref().is_none_or(|prefix| arns().iter().any(|arn| arn.starts_with(prefix)))
    }
}

impl FaultError {
    /// Creates the error of a request with these ARNs.
    pub fn create_error(self, operation: Operation, arns: &[String], scope: &Scope) -> Error {
        match self {
            Self::Throttling => Error::Throttled,
            Self::InternalServerError => Error::InternalServerError,
            Self::ServiceUnavailable => Error::ServiceUnavailable,
            Self::AccessDenied => Error::AccessDenied {
                user: format!("arn:{}:sts::{}:assumed-role/sfn-alias/fault", scope.partition(), scope.account()),
                operation: operation.as_str(),
                resource: arns.first().cloned().unwrap_or_else(|| scope.state_machine_arn("*")),
            },
        }
    }
}

/// Returns the ARNs in a request, the resource first. A state machine that the request creates has an ARN too.
pub(crate) fn find_arns(operation: Operation, request: &Value, scope: &Scope) -> Vec<String> {
    let mut arns = Vec::new();
    if operation == Operation::CreateStateMachine {
        arns.extend(request.get("name").and_then(Value::as_str).map(|name| scope.state_machine_arn(name)));
    }
    let is_member = |name: &str| name.ends_with("Arn");
    collect_arns(request, &is_member, &mut arns);
    // The role is not the resource.
    arns.sort_by_key(|arn| arn.split(':').nth(2) == Some("iam"));
    arns
}

/// Adds the values of the members that contain ARNs. Requests are nested two levels deep.
fn collect_arns(value: &Value, is_member: &impl Fn(&str) -> bool, arns: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if is_member(name) => arns.push(text.clone()),
                    _ => collect_arns(value, is_member, arns),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_arns(item, is_member, arns)),
        _ => {}
    }
}
