//! What a person should know of a plan before it runs.

use super::plan::{Note, Plan};
use super::preference::DeploymentType;

/// The notes of a plan, in the order of their importance.
pub fn notes(plan: &Plan, kind: DeploymentType) -> Vec<Note> {
    let preference = &plan.preference;
    let gradual_members = preference.percentage.is_some() || preference.interval.is_some();
    let at_once = kind == DeploymentType::AllAtOnce;
    let estimate = preference.interval.unwrap_or(0).saturating_mul(plan.steps.len() as i64);
    let candidates = [
        (
            plan.is_unchanged(),
            "unchanged",
            "the alias leads to this version alone already: no traffic shifts".to_owned(),
        ),
        (
            !kind.is_cloud_formation(),
            "not-cloudformation",
            "CUSTOM is an extension of sfn-alias: CloudFormation does not take it".to_owned(),
        ),
        (
            at_once && preference.alarms.is_some(),
            "alarms-ignored",
            "ALL_AT_ONCE does not look at alarms: nothing rolls this deployment back".to_owned(),
        ),
        (
            at_once && gradual_members,
            "gradual-members-ignored",
            "ALL_AT_ONCE takes no notice of Percentage and Interval".to_owned(),
        ),
        (
            !at_once && !plan.is_unchanged() && preference.alarms.is_none(),
            "no-alarms",
            "no alarm is watched: nothing rolls this deployment back".to_owned(),
        ),
        (
            kind == DeploymentType::Linear && !plan.is_unchanged(),
            "linear-estimate",
            format!("the provider estimates {estimate} minutes, and takes {}", plan.duration_seconds / 60),
        ),
    ];
    let told = candidates.into_iter().filter(|(holds, ..)| *holds);
    told.map(|(_, code, message)| Note { code, message }).collect()
}
