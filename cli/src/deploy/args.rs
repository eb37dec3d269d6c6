//! The command line of `sfn-alias deploy`.

use super::log::Log;
use super::service::AliasServiceArgs;
use crate::endpoint::SIGNING_HELP;
use crate::exit::CliError;
use crate::preference::{parse_preference, validate_version_arn};
use clap::Args;
use sfn_alias_deployment::{DeploymentRequest, PlanRequest};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(override_usage = "sfn-alias deploy [OPTIONS] <ALIAS_ARN> <VERSION_ARN> <SHIFT OPTION>", after_help = [EXAMPLES, SIGNING_HELP, EXIT_CODES].concat())]
pub(crate) struct DeployArgs {
    /// The alias to update
    #[arg(value_name = "ALIAS_ARN")]
    pub alias: String,
    /// The version to deploy
    #[arg(value_name = "VERSION_ARN")]
    pub new_version: String,
    #[command(flatten)]
    pub shift: ShiftArgs,
    /// Description to set with every update, including a rollback [default: unchanged]
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// A CloudWatch alarm that rolls back the deployment; repeatable
    #[arg(long, value_name = "NAME", help_heading = "Alarms")]
    pub alarm: Vec<String>,
    /// CloudWatch endpoint. Defaults to AWS_ENDPOINT_URL_CLOUDWATCH, then to the alias's region on AWS
    #[arg(long, value_name = "URL", help_heading = "Alarms")]
    pub cloudwatch_endpoint_url: Option<String>,
    /// Shell command that receives the alarm names as arguments and prints their states: {"name": "OK", ...}
    #[arg(long, value_name = "COMMAND", conflicts_with = "cloudwatch_endpoint_url", help_heading = "Alarms")]
    pub alarm_command: Option<String>,
    /// File for the progress; the same command resumes from it [default: sfn-alias-deploy-MACHINE-ALIAS.json]
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Create the alias if it does not exist, with all traffic on the version
    #[arg(long)]
    pub create_alias: bool,
    /// Show the plan, pending calls, saved progress and alarm states without changing anything; fails where the deployment would
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON: one event per line, with a summary as the last one
    #[arg(long)]
    pub json: bool,
    /// Do not report the deployment to the console of the endpoint
    #[arg(long)]
    pub no_report: bool,
    #[command(flatten)]
    pub service: AliasServiceArgs,
}

/// How traffic shifts: exactly one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct ShiftArgs {
    /// Shift a percentage now, and the rest after the time, for example 10/5m
    #[arg(long, help_heading = "Shift", value_name = "PERCENT/TIME")]
    pub canary: Option<String>,
    /// Shift this percentage at each interval, for example 10/1m
    #[arg(long, help_heading = "Shift", value_name = "PERCENT/TIME")]
    pub linear: Option<String>,
    /// Shift all traffic in one update; alarms are ignored
    #[arg(long, help_heading = "Shift")]
    pub all_at_once: bool,
    /// A list of steps, for example 5/1m,25/10m; CloudFormation does not support it
    #[arg(long, help_heading = "Shift", value_name = "STEPS")]
    pub steps: Option<String>,
    /// A DeploymentPreference of CloudFormation: JSON, @FILE, or - for standard input
    #[arg(long, help_heading = "Shift", value_name = "JSON")]
    pub preference: Option<String>,
}

