//! Checks versions.

use crate::findings::{Findings, ScenarioFinding, truncate_middle};
use crate::previous::REVISION;
use crate::resolve::{Part, Selected};
use crate::resources::{Resource, VERSION, View};
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

/// Returns the version resources that an alias uses.
pub(crate) fn find_routed_versions<'t>(view: View<'_, 't>, alias: &Resource<'t>) -> Vec<Resource<'t>> {
    let mut routed: Vec<Resource<'t>> = Vec::new();
    for symbol in view.version_arns(alias) {
        let ([Part::Ref(id)] | [Part::Attribute(id, _)]) = symbol.parts() else { continue };
        let Some(version) = view.template.resource(id).filter(|resource| resource.kind == VERSION) else { continue };
        // The list is short: longer lists of routes are not read.
        if routed.iter().all(|other| other.id != version.id) {
            routed.push(*version);
        }
    }
    routed
}

/// Checks that the versions of an alias are retained.
pub(crate) fn check_retention<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>, routed: &[Resource<'t>]) {
    for version in routed {
        let missing: Vec<&'static str> =
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
            let finding = findings.create(&VERSION_RETAIN, version, path, message);
            let description = describe_deletion(findings.view, version, &missing);
            findings.items.push(ScenarioFinding { fix: Some(truncate_middle(fix)), description, ..finding });
        }
    }
}

/// Returns when CloudFormation deletes the version, if a new revision of the state machine is not the reason.
fn describe_deletion<'t>(view: View<'_, 't>, version: &Resource<'t>, missing: &[&str]) -> Option<&'static str> {
    const REMOVED: &str = "When the version is removed from the template, CloudFormation deletes it. AWS rejects the deletion while an alias uses the version. After the deletion a rollback to it is not possible.";
    const REPLACED: &str = "When the description of the version changes, CloudFormation replaces the version and deletes the old one. AWS rejects the deletion while an alias uses the old version. After the deletion a rollback to it is not possible.";
    let has_no_revision = matches!(view.property(version, REVISION), Selected::Absent);
    match missing {
        ["DeletionPolicy"] => Some(REMOVED),
        _ if has_no_revision => Some(REPLACED),
        _ => None,
    }
}

/// Checks that the version that SAM creates is retained. SAM copies the attributes of the state machine to it.
pub(crate) fn check_sam_retention<'t>(findings: &mut Findings<'_, 't>, machine: &Resource<'t>) {
    if matches!(findings.view.property(machine, "AutoPublishAlias"), Selected::Absent) {
        return;
    }
    let is_deleted = |(name, _): &&(&str, _)| machine.node.get(name).is_some();
    let missing: Vec<&'static str> = POLICIES
        .iter()
        .filter(is_deleted)
        .filter(|policy| is_missing(machine.node, policy))
        .map(|(name, _)| *name)
        .collect();
    let Some(path) = missing.first() else { return };
    let names = missing.join(" and ");
    let message = format!("Expected `Retain` as {names}, because SAM also sets it on the version that its alias uses");
    let fix = format!("Remove {names}: SAM then retains the versions. Or set `Retain`.");
    let description = describe_deletion(findings.view, machine, &missing).filter(|_| missing == ["DeletionPolicy"]);
    let finding = findings.create(&VERSION_RETAIN, machine, path, message);
    findings.items.push(ScenarioFinding { fix: Some(truncate_middle(fix)), description, ..finding });
}

/// Returns whether a policy certainly does not retain the version. Transforms may use intrinsic functions there.
fn is_missing(version: &Node<'_>, (name, retaining): &(&str, &[&str])) -> bool {
    match version.get(name) {
        None => !version.has_macro(),
        Some(policy) => policy.text().is_some_and(|text| !retaining.contains(&text)),
    }
}
