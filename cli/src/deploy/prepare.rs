//! Creates or resumes the deployment of a command line.

use super::args::DeployArgs;
use super::client::{Client, no_alarm_source_error};
use crate::exit::CliError;
use sfn_alias_deployment::{Checkpoint, Deployment, DeploymentError, PlanRequest};
use std::path::Path;

/// Creates a deployment that starts at the alias's current routing.
pub(super) fn new_deployment(args: &DeployArgs, client: &Client, request: PlanRequest) -> Result<Deployment, CliError> {
    let current_routing = client.describe_routing(&args.alias)?;
    let plan = PlanRequest { current_routing, ..request }.plan()?;
    Ok(Deployment::new(&args.alias, args.description.as_deref(), plan)?)
}

/// Resumes the deployment of a checkpoint. Returns `None` if the checkpoint belongs to another deployment that has
/// ended.
pub(super) fn resume_deployment(
    args: &DeployArgs,
    path: &Path,
    request: PlanRequest,
    checkpoint: Checkpoint,
) -> Result<Option<Deployment>, CliError> {
    let resumed = Deployment::resume_matching(checkpoint, &args.alias, args.description.as_deref(), request);
    resumed.map_err(|error| match error {
        DeploymentError::OtherDeployment { .. } | DeploymentError::InvalidCheckpoint { .. } => {
            CliError::Usage(format!("state file `{}`: {error}", path.display()))
        }
        // Errors of the command line do not depend on the state file.
        other => other.into(),
    })
}

/// Checks that a deployment with alarms has an alarm source.
///
/// # Errors
/// Returns [`CliError::Usage`] if it does not.
pub(super) fn check_alarm_source(client: &Client, deployment: &Deployment) -> Result<(), CliError> {
    let is_required = !deployment.plan().alarms().is_empty();
    if is_required && client.alarm_source.is_none() { Err(no_alarm_source_error()) } else { Ok(()) }
}
