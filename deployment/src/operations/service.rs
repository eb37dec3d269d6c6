//! The calls of the operations.

use crate::action::UpdateInput;
use crate::error::DeploymentError;
use crate::failure::CallFailure;
use serde::Serialize;
use serde_json::{Value, json};
use sfn_alias::StepFunctions;
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

/// Executes the calls of an operation, for example of [`roll_back`](super::roll_back()).
pub trait Service {
    /// Calls an operation of Step Functions. The request and the response have the form that the AWS SDKs use.
    ///
    /// # Errors
    /// Returns the failure of the call.
    fn call(&mut self, operation: &'static str, input: &Value) -> Result<Value, CallFailure>;

    /// Blocks for this time, before a call is repeated.
    ///
    /// # Errors
    /// Returns an error to end the operation.
    fn wait_millis(&mut self, millis: i64) -> Result<(), CallFailure>;

    /// Reports the progress. By default, it does nothing.
    fn report(&mut self, _event: ServiceEvent) {}
}

/// The progress of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ServiceEvent {
    /// A call failed and is repeated later.
    Retry {
        /// The operation.
        operation: &'static str,
        /// The AWS error code.
        code: String,
        /// The AWS error message.
        message: String,
    },
    /// A version was deleted.
    Deleted {
        /// The version.
        state_machine_version_arn: String,
        /// The number of versions so far.
        done: usize,
        /// The number of versions to delete.
        total: usize,
    },
}

/// A service in this process. It never waits: its calls are not throttled.
impl Service for StepFunctions {
    fn call(&mut self, operation: &'static str, input: &Value) -> Result<Value, CallFailure> {
        let reply = Self::call(self, operation, input.to_string().as_bytes());
        match reply.status {
            200 => Ok(serde_json::from_slice(&reply.body).unwrap_or_default()),
            status => Err(CallFailure::from_response(status, &reply.body)),
        }
    }

    fn wait_millis(&mut self, _millis: i64) -> Result<(), CallFailure> {
        Ok(())
    }
}

/// Calls an operation, and repeats throttled calls.
pub fn call(service: &mut dyn Service, operation: &'static str, input: &Value) -> Result<Value, CallFailure> {
    let mut failures = 0_u32;
    loop {
        let failure = match service.call(operation, input) {
            Ok(output) => return Ok(output),
            Err(failure) => failure,
        };
        failures = failures.saturating_add(1);
        let delay = failure.retry_delay_millis(failures, true).filter(|_| failure.is_temporary());
        let Some(millis) = delay else { return Err(failure) };
        let CallFailure { code, message, .. } = failure;
        service.report(ServiceEvent::Retry { operation, code, message });
        service.wait_millis(millis)?;
    }
}

/// Returns the routing of an alias, or `None` if the alias does not exist.
pub fn describe_routing(service: &mut dyn Service, alias: &str) -> Result<Option<Vec<Route>>, DeploymentError> {
    const OPERATION: &str = "DescribeStateMachineAlias";
    match call(service, OPERATION, &json!({ "stateMachineAliasArn": alias })) {
        Ok(output) => parse_member(OPERATION, &output, "routingConfiguration").map(Some),
        Err(failure) if failure.code.starts_with("ResourceNotFound") => Ok(None),
        Err(failure) => Err(DeploymentError::call(OPERATION, failure)),
    }
}

/// Parses a member of a response, which a proxy may have replaced.
pub fn parse_member<T: serde::de::DeserializeOwned>(
    operation: &'static str,
    output: &Value,
    member: &str,
) -> Result<T, DeploymentError> {
    T::deserialize(output.get(member).unwrap_or(&Value::Null))
        .map_err(|error| DeploymentError::call(operation, unexpected_response(format!("`{member}`: {error}"))))
}

/// Returns the failure of a call whose response is not one of AWS.
pub fn unexpected_response(message: String) -> CallFailure {
    CallFailure { code: "UnexpectedResponse".to_owned(), message, status: None }
}

/// Checks that a version exists. An identity without this permission can still deploy: then the update reports the error.
pub fn check_version(service: &mut dyn Service, version: &str) -> Result<(), DeploymentError> {
    const OPERATION: &str = "DescribeStateMachine";
    match call(service, OPERATION, &json!({ "stateMachineArn": version })) {
        Err(failure) if ["StateMachineDoesNotExist", "ResourceNotFound"].contains(&failure.code.as_str()) => {
            Err(DeploymentError::VersionNotFound { version: version.to_owned() })
        }
        Err(failure) if !failure.is_access_denied() => Err(DeploymentError::call(OPERATION, failure)),
        _ => Ok(()),
    }
}

/// Sets the routing of an alias.
pub fn update_alias(
    service: &mut dyn Service,
    alias: &str,
    description: Option<&str>,
    routing: &[Route],
) -> Result<(), DeploymentError> {
    const OPERATION: &str = "UpdateStateMachineAlias";
    let input = serde_json::to_value(UpdateInput {
        state_machine_alias_arn: alias.to_owned(),
        description: description.map(str::to_owned),
        routing_configuration: routing.to_vec(),
    });
    let input = input.unwrap_or_default();
    let output = call(service, OPERATION, &input).map_err(|failure| DeploymentError::call(OPERATION, failure))?;
    // A response without `updateDate`, for example of a proxy, does not confirm the update.
    match output.get("updateDate") {
        Some(_) => Ok(()),
        None => Err(DeploymentError::call(OPERATION, unexpected_response("expected `updateDate`".to_owned()))),
    }
}
