//! From the command line to the end of the deployment.

use super::args::DeployArgs;
use super::client::{Client, no_alarms};
use super::state_file::{StateFile, kept};
use super::{dry, show, stop};
use crate::cli::exit::{CliError, CommandResult, OK, REJECTED, SYSTEM_ERROR};
use crate::cli::{output, simulate as course};
use serde_json::json;
use sfn_alias::model::Resource;
use sfn_alias::parse_arn;
use sfn_alias_deployment::{
    Action, Checkpoint, Deployment, DeploymentError, DeploymentOutcome, Observation, Phase, PlanRequest,
};
use std::path::{Path, PathBuf};

/// `sfn-alias deploy`
pub(in crate::cli) fn run(args: &DeployArgs) -> CommandResult {
    let request = args.request()?;
    let client = Client::of(args)?;
    let path = args.state.clone().unwrap_or_else(|| default_path(&args.alias));
    if args.dry_run {
        return dry::run(args, &path, &client, request);
    }
    let state = StateFile::at(&path)?;
    let resumed = match kept(&path)? {
        Some(checkpoint) => resumed(args, &path, request.clone(), checkpoint)?,
        None => None,
    };
    let told_before = resumed.as_ref().is_some_and(has_ended);
    let is_new = resumed.is_none();
    let mut deployment = resumed.map_or_else(|| begun(args, &client, request), Ok)?;
    watched(&client, &deployment)?;
    stop::at_signals(&path)?;
    if args.state.is_none() {
        show::line(&format_args!("the deployment is kept in `{}`", path.display()));
    }
    if is_new {
        show::notes(&deployment.plan().notes);
    }
    let outcome = drive(&client, &state, &mut deployment)?;
    tell(args, &outcome, told_before.then_some(&path))
}

/// A file for each alias. Of another account or region it is another deployment's, and refused.
fn default_path(alias: &str) -> PathBuf {
    let (name, alias) = match parse_arn(alias).map(|arn| arn.resource) {
        Ok(Resource::Alias { name, alias }) => (name, alias),
        _ => ("", alias),
    };
    format!("sfn-alias-deploy-{name}-{alias}.json").into()
}

fn has_ended(kept: &Deployment) -> bool {
    matches!(&kept.checkpoint().phase, Phase::Done { outcome } if !matches!(outcome, DeploymentOutcome::Failed { .. }))
}

/// A deployment from where the alias leads now.
pub(super) fn begun(args: &DeployArgs, client: &Client, request: PlanRequest) -> Result<Deployment, CliError> {
    let current_routing = client.routing(&args.alias)?;
    let plan = PlanRequest { current_routing, ..request }.plan()?;
    Ok(Deployment::new(&args.alias, args.description.as_deref(), plan)?)
}

/// What was kept, where it is what is asked for; `None` where another one may begin, because the kept one has ended.
pub(super) fn resumed(
    args: &DeployArgs,
    path: &Path,
    request: PlanRequest,
    checkpoint: Checkpoint,
) -> Result<Option<Deployment>, CliError> {
    let kept = Deployment::resume_requested(checkpoint, &args.alias, args.description.as_deref(), request);
    kept.map_err(|error| match error {
        // Only of the file: what is wrong with the command line is told as at the beginning.
        DeploymentError::Another { .. } | DeploymentError::Checkpoint { .. } => {
            CliError::Usage(format!("the state file `{}`: {error}", path.display()))
        }
        other => other.into(),
    })
}

/// # Errors
/// [`CliError::Usage`] where alarms are watched and nobody was named who knows them.
pub(super) fn watched(client: &Client, deployment: &Deployment) -> Result<(), CliError> {
    if deployment.plan().alarms().is_empty() || client.alarms.is_some() { Ok(()) } else { Err(no_alarms()) }
}

/// Where the checkpoint cannot be kept, nothing more is shifted; alarms are watched, and traffic is sent back, all the
/// same.
fn drive(client: &Client, state: &StateFile, deployment: &mut Deployment) -> Result<DeploymentOutcome, CliError> {
    let mut observation = Observation::Start;
    let mut is_kept = true;
    loop {
        let action = deployment.next(show::now_millis(), &observation)?;
        let kept = state.keep(deployment.checkpoint());
        if let Some(failure) = kept.as_ref().err().filter(|_| is_kept) {
            show::line(&format_args!("{failure}; no shift is made without it"));
        }
        is_kept = kept.is_ok();
        show::progress(deployment);
        observation = match &action {
            Action::Done { outcome } => return kept.map(|()| outcome.clone()),
            shift if deployment.requires_save(shift) => {
                kept?;
                client.perform(shift)
            }
            Action::Wait { until_millis, .. } => {
                show::wait(deployment, *until_millis);
                Observation::Waited
            }
            call => client.perform(call),
        };
    }
}

/// `told_before` is the file of a deployment that had ended before.
fn tell(args: &DeployArgs, outcome: &DeploymentOutcome, told_before: Option<&PathBuf>) -> CommandResult {
    if args.json {
        output::print_json(json!(outcome).to_string().as_bytes(), false)?;
    } else {
        let hint = match (outcome, told_before) {
            (DeploymentOutcome::Failed { .. }, _) => "; the same command goes on from there".to_owned(),
            (DeploymentOutcome::RolledBack { .. } | DeploymentOutcome::Drifted { .. }, Some(path)) => {
                format!("; delete `{}` to deploy anew", path.display())
            }
            _ => String::new(),
        };
        output::print_line(format_args!("{}{hint}", course::outcome(outcome)))?;
    }
    Ok(match outcome {
        DeploymentOutcome::Succeeded => OK,
        DeploymentOutcome::RolledBack { .. } | DeploymentOutcome::Drifted { .. } => REJECTED,
        DeploymentOutcome::Failed { .. } => SYSTEM_ERROR,
    })
}
