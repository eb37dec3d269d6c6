//! How far a deployment is, for a person who waits for it.

use super::action::{DeploymentOutcome, Reason};
use super::checkpoint::{Intent, Phase};
use super::driver::Deployment;
use super::render::format_duration;
use super::routes::{short_name, weight_of};
use serde::Serialize;

/// How far a deployment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Steps that are done.
    pub steps_done: usize,
    /// Steps in all.
    pub steps: usize,
    /// Percent of the starts that the new version gets.
    pub target_weight: u8,
    /// When the next step is due, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_millis: Option<i64>,
    /// One line that says it.
    pub text: String,
}

impl Deployment {
    /// How far it is, at a time in milliseconds since 1970.
    pub fn progress(&self, now: i64) -> Progress {
        let (checkpoint, plan) = (self.checkpoint(), self.plan());
        let target_weight = self.target_weight();
        let share = format!("{target_weight} % on {}", short_name(&plan.target));
        let counted = format!("step {} of {}", checkpoint.steps_done, plan.steps.len());
        let due_millis = self.due_millis().filter(|_| matches!(checkpoint.phase, Phase::Waiting { .. }));
        let text = format!("{share}, {counted}{}", self.what_next(now, due_millis));
        Progress { steps_done: checkpoint.steps_done, steps: plan.steps.len(), target_weight, due_millis, text }
    }

    fn target_weight(&self) -> u8 {
        if matches!(&self.checkpoint().phase, Phase::Done { outcome: DeploymentOutcome::RolledBack { .. } }) {
            return 0;
        }
        weight_of(self.expected(), &self.plan().target)
    }

    fn what_next(&self, now: i64, due_millis: Option<i64>) -> String {
        match (&self.checkpoint().phase, due_millis) {
            (Phase::Waiting { reason: Reason::Retry { code, failures, .. }, .. }, _) => {
                format!(", again after {code} (failure {failures})")
            }
            (Phase::Waiting { .. }, Some(due)) => {
                let left = u64::try_from(due.saturating_sub(now)).unwrap_or(0).div_ceil(1000);
                format!(", next in {}", format_duration(left))
            }
            (Phase::Waiting { .. }, None) => ", waiting".to_owned(),
            (Phase::Reading, _) => ", looking at the alias".to_owned(),
            (Phase::CheckingAlarms, _) => ", looking at the alarms".to_owned(),
            (Phase::Updating, _) => match &self.checkpoint().intent {
                Some(Intent::RollBack { .. }) => ", rolling back".to_owned(),
                _ => ", shifting".to_owned(),
            },
            (Phase::Done { outcome }, _) => match outcome {
                DeploymentOutcome::Succeeded => ", succeeded".to_owned(),
                DeploymentOutcome::RolledBack { .. } => ", rolled back".to_owned(),
                DeploymentOutcome::Drifted { .. } => ", stopped at drift".to_owned(),
                DeploymentOutcome::Failed { code, .. } => format!(", failed with {code}"),
            },
        }
    }
}
