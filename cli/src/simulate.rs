//! `sfn-alias simulate`

use crate::exit::{CliError, CommandResult, OK};
use crate::outcomes_file::OutcomesFile;
use crate::preference::PreferenceArgs;
use crate::{input, output};
use clap::Args;
use serde_json::json;
use sfn_alias_deployment::{
    Action, CallFailure, Deployment, DeploymentOutcome, Observation, Rollback, Simulation, SimulationEntry,
    SimulationEvent, Traffic, VersionStarts, format_routes, simulate, simulate_traffic,
};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sfn-alias simulate 10/5m --current @routing.json --new VERSION_ARN \\
    --alarm errors --events @events.json
  where events.json is:
    [{\"event\": \"alarm\", \"atSeconds\": 90, \"name\": \"errors\", \"state\": \"ALARM\"}]

  sfn-alias simulate 10/5m --current @routing.json --new VERSION_ARN \\
    --alarm errors --outcomes outcomes.yaml --rate 60
  where outcomes.yaml is:
    outcomes:
      - version: 2
        any:
          - {weight: 20, status: FAILED, error: Orders.Broken}
          - {weight: 80, status: SUCCEEDED}
      - status: SUCCEEDED

Events and their members:
  alarm        atSeconds, name, state: an alarm changes its state
  drift        atSeconds, routingConfiguration: someone else updates the alias
  crash        atSeconds, restartAtSeconds: the deployment process crashes
  crashAtCall  call, applied, restartAfterSeconds: it crashes at this call
               (1 is the first); applied: whether AWS executed the call
  failure      atSeconds, call, times, code, message, status, applied:
               calls fail

With --outcomes, executions are started through the alias at regular intervals. Its weights select their versions, and the rules decide how they end. All alarms are in state ALARM after a minute in which --alarm-threshold executions of the new version or more failed or timed out, and OK after each other minute.

The simulation follows CloudFormation's resource provider of aliases. Calls that only sfn-alias makes are marked.")]
pub(crate) struct SimulateArgs {
    #[command(flatten)]
    pub preference: PreferenceArgs,
    /// Events during the deployment: a JSON array, @FILE, or - for standard input
    #[arg(long, default_value = "[]", value_name = "EVENTS")]
    pub events: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Print an SVG image
    #[arg(long, conflicts_with = "json")]
    pub svg: bool,
    // Last: its heading also applies to the options after it.
    #[command(flatten)]
    pub traffic: TrafficArgs,
}

/// The executions during the deployment.
#[derive(Debug, Args)]
#[command(next_help_heading = "Executions")]
pub(crate) struct TrafficArgs {
    /// Start executions, which end as the rules in this file specify, in JSON or YAML
    #[arg(long, value_name = "FILE")]
    pub outcomes: Option<PathBuf>,
    /// Executions per minute
    #[arg(long, default_value_t = 60, value_name = "STARTS_PER_MINUTE", requires = "outcomes", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub rate: u32,
    /// Failures of the new version per minute that cause the alarms
    #[arg(long, default_value_t = 1, value_name = "NUMBER", requires = "outcomes", value_parser = clap::value_parser!(u64).range(1..))]
    pub alarm_threshold: u64,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 0, value_name = "NUMBER", requires = "outcomes")]
    pub seed: u64,
    /// Name of the alias, for rules with `alias`
    #[arg(long, default_value = "ALIAS", value_name = "NAME", value_parser = parse_alias)]
    pub alias: String,
}

/// Checks the name of an alias.
fn parse_alias(name: &str) -> Result<String, String> {
    let input = json!({"name": name, "routingConfiguration": []}).to_string();
    let problems = sfn_alias::check("CreateStateMachineAlias", input.as_bytes()).map_err(|error| error.to_string())?;
    match problems.into_iter().find(|problem| problem.path == "/name") {
        Some(problem) => Err(format!("not a valid name of an alias: {}", problem.fix)),
        None => Ok(name.to_owned()),
    }
}

impl TrafficArgs {
    fn read(&self) -> Result<Option<Traffic>, CliError> {
        let Self { rate: starts_per_minute, alarm_threshold, seed, .. } = *self;
        let Some(path) = self.outcomes.clone() else { return Ok(None) };
        let outcomes = OutcomesFile::new(path).read()?;
        Ok(Some(Traffic { starts_per_minute, outcomes, seed, alarm_threshold }))
    }
}

