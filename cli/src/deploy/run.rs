//! Runs a deployment until it ends.

use super::alarms::kill_running;
use super::args::DeployArgs;
use super::client::Client;
use super::dry_run;
use super::progress::{now_millis, print_line, print_notes, print_progress, wait_until};
use crate::exit::{CliError, CommandResult, OK, REJECTED, SYSTEM_ERROR};
use crate::signals::handle_signals;
use crate::{output, simulate::format_outcome};
use sfn_alias::model::Resource;
use sfn_alias::parse_arn;
use sfn_alias_deployment::{
    Action, Checkpoint, Deployment, DeploymentError, DeploymentOutcome, Driver, Environment, Observation, Phase,
    StateFile,
};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Runs `sfn-alias deploy`.
pub(crate) fn run(args: &DeployArgs) -> CommandResult {
    let request = args.request()?;
    let client = Client::open(args)?;
    let path = args.state.clone().unwrap_or_else(|| default_path(&args.alias));
    if args.dry_run {
        return dry_run::run(args, &path, &client, &request);
    }
    let state_file = StateFile::lock(&path)?;
    let resumed = request.resume_from_file(&path)?;
    let had_ended = resumed.as_ref().is_some_and(has_ended);
    let is_new = resumed.is_none();
    let deployment = resumed.map_or_else(|| client.start_deployment(&request), Ok)?;
    client.check_alarm_source(&deployment)?;
    exit_on_signal(&path)?;
    if args.state.is_none() {
        print_line(&format_args!("state file: `{}`", path.display()));
    }
    if is_new {
        print_notes(&deployment.plan().notes);
    }
    let mut environment = SystemEnvironment { client, state_file, was_saved: true, deployment: deployment.clone() };
    let outcome = Driver::new(deployment).run(&mut environment)?;
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

/// From now on, SIGINT and SIGTERM end the program with a message how to resume. The state file stays valid, as after a
/// crash.
fn exit_on_signal(path: &Path) -> Result<(), CliError> {
    let path = path.display().to_string();
    handle_signals(move |wait| {
        wait();
        kill_running();
        writeln!(
            std::io::stderr(),
            "\nsfn-alias: interrupted; the alias keeps its current routing; run the same command to resume from `{path}`"
        )
        .ok();
        std::process::exit(SYSTEM_ERROR.into());
    })
}

fn has_ended(deployment: &Deployment) -> bool {
    let phase = &deployment.checkpoint().phase;
    matches!(phase, Phase::Done { outcome } if !matches!(outcome, DeploymentOutcome::Failed { .. }))
}

/// The system's clock, the service, and the state file.
struct SystemEnvironment {
    client: Client,
    state_file: StateFile,
    was_saved: bool,
    /// For the countdown of a wait.
    deployment: Deployment,
}

impl Environment for SystemEnvironment {
    fn now_millis(&mut self) -> i64 {
        now_millis()
    }

    fn sleep_until(&mut self, millis: i64) {
        wait_until(&self.deployment, millis);
    }

    fn call(&mut self, action: &Action) -> Observation {
        self.client.execute(action)
    }

    fn save(&mut self, checkpoint: &Checkpoint) -> Result<(), DeploymentError> {
        let saved = self.state_file.save(checkpoint);
        if let Some(error) = saved.as_ref().err().filter(|_| self.was_saved) {
            print_line(&format_args!("{error}; pausing the deployment until the state file is writable"));
        }
        self.was_saved = saved.is_ok();
        saved
    }

    fn report(&mut self, deployment: &Deployment) {
        self.deployment = deployment.clone();
        print_progress(deployment);
    }
}

/// Prints the outcome and returns the exit code. `ended_state_file` is the state file if the deployment had ended in an
/// earlier run.
fn report_outcome(args: &DeployArgs, outcome: &DeploymentOutcome, ended_state_file: Option<&PathBuf>) -> CommandResult {
    use DeploymentOutcome::{Drifted, Failed, RolledBack, Succeeded};
    if args.json {
        output::print_value(outcome)?;
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
