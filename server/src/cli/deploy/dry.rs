//! What would happen: the plan, the course where nothing happens to it, how far it is, and the alarms.

use super::args::DeployArgs;
use super::client::Client;
use super::run::{begun, resumed, watched};
use super::show;
use super::state_file::kept;
use crate::cli::exit::{CommandResult, OK};
use crate::cli::{output, simulate as course};
use serde_json::json;
use sfn_alias_deployment::{
    Action, AlarmState, Deployment, Observation, PlanRequest, Simulation, SimulationEntry, simulate,
};
use std::path::Path;

/// The plan, the calls and how far it is, where it has begun. Only the alias and the alarms are read.
pub(super) fn run(args: &DeployArgs, path: &Path, client: &Client, request: PlanRequest) -> CommandResult {
    let begun_before = match kept(path)? {
        Some(checkpoint) => resumed(args, path, request.clone(), checkpoint)?,
        None => None,
    };
    let progress = begun_before.as_ref().map(|deployment| deployment.progress(show::now_millis()));
    let deployment = match begun_before {
        Some(kept) => Deployment::new(&args.alias, args.description.as_deref(), kept.plan().clone())?,
        None => begun(args, client, request)?,
    };
    watched(client, &deployment)?;
    let plan = deployment.plan().clone();
    let found = simulate(deployment, &[])?;
    let alarms = look(client, &found);
    if args.json {
        let value = json!({ "plan": plan, "simulation": found, "progress": progress, "alarms": alarms });
        output::print_json(value.to_string().as_bytes(), false)?;
    } else {
        let so_far = progress.map(|progress| format!("\nso far: {}\n", progress.text)).unwrap_or_default();
        let alarms = alarms.map(|seen| format!("\n{}", told(&seen, plan.alarms()))).unwrap_or_default();
        output::print_text(&format!("{}\n{}{so_far}{alarms}", plan.to_table(), course::text(&found)))?;
    }
    Ok(OK)
}

/// One look at the alarms, where the deployment would begin with one.
fn look(client: &Client, course: &Simulation) -> Option<Observation> {
    course.entries.iter().find_map(|entry| match entry {
        SimulationEntry::Call { action: action @ Action::DescribeAlarms { .. }, .. } => Some(client.perform(action)),
        _ => None,
    })
}

fn told(seen: &Observation, watched: &[String]) -> String {
    let alarms = match seen {
        Observation::Alarms { alarms } => alarms,
        Observation::Failed { code, message } => return format!("the alarms cannot be read: {code}: {message}\n"),
        _ => return String::new(),
    };
    let line = |name: &String| match alarms.iter().find(|alarm| alarm.name == *name).map(|alarm| alarm.state) {
        None => format!("{name} does not exist: nobody watches it\n"),
        Some(AlarmState::Alarm) => format!("{name} is in ALARM: the deployment would be aborted at once\n"),
        Some(AlarmState::Ok) => format!("{name} is OK\n"),
        Some(AlarmState::InsufficientData) => format!("{name} has INSUFFICIENT_DATA: that aborts nothing\n"),
    };
    watched.iter().map(line).collect()
}
