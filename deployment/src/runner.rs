//! Runs a deployment against the emulated service.

use super::action::{Action, Alarm, DeploymentOutcome, Observation};
use super::checkpoint::Checkpoint;
use super::deployment::Deployment;
use super::error::DeploymentError;
use super::routing;
use sfn_alias::Error;
use sfn_alias::StepFunctions;
use sfn_alias::wire::input::DescribeStateMachineAliasInput;

/// What [`run_deployment`] needs besides the service: a clock, alarm states, and storage for the checkpoint.
pub trait Environment {
    /// Returns the time, in milliseconds since 1970.
    fn now_millis(&mut self) -> i64;

    /// Blocks until this time, in milliseconds since 1970.
    fn sleep_until(&mut self, millis: i64);

    /// Returns the states of these alarms. An alarm that is missing from the result does not abort the deployment.
    ///
    /// # Errors
    /// Returns a code and a message. They become an [`Observation::Failed`].
    fn describe_alarms(&mut self, names: &[String]) -> Result<Vec<Alarm>, (String, String)>;

    /// Saves the checkpoint. It is called before each action.
    ///
    /// # Errors
    /// Returns an error if the checkpoint cannot be saved. The deployment then makes no further shift, but still
    /// checks alarms and rolls back. It can be resumed from the last saved checkpoint.
    fn save(&mut self, checkpoint: &Checkpoint) -> Result<(), DeploymentError>;
}

/// Runs a new or resumed deployment until it ends.
///
/// # Errors
/// Returns the error of [`Environment::save`].
pub fn run_deployment(
    sfn: &StepFunctions,
    deployment: &mut Deployment,
    environment: &mut dyn Environment,
) -> Result<DeploymentOutcome, DeploymentError> {
    let mut observation = Observation::Start;
    loop {
        let action = deployment.next(environment.now_millis(), &observation)?;
        let saved = environment.save(deployment.checkpoint());
        observation = match &action {
            Action::Done { outcome } => return saved.map(|()| outcome.clone()),
            shift if deployment.requires_save(shift) => {
                saved?;
                execute_action(sfn, shift)
            }
            Action::Wait { until_millis, .. } => {
                environment.sleep_until(*until_millis);
                Observation::Waited
            }
            Action::DescribeAlarms { input } => match environment.describe_alarms(&input.alarm_names) {
                Ok(alarms) => Observation::Alarms { alarms },
                Err((code, message)) => Observation::Failed { code, message },
            },
            call => execute_action(sfn, call),
        };
    }
}

/// Executes an action that describes or updates the alias, and returns the observation.
///
/// It does nothing for other actions.
pub fn execute_action(sfn: &StepFunctions, action: &Action) -> Observation {
    let result = match action {
        Action::DescribeAlias { input } => {
            let state_machine_alias_arn = Some(input.state_machine_alias_arn.as_str().into());
            let described =
                sfn.describe_state_machine_alias(&DescribeStateMachineAliasInput { state_machine_alias_arn });
            described.map(|alias| Observation::Alias { routing_configuration: alias.routing_configuration })
        }
        Action::UpdateAlias { input } => {
            let (alias, description) = (&input.state_machine_alias_arn, input.description.as_deref());
            let update = routing::update_input(alias, description, &input.routing_configuration);
            sfn.update_state_machine_alias(&update).map(|_| Observation::Updated)
        }
        Action::DescribeAlarms { .. } | Action::Wait { .. } | Action::Done { .. } => Ok(Observation::Waited),
    };
    result.unwrap_or_else(|error: Error| Observation::Failed {
        code: error.code().to_owned(),
        message: error.to_string(),
    })
}
