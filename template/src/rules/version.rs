//! Checks versions.

use crate::findings::{Findings, ScenarioFinding, truncate_middle};
use crate::resolve::Part;
use crate::resources::{Resource, VERSION};
use crate::rule::{VERSION_DESCRIPTION, VERSION_MACHINE, VERSION_RETAIN};
use crate::target::Qualifier;
use crate::tree::Node;
use serde_json::json;

const OPERATION: &str = "PublishStateMachineVersion";
/// Attributes that retain a version when its resource is removed or replaced, and their retaining values.
const POLICIES: [(&str, &[&str]); 2] =
    [("DeletionPolicy", &["Retain", "RetainExceptOnCreate"]), ("UpdateReplacePolicy", &["Retain"])];

/// Checks the state machine and the description of a version.
pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, version: &Resource<'t>) {
    check_description(findings, version);
    check_state_machine(findings, version);
}

/// Checks that `StateMachineArn` is the ARN of a state machine.
fn check_state_machine<'t>(findings: &mut Findings<'_, 't>, version: &Resource<'t>) {
    let view = findings.view;
    let Some(symbol) = view.text(view.property(version, "StateMachineArn")) else { return };
    let found = match view.resolve_arn(&symbol).map(|target| target.qualifier) {
        Some(Qualifier::None) => return,
        Some(Qualifier::Version) => "a version",
        Some(Qualifier::Alias(_) | Qualifier::AliasResource(_)) => "an alias",
        None if view.is_other_resource(&symbol) => "another resource",
        None => return,
    };
    let message =
        format!("StateMachineArn: expected the ARN of a state machine, found `{}`, {found}", symbol.to_sub_pattern());
    let defaults = symbol.defaults.iter().copied();
    findings.add(&VERSION_MACHINE, version, "Properties/StateMachineArn", message, defaults);
}

fn check_description<'t>(findings: &mut Findings<'_, 't>, version: &Resource<'t>) {
    let Some(symbol) = findings.view.text(findings.view.property(version, "Description")) else { return };
    let Some(text) = symbol.text() else { return };
    let machine = "arn:aws:states:us-east-1:000000000000:stateMachine:any";
    let request = json!({"stateMachineArn": machine, "description": text}).to_string();
    // The operation exists.
    for problem in sfn_alias::check(OPERATION, request.as_bytes()).unwrap_or_default() {
        let message = format!("Description: rejected by {OPERATION}: {}", problem.message);
        let defaults = symbol.defaults.iter().copied();
        findings.add(&VERSION_DESCRIPTION, version, "Properties/Description", message, defaults);
    }
}

/// Checks that the versions of an alias are retained.
pub(crate) fn check_retention<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>) {
    let mut routed: Vec<Resource<'t>> = Vec::new();
    for symbol in findings.view.version_arns(alias) {
        let ([Part::Ref(id)] | [Part::Attribute(id, _)]) = symbol.parts() else { continue };
        let Some(version) = findings.view.template.resource(id).filter(|resource| resource.kind == VERSION) else {
            continue;
        };
        // The list is short: longer lists of routes are not read.
        if routed.iter().all(|other| other.id != version.id) {
            routed.push(*version);
        }
    }
    for version in routed {
        let missing: Vec<&str> =
            POLICIES.iter().filter(|policy| is_missing(version.node, policy)).map(|(name, _)| *name).collect();
        if !missing.is_empty() {
            let message = format!(
                "Expected `Retain` as {} of this version, because alias {} uses it",
                missing.join(" and "),
                alias.id,
            );
            let set: Vec<String> = missing.iter().map(|name| format!("`{name}: Retain`")).collect();
            let fix = format!("Set {} on the version.", set.join(" and "));
            let path = missing.first().copied().unwrap_or_default();
            let finding = findings.create(&VERSION_RETAIN, &version, path, message);
            findings.items.push(ScenarioFinding { fix: Some(truncate_middle(fix)), ..finding });
        }
    }
}

/// Returns whether a policy certainly does not retain the version. Transforms may use intrinsic functions there.
fn is_missing(version: &Node<'_>, (name, retaining): &(&str, &[&str])) -> bool {
    match version.get(name) {
        None => !version.has_macro(),
        Some(policy) => policy.text().is_some_and(|text| !retaining.contains(&text)),
    }
}
