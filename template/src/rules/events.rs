//! Checks events of a SAM state machine with an alias. `vectors/templates/*/sam-*-translated.json` shows how SAM
//! translates them.

use crate::findings::{Findings, ScenarioFinding, truncate_middle};
use crate::resolve::Selected;
use crate::resources::{Resource, View};
use crate::rule::{EVENTS_BYPASS_ALIAS, EVENTS_ROLE, USE_ALIAS_WITHOUT_ALIAS};
use crate::scenarios::inputs_of_members;
use crate::tree::Node;
use std::collections::HashSet;

const USE_ALIAS: &str = "UseAliasAsEventTarget";

/// Reports UseAliasAsEventTarget of a state machine for which SAM creates no alias.
pub(crate) fn check_alias<'t>(findings: &mut Findings<'_, 't>, machine: &Resource<'t>) {
    let view = findings.view;
    let uses_alias = view.property(machine, USE_ALIAS).node().and_then(Node::scalar).as_deref() == Some("true");
    if uses_alias && matches!(view.property(machine, "AutoPublishAlias"), Selected::Absent) {
        let message = format!("Expected AutoPublishAlias with {USE_ALIAS}, found none");
        findings.add(&USE_ALIAS_WITHOUT_ALIAS, machine, &format!("Properties/{USE_ALIAS}"), message, []);
    }
}

pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, machine: &Resource<'t>) {
    // Without an alias in this scenario there is nothing to check.
    if matches!(findings.view.property(machine, "AutoPublishAlias"), Selected::Absent) {
        return;
    }
    let Some(events) = findings.view.property(machine, "Events").node().filter(|events| events.intrinsic().is_none())
    else {
        return;
    };
    let Some((first, _)) = events.members().first() else { return };
    match findings.view.property(machine, USE_ALIAS) {
        Selected::Unknown => {}
        Selected::Absent => report_bypass(findings, machine, first),
        Selected::Node(node) => match node.scalar().as_deref() {
            Some("true") => check_roles(findings, machine),
            Some("false") => report_bypass(findings, machine, first),
            _ => {}
        },
    }
}

fn report_bypass<'t>(findings: &mut Findings<'_, 't>, machine: &Resource<'t>, first: &str) {
    let message =
        format!("Events start the state machine directly instead of its alias, for example the event {first}");
    findings.add(&EVENTS_BYPASS_ALIAS, machine, "Properties/Events", message, []);
}

/// Checks events for which SAM creates a role. That role allows to start the alias ARN.
fn check_roles<'t>(findings: &mut Findings<'_, 't>, machine: &Resource<'t>) {
    let view = findings.view;
    for (name, event) in view.property(machine, "Events").node().map(|node| node.members()).unwrap_or_default() {
        let kind = view.text(view.member(Some(event), "Type"));
        let Some(kind) = kind.as_ref().and_then(|kind| kind.text()) else { continue };
        let role = format!("{}{name}Role", machine.id);
        let fix = match kind {
            "Schedule" | "ScheduleV2" if has_no_role(view, event) => {
                "Set RoleArn to a role that allows states:StartExecution on the state machine ARN.".to_owned()
            }
            // These event types have no RoleArn.
            "EventBridgeRule" | "CloudWatchEvent" | "Api" => format!(
                "Attach an AWS::IAM::RolePolicy with `RoleName: !Ref {role}` that allows states:StartExecution on the state machine ARN."
            ),
            _ => continue,
        };
        if !has_attached_policy(view, &role) {
            let message = format!("Event {name} uses the role that SAM creates, which allows only the alias ARN");
            let finding = findings.create(&EVENTS_ROLE, machine, &format!("Properties/Events/{name}"), message);
            findings.items.push(ScenarioFinding { fix: Some(truncate_middle(fix)), ..finding });
        }
    }
}

fn has_no_role<'t>(view: View<'_, 't>, event: &'t Node<'t>) -> bool {
    let properties = view.member(Some(event), "Properties");
    let role = view.member(properties.node(), "RoleArn");
    matches!(properties, Selected::Absent) || matches!(role, Selected::Absent)
}

/// Returns whether the template attaches a policy to a role that SAM creates. That policy may allow the start.
fn has_attached_policy<'t>(view: View<'_, 't>, role: &str) -> bool {
    let template = view.template;
    let roles = template.caches.extended_roles.get(
        view.scenario,
        || inputs_of_members(template, &ATTACHMENT_MEMBERS),
        || collect_extended_roles(view),
    );
    roles.contains(role)
}

const ATTACHMENT_MEMBERS: [&str; 2] = ["Roles", "RoleName"];

/// Collects the roles that a policy is attached to with `Ref`.
fn collect_extended_roles(view: View<'_, '_>) -> HashSet<String> {
    let members = view
        .template
        .resources
        .iter()
        .flat_map(|resource| ATTACHMENT_MEMBERS.map(|name| view.property(resource, name)));
    let nodes = members.flat_map(|member| view.known_items(member));
    nodes.filter_map(|(_, node)| node.call("Ref")?.text().map(str::to_owned)).collect()
}
