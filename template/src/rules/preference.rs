//! Checks deployment preferences with the deployment crate, as far as their values are known.

mod partial;

use super::alarms;
use crate::findings::Findings;
use crate::resolve::Selected;
use crate::resources::{ALIAS, Resource};
use crate::rule::{
    ALARMS_IGNORED, PREFERENCE_INCOMPLETE, PREFERENCE_MEMBER, PREFERENCE_TOO_LONG, PREFERENCE_WITHOUT_ALIAS, Rule,
};
use crate::tree::Value;
use partial::PartialPreference;
use sfn_alias_deployment::{DeploymentType, PreferenceProblem, RuleSource};

const MEMBER: &str = "DeploymentPreference";

pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, resource: &Resource<'t>) {
    let Some(node) = findings.view.property(resource, MEMBER).node() else { return };
    if node.intrinsic().is_some() || !matches!(node.value, Value::Map(_)) {
        return;
    }
    let alias = findings.view.property(resource, "AutoPublishAlias");
    if resource.kind != ALIAS && !resource.is_sam_with_alias() && matches!(alias, Selected::Absent) {
        let message = "Expected AutoPublishAlias with DeploymentPreference, found none".to_owned();
        findings.add(&PREFERENCE_WITHOUT_ALIAS, resource, &resource_path(""), message, []);
    }
    let preference = PartialPreference::read(findings.view, node, resource.kind == ALIAS);
    let has_alarms = !matches!(findings.view.member(Some(node), "Alarms"), Selected::Absent);
    if has_alarms && preference.deployment_type() == Some(DeploymentType::AllAtOnce) {
        let message = "Alarms are ignored, because Type is ALL_AT_ONCE".to_owned();
        findings.add(&ALARMS_IGNORED, resource, &resource_path("/Alarms"), message, preference.defaults("/Type"));
    }
    alarms::check(findings, resource, node);
    for (problem, pointer) in preference.problems() {
        let defaults = preference.defaults(&pointer);
        findings.add(select_rule(&problem), resource, &resource_path(&pointer), format_message(&problem), defaults);
    }
}

/// Returns the path within the resource of a pointer into the preference.
fn resource_path(pointer: &str) -> String {
    format!("Properties/{MEMBER}{pointer}")
}

fn select_rule(problem: &PreferenceProblem) -> &'static Rule {
    match problem.code {
        "interval-and-percentage-required" | "interval-required" | "percentage-required" => &PREFERENCE_INCOMPLETE,
        "linear-too-long" => &PREFERENCE_TOO_LONG,
        _ => &PREFERENCE_MEMBER,
    }
}

/// Formats a problem. The text of CloudFormation's provider stays complete.
fn format_message(problem: &PreferenceProblem) -> String {
    match problem.source {
        RuleSource::ProviderCode => format!("{MEMBER}: rejected by CloudFormation: {problem}"),
        _ => problem.message.clone(),
    }
}
