//! `sfn-alias simulate`

use crate::exit::{CliError, CommandResult, OK};
use crate::preference::PreferenceArgs;
use crate::{input, output};
use clap::Args;
use serde_json::json;
use sfn_alias_deployment::{
    Action, CallFailure, Deployment, DeploymentOutcome, Observation, Route, Simulation, SimulationEntry,
    SimulationEvent, short_name, simulate,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  sfn-alias simulate 10/5m --current @routing.json --new VERSION_ARN \\
    --alarm errors --events @events.json
  where events.json is:
    [{\"event\": \"alarm\", \"atSeconds\": 90, \"name\": \"errors\", \"state\": \"ALARM\"}]

Events and their members:
  alarm        atSeconds, name, state: an alarm changes its state
  drift        atSeconds, routingConfiguration: someone else updates the alias
  crash        atSeconds, restartAtSeconds: the deployment process crashes
  crashAtCall  call, applied, restartAfterSeconds: it crashes at this call
               (1 is the first); applied: whether AWS executed the call
  failure      atSeconds, call, times, code, message, status, applied:
               calls fail

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
}

pub(crate) fn run(args: &SimulateArgs) -> CommandResult {
    let plan = args.preference.request()?.plan()?;
    let invalid = |error| CliError::Usage(format!("--events: expected a JSON array of events, @FILE or -: {error}"));
    let events: Vec<SimulationEvent> = serde_json::from_slice(&input::read_argument(&args.events)?).map_err(invalid)?;
    let machine = sfn_alias::parse_arn(&plan.target)?.state_machine_arn().to_owned();
    let simulation = simulate(Deployment::new(&format!("{machine}:ALIAS"), None, plan)?, &events)?;
    if args.json {
        output::print_json(json!(simulation).to_string().as_bytes(), false)?;
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
    if let Some(before) = &simulation.stack_rollback {
        text += &format!("CloudFormation then rolls back the stack and sets the routing: {}\n", format_routes(before));
    }
    for event in &simulation.unused_events {
        text += &format!("unused event: {}\n", format_event(event));
    }
    text
}

/// Formats how a deployment ended.
pub(crate) fn format_outcome(outcome: &DeploymentOutcome) -> String {
    match outcome {
        DeploymentOutcome::Succeeded => "succeeded".to_owned(),
        DeploymentOutcome::RolledBack { message, .. } => format!("rolled back: {message}"),
        DeploymentOutcome::Drifted { message, .. } => format!("stopped because of drift: {message}"),
        DeploymentOutcome::Failed { code, message } => format!("failed: {code}: {message}"),
    }
}

fn format_entry(entry: &SimulationEntry) -> String {
    let (at_seconds, text) = match entry {
        SimulationEntry::Call { at_seconds, action, observation, extra_read } => {
            let mark = if *extra_read { "  (CloudFormation does not make this call)" } else { "" };
            (at_seconds, format!("{}{}{mark}", format_action(action), format_result(observation.as_ref())))
        }
        SimulationEntry::Wait { at_seconds, until_seconds } => (at_seconds, format!("wait until {until_seconds}s")),
        SimulationEntry::Event { at_seconds, event } => (at_seconds, format!("event: {}", format_event(event))),
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

fn format_event(event: &SimulationEvent) -> String {
    match event {
        SimulationEvent::Alarm { name, state, .. } => format!("the alarm {name} is {state}"),
        SimulationEvent::Drift { routing_configuration, .. } => {
            format!("someone else updates the alias to {}", format_routes(routing_configuration))
        }
        SimulationEvent::Crash { .. } => "the process crashes".to_owned(),
        SimulationEvent::CrashAtCall { call, applied, .. } => {
            let when = if *applied { "after" } else { "before" };
            format!("the process crashes {when} call {call}")
        }
        SimulationEvent::Failure { code, message, times, .. } => {
            let calls = if *times == 1 { "1 call fails".to_owned() } else { format!("{times} calls fail") };
            format!("{calls}: {code}: {message}")
        }
    }
}

fn format_routes(routing: &[Route]) -> String {
    let format_route = |route: &Route| format!("{} % {}", route.weight, short_name(&route.state_machine_version_arn));
    routing.iter().map(format_route).collect::<Vec<_>>().join(", ")
}
