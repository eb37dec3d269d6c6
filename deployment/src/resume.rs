//! Resumes a deployment from a checkpoint.

use super::action::DeploymentOutcome;
use super::checkpoint::{CHECKPOINT_FORMAT, Checkpoint, Phase};
use super::deployment::Deployment;
use super::error::DeploymentError;
use super::plan::Plan;
use super::planner::PlanRequest;
use super::routing;
use serde::Deserialize;
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

/// A requested deployment. It starts at the alias's current routing, or resumes from a checkpoint.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub struct DeploymentRequest {
    /// The alias to update.
    pub state_machine_alias_arn: String,
    /// The description to set with each update. If absent, the description stays unchanged.
    #[serde(default)]
    pub description: Option<String>,
    /// The request of the plan. Its `current_routing` is ignored.
    pub plan: PlanRequest,
}

impl DeploymentRequest {
    /// Creates the deployment, which starts at this routing.
    ///
    /// # Errors
    /// Returns the errors of [`PlanRequest::plan`] and [`Deployment::new`].
    pub fn start(&self, current_routing: Vec<Route>) -> Result<Deployment, DeploymentError> {
        let plan = self.plan_from(current_routing)?;
        Deployment::new(&self.state_machine_alias_arn, self.description.as_deref(), plan)
    }

    /// Resumes the deployment of a checkpoint if it has the requested alias, description and plan. The checkpoint
    /// determines the previous routing. Returns `None` if the checkpoint belongs to another deployment that has ended or
    /// has shifted nothing, so that the requested one can start.
    ///
    /// # Errors
    /// Returns [`DeploymentError::OtherDeployment`] if the checkpoint belongs to another running deployment, and the
    /// errors of [`Deployment::resume`].
    pub fn resume(&self, checkpoint: Checkpoint) -> Result<Option<Deployment>, DeploymentError> {
        let saved = Deployment::resume(checkpoint)?;
        let requested = self.plan_from(saved.plan().before.clone());
        match saved.first_difference(self, requested.as_ref().ok()) {
            None => requested.map(|_| Some(saved)),
            Some(_) if saved.can_be_replaced() => Ok(None),
            Some(member) => {
                requested?;
                let Checkpoint { state_machine_alias_arn: alias, .. } = saved.checkpoint().clone();
                let Plan { deployment_type, target, .. } = saved.plan().clone();
                Err(DeploymentError::OtherDeployment { deployment_type, target, alias, member })
            }
        }
    }

    /// Returns the version to deploy, after all checks that need no call.
    ///
    /// # Errors
    /// Returns the errors of [`DeploymentRequest::start`].
    pub(super) fn target(&self) -> Result<String, DeploymentError> {
        let in_preference = self.plan.preference.as_ref().and_then(|found| found.state_machine_version_arn.clone());
        let target = self.plan.new_version.clone().or(in_preference).unwrap_or_default();
        self.start(routing::single_route(&target))?;
        Ok(target)
    }

    fn plan_from(&self, current_routing: Vec<Route>) -> Result<Plan, DeploymentError> {
        PlanRequest { current_routing, ..self.plan.clone() }.plan()
    }
}

impl Deployment {
    /// Resumes the deployment of a checkpoint. Its next observation is
    /// [`Observation::Start`](super::Observation::Start).
    ///
    /// # Errors
    /// Returns [`DeploymentError::InvalidCheckpoint`] if the checkpoint is inconsistent or has another format, and the
    /// errors of [`Deployment::new`] and [`PlanRequest::plan`].
    pub fn resume(checkpoint: Checkpoint) -> Result<Self, DeploymentError> {
        let invalid = |detail: String| Err(DeploymentError::InvalidCheckpoint(detail));
        if checkpoint.format != CHECKPOINT_FORMAT {
            return invalid(format!("unsupported format {}, expected {CHECKPOINT_FORMAT}", checkpoint.format));
        }
        let plan = checkpoint.plan.plan()?;
        let steps = plan.steps.len();
        if checkpoint.steps_done > steps {
            return invalid(format!("`stepsDone` is {}, and the plan has {steps} steps", checkpoint.steps_done));
        }
        if (checkpoint.steps_done > 0) != checkpoint.last_shift_at_millis.is_some() {
            return invalid("`lastShiftAtMillis` is required if and only if `stepsDone` is greater than 0".to_owned());
        }
        Self::from_parts(checkpoint, plan)
    }

    /// Whether nothing remains to be done: the deployment has ended, or it has shifted nothing and no shift is in flight.
    fn can_be_replaced(&self) -> bool {
        let Checkpoint { steps_done, intent, shift_in_flight, phase, .. } = self.checkpoint();
        match phase {
            Phase::Done { outcome } if !matches!(outcome, DeploymentOutcome::Failed { .. }) => true,
            _ => *steps_done == 0 && intent.is_none() && !shift_in_flight,
        }
    }

    /// Returns the first member that differs from the request. `requested` is `None` if the request has no plan.
    fn first_difference(&self, request: &DeploymentRequest, requested: Option<&Plan>) -> Option<&'static str> {
        let (checkpoint, plan) = (self.checkpoint(), self.plan());
        let Some(requested_plan) = requested else { return Some("preference") };
        let (saved, requested) = (&plan.preference, &requested_plan.preference);
        [
            ("alias", checkpoint.state_machine_alias_arn == request.state_machine_alias_arn),
            ("version", plan.target == requested_plan.target),
            ("Type", plan.deployment_type == requested_plan.deployment_type),
            ("Percentage", saved.percentage == requested.percentage),
            ("Interval", saved.interval == requested.interval),
            ("Steps", saved.steps == requested.steps),
            ("Alarms", saved.alarms == requested.alarms),
            ("description", checkpoint.description == request.description),
        ]
        .into_iter()
        .find_map(|(member, is_same)| (!is_same).then_some(member))
    }
}