pub(crate) fn run(args: &SimulateArgs) -> CommandResult {
    let plan = args.preference.request()?.plan()?;
    let invalid = |error| CliError::Usage(format!("--events: expected a JSON array of events, @FILE or -: {error}"));
    let events: Vec<SimulationEvent> = serde_json::from_slice(&input::read_argument(&args.events)?).map_err(invalid)?;
    let machine = sfn_alias::parse_arn(&plan.target)?.state_machine_arn().to_owned();
    let deployment = Deployment::new(&format!("{machine}:{}", args.traffic.alias), None, plan.clone())?;
    let simulation = match args.traffic.read()? {
        Some(traffic) => simulate_traffic(deployment, &events, &traffic)?,
        None => simulate(deployment, &events)?,
    };
    if args.svg {
        output::print_text(&simulation.to_svg(&plan))?;
    } else if args.json {
        output::print_value(&simulation)?;
    } else {
        output::print_text(&format_simulation(&simulation))?;
    }
    Ok(OK)
}

/// Formats a simulation: one line per entry, followed by the outcome.
pub(crate) fn format_simulation(simulation: &Simulation) -> String {
    let Simulation { entries, outcome, ended_at_seconds, updates, .. } = simulation;
    let mut text: String = entries.iter().map(|entry| format!("{}\n", format_entry(entry))).collect();
    let plural = if *updates == 1 { "" } else { "s" };
    text += &format!("{ended_at_seconds:>7}s  {}\n", format_outcome(outcome));
    text += &format!("{updates} update{plural}; final routing: {}\n", format_routes(&simulation.routing));
    text.extend(simulation.starts.iter().map(VersionStarts::describe).map(|line| line + "\n"));
    if let Some(before) = &simulation.stack_rollback {
        text += &format!("CloudFormation then rolls back the stack and sets the routing: {}\n", format_routes(before));
    }
    for event in &simulation.unused_events {
        text += &format!("unused event: {}\n", event);
    }
    text
}

/// Formats how a deployment ended.
pub(crate) fn format_outcome(outcome: &DeploymentOutcome) -> String {
    let result = outcome.describe();
    match outcome {
        DeploymentOutcome::Succeeded => result.to_owned(),
        DeploymentOutcome::RolledBack(Rollback { message, .. }) | DeploymentOutcome::Drifted { message, .. } => {
            format!("{result}: {message}")
        }
        DeploymentOutcome::Failed { code, message } => format!("{result}: {code}: {message}"),
    }
}

fn format_entry(entry: &SimulationEntry) -> String {
    let (at_seconds, text) = match entry {
        SimulationEntry::Call { at_seconds, action, observation, extra_read } => {
            let mark = if *extra_read { "  (CloudFormation does not make this call)" } else { "" };
            (at_seconds, format!("{}{}{mark}", format_action(action), format_result(observation.as_ref())))
        }
        SimulationEntry::Wait { at_seconds, until_seconds } => (at_seconds, format!("wait until {until_seconds}s")),
        SimulationEntry::Event { at_seconds, event } => (at_seconds, format!("event: {}", event)),
        SimulationEntry::Restart { at_seconds } => (at_seconds, "the process restarts".to_owned()),
    };
    format!("{at_seconds:>7}s  {text}")
}

fn format_action(action: &Action) -> String {
    match action {
        Action::DescribeAlias { .. } => "read the alias".to_owned(),
        Action::DescribeAlarms { .. } => "check the alarms".to_owned(),
        Action::UpdateAlias { input } => format!("update the alias to {}", format_routes(&input.routing_configuration)),
        Action::Wait { until_millis, .. } => format!("wait until {}s", until_millis / 1000),
        Action::Done { outcome } => format_outcome(outcome),
    }
}

fn format_result(observation: Option<&Observation>) -> String {
    match observation {
        None => ": no response".to_owned(),
        Some(Observation::Alias { routing_configuration }) => format!(": {}", format_routes(routing_configuration)),
        Some(Observation::Alarms { alarms }) => {
            let states = alarms.iter().map(|alarm| format!("{} is {}", alarm.name, alarm.state));
            format!(": {}", states.collect::<Vec<_>>().join(", "))
        }
        Some(Observation::Failed(CallFailure { code, message, .. })) => format!(": {code}: {message}"),
        Some(Observation::Start | Observation::Updated | Observation::Waited) => String::new(),
    }
}
