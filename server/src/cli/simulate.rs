//! `sfn-alias simulate`

use super::exit::{CliError, CommandResult, OK};
use super::preference::PreferenceArgs;
use super::{input, output};
use clap::Args;
use serde_json::json;
use sfn_alias_deployment::{
    Action, Deployment, Observation, Route, Simulation, SimulationEntry, SimulationEvent, short_name, simulate,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sfn-alias simulate 10/5m --current @routing.json --new ARN --alarm errors \\
    --events '[{\"event\": \"alarm\", \"atSeconds\": 90, \"name\": \"errors\", \"state\": \"ALARM\"}]'

Events:
  alarm        atSeconds, name, state: an alarm is in that state from then on
  drift        atSeconds, routingConfiguration: someone else updates the alias
  crash        atSeconds, restartAtSeconds: the driver is dead for so long
  crashAtCall  call, applied, restartAfterSeconds: it dies at its n-th call
  failure      atSeconds, call, times, code, message, applied: calls fail from then on

The course is that of CloudFormation's provider; calls that are ours alone are marked.")]
pub(super) struct SimulateArgs {
    #[command(flatten)]
    pub preference: PreferenceArgs,
    /// What happens to it: an array in JSON, @FILE, or - for standard input
    #[arg(long, default_value = "[]", value_name = "EVENTS")]
    pub events: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

pub(super) fn run(args: &SimulateArgs) -> CommandResult {
    let plan = args.preference.request()?.plan()?;
    let unreadable = |error| CliError::Usage(format!("--events: {error}"));
    let events: Vec<SimulationEvent> =
        serde_json::from_slice(&input::read_argument(&args.events)?).map_err(unreadable)?;
    let machine = sfn_alias::parse_arn(&plan.target)?.state_machine_arn().to_owned();
    let course = simulate(Deployment::new(&format!("{machine}:ALIAS"), None, plan)?, &events)?;
    if args.json {
        output::print_json(json!(course).to_string().as_bytes(), false)?;
    } else {
        output::print_text(&text(&course))?;
    }
    Ok(OK)
}

/// A course, one line an entry, and how it ends.
pub(super) fn text(course: &Simulation) -> String {
    let lines: String = course.entries.iter().map(|entry| format!("{}\n", line(entry))).collect();
    let (end, updates) = (course.ended_at_seconds, course.updates);
    let plural = if updates == 1 { "" } else { "s" };
    let leads = routes(&course.routing);
    let ended = outcome(&course.outcome);
    let never = course.unused_events.iter().map(|event| format!("never happened: {}\n", happened(event)));
    let never: String = never.collect();
    let back = course.stack_rollback.as_deref().map(|before| {
        format!("CloudFormation then rolls the stack back, and updates the alias to {}\n", routes(before))
    });
    let back = back.unwrap_or_default();
    format!("{lines}{end:>7}s  {ended}\n{updates} update{plural}; the alias leads to {leads}\n{back}{never}")
}

/// How a deployment ended, as a sentence.
pub(super) fn outcome(outcome: &sfn_alias_deployment::DeploymentOutcome) -> String {
    use sfn_alias_deployment::DeploymentOutcome::{Drifted, Failed, RolledBack, Succeeded};
    match outcome {
        Succeeded => "succeeded".to_owned(),
        RolledBack { message, .. } => format!("rolled back: {message}"),
        Drifted { message, .. } => format!("stopped at drift: {message}"),
        Failed { code, message } => format!("failed: {code}: {message}"),
    }
}

fn line(entry: &SimulationEntry) -> String {
    let (at, what) = match entry {
        SimulationEntry::Call { at_seconds, action, observation, extra_read } => {
            let mark = if *extra_read { "  (not CloudFormation's)" } else { "" };
            (at_seconds, format!("{}{}{mark}", asked(action), answered(observation.as_ref())))
        }
        SimulationEntry::Wait { at_seconds, until_seconds } => (at_seconds, format!("waits until {until_seconds}s")),
        SimulationEntry::Event { at_seconds, event } => (at_seconds, format!("event: {}", happened(event))),
        SimulationEntry::Restart { at_seconds } => (at_seconds, "is started again".to_owned()),
    };
    format!("{at:>7}s  {what}")
}

fn asked(action: &Action) -> String {
    match action {
        Action::DescribeAlias { .. } => "looks at the alias".to_owned(),
        Action::DescribeAlarms { .. } => "looks at the alarms".to_owned(),
        Action::UpdateAlias { input } => format!("updates the alias to {}", routes(&input.routing_configuration)),
        Action::Wait { until_millis, .. } => format!("waits until {}s", until_millis / 1000),
        Action::Done { outcome: ended } => outcome(ended),
    }
}

fn answered(observation: Option<&Observation>) -> String {
    match observation {
        None => ", and has no answer".to_owned(),
        Some(Observation::Alias { routing_configuration }) => format!(": {}", routes(routing_configuration)),
        Some(Observation::Alarms { alarms }) => {
            let states = alarms.iter().map(|alarm| format!("{} is {}", alarm.name, alarm.state));
            format!(": {}", states.collect::<Vec<_>>().join(", "))
        }
        Some(Observation::Failed { code, message }) => format!(": {code}: {message}"),
        Some(Observation::Start | Observation::Updated | Observation::Waited) => String::new(),
    }
}

fn happened(event: &SimulationEvent) -> String {
    match event {
        SimulationEvent::Alarm { name, state, .. } => format!("the alarm {name} is {state}"),
        SimulationEvent::Drift { routing_configuration, .. } => {
            format!("someone else updates the alias to {}", routes(routing_configuration))
        }
        SimulationEvent::Crash { .. } => "the driver dies".to_owned(),
        SimulationEvent::CrashAtCall { call, applied, .. } => {
            let applied = if *applied { "after it came through" } else { "before it" };
            format!("the driver dies at call {call}, {applied}")
        }
        SimulationEvent::Failure { code, message, times, .. } => {
            let calls = if *times == 1 { "1 call fails".to_owned() } else { format!("{times} calls fail") };
            format!("{calls}: {code}: {message}")
        }
    }
}

fn routes(routing: &[Route]) -> String {
    let route = |route: &Route| format!("{} % {}", route.weight, short_name(&route.state_machine_version_arn));
    routing.iter().map(route).collect::<Vec<_>>().join(", ")
}
