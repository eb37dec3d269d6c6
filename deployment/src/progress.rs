//! The progress of a deployment, as shown to a person.

use super::action::{DeploymentOutcome, Rollback, WaitReason};
use super::checkpoint::{Intent, Phase};
use super::deployment::Deployment;
use super::routing::{short_name, weight_of};
use super::text::format_duration;
use serde::Serialize;

/// The progress of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// The number of completed steps.
    pub steps_done: usize,
    /// The number of all steps.
    pub steps: usize,
    /// The percentage of executions that the new version receives.
    pub target_weight: u8,
    /// When the next step is due, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_millis: Option<i64>,
    /// The progress as one line of text.
    pub text: String,
}

impl Deployment {
    /// Returns the progress at a time in milliseconds since 1970.
    pub fn progress(&self, now: i64) -> Progress {
        let (checkpoint, plan) = (self.checkpoint(), self.plan());
        let target_weight = self.target_weight();
        let due_millis = self.due_millis().filter(|_| matches!(checkpoint.phase, Phase::Waiting { .. }));
        let text = format!(
            "{target_weight} % on {}, step {} of {}, {}",
            short_name(&plan.target),
            checkpoint.steps_done,
            plan.steps.len(),
            self.format_phase(now, due_millis)
        );
        Progress { steps_done: checkpoint.steps_done, steps: plan.steps.len(), target_weight, due_millis, text }
    }

    fn target_weight(&self) -> u8 {
        if matches!(&self.checkpoint().phase, Phase::Done { outcome: DeploymentOutcome::RolledBack { .. } }) {
            return 0;
        }
        weight_of(self.expected_routing(), &self.plan().target)
    }

    fn format_phase(&self, now: i64, due_millis: Option<i64>) -> String {
        match (&self.checkpoint().phase, due_millis) {
            (Phase::Waiting { reason: WaitReason::Retry { code, failures, .. }, .. }, _) => {
                format!("retrying after {code} (failure {failures})")
            }
            (Phase::Waiting { .. }, Some(due)) => {
                let left = u64::try_from(due.saturating_sub(now)).unwrap_or(0).div_ceil(1000);
                format!("next step in {}", format_duration(left))
            }
            (Phase::Waiting { .. }, None) => "waiting".to_owned(),
            (Phase::ReadingAlias, _) => "reading the alias".to_owned(),
            (Phase::CheckingAlarms, _) => "checking the alarms".to_owned(),
            (Phase::Updating, _) => match &self.checkpoint().intent {
                Some(Intent::RollBack(rollback)) => format_rollback(rollback),
                _ => "updating the alias".to_owned(),
            },
            (Phase::Done { outcome: DeploymentOutcome::Failed { code, .. } }, _) => format!("failed with {code}"),
            (Phase::Done { outcome }, _) => outcome.describe().to_owned(),
        }
    }
}

/// Formats why traffic is routed back.
fn format_rollback(rollback: &Rollback) -> String {
    match rollback.alarms.as_slice() {
        [] => format!("rolling back: {}", rollback.message),
        [alarm] => format!("rolling back because of the alarm {alarm}"),
        alarms => format!("rolling back because of the alarms {}", alarms.join(", ")),
    }
}