const EXAMPLES: &str = "\
Examples for a running `sfn-alias serve` (ALIAS and VERSION are ARNs):
  Show the plan and the calls, without changing anything:
    sfn-alias deploy ALIAS VERSION --canary 10/5m --dry-run
  Shift 10 % now and the rest after 5 minutes (the same command resumes):
    sfn-alias deploy ALIAS VERSION --canary 10/5m
  Shift 20 % per minute; all traffic in one update; a list of steps:
    sfn-alias deploy ALIAS VERSION --linear 20/1m --state prod.json
    sfn-alias deploy ALIAS VERSION --all-at-once --state prod.json \\
      --description 'release 7'
    sfn-alias deploy ALIAS VERSION --steps 5/1m,25/10m --state prod.json
  For the first time, also create the alias if it does not exist:
    sfn-alias deploy ALIAS VERSION --canary 10/5m --create-alias
  With an alarm; the command prints for example {\"orders-errors\": \"OK\"}:
    sfn-alias deploy ALIAS VERSION --canary 10/5m --state prod.json \\
      --alarm orders-errors --alarm-command ./alarm-states
  On AWS, with two CloudWatch alarms:
    sfn-alias deploy ALIAS VERSION --linear 10/1m --state prod.json \\
      --alarm orders-errors --alarm orders-latency --profile release \\
      --endpoint-url https://states.eu-west-1.amazonaws.com

You can interrupt the command at any time: the routing stays valid, and the same command resumes the deployment. If an alarm is in the state ALARM, all traffic is routed to the previous version again. If someone else updates the alias, it is left unchanged. In both cases the deployment has ended: delete the state file to start over.

Account and region are those of the alias. Credentials are read again for each request.";

const EXIT_CODES: &str = "

Exit codes: 0 success, 1 rolled back, stopped because of drift, or rejected, 2 usage error, 3 I/O or network error, or interrupted.";

impl DeployArgs {
    pub(super) const fn log(&self) -> Log {
        Log { json: self.json }
    }

    /// Parses the options of the deployment.
    ///
    /// # Errors
    /// Returns [`CliError::Usage`] if the preference is invalid, or if alarm options are specified without alarms.
    pub fn request(&self) -> Result<DeploymentRequest, CliError> {
        validate_version_arn("VERSION_ARN", &self.new_version)?;
        let request = parse_preference(&self.shift.preference()?, &self.alarm)?;
        let preference = request.preference.as_ref();
        let has_alarms = request.alarms.is_some() || preference.is_some_and(|preference| preference.alarms.is_some());
        let alarm_option = match (&self.alarm_command, &self.cloudwatch_endpoint_url) {
            (Some(_), _) => Some("--alarm-command"),
            (_, Some(_)) => Some("--cloudwatch-endpoint-url"),
            _ => None,
        };
        if let Some(option) = alarm_option.filter(|_| !has_alarms) {
            return Err(CliError::Usage(format!("{option} requires an alarm; add --alarm NAME or remove {option}")));
        }
        let plan = PlanRequest { new_version: Some(self.new_version.clone()), ..request };
        let (state_machine_alias_arn, description) = (self.alias.clone(), self.description.clone());
        Ok(DeploymentRequest { state_machine_alias_arn, description, plan })
    }
}

impl ShiftArgs {
    /// Returns the preference in shorthand form or JSON.
    fn preference(&self) -> Result<String, CliError> {
        match (&self.canary, &self.linear, &self.steps, &self.preference) {
            (Some(step), ..) => single_step("--canary", "canary", step),
            (_, Some(step), ..) => single_step("--linear", "linear", step),
            (_, _, Some(steps), _) if steps.trim().is_empty() => Err(empty_option("--steps", "5/1m,25/10m")),
            (_, _, Some(steps), _) => Ok(format!("custom {steps}")),
            (.., Some(preference)) => Ok(preference.clone()),
            _ => Ok("all-at-once".to_owned()),
        }
    }
}

fn single_step(option: &str, deployment_type: &str, step: &str) -> Result<String, CliError> {
    if step.trim().is_empty() {
        return Err(empty_option(option, "10/5m"));
    }
    if step.contains(',') {
        return Err(CliError::Usage(format!("{option} expects one step, found `{step}`; use --steps for a list")));
    }
    Ok(format!("{deployment_type} {step}"))
}

fn empty_option(option: &str, example: &str) -> CliError {
    CliError::Usage(format!("{option} is empty; expected for example {example}"))
}
