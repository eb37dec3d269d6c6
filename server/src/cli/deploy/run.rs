//! From the command line to the end of the deployment.

use super::args::DeployArgs;
use super::client::{Client, no_alarms};
use super::show;
use super::state::{State, kept};
use crate::cli::exit::{FAILED, Failure, OK, Outcome as Exit, REFUSED};
use crate::cli::{output, simulate as course};
use serde_json::{Value, json};
use sfn_alias_deployment::{Action, Deployment, DeploymentError, Observation, Outcome, PlanRequest, Record, simulate};
use std::path::Path;

/// `sfn-alias deploy`
pub(in crate::cli) fn run(args: &DeployArgs) -> Exit {
    let request = args.request()?;
    let client = Client::of(args)?;
    let Some(path) = args.state.as_deref().filter(|_| !args.dry_run) else {
        return dry_run(args, &client, request);
    };
    let state = State::at(path)?;
    let kept = kept(path)?.map(|record| resumed(args, path, request.clone(), record)).transpose()?.flatten();
    let mut deployment = kept.map_or_else(|| begun(args, &client, request), Ok)?;
    if !deployment.plan().alarms().is_empty() && client.alarms.is_none() {
        return Err(no_alarms());
    }
    let outcome = drive(&client, &state, &mut deployment)?;
    tell(args, &outcome)
}

fn begun(args: &DeployArgs, client: &Client, request: PlanRequest) -> Result<Deployment, Failure> {
    let current_routing = client.routing(&args.alias)?;
    let plan = PlanRequest { current_routing, ..request }.plan()?;
    Ok(Deployment::new(&args.alias, args.description.as_deref(), plan)?)
}

/// What was kept, where it is what is asked for.
fn resumed(
    args: &DeployArgs,
    path: &Path,
    request: PlanRequest,
    record: Record,
) -> Result<Option<Deployment>, Failure> {
    let kept = Deployment::resume_asked(record, &args.alias, args.description.as_deref(), request);
    kept.map_err(|error| match error {
        // Only of the file: what is wrong with the command line is told as at the beginning.
        DeploymentError::Another { .. } | DeploymentError::Record { .. } => {
            Failure::Usage(format!("the state file `{}`: {error}", path.display()))
        }
        other => other.into(),
    })
}

fn drive(client: &Client, state: &State, deployment: &mut Deployment) -> Result<Outcome, Failure> {
    let mut observation = Observation::Start;
    loop {
        let action = deployment.next(show::now_millis(), &observation)?;
        state.keep(deployment.record())?;
        show::progress(deployment);
        observation = match &action {
            Action::Done { outcome } => return Ok(outcome.clone()),
            Action::Wait { until_millis, .. } => {
                show::wait(deployment, *until_millis);
                Observation::Waited
            }
            call => client.perform(call)?,
        };
    }
}

fn tell(args: &DeployArgs, outcome: &Outcome) -> Exit {
    if args.json {
        output::json(json!(outcome).to_string().as_bytes(), false)?;
    } else {
        let hint = if matches!(outcome, Outcome::Failed { .. }) { "; the same command goes on from there" } else { "" };
        output::line(format_args!("{}{hint}", course::outcome(outcome)))?;
    }
    Ok(match outcome {
        Outcome::Succeeded => OK,
        Outcome::RolledBack { .. } | Outcome::Drifted { .. } => REFUSED,
        Outcome::Failed { .. } => FAILED,
    })
}

/// The plan, and the course where nothing happens to it; and how far it is, where it has begun. Only the alias is
/// read.
fn dry_run(args: &DeployArgs, client: &Client, request: PlanRequest) -> Exit {
    let begun_before = match args.state.as_deref() {
        Some(path) => kept(path)?.map(|record| resumed(args, path, request.clone(), record)).transpose()?.flatten(),
        None => None,
    };
    let progress = begun_before.as_ref().map(|deployment| deployment.progress(show::now_millis()));
    let deployment = match begun_before {
        Some(kept) => Deployment::new(&args.alias, args.description.as_deref(), kept.plan().clone())?,
        None => begun(args, client, request)?,
    };
    let table = deployment.plan().to_table();
    let plan: Value = json!(deployment.plan());
    let found = simulate(deployment, &[])?;
    if args.json {
        let value = json!({ "plan": plan, "course": found, "progress": progress });
        output::json(value.to_string().as_bytes(), false)?;
    } else {
        let so_far = progress.map(|progress| format!("\nso far: {}\n", progress.text)).unwrap_or_default();
        output::text(&format!("{table}\n{}{so_far}", course::text(&found)))?;
    }
    Ok(OK)
}
