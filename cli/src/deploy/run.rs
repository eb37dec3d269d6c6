//! Runs a deployment until it ends.

use super::alarms::kill_running;
use super::args::DeployArgs;
use super::client::{Client, parse_alias_arn};
use super::dry_run;
use super::log::{Log, format_time, now_millis, print_event, to_members};
use super::report::Reporter;
use crate::exit::{CliError, CommandResult, OK, SYSTEM_ERROR, outcome_exit_code};
use crate::signals::handle_signals;
use crate::{output, simulate::format_outcome};
use serde_json::{Map, Value, json};
use sfn_alias::model::Resource;
use sfn_alias::parse_arn;
use sfn_alias_deployment::{
    Action, Alarm, Checkpoint, Deployment, DeploymentError, DeploymentOutcome, Driver, Environment, Observation, Phase,
    Preparation, Route, StateFile, format_routes,
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
    let run = Run { args, path: &path, start_millis: now_millis() };
    let state_file = StateFile::lock(&path)?;
    let resumed = request.resume_from_file(&path)?;
    let had_ended = resumed.as_ref().is_some_and(has_ended);
    let is_new = resumed.is_none();
    let deployment = match resumed {
        Some(deployment) => deployment,
        // Nothing is stored before the alias and the version were found.
        None => match client.prepare(args, &request)? {
            Preparation { created: true, routing_configuration } => return run.report_created(&routing_configuration),
            Preparation { routing_configuration, .. } => request.start(routing_configuration)?,
        },
    };
    client.check_alarm_source(&deployment)?;
    exit_on_signal(&path)?;
    let log = args.log();
    if args.state.is_none() && !args.json {
        log.line(&format_args!("state file: `{}`", path.display()));
    }
    if is_new {
        log.notes(&deployment.plan().notes);
    }
    let reporter = Reporter::start(args, &parse_alias_arn(&args.alias)?)?;
    let (shown, alarms) = (deployment.clone(), Vec::new());
    let mut environment =
        SystemEnvironment { client, state_file, was_saved: true, deployment: shown, log, alarms, reporter };
    let mut driver = Driver::new(deployment);
    let outcome = driver.run(&mut environment);
    environment.reporter.finish();
    run.report_outcome(driver.deployment(), &outcome?, had_ended)
}

/// Returns the default state file of an alias. Equal names in different accounts or regions share it; the checkpoint
/// detects that.
pub(super) fn default_path(alias: &str) -> PathBuf {
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

pub(super) fn has_ended(deployment: &Deployment) -> bool {
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
    log: Log,
    /// The last states of the alarms.
    alarms: Vec<Alarm>,
    reporter: Reporter,
}

impl Environment for SystemEnvironment {
    fn now_millis(&mut self) -> i64 {
        now_millis()
    }

    fn sleep_until(&mut self, millis: i64) {
        self.log.wait_until(&self.deployment, millis);
    }

    fn call(&mut self, action: &Action) -> Observation {
        let observation = self.client.execute(action);
        if let Observation::Alarms { alarms } = &observation {
            self.alarms.clone_from(alarms);
        }
        observation
    }

    fn save(&mut self, checkpoint: &Checkpoint) -> Result<(), DeploymentError> {
        let saved = self.state_file.save(checkpoint);
        if let Some(error) = saved.as_ref().err().filter(|_| self.was_saved) {
            self.log.line(&format_args!("{error}; pausing the deployment until the state file is writable"));
        }
        self.was_saved = saved.is_ok();
        saved
    }

    fn report(&mut self, deployment: &Deployment) {
        self.deployment = deployment.clone();
        self.log.progress(deployment);
        self.reporter.report(deployment, &self.alarms);
    }
}

/// A run of the command.
struct Run<'a> {
    args: &'a DeployArgs,
    path: &'a Path,
    start_millis: i64,
}

impl Run<'_> {
    /// Prints the outcome and returns the exit code. `had_ended`: whether the deployment had ended in an earlier run.
    fn report_outcome(&self, deployment: &Deployment, outcome: &DeploymentOutcome, had_ended: bool) -> CommandResult {
        use DeploymentOutcome::{Drifted, Failed, RolledBack};
        if self.args.json {
            let mut summary = to_members(&deployment.event());
            let result = summary.remove("phase").unwrap_or_default();
            summary.insert("result".to_owned(), result);
            self.print_summary(summary);
        } else {
            let help = match outcome {
                Failed { .. } => "; run the same command to resume".to_owned(),
                RolledBack { .. } | Drifted { .. } if had_ended => {
                    format!("; delete `{}` to start over", self.path.display())
                }
                _ => String::new(),
            };
            output::print_line(format_args!("{}{help}", format_outcome(outcome)))?;
        }
        Ok(outcome_exit_code(outcome))
    }

    /// Reports that the alias was created, so that nothing remains to be deployed.
    fn report_created(&self, routing: &[Route]) -> CommandResult {
        let DeployArgs { alias, new_version, json, .. } = self.args;
        match json {
            true => self.print_summary(to_members(&json!({
                "result": "succeeded", "alias": alias, "version": new_version, "previousVersion": null,
                "routing": routing, "created": true,
            }))),
            false => output::print_line(format_args!("created `{alias}`: {}", format_routes(routing)))?,
        }
        Ok(OK)
    }

    fn print_summary(&self, mut summary: Map<String, Value>) {
        let times = [("startTime", self.start_millis), ("endTime", now_millis())];
        summary.extend(times.map(|(name, millis)| (name.to_owned(), json!(format_time(millis)))));
        summary.insert("stateFile".to_owned(), json!(self.path.to_string_lossy()));
        print_event("summary", summary);
    }
}
