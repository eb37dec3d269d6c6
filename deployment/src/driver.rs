//! Runs a deployment: saves each checkpoint before it executes the action.

use super::action::{Action, DeploymentOutcome, Observation};
use super::checkpoint::Checkpoint;
use super::deployment::Deployment;
use super::error::DeploymentError;

/// What [`Driver::run`] needs: a clock, the calls of AWS, and storage for the checkpoint.
pub trait Environment {
    /// Returns the time, in milliseconds since 1970.
    fn now_millis(&mut self) -> i64;

    /// Blocks until this time, in milliseconds since 1970.
    fn sleep_until(&mut self, millis: i64);

    /// Executes a call. A failure is an observation too.
    fn call(&mut self, action: &Action) -> Observation;

    /// Saves the checkpoint. It is called before each action.
    ///
    /// # Errors
    /// Returns an error if the checkpoint cannot be saved. The deployment then makes no further shift, but still
    /// checks alarms and rolls back. It can be resumed from the last saved checkpoint.
    fn save(&mut self, checkpoint: &Checkpoint) -> Result<(), DeploymentError>;

    /// Reports the progress. It is called before each action. By default, it does nothing.
    fn report(&mut self, _deployment: &Deployment) {}
}

/// Drives a deployment. An asynchronous caller executes the actions of [`Driver::next`]; [`Driver::run`] executes them
/// in an [`Environment`].
#[derive(Debug)]
pub struct Driver {
    deployment: Deployment,
    /// The first error since a checkpoint was saved.
    save_error: Option<DeploymentError>,
}

impl Driver {
    /// Creates a driver of a new or resumed deployment. Its first observation is [`Observation::Start`].
    pub const fn new(deployment: Deployment) -> Self {
        Self { deployment, save_error: None }
    }

    /// Returns the deployment.
    pub const fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// Returns the next action, after it has saved the checkpoint. See [`Deployment::next`].
    ///
    /// If the checkpoint cannot be saved, all actions except a shift are still returned, so that alarms are checked and
    /// traffic is rolled back: a full disk must not keep traffic on a failing version.
    ///
    /// # Errors
    /// Returns the errors of [`Deployment::next`]. Instead of a shift or the end of the deployment, returns the first
    /// error of `save` since its last success.
    pub fn next(
        &mut self,
        now: i64,
        observation: &Observation,
        save: impl FnOnce(&Checkpoint) -> Result<(), DeploymentError>,
    ) -> Result<Action, DeploymentError> {
        let action = self.deployment.next(now, observation)?;
        match (save(self.deployment.checkpoint()), self.save_error.take()) {
            (Ok(()), _) => return Ok(action),
            (Err(error), earlier) => self.save_error = earlier.or(Some(error)),
        }
        let requires_save = self.deployment.saves_first(&action) || matches!(action, Action::Done { .. });
        self.save_error.clone().filter(|_| requires_save).map_or(Ok(action), Err)
    }

    /// Runs the deployment until it ends.
    ///
    /// # Errors
    /// Returns the errors of [`Driver::next`].
    pub fn run(&mut self, environment: &mut dyn Environment) -> Result<DeploymentOutcome, DeploymentError> {
        let mut observation = Observation::Start;
        loop {
            let now = environment.now_millis();
            let action = self.next(now, &observation, |checkpoint| environment.save(checkpoint));
            environment.report(&self.deployment);
            observation = match action? {
                Action::Done { outcome } => return Ok(outcome),
                Action::Wait { until_millis, .. } => {
                    environment.sleep_until(until_millis);
                    Observation::Waited
                }
                call => environment.call(&call),
            };
        }
    }
}
