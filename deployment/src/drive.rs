//! Drives a deployment over a store of this crate.

use super::action::{Action, Alarm, DeploymentOutcome, Observation};
use super::checkpoint::Checkpoint;
use super::driver::Deployment;
use super::error::DeploymentError;
use super::routes;
use sfn_alias::Error;
use sfn_alias::StepFunctions;
use sfn_alias::wire::input::DescribeStateMachineAliasInput;

/// What a driver needs beside the alias: time, alarms, and a place to keep the checkpoint.
pub trait Environment {
    /// The time, in milliseconds since 1970.
    fn now_millis(&mut self) -> i64;

    /// Returns when that time has come.
    fn sleep_until(&mut self, millis: i64);

    /// The states of these alarms; one that is left away is not in alarm.
    ///
    /// # Errors
    /// A code and a message; [`Observation::Failed`] says what becomes of it.
    fn alarms(&mut self, names: &[String]) -> Result<Vec<Alarm>, (String, String)>;

    /// Keeps the checkpoint, before what it says is done.
    ///
    /// # Errors
    /// Why it cannot be kept. No shift is made then; the alarms are looked at, and traffic is sent back, all the
    /// same. The deployment can be resumed from the checkpoint kept before.
    fn keep(&mut self, checkpoint: &Checkpoint) -> Result<(), DeploymentError>;
}

/// Drives a deployment to its end: a new one, or one that was resumed.
///
/// # Errors
/// What [`Environment::keep`] says.
pub fn drive(
    aliases: &StepFunctions,
    deployment: &mut Deployment,
    host: &mut dyn Environment,
) -> Result<DeploymentOutcome, DeploymentError> {
    let mut observation = Observation::Start;
    loop {
        let action = deployment.next(host.now_millis(), &observation)?;
        let kept = host.keep(deployment.checkpoint());
        observation = match &action {
            Action::Done { outcome } => return kept.map(|()| outcome.clone()),
            shift if deployment.requires_save(shift) => {
                kept?;
                perform(aliases, shift)
            }
            Action::Wait { until_millis, .. } => {
                host.sleep_until(*until_millis);
                Observation::Waited
            }
            Action::DescribeAlarms { input } => match host.alarms(&input.alarm_names) {
                Ok(alarms) => Observation::Alarms { alarms },
                Err((code, message)) => Observation::Failed { code, message },
            },
            call => perform(aliases, call),
        };
    }
}

/// Makes the call of an action on an alias, and answers what came of it.
pub fn perform(aliases: &StepFunctions, action: &Action) -> Observation {
    let result = match action {
        Action::DescribeAlias { input } => {
            let state_machine_alias_arn = Some(input.state_machine_alias_arn.as_str().into());
            let described =
                aliases.describe_state_machine_alias(&DescribeStateMachineAliasInput { state_machine_alias_arn });
            described.map(|alias| Observation::Alias { routing_configuration: alias.routing_configuration })
        }
        Action::UpdateAlias { input } => {
            let (alias, description) = (&input.state_machine_alias_arn, input.description.as_deref());
            let update = routes::update(alias, description, &input.routing_configuration);
            aliases.update_state_machine_alias(&update).map(|_| Observation::Updated)
        }
        Action::DescribeAlarms { .. } | Action::Wait { .. } | Action::Done { .. } => Ok(Observation::Waited),
    };
    result.unwrap_or_else(|error: Error| Observation::Failed {
        code: error.code().to_owned(),
        message: error.to_string(),
    })
}
