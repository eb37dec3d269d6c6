//! What a person should know about a plan before it runs.

use super::plan::{Note, Plan};
use super::preference::DeploymentType;

/// Returns the notes of a plan, most important first.
pub fn plan_notes(plan: &Plan, deployment_type: DeploymentType) -> Vec<Note> {
    let preference = &plan.preference;
    let has_gradual_members = preference.percentage.is_some() || preference.interval.is_some();
    let is_at_once = deployment_type == DeploymentType::AllAtOnce;
    let estimate = preference.interval.unwrap_or(0).saturating_mul(plan.steps.len() as i64);
    let candidates = [
        (
            plan.is_unchanged(),
            "unchanged",
            "the alias already routes all traffic to this version: nothing to shift".to_owned(),
        ),
        (
            !deployment_type.is_cloud_formation(),
            "not-cloudformation",
            "CUSTOM is an extension of sfn-alias: CloudFormation does not support it".to_owned(),
        ),
        (
            is_at_once && preference.alarms.is_some(),
            "alarms-ignored",
            "ALL_AT_ONCE ignores alarms: this deployment is not rolled back automatically".to_owned(),
        ),
        (
            is_at_once && has_gradual_members,
            "gradual-members-ignored",
            "ALL_AT_ONCE ignores Percentage and Interval".to_owned(),
        ),
        (
            !is_at_once && !plan.is_unchanged() && preference.alarms.is_none(),
            "no-alarms",
            "no alarm is specified: this deployment is not rolled back automatically".to_owned(),
        ),
        (
            deployment_type == DeploymentType::Linear && !plan.is_unchanged(),
            "linear-estimate",
            format!(
                "CloudFormation estimates {estimate} minutes; the deployment takes {} minutes",
                plan.duration_seconds / 60
            ),
        ),
    ];
    let notes = candidates.into_iter().filter(|(applies, ..)| *applies);
    notes.map(|(_, code, message)| Note { code, message }).collect()
}
