//! `sfn-alias alarms`

use crate::endpoint::{BackendArgs, SIGNING_HELP, describe_own_file, describe_own_url};
use crate::exit::{CliError, CommandResult};
use crate::outcomes_file::{MAX_BYTES, parse_rules};
use crate::output::unknown_response;
use crate::{input, output};
use clap::Args;
use serde_json::{Map, Value};
use sfn_alias::{AlarmRules, Reply};
use std::path::Path;

#[derive(Debug, Args)]
#[command(after_help = ["\
Examples:
  sfn-alias alarms alarms.json
  sfn-alias alarms alarms.json orders-failed --data aliases.db
  sfn-alias deploy ALIAS_ARN VERSION_ARN --canary 10/5m \\
    --alarm orders-failed \\
    --alarm-command 'sfn-alias alarms alarms.json'

The rules:
  {\"alarms\": [{
    \"name\": \"orders-failed\",
    \"metric\": \"ExecutionsFailed\",
    \"stateMachine\": \"orders\",
    \"version\": 2,
    \"threshold\": 1,
    \"comparison\": \"GreaterThanOrEqualToThreshold\",
    \"period\": \"60s\",
    \"evaluationPeriods\": 1
  }]}

The metric is ExecutionsFailed, ExecutionsTimedOut, ExecutionsAborted, ExecutionsSucceeded or ExecutionsStarted. stateMachine is a name or an ARN. Use version, alias or neither. An alarm is in state ALARM if the number of executions in each of the last periods is beyond the threshold, otherwise OK. The last period ends now. The exit code does not depend on the states.

This is not an operation of AWS: --endpoint-url is a URL of `sfn-alias serve`.", SIGNING_HELP].concat())]
#[command(mut_arg("endpoint_url", describe_own_url), mut_arg("data", describe_own_file))]
pub(crate) struct AlarmsArgs {
    /// File with the rules in JSON or YAML; - for standard input
    pub rules: String,
    /// Print only these alarms
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Print the states on one line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub backend: BackendArgs,
}

/// Runs `sfn-alias alarms`.
pub(crate) fn run(args: &AlarmsArgs) -> CommandResult {
    let text = read_rules(args)?;
    let reply = args.backend.open_own()?.evaluate_alarms(text.as_bytes())?;
    let body = match reply.status {
        200 => select(&reply.body, &args.names)?,
        _ => reply.body,
    };
    output::print_reply(&Reply { body, ..reply }, args.json)
}

/// Reads and validates the rules, so that errors name the file. Returns them in JSON.
fn read_rules(args: &AlarmsArgs) -> Result<String, CliError> {
    let path = (args.rules != "-").then_some(&*args.rules);
    let name = path.unwrap_or("standard input");
    let invalid = |error: &dyn std::fmt::Display| CliError::Usage(format!("`{name}`: {error}"));
    let bytes = input::read_prefix(path, (MAX_BYTES as u64).saturating_add(1))?;
    let (rules, json) = parse_rules(path.map(Path::new), &bytes, AlarmRules::parse).map_err(|error| invalid(&error))?;
    let is_known = |name: &&String| rules.alarms().iter().any(|alarm| alarm.name == **name);
    match args.names.iter().find(|name| !is_known(name)) {
        Some(unknown) => Err(invalid(&format_args!("unknown alarm `{unknown}`; add it, or correct the name"))),
        None => Ok(json),
    }
}

/// Returns the states of the alarms with these names, or of all if there are none.
fn select(body: &[u8], names: &[String]) -> Result<Vec<u8>, CliError> {
    let mut states: Map<String, Value> = serde_json::from_slice(body).map_err(|error| unknown_response(&error))?;
    states.retain(|name, _| names.is_empty() || names.contains(name));
    serde_json::to_vec(&states).map_err(CliError::system)
}
