//! `sfn-alias prune`

use super::log::{Log, format_time, now_millis, print_event, to_members};
use super::run::default_path;
use super::service::{AliasService, ChangeArgs};
use crate::endpoint::SIGNING_HELP;
use crate::exit::{CliError, CommandResult, OK};
use crate::output;
use clap::Args;
use serde_json::json;
use sfn_alias::model::{Arn, Resource};
use sfn_alias::parse_arn;
use sfn_alias_deployment::{
    Checkpoint, KeepReason, KeptVersion, PrunePlan, PruneReport, PruneRequest, list_aliases, plan_prune,
    prune_versions, short_name,
};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = ["\
Examples:
  Show which versions would be deleted; delete them:
    sfn-alias prune STATE_MACHINE_ARN --keep 10 --dry-run
    sfn-alias prune STATE_MACHINE_ARN --keep 10
  With the state file of a deployment in another directory:
    sfn-alias prune STATE_MACHINE_ARN --keep 10 --state ../prod.json

The command keeps the newest versions, each version that an alias routes to, and the versions that a deployment of a state file deploys or has replaced. The state files sfn-alias-deploy-MACHINE-ALIAS.json in the current directory are read if they exist.", SIGNING_HELP].concat())]
pub(crate) struct PruneArgs {
    /// The state machine
    #[arg(value_name = "STATE_MACHINE_ARN")]
    pub state_machine: String,
    /// How many of the newest versions to keep
    #[arg(long, value_name = "NUMBER")]
    pub keep: usize,
    /// State file of a deployment whose versions are kept; repeatable
    #[arg(long, value_name = "FILE")]
    pub state: Vec<PathBuf>,
    #[command(flatten)]
    pub change: ChangeArgs,
}

/// Runs `sfn-alias prune`.
pub(crate) fn run(args: &PruneArgs) -> CommandResult {
    let start_millis = now_millis();
    let backend = args.change.service.open(&parse_machine_arn(&args.state_machine)?)?;
    let mut service = AliasService { backend: &backend, log: Log { json: args.change.json } };
    let state_machine_arn = args.state_machine.clone();
    let mut checkpoints = read_named_records(&args.state)?;
    for alias in list_aliases(&mut service, &state_machine_arn)? {
        checkpoints.extend(Checkpoint::load(&default_path(&alias))?);
    }
    let request = PruneRequest { state_machine_arn, keep: args.keep, checkpoints };
    let plan = plan_prune(&mut service, &request)?;
    let report = match args.change.dry_run {
        true => PruneReport { deleted: Vec::new(), refused: Vec::new() },
        false => prune_versions(&mut service, &plan)?,
    };
    print_report(args, &plan, &report, start_millis)
}

/// Reads the state files of the command line, which must exist.
fn read_named_records(paths: &[PathBuf]) -> Result<Vec<Checkpoint>, CliError> {
    let mut records = Vec::new();
    for path in paths {
        let missing = || CliError::Usage(format!("--state: `{}` does not exist", path.display()));
        records.push(Checkpoint::load(path)?.ok_or_else(missing)?);
    }
    Ok(records)
}

fn parse_machine_arn(machine: &str) -> Result<Arn<'_>, CliError> {
    let arn = parse_arn(machine).ok().filter(|arn| matches!(arn.resource, Resource::StateMachine { .. }));
    arn.ok_or_else(|| {
        let expected = "expected a state machine ARN (...:stateMachine:NAME)";
        CliError::Usage(format!("STATE_MACHINE_ARN: {expected}, found `{machine}`"))
    })
}

fn print_report(args: &PruneArgs, plan: &PrunePlan, report: &PruneReport, start_millis: i64) -> CommandResult {
    if args.change.json {
        let kept = [plan.keep.as_slice(), report.refused.as_slice()].concat();
        let result = if args.change.dry_run { "planned" } else { "pruned" };
        print_event(
            "summary",
            to_members(&json!({
                "result": result, "dryRun": args.change.dry_run, "stateMachine": plan.state_machine_arn, "delete": plan.delete,
                "deleted": report.deleted, "kept": kept,
                "startTime": format_time(start_millis), "endTime": format_time(now_millis()),
            })),
        );
        return Ok(OK);
    }
    let (deleted, kept) = (report.deleted.len(), plan.keep.len().saturating_add(report.refused.len()));
    plan.keep.iter().chain(&report.refused).try_for_each(|kept| output::print_line(format_kept(kept)))?;
    if args.change.dry_run {
        plan.delete
            .iter()
            .try_for_each(|version| output::print_line(format_args!("would delete {}", short_name(version))))?;
        output::print_line(format_args!("would delete {}, keep {kept}", format_count(plan.delete.len())))?;
    } else {
        output::print_line(format_args!("deleted {}, kept {kept}", format_count(deleted)))?;
    }
    Ok(OK)
}

fn format_kept(KeptVersion { state_machine_version_arn, reason }: &KeptVersion) -> String {
    let reason = match reason {
        KeepReason::Newest => "one of the newest".to_owned(),
        KeepReason::Routed { aliases } => {
            let names: Vec<&str> = aliases.iter().map(|alias| short_name(alias)).collect();
            format!("route of {}", names.join(", "))
        }
        KeepReason::Deployment { alias } => format!("part of the recorded deployment of {}", short_name(alias)),
        KeepReason::Refused { message } => format!("the service refused: {message}"),
    };
    format!("{} is kept: {reason}", short_name(state_machine_version_arn))
}

fn format_count(versions: usize) -> String {
    format!("{versions} version{}", if versions == 1 { "" } else { "s" })
}
