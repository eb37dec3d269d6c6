//! `sfn-alias simulate`

use super::exit::{Failure, OK, Outcome};
use super::preference::PreferenceArgs;
use super::{input, output};
use clap::Args;
use serde_json::{Value, json};
use sfn_alias_deployment::{Course, Deployment, Entry, Event, simulate};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sfn-alias simulate 10/5m --current @routing.json --new ARN --alarm errors \\
    --events '[{\"event\": \"alarm\", \"atSeconds\": 90, \"name\": \"errors\", \"state\": \"ALARM\"}]'

Events: alarm (atSeconds, name, state), drift (atSeconds, routingConfiguration), crash (atSeconds,
restartAtSeconds), crashAtCall (call, applied, restartAfterSeconds), failure (atSeconds, call, times, code,
message, applied). The course is that of CloudFormation's provider; calls that are ours alone are marked.")]
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

pub(super) fn run(args: &SimulateArgs) -> Outcome {
    let plan = args.preference.request()?.plan()?;
    let unreadable = |error| Failure::Usage(format!("--events: {error}"));
    let events: Vec<Event> = serde_json::from_slice(&input::read(&args.events)?).map_err(unreadable)?;
    let machine = sfn_alias::parse_arn(&plan.target)?.machine_arn().to_owned();
    let course = simulate(Deployment::new(&format!("{machine}:ALIAS"), None, plan)?, &events)?;
    if args.json {
        output::json(json!(course).to_string().as_bytes(), false)?;
    } else {
        output::text(&text(&course))?;
    }
    Ok(OK)
}

/// A course, one line an entry, and how it ends.
pub(super) fn text(course: &Course) -> String {
    let lines: String = course.entries.iter().map(|entry| format!("{}\n", line(entry))).collect();
    let routes = course.routing.iter().map(|route| format!("{} % {}", route.weight, route.state_machine_version_arn));
    let routes = routes.collect::<Vec<_>>().join(", ");
    let (end, updates) = (course.ended_at_seconds, course.updates);
    format!("{lines}{end:>7}s  {} after {updates} updates, with {routes}\n", outcome(&course.outcome))
}

/// How a deployment ended, as a sentence.
pub(super) fn outcome(outcome: &sfn_alias_deployment::Outcome) -> String {
    use sfn_alias_deployment::Outcome::{Drifted, Failed, RolledBack, Succeeded};
    match outcome {
        Succeeded => "succeeded".to_owned(),
        RolledBack { message, .. } => format!("rolled back: {message}"),
        Drifted { message, .. } => format!("stopped at drift: {message}"),
        Failed { code, message } => format!("failed: {code}: {message}"),
    }
}

fn line(entry: &Entry) -> String {
    match entry {
        Entry::Call { at_seconds, action, observation, ours } => {
            let mark = if *ours { "  (not CloudFormation's)" } else { "" };
            let answer = observation.as_ref().map_or_else(|| "no answer".to_owned(), |seen| shown(json!(seen)));
            format!("{at_seconds:>7}s  {}  ->  {answer}{mark}", shown(json!(action)))
        }
        Entry::Wait { at_seconds, until_seconds } => format!("{at_seconds:>7}s  waits until {until_seconds}s"),
        Entry::Event { at_seconds, event } => format!("{at_seconds:>7}s  event: {}", shown(json!(event))),
        Entry::Restart { at_seconds } => format!("{at_seconds:>7}s  is started again"),
    }
}

/// The name, and what is said with it.
fn shown(mut value: Value) -> String {
    let Some(members) = value.as_object_mut() else { return value.to_string() };
    members.remove("atSeconds");
    let names = ["action", "observed", "event"];
    let name = names.iter().find_map(|name| members.remove(*name)).unwrap_or_default();
    let name = name.as_str().unwrap_or_default();
    let rest = members.remove("input").unwrap_or(value);
    if rest.as_object().is_some_and(serde_json::Map::is_empty) { name.to_owned() } else { format!("{name} {rest}") }
}
