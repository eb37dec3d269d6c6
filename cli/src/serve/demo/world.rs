//! Calls of the demo's service.

use super::clock::DemoClock;
use super::content::{outcome_rules, versions};
use crate::exit::CliError;
use http::Method;
use serde_json::{Value, json};
use sfn_alias::{Limits, Outcomes, StepFunctions};
use sfn_alias_console::{WebConsole, store_routing};
use sfn_alias_deployment::{CallFailure, DeploymentReport};
use sfn_alias_server::http::{Console, ConsoleRequest};
use std::sync::Arc;

const BOTO3: &str = "Boto3/1.40.0";

/// The demo's state machine in its service.
#[derive(Debug)]
pub(super) struct World {
    pub service: StepFunctions,
    console: Arc<WebConsole>,
    pub clock: DemoClock,
    pub state_machine_arn: String,
}

impl World {
    pub fn new(service: StepFunctions, console: Arc<WebConsole>, clock: DemoClock) -> Self {
        let state_machine_arn = format!("{}stateMachine:orders", service.scope().arn_prefix());
        Self { service, console, clock, state_machine_arn }
    }

    /// Returns the ARN of an alias or a version.
    pub fn arn(&self, qualifier: &str) -> String {
        format!("{}:{qualifier}", self.state_machine_arn)
    }

    /// Calls an operation.
    pub fn call(&self, operation: &str, input: &Value) -> Result<Value, CallFailure> {
        let reply = self.service.call(operation, input.to_string().as_bytes());
        let failure = || CallFailure::from_response(reply.status, &reply.body);
        if reply.status != 200 {
            return Err(failure());
        }
        serde_json::from_slice(&reply.body).map_err(|_| failure())
    }

    /// Creates the state machine with the first version.
    pub fn create_state_machine(&self) -> Result<(), CallFailure> {
        let [first, ..] = versions();
        let role = format!("arn:aws:iam::{}:role/orders", self.service.scope().account());
        let input = json!({
            "name": "orders", "roleArn": role, "definition": first.definition.to_string(), "publish": true,
            "versionDescription": first.description,
        });
        self.call("CreateStateMachine", &input).map(drop)
    }

    /// Publishes the second or third version.
    pub fn publish(&self, number: usize) -> Result<(), CallFailure> {
        let Some(version) = versions().into_iter().nth(number.saturating_sub(1)) else { return Ok(()) };
        let input = json!({
            "stateMachineArn": self.state_machine_arn, "definition": version.definition.to_string(), "publish": true,
            "versionDescription": version.description,
        });
        self.call("UpdateStateMachine", &input).map(drop)
    }

    /// Creates an alias of a version.
    pub fn create_alias(&self, name: &str, description: &str, version: u32) -> Result<(), CallFailure> {
        let routing = self.single_route(version);
        let input = json!({"name": name, "description": description, "routingConfiguration": routing});
        self.call("CreateStateMachineAlias", &input)?;
        self.store_routing(name, "CreateStateMachineAlias", BOTO3);
        Ok(())
    }

    /// Routes all executions of an alias to a version.
    pub fn route_to(&self, name: &str, version: u32, user_agent: &str) -> Result<(), CallFailure> {
        let routing = self.single_route(version);
        self.update_alias(&json!({"stateMachineAliasArn": self.arn(name), "routingConfiguration": routing}), user_agent)
    }

    /// Updates an alias, and adds the routing to its history.
    pub fn update_alias(&self, input: &Value, user_agent: &str) -> Result<(), CallFailure> {
        self.call("UpdateStateMachineAlias", input)?;
        let arn = input.get("stateMachineAliasArn").and_then(Value::as_str).unwrap_or_default();
        let name = arn.rsplit(':').next().unwrap_or_default();
        self.store_routing(name, "UpdateStateMachineAlias", user_agent);
        Ok(())
    }

    /// Someone may have deleted the alias meanwhile.
    fn store_routing(&self, name: &str, operation: &str, user_agent: &str) {
        if let Err(error) = store_routing(&self.service, &self.arn(name), operation, user_agent) {
            tracing::debug!(%error, "the routing was not added to the history");
        }
    }

    fn single_route(&self, version: u32) -> Value {
        json!([{"stateMachineVersionArn": self.arn(&version.to_string()), "weight": 100}])
    }

    /// Sends a report to the console, like the driver of another process.
    pub fn report(&self, report: &DeploymentReport) {
        let (method, path, body) = (Method::PUT, report.path(), report.to_json());
        let path = path.strip_prefix("/console/api").unwrap_or_default();
        let request =
            ConsoleRequest { method: &method, path, query: "", body: body.as_bytes(), may_see_all_accounts: true };
        if let Err(error) = self.console.handle(&self.service, &request) {
            tracing::debug!(%error, "the deployment was not reported");
        }
    }

    /// Sets how many executions of version 3 fail, if others start them.
    pub fn set_failures(&self, percent: u8) -> Result<(), CliError> {
        let outcomes = Outcomes::parse(&outcome_rules(percent), &Limits::default()).map_err(CliError::system)?;
        self.service.set_outcomes(Some(outcomes));
        Ok(())
    }
}
