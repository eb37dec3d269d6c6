//! Checks whether a version follows the revisions of its state machine.

use crate::findings::{Findings, ScenarioFinding, truncate_middle};
use crate::previous::{PreviousMachine, PreviousTemplate, REVISION, properties_key};
use crate::resolve::{Part, Scenario, Selected};
use crate::resources::{Resource, VERSION, View};
use crate::rule::{DEFINITION_NOT_PUBLISHED, REVISION_OF_OTHER_MACHINE, Rule, VERSION_NEVER_FOLLOWS};
use crate::target::StateMachineIdentity;
use crate::tree::Node;
use std::collections::HashMap;

/// Checks the versions of an alias that have no revision.
pub(crate) fn check_routed_versions<'t>(
    findings: &mut Findings<'_, 't>,
    routed: &[Resource<'t>],
    previous: &PreviousTemplate,
) {
    let view = findings.view;
    // A macro may add the revision.
    let is_missing = |version: &&Resource<'t>| {
        matches!(view.property(version, REVISION), Selected::Absent) && !version.node.has_macro()
    };
    for version in routed.iter().filter(is_missing) {
        if let Some(StateMachineIdentity::Resource(machine)) = view.state_machine_of(version) {
            check_missing_revision(findings, version, machine, previous);
        }
    }
}

/// Checks that the revision of a version is one of its state machine.
pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, version: &Resource<'t>) {
    let view = findings.view;
    let Some(symbol) = view.text(view.property(version, REVISION)) else { return };
    let [Part::Attribute(id, attribute)] = symbol.parts() else { return };
    if attribute != REVISION || !view.template.resource(id).is_some_and(Resource::is_state_machine) {
        return;
    }
    let Some(StateMachineIdentity::Resource(machine)) = view.state_machine_of(version) else { return };
    if id != machine {
        let message = format!("{REVISION} is the revision of {id}, but StateMachineArn is the ARN of {machine}");
        let fix = format!("Use `!GetAtt {machine}.{REVISION}`.");
        push_finding(findings, &REVISION_OF_OTHER_MACHINE, version, &format!("Properties/{REVISION}"), message, fix);
    }
}

fn check_missing_revision<'t>(
    findings: &mut Findings<'_, 't>,
    version: &Resource<'t>,
    machine: &str,
    previous: &PreviousTemplate,
) {
    let view = findings.view;
    if !is_only_version(view, machine) {
        return;
    }
    let fix = format!("Add `{REVISION}: !GetAtt {machine}.{REVISION}` to the version.");
    if is_definition_changed(view, version, machine, previous) {
        let message = format!(
            "The definition of {machine} changes, but this version has no {REVISION} and stays at the old definition"
        );
        push_finding(findings, &DEFINITION_NOT_PUBLISHED, version, "Properties", message, fix);
    } else if !is_named_by_hand(version) && has_fixed_description(view, version) {
        let message = format!("{REVISION} is missing: changes of {machine} do not publish a new version");
        push_finding(findings, &VERSION_NEVER_FOLLOWS, version, "Properties", message, fix);
    }
}

fn push_finding<'t>(
    findings: &mut Findings<'_, 't>,
    rule: &'static Rule,
    version: &Resource<'t>,
    path: &str,
    message: String,
    fix: String,
) {
    let finding = findings.create(rule, version, path, message);
    findings.items.push(ScenarioFinding { fix: Some(truncate_middle(fix)), ..finding });
}

/// Returns whether the state machine certainly has one version resource. Several are made by hand, one for each
/// deployment.
fn is_only_version(view: View<'_, '_>, machine: &str) -> bool {
    let counts = view.template.caches.versions.get_or_init(|| {
        let scenario = Scenario::default();
        let view = View { template: view.template, scenario: &scenario };
        let mut counts = HashMap::new();
        for version in view.template.resources.iter().filter(|resource| resource.kind == VERSION) {
            let count: &mut usize = counts.entry(view.state_machine_of(version)?).or_default();
            *count = count.saturating_add(1);
        }
        Some(counts)
    });
    counts.as_ref().and_then(|counts| counts.get(&StateMachineIdentity::Resource(machine))) == Some(&1)
}

/// Returns whether the version keeps its properties although the definition of its state machine changes.
fn is_definition_changed<'t>(
    view: View<'_, 't>,
    version: &Resource<'t>,
    machine: &str,
    previous: &PreviousTemplate,
) -> bool {
    let (Some(before), Some(machine)) = (previous.machines.get(machine), view.template.resource(machine)) else {
        return false;
    };
    let now = PreviousMachine::read(view, machine);
    let is_changed = before.definition.as_ref().zip(now.definition.as_ref()).is_some_and(|(before, now)| before != now);
    is_changed
        && before.identity == now.identity
        && previous.versions.get(version.id).is_some_and(|before| *before == properties_key(version))
}

/// Returns whether the name contains a digit, such as a number or a hash that changes with each deployment.
fn is_named_by_hand(version: &Resource<'_>) -> bool {
    // CDK adds a hash to the logical id. The name is the last part of the path.
    let path = version.node.get("Metadata").and_then(|metadata| metadata.get("aws:cdk:path")).and_then(Node::text);
    let name = path.map_or(version.id, |path| path.rsplit('/').next().unwrap_or(path));
    name.contains(|character: char| character.is_ascii_digit())
}

/// Returns whether the description never changes. A new description replaces the version.
fn has_fixed_description<'t>(view: View<'_, 't>, version: &Resource<'t>) -> bool {
    match view.property(version, "Description") {
        Selected::Absent => true,
        Selected::Node(node) => node.scalar().is_some(),
        Selected::Unknown => false,
    }
}
