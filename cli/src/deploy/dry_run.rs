//! `--dry-run`: shows the plan, the calls without disturbances, the saved progress, and the alarm states.

use super::args::DeployArgs;
use super::client::Client;
use super::progress::now_millis;
use crate::exit::{CommandResult, OK};
use crate::{output, simulate::format_simulation};
use serde_json::json;
use sfn_alias_deployment::{
    Action, AlarmState, CallFailure, Deployment, DeploymentRequest, Observation, Simulation, SimulationEntry, simulate,
};
use std::path::Path;

/// Runs `sfn-alias deploy --dry-run`. It only reads the alias and the alarms.
pub(super) fn run(args: &DeployArgs, path: &Path, client: &Client, request: &DeploymentRequest) -> CommandResult {
    let saved = request.resume_from_file(path)?;
    let progress = saved.as_ref().map(|deployment| deployment.progress(now_millis()));
    let deployment = match saved {
        Some(saved) => Deployment::new(&args.alias, args.description.as_deref(), saved.plan().clone())?,
        None => client.start_deployment(request)?,
    };
    client.check_alarm_source(&deployment)?;
    let plan = deployment.plan().clone();
    let simulation = simulate(deployment, &[])?;
    let alarms = describe_alarms(client, &simulation);
    if args.json {
        output::print_value(
            &json!({ "plan": plan, "simulation": simulation, "progress": progress, "alarms": alarms }),
        )?;
    } else {
        let progress = progress.map(|progress| format!("\nprogress: {}\n", progress.text)).unwrap_or_default();
        let alarms = alarms.map(|alarms| format!("\n{}", format_alarms(&alarms, plan.alarms()))).unwrap_or_default();
        let simulation = format_simulation(&simulation);
        output::print_text(&format!("{}\n{simulation}{progress}{alarms}", plan.to_table()))?;
    }
    Ok(OK)
}

/// Reads the alarms once, if the deployment would do so.
fn describe_alarms(client: &Client, simulation: &Simulation) -> Option<Observation> {
    simulation.entries.iter().find_map(|entry| match entry {
        SimulationEntry::Call { action: action @ Action::DescribeAlarms { .. }, .. } => Some(client.execute(action)),
        _ => None,
    })
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
        None => format!("{name} has no state: it does not roll back the deployment; check the name\n"),
        Some(AlarmState::Alarm) => format!("{name} is in ALARM: it would roll back the deployment\n"),
        Some(AlarmState::Ok) => format!("{name} is OK\n"),
        Some(AlarmState::InsufficientData) => {
            format!("{name} is in INSUFFICIENT_DATA: it does not roll back the deployment\n")
        }
    };
    names.iter().map(format_line).collect()
}
