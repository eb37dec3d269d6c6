//! Deployment preferences: the deployment crate is asked what is wrong with one, as far as it is known.

mod known;

use crate::draft::Found;
use crate::resolve::Selected;
use crate::resources::{ALIAS, Resource};
use crate::rule::{
    ALARMS_IGNORED, PREFERENCE_INCOMPLETE, PREFERENCE_MEMBER, PREFERENCE_TOO_LONG, PREFERENCE_WITHOUT_ALIAS, Rule,
};
use crate::tree::Value;
use known::Known;
use sfn_alias_deployment::{DeploymentType, PreferenceProblem, Provenance};

const MEMBER: &str = "DeploymentPreference";

pub(crate) fn check<'t>(found: &mut Found<'_, 't>, resource: &Resource<'t>) {
    let Some(node) = found.view.property(resource, MEMBER).node() else { return };
    if node.intrinsic().is_some() || !matches!(node.value, Value::Map(_)) {
        return;
    }
    let alias = found.view.property(resource, "AutoPublishAlias");
    if resource.kind != ALIAS && !resource.is_sam_with_alias() && matches!(alias, Selected::Absent) {
        let message = "DeploymentPreference is given without AutoPublishAlias".to_owned();
        found.add(&PREFERENCE_WITHOUT_ALIAS, resource, &path(""), message, []);
    }
    let known = Known::read(found.view, node, resource.kind == ALIAS);
    let has_alarms = !matches!(found.view.member(Some(node), "Alarms"), Selected::Absent);
    if has_alarms && known.kind() == Some(DeploymentType::AllAtOnce) {
        let message = "Alarms are given, and ALL_AT_ONCE does not look at them".to_owned();
        found.add(&ALARMS_IGNORED, resource, &path("/Alarms"), message, known.defaults("/Type"));
    }
    for (refusal, pointer) in known.refusals() {
        let defaults = known.defaults(&pointer);
        found.add(rule(&refusal), resource, &path(&pointer), message(&refusal), defaults);
    }
}

/// Where a pointer into the preference leads in the resource.
fn path(pointer: &str) -> String {
    format!("Properties/{MEMBER}{pointer}")
}

const fn rule(refusal: &PreferenceProblem) -> &'static Rule {
    match refusal {
        PreferenceProblem::IntervalAndPercentageRequired { .. }
        | PreferenceProblem::IntervalRequired { .. }
        | PreferenceProblem::PercentageRequired { .. } => &PREFERENCE_INCOMPLETE,
        PreferenceProblem::LinearTooLong { .. } => &PREFERENCE_TOO_LONG,
        _ => &PREFERENCE_MEMBER,
    }
}

/// The provider's text is told whole.
fn message(refusal: &PreferenceProblem) -> String {
    match refusal.basis() {
        Provenance::ProviderCode => format!("{MEMBER}: CloudFormation's provider refuses it: {refusal}"),
        _ => refusal.to_string(),
    }
}
