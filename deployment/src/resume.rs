//! From a checkpoint that was kept back to its deployment.

use super::action::DeploymentOutcome;
use super::checkpoint::{Checkpoint, FORMAT, Phase};
use super::driver::Deployment;
use super::error::DeploymentError;
use super::plan::{Plan, PlanRequest};

impl Deployment {
    /// The deployment of a checkpoint; its next observation is [`Observation::Start`](super::Observation::Start).
    ///
    /// # Errors
    /// [`DeploymentError::Checkpoint`] for a checkpoint that no deployment of this version wrote; otherwise as
    /// [`Deployment::new`] and [`super::PlanRequest::plan`].
    pub fn resume(checkpoint: Checkpoint) -> Result<Self, DeploymentError> {
        let refuse = |fault: String| Err(DeploymentError::Checkpoint { fault });
        if checkpoint.format != FORMAT {
            return refuse(format!("its format is {}, not {FORMAT}", checkpoint.format));
        }
        let plan = checkpoint.plan.plan()?;
        let steps = plan.steps.len();
        if checkpoint.steps_done > steps {
            return refuse(format!("{} of {steps} steps are done", checkpoint.steps_done));
        }
        if (checkpoint.steps_done > 0) != checkpoint.last_shift_at_millis.is_some() {
            return refuse("`stepsDone` and `lastShiftAtMillis` belong together".to_owned());
        }
        Self::of(checkpoint, plan)
    }

    /// As [`Deployment::resume`], where the checkpoint is of the deployment that is asked for: with the same plan, on
    /// the same alias, with the same description. Where the alias led before is the checkpoint's to say. `None` where
    /// the checkpoint is of another one that has ended: the one that is asked for is to begin.
    ///
    /// # Errors
    /// [`DeploymentError::Another`], and as [`Deployment::resume`].
    pub fn resume_requested(
        checkpoint: Checkpoint,
        alias: &str,
        description: Option<&str>,
        asked: PlanRequest,
    ) -> Result<Option<Self>, DeploymentError> {
        let kept = Self::resume(checkpoint)?;
        let asked = PlanRequest { current_routing: kept.plan().before.clone(), ..asked }.plan();
        let differs = kept.differs(alias, description, asked.as_ref().ok());
        match differs {
            None => asked.map(|_| Some(kept)),
            Some(_) if kept.has_ended() => Ok(None),
            Some(member) => {
                asked?;
                Err(kept.another(member))
            }
        }
    }

    /// Whether nothing is under way: it went to its end, or failed before it changed anything.
    fn has_ended(&self) -> bool {
        let checkpoint = self.checkpoint();
        match &checkpoint.phase {
            Phase::Done { outcome: DeploymentOutcome::Failed { .. } } => {
                checkpoint.steps_done == 0 && checkpoint.intent.is_none()
            }
            Phase::Done { .. } => true,
            _ => false,
        }
    }

    /// The first member in which it is not what is asked for.
    fn differs(&self, alias: &str, description: Option<&str>, asked: Option<&Plan>) -> Option<&'static str> {
        let (checkpoint, plan) = (self.checkpoint(), self.plan());
        let Some(asked) = asked else { return Some("preference") };
        let (saved, requested) = (&plan.preference, &asked.preference);
        [
            ("alias", checkpoint.state_machine_alias_arn == alias),
            ("version", plan.target == asked.target),
            ("Type", plan.deployment_type == asked.deployment_type),
            ("Percentage", saved.percentage == requested.percentage),
            ("Interval", saved.interval == requested.interval),
            ("Steps", saved.steps == requested.steps),
            ("Alarms", saved.alarms == requested.alarms),
            ("description", checkpoint.description.as_deref() == description),
        ]
        .into_iter()
        .find_map(|(member, same)| (!same).then_some(member))
    }

    fn another(self, member: &'static str) -> DeploymentError {
        let (plan, alias) = (self.plan(), self.checkpoint().state_machine_alias_arn.clone());
        DeploymentError::Another { kind: plan.deployment_type, target: plan.target.clone(), alias, member }
    }
}
