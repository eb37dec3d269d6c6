//! Before a deployment: reads the alias and the version to deploy, or creates the alias.

use super::service::{Service, call, check_version, describe_routing};
use crate::error::DeploymentError;
use crate::resume::DeploymentRequest;
use crate::routing::single_route;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sfn_alias::model::Resource;
use sfn_alias::parse_arn;
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

/// A request to prepare a deployment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub struct PrepareRequest {
    /// The deployment.
    pub deployment: DeploymentRequest,
    /// Whether to create the alias if it does not exist. It then routes all traffic to the version to deploy.
    #[serde(default)]
    pub create_alias: bool,
    /// Whether to make only the calls that change nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// The state of the alias before a deployment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Preparation {
    /// The alias's routing. In a dry run that would create the alias, the routing that it would have.
    pub routing_configuration: Vec<Route>,
    /// Whether the alias was created, or in a dry run would be created. Then nothing remains to be deployed.
    pub created: bool,
}

/// Reads what a deployment needs before it stores anything: the alias's routing, and whether the version exists.
///
/// # Errors
/// Returns [`DeploymentError::AliasNotFound`], [`DeploymentError::VersionNotFound`], [`DeploymentError::Call`], and the
/// errors of [`DeploymentRequest::start`].
pub fn prepare_deployment(service: &mut dyn Service, request: &PrepareRequest) -> Result<Preparation, DeploymentError> {
    let (deployment, alias) = (&request.deployment, request.deployment.state_machine_alias_arn.as_str());
    let target = deployment.target()?;
    let routing = describe_routing(service, alias)?;
    if routing.is_none() && !request.create_alias {
        return Err(DeploymentError::AliasNotFound { alias: alias.to_owned(), version: Some(target) });
    }
    check_version(service, &target)?;
    match routing {
        Some(routing_configuration) => Ok(Preparation { routing_configuration, created: false }),
        None if request.dry_run => Ok(Preparation { routing_configuration: single_route(&target), created: true }),
        None => create_alias(service, deployment, &target),
    }
}

fn create_alias(
    service: &mut dyn Service,
    deployment: &DeploymentRequest,
    target: &str,
) -> Result<Preparation, DeploymentError> {
    const OPERATION: &str = "CreateStateMachineAlias";
    let name = match parse_arn(&deployment.state_machine_alias_arn)?.resource {
        Resource::Alias { alias, .. } => alias,
        _ => "",
    };
    let routing_configuration = single_route(target);
    let mut input = json!({ "name": name, "routingConfiguration": routing_configuration });
    if let (Some(description), Some(members)) = (&deployment.description, input.as_object_mut()) {
        members.insert("description".to_owned(), json!(description));
    }
    call(service, OPERATION, &input).map_err(|failure| DeploymentError::call(OPERATION, failure))?;
    Ok(Preparation { routing_configuration, created: true })
}
