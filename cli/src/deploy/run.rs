//! Runs a deployment until it ends.

use super::args::DeployArgs;
use super::client::Client;
use super::prepare::{check_alarm_source, new_deployment, resume_deployment};
use super::progress::{now_millis, print_line, print_notes, print_progress, wait_until};
use super::state_file::{StateFile, load_checkpoint};
use super::{dry_run, interrupt};
use crate::exit::{CliError, CommandResult, OK, REJECTED, SYSTEM_ERROR};
use crate::{output, simulate::format_outcome};
use serde_json::json;
use sfn_alias::model::Resource;
use sfn_alias::parse_arn;
use sfn_alias_deployment::{Action, Deployment, DeploymentOutcome, Observation, Phase};
use std::path::PathBuf;

/// Runs `sfn-alias deploy`.
pub(crate) fn run(args: &DeployArgs) -> CommandResult {
    let request = args.request()?;
    let client = Client::open(args)?;
    let path = args.state.clone().unwrap_or_else(|| default_path(&args.alias));
    if args.dry_run {
        return dry_run::run(args, &path, &client, request);
    }
    let state_file = StateFile::lock(&path)?;
    let resumed = match load_checkpoint(&path)? {
        Some(checkpoint) => resume_deployment(args, &path, request.clone(), checkpoint)?,
        None => None,
    };
    let had_ended = resumed.as_ref().is_some_and(has_ended);
    let is_new = resumed.is_none();
    let mut deployment = resumed.map_or_else(|| new_deployment(args, &client, request), Ok)?;
    check_alarm_source(&client, &deployment)?;
    interrupt::exit_on_signal(&path)?;
    if args.state.is_none() {
        print_line(&format_args!("state file: `{}`", path.display()));
    }
    if is_new {
        print_notes(&deployment.plan().notes);
    }
    let outcome = run_to_end(&client, &state_file, &mut deployment)?;
    report_outcome(args, &outcome, had_ended.then_some(&path))
}

/// Returns the default state file of an alias. Equal names in different accounts or regions share it; the checkpoint
/// detects that.
fn default_path(alias: &str) -> PathBuf {
    let (name, alias) = match parse_arn(alias).map(|arn| arn.resource) {
        Ok(Resource::Alias { name, alias }) => (name, alias),
        _ => ("", alias),
    };
    format!("sfn-alias-deploy-{name}-{alias}.json").into()
}

fn has_ended(deployment: &Deployment) -> bool {
    let phase = &deployment.checkpoint().phase;
    matches!(phase, Phase::Done { outcome } if !matches!(outcome, DeploymentOutcome::Failed { .. }))
}

/// If the state file cannot be written, nothing more is shifted. Alarms are still checked and traffic is rolled back.
fn run_to_end(
    client: &Client,
    state_file: &StateFile,
    deployment: &mut Deployment,
) -> Result<DeploymentOutcome, CliError> {
    let mut observation = Observation::Start;
    let mut was_saved = true;
    loop {
        let action = deployment.next(now_millis(), &observation)?;
        let saved = state_file.save(deployment.checkpoint());
        if let Some(error) = saved.as_ref().err().filter(|_| was_saved) {
            print_line(&format_args!("{error}; pausing the deployment until the state file is writable"));
        }
        was_saved = saved.is_ok();
        print_progress(deployment);
        observation = match &action {
            Action::Done { outcome } => return saved.map(|()| outcome.clone()),
            shift if deployment.requires_save(shift) => {
                saved?;
                client.execute(shift)
            }
            Action::Wait { until_millis, .. } => {
                wait_until(deployment, *until_millis);
                Observation::Waited
            }
            call => client.execute(call),
        };
    }
}

/// Prints the outcome and returns the exit code. `ended_state_file` is the state file if the deployment had ended in an
/// earlier run.
fn report_outcome(args: &DeployArgs, outcome: &DeploymentOutcome, ended_state_file: Option<&PathBuf>) -> CommandResult {
    use DeploymentOutcome::{Drifted, Failed, RolledBack, Succeeded};
    if args.json {
        output::print_json(json!(outcome).to_string().as_bytes(), false)?;
    } else {
        let help = match (outcome, ended_state_file) {
            (Failed { .. }, _) => "; run the same command to resume".to_owned(),
            (RolledBack { .. } | Drifted { .. }, Some(path)) => {
                format!("; delete `{}` to start over", path.display())
            }
            _ => String::new(),
        };
        output::print_line(format_args!("{}{help}", format_outcome(outcome)))?;
    }
    Ok(match outcome {
        Succeeded => OK,
        RolledBack { .. } | Drifted { .. } => REJECTED,
        Failed { .. } => SYSTEM_ERROR,
    })
}
