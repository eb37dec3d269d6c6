//! What `sfn-alias deploy` takes.

use crate::cli::exit::CliError;
use crate::cli::preference::{request, version};
use clap::Args;
use sfn_alias_deployment::PlanRequest;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct DeployArgs {
    /// The alias
    #[arg(value_name = "ALIAS_ARN")]
    pub alias: String,
    /// The version to deploy
    #[arg(value_name = "VERSION_ARN")]
    pub new_version: String,
    #[command(flatten)]
    pub shift: ShiftArgs,
    /// The alias's new description, set with every update, that of a rollback included; without it it stays
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// A CloudWatch alarm that sends all traffic back; give it again for each alarm
    #[arg(long, value_name = "NAME", help_heading = "Alarms")]
    pub alarm: Vec<String>,
    /// Where to ask for alarms, else AWS_ENDPOINT_URL_CLOUDWATCH, else on AWS the region's CloudWatch; off AWS this or
    /// --alarm-command is needed
    #[arg(long, value_name = "URL", help_heading = "Alarms")]
    pub cloudwatch_endpoint_url: Option<String>,
    /// Ask this command of the shell instead: it gets the names, and prints {"name": "OK", ...}
    #[arg(long, value_name = "COMMAND", conflicts_with = "cloudwatch_endpoint_url", help_heading = "Alarms")]
    pub alarm_command: Option<String>,
    /// Where the deployment is kept, so that the same command goes on with it
    /// [default: sfn-alias-deploy-MACHINE-ALIAS.json in this folder]
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Print the plan, the calls, how far the kept deployment is, and which alarms are on; change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Use this SQLite file, for example of `sfn-alias serve --data`, while nobody serves it
    #[arg(long, value_name = "FILE", conflicts_with = "endpoint_url", help_heading = "Service")]
    pub data: Option<PathBuf>,
    /// Use the endpoint at this URL, for example of `sfn-alias serve`, or of AWS
    #[arg(
        long,
        value_name = "URL",
        env = "AWS_ENDPOINT_URL_SFN",
        default_value = "http://127.0.0.1:8083",
        help_heading = "Service"
    )]
    pub endpoint_url: String,
    /// Sign with this profile of the shared credentials file, on any endpoint
    #[arg(long, value_name = "NAME", help_heading = "Service")]
    pub profile: Option<String>,
}

/// How traffic shifts: one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(in crate::cli) struct ShiftArgs {
    /// A share first, the rest after an interval, for example 10/5m
    #[arg(long, help_heading = "Shift", value_name = "PERCENT/TIME")]
    pub canary: Option<String>,
    /// Equal shares, one an interval, for example 10/1m
    #[arg(long, help_heading = "Shift", value_name = "PERCENT/TIME")]
    pub linear: Option<String>,
    /// One update; alarms are not looked at
    #[arg(long, help_heading = "Shift")]
    pub all_at_once: bool,
    /// Any steps, for example 5/1m,25/10m; CloudFormation has no such type
    #[arg(long, help_heading = "Shift", value_name = "STEPS")]
    pub steps: Option<String>,
    /// CloudFormation's DeploymentPreference: JSON, @FILE, or - for standard input
    #[arg(long, help_heading = "Shift", value_name = "JSON")]
    pub preference: Option<String>,
}

const EXAMPLES: &str = "\
Examples, where `sfn-alias serve` runs (ALIAS and VERSION are ARNs):
  See the plan and the calls; nothing is changed:
    sfn-alias deploy ALIAS VERSION --canary 10/5m --dry-run
  10 % at once, the rest 5 minutes later; the same command again resumes it:
    sfn-alias deploy ALIAS VERSION --canary 10/5m
  20 % more each minute; all in one update; steps of your own:
    sfn-alias deploy ALIAS VERSION --linear 20/1m --state prod.json
    sfn-alias deploy ALIAS VERSION --all-at-once --state prod.json --description 'release 7'
    sfn-alias deploy ALIAS VERSION --steps 5/1m,25/10m --state prod.json
  An alarm, asked of a command that prints for example {\"orders-errors\": \"OK\"}:
    sfn-alias deploy ALIAS VERSION --canary 10/5m --state prod.json \\
      --alarm orders-errors --alarm-command ./alarm-states
  On AWS, with two alarms of CloudWatch:
    sfn-alias deploy ALIAS VERSION --linear 10/1m --state prod.json --profile release \\
      --alarm orders-errors --alarm orders-latency \\
      --endpoint-url https://states.eu-west-1.amazonaws.com

Stopped or killed at any time, it leaves a valid routing behind, and the same command goes on from
there. An alarm sends all traffic back; an alias that someone else has updated is left as it is
found. After either, the same command tells that again: delete the state file to deploy anew.

Account and region are the alias's. AWS is asked with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
AWS_SESSION_TOKEN, or with a profile; they are read anew for each request.

Exits with 0 where it has succeeded, 1 where it was rolled back, has stopped at drift or is refused,
2 where the command line cannot be used, and 3 where a call or a file failed, or it was stopped.";

impl DeployArgs {
    /// The plan that is asked for; where the alias leads is still to be told.
    ///
    /// # Errors
    /// [`CliError::Usage`] for a preference that cannot be read, and for flags that do not belong together.
    pub fn request(&self) -> Result<PlanRequest, CliError> {
        version("VERSION_ARN", &self.new_version)?;
        let request = request(&self.shift.asked()?, &self.alarm)?;
        let named = request.preference.as_ref().is_some_and(|preference| preference.alarms.is_some());
        let source = match (&self.alarm_command, &self.cloudwatch_endpoint_url) {
            (Some(_), _) => Some("--alarm-command"),
            (_, Some(_)) => Some("--cloudwatch-endpoint-url"),
            _ => None,
        };
        if let Some(flag) = source.filter(|_| request.alarms.is_none() && !named) {
            return Err(CliError::Usage(format!(
                "{flag}: no alarm is watched; name one with --alarm, or leave it away"
            )));
        }
        Ok(PlanRequest { new_version: Some(self.new_version.clone()), ..request })
    }
}

impl ShiftArgs {
    /// As a preference in short form or JSON.
    fn asked(&self) -> Result<String, CliError> {
        match (&self.canary, &self.linear, &self.steps, &self.preference) {
            (Some(step), ..) => one("--canary", "canary", step),
            (_, Some(step), ..) => one("--linear", "linear", step),
            (_, _, Some(steps), _) if steps.trim().is_empty() => Err(empty("--steps", "5/1m,25/10m")),
            (_, _, Some(steps), _) => Ok(format!("custom {steps}")),
            (.., Some(preference)) => Ok(preference.clone()),
            _ => Ok("all-at-once".to_owned()),
        }
    }
}

fn one(flag: &str, kind: &str, step: &str) -> Result<String, CliError> {
    if step.trim().is_empty() {
        return Err(empty(flag, "10/5m"));
    }
    if step.contains(',') {
        return Err(CliError::Usage(format!("{flag} takes one step, and `{step}` has several; give them to --steps")));
    }
    Ok(format!("{kind} {step}"))
}

fn empty(flag: &str, example: &str) -> CliError {
    CliError::Usage(format!("{flag} is empty; give for example {example}"))
}
