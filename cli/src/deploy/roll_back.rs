//! `sfn-alias rollback` and `sfn-alias abort`

use super::client::parse_alias_arn;
use super::log::{Log, format_time, now_millis, print_event, to_members};
use super::run::default_path;
use super::service::{AliasService, ChangeArgs};
use crate::endpoint::SIGNING_HELP;
use crate::exit::{CliError, CommandResult, OK};
use crate::output;
use crate::preference::validate_version_arn;
use clap::Args;
use serde_json::json;
use sfn_alias_deployment::{
    Checkpoint, DeploymentError, POLL_INTERVAL_SECONDS, RollbackReport, RollbackRequest, Route, StateFile,
    format_routes, roll_back,
};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A running deployment notices the other routing at its next check. This is the time until then, with a margin.
const MAX_LOCK_WAIT: Duration = Duration::from_secs(POLL_INTERVAL_SECONDS + 15);

#[derive(Debug, Args)]
#[command(after_help = ["\
Examples:
  To the version that the alias had before the last deployment:
    sfn-alias rollback ALIAS_ARN
  What it would do; to another version, without a state file:
    sfn-alias rollback ALIAS_ARN --dry-run
    sfn-alias rollback ALIAS_ARN --to VERSION_ARN

The state file of the deployment is the record of the previous version. If someone else has updated the alias since, specify --to. The state file then records the rollback: delete it to deploy the same version again.", SIGNING_HELP].concat())]
pub(crate) struct RollbackArgs {
    /// The alias to update
    #[arg(value_name = "ALIAS_ARN")]
    pub alias: String,
    /// The version to route to [default: the one before the last deployment]
    #[arg(long, value_name = "VERSION_ARN")]
    pub to: Option<String>,
    #[command(flatten)]
    pub options: RollbackOptions,
}

#[derive(Debug, Args)]
#[command(after_help = ["\
Examples:
  sfn-alias abort ALIAS_ARN
  sfn-alias abort ALIAS_ARN --state prod.json --dry-run

The command routes all traffic to the version before the deployment, also if `sfn-alias deploy` is running. It then waits until that process has read the new routing and ended, up to 75 seconds.", SIGNING_HELP].concat())]
pub(crate) struct AbortArgs {
    /// The alias of the deployment
    #[arg(value_name = "ALIAS_ARN")]
    pub alias: String,
    #[command(flatten)]
    pub options: RollbackOptions,
}

/// The options of both commands.
#[derive(Debug, Args)]
pub(crate) struct RollbackOptions {
    /// Description to set [default: unchanged]
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// State file of the deployment [default: sfn-alias-deploy-MACHINE-ALIAS.json]
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// Runs `sfn-alias rollback`.
pub(crate) fn run(args: &RollbackArgs) -> CommandResult {
    if let Some(version) = &args.to {
        validate_version_arn("--to", version)?;
    }
    Command { alias: &args.alias, to: args.to.clone(), abort: false, options: &args.options }.run()
}

/// Runs `sfn-alias abort`.
pub(crate) fn abort(args: &AbortArgs) -> CommandResult {
    Command { alias: &args.alias, to: None, abort: true, options: &args.options }.run()
}

struct Command<'a> {
    alias: &'a str,
    to: Option<String>,
    abort: bool,
    options: &'a RollbackOptions,
}

impl Command<'_> {
    fn run(&self) -> CommandResult {
        let start_millis = now_millis();
        let backend = self.options.change.service.open(&parse_alias_arn(self.alias)?)?;
        let mut service = AliasService { backend: &backend, log: Log { json: self.options.change.json } };
        let path = self.options.state.clone().unwrap_or_else(|| default_path(self.alias));
        let report = match self.options.change.dry_run || !path.exists() {
            true => self.roll_back(&mut service, &path)?,
            false => self.roll_back_record(&mut service, &path)?,
        };
        self.print(&report, &path, start_millis)
    }

    /// Rolls back and saves the record. An `abort` first rolls back without the lock that a running deployment has.
    fn roll_back_record(&self, service: &mut AliasService<'_>, path: &Path) -> Result<RollbackReport, CliError> {
        if !self.abort {
            return self.roll_back_locked(service, path, &StateFile::lock(path)?);
        }
        if let Some(file) = StateFile::try_lock(path)? {
            return self.roll_back_locked(service, path, &file);
        }
        let first = self.roll_back(service, path)?;
        service.log.line(&"another process runs the deployment; waiting until it has ended");
        let deadline = Instant::now().checked_add(MAX_LOCK_WAIT);
        while deadline.is_some_and(|deadline| Instant::now() < deadline) {
            if let Some(file) = StateFile::try_lock(path)? {
                let second = self.roll_back_locked(service, path, &file)?;
                return Ok(RollbackReport { changed: first.changed || second.changed, ..first });
            }
            sleep(Duration::from_secs(1));
            // An update of that process may have been in flight.
            self.roll_back(service, path)?;
        }
        let text = "the process that runs the deployment has not ended; stop it, then run this command again";
        Err(CliError::System(format!("state file `{}`: {text}", path.display())))
    }

    fn roll_back_locked(
        &self,
        service: &mut AliasService<'_>,
        path: &Path,
        file: &StateFile,
    ) -> Result<RollbackReport, CliError> {
        let report = self.roll_back(service, path)?;
        report.checkpoint.as_ref().map_or(Ok(()), |checkpoint| file.save(checkpoint))?;
        Ok(report)
    }

    fn roll_back(&self, service: &mut AliasService<'_>, path: &Path) -> Result<RollbackReport, CliError> {
        let request = RollbackRequest {
            state_machine_alias_arn: self.alias.to_owned(),
            to: self.to.clone(),
            description: self.options.description.clone(),
            checkpoint: Checkpoint::load(path)?,
            abort: self.abort,
            dry_run: self.options.change.dry_run,
        };
        roll_back(service, &request).map_err(|error| match error {
            DeploymentError::NoRecord { .. } => {
                let to = if self.abort { "" } else { ", or --to VERSION_ARN" };
                CliError::Usage(format!("`{}` does not exist; use --state FILE of the deployment{to}", path.display()))
            }
            other => other.into(),
        })
    }

    fn print(&self, report: &RollbackReport, path: &Path, start_millis: i64) -> CommandResult {
        let RollbackReport { previous_routing, routing, changed, dry_run, .. } = report;
        if self.options.change.json {
            let result = if *changed { "rolledBack" } else { "unchanged" };
            let arn = |routes: &[Route]| routes.first().map(|route| route.state_machine_version_arn.clone());
            print_event(
                "summary",
                to_members(&json!({
                    "result": result, "dryRun": dry_run, "alias": self.alias, "version": arn(routing),
                    "previousVersion": arn(previous_routing), "previousRouting": previous_routing, "routing": routing,
                    "startTime": format_time(start_millis), "endTime": format_time(now_millis()),
                    "stateFile": path.to_string_lossy(),
                })),
            );
            return Ok(OK);
        }
        let (before, after) = (format_routes(previous_routing), format_routes(routing));
        output::print_line(match (changed, dry_run) {
            (false, _) => format!("unchanged: {after}"),
            (true, true) => format!("would roll back: {before} to {after}"),
            (true, false) => format!("rolled back: {before} to {after}"),
        })?;
        Ok(OK)
    }
}
