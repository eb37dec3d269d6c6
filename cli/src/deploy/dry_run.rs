//! `--dry-run`: shows the plan, the calls without disturbances, the saved progress, and the alarm states.

use super::args::DeployArgs;
use super::client::Client;
use super::log::now_millis;
use crate::exit::{CliError, CommandResult, OK, REJECTED, outcome_exit_code};
use crate::output;
use crate::simulate::{format_outcome, format_simulation};
use serde_json::json;
use sfn_alias_deployment::{
    Action, AlarmState, AlarmsInput, CallFailure, Deployment, DeploymentOutcome, DeploymentRequest, Observation, Phase,
    Preparation, SimulationEvent, short_name, simulate,
};
use std::path::Path;

/// Runs `sfn-alias deploy --dry-run`. It only reads the alias, the version and the alarms.
///
/// The exit code is that of the deployment, if nothing changes meanwhile. An alarm that does not exist is an error too.
pub(super) fn run(args: &DeployArgs, path: &Path, client: &Client, request: &DeploymentRequest) -> CommandResult {
    let saved = request.resume_from_file(path)?;
    let deployment = match &saved {
        Some(saved) => Deployment::new(&args.alias, args.description.as_deref(), saved.plan().clone())?,
        None => match client.prepare(args, request)? {
            Preparation { created: true, .. } => return print_creation(args),
            Preparation { routing_configuration, .. } => request.start(routing_configuration)?,
        },
    };
    client.check_alarm_source(&deployment)?;
    let plan = deployment.plan().clone();
    let alarms = describe_alarms(client, plan.alarms());
    let events = alarms.as_ref().map(|found| SimulationEvent::from_alarms(plan.alarms(), found)).unwrap_or_default();
    let simulation = simulate(deployment, &events)?;
    let next = saved.clone().map(|saved| find_next_outcome(saved, client)).transpose()?.flatten();
    let outcome = next.unwrap_or_else(|| simulation.outcome.clone());
    let progress = saved.map(|saved| saved.progress(now_millis()));
    if args.json {
        output::print_value(&json!({
            "plan": plan, "simulation": simulation, "progress": progress, "alarms": alarms, "outcome": outcome,
        }))?;
    } else {
        let text = match (progress, outcome == simulation.outcome) {
            (Some(progress), true) => format!("\nprogress: {}\n", progress.text),
            (Some(progress), false) => format!("\nprogress: {}; then {}\n", progress.text, format_outcome(&outcome)),
            _ => String::new(),
        };
        let alarms = alarms.as_ref().map(|found| format!("\n{}", format_alarms(found, plan.alarms())));
        let (simulation, alarms) = (format_simulation(&simulation), alarms.unwrap_or_default());
        output::print_text(&format!("{}\n{simulation}{text}{alarms}", plan.to_table()))?;
    }
    let has_missing_alarm = alarms.as_ref().is_some_and(|found| has_missing_alarm(found, plan.alarms()));
    Ok(if has_missing_alarm { REJECTED } else { outcome_exit_code(&outcome) })
}

fn print_creation(args: &DeployArgs) -> CommandResult {
    let DeployArgs { alias, new_version, json, .. } = args;
    match json {
        true => output::print_value(&json!({ "created": true, "alias": alias, "version": new_version }))?,
        false => output::print_line(format_args!("would create `{alias}`: 100 % {}", short_name(new_version)))?,
    }
    Ok(OK)
}

/// Reads the alarms once.
fn describe_alarms(client: &Client, names: &[String]) -> Option<Observation> {
    let input = AlarmsInput::new(names.to_vec());
    (!names.is_empty()).then(|| client.execute(&Action::DescribeAlarms { input }))
}

/// Returns the outcome of a saved deployment if it ends at its next check, with this alias and these alarms.
fn find_next_outcome(mut saved: Deployment, client: &Client) -> Result<Option<DeploymentOutcome>, CliError> {
    let mut observation = Observation::Start;
    let now = match saved.checkpoint().phase {
        Phase::Waiting { until_millis, .. } => until_millis,
        _ => now_millis(),
    };
    loop {
        match saved.next(now, &observation)? {
            Action::Done { outcome } => return Ok(Some(outcome)),
            read @ (Action::DescribeAlias { .. } | Action::DescribeAlarms { .. }) => {
                observation = client.execute(&read)
            }
            Action::UpdateAlias { .. } | Action::Wait { .. } => return Ok(None),
        }
    }
}

fn has_missing_alarm(observation: &Observation, names: &[String]) -> bool {
    let Observation::Alarms { alarms } = observation else { return false };
    names.iter().any(|name| !alarms.iter().any(|alarm| alarm.name == *name))
}

fn format_alarms(observation: &Observation, names: &[String]) -> String {
    let alarms = match observation {
        Observation::Alarms { alarms } => alarms,
        Observation::Failed(CallFailure { code, message, .. }) => {
            return format!("cannot read the alarms: {code}: {message}\n");
        }
        _ => return String::new(),
    };
    let format_line = |name: &String| match alarms.iter().find(|alarm| alarm.name == *name).map(|alarm| alarm.state) {
        None => format!("{name} does not exist: it would not roll back the deployment; check the name\n"),
        Some(AlarmState::Alarm) => format!("{name} is in ALARM: it would roll back the deployment\n"),
        Some(AlarmState::Ok) => format!("{name} is OK\n"),
        Some(AlarmState::InsufficientData) => {
            format!("{name} is in INSUFFICIENT_DATA: it does not roll back the deployment\n")
        }
    };
    names.iter().map(format_line).collect()
}
