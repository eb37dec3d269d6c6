//! Checks aliases of Terraform plans: which version their routes refer to, and whether the alias follows a change.

use crate::findings::{Findings, ScenarioFinding, truncate_middle};
use crate::resources::Resource;
use crate::rule::{ALIAS_BEHIND, NOTHING_PUBLISHED, ROUTE_ON_STATE_MACHINE, Rule};
use crate::terraform::{
    PlannedStateMachine, RouteReference, VERSION_ATTRIBUTE, planned_state_machine, route_references,
};

pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>) {
    for reference in route_references(alias.node) {
        let machine = findings.view.template.resource(reference.address).filter(|one| one.is_state_machine());
        let Some(planned) = machine.and_then(|machine| planned_state_machine(machine.node)) else { continue };
        check_route(findings, alias, &reference, &planned);
    }
}

fn check_route<'t>(
    findings: &mut Findings<'_, 't>,
    alias: &Resource<'t>,
    reference: &RouteReference<'_>,
    planned: &PlannedStateMachine<'_>,
) {
    let RouteReference { index, address, attribute, value } = reference;
    let own = format!("routing_configuration[{index}].state_machine_version_arn");
    match (*attribute, value) {
        ("arn" | "id", None) => {
            let message = format!("{own} refers to {address}.{attribute}, the ARN of the state machine");
            let fix = format!(
                "Use {address}.{VERSION_ATTRIBUTE}. If the expression adds a version number, for example `${{{address}.{attribute}}}:1`, acknowledge the finding."
            );
            add(findings, &ROUTE_ON_STATE_MACHINE, alias, *index, message, fix);
        }
        (VERSION_ATTRIBUTE, None) if planned.publish == Some(false) => {
            let message = format!("{own} refers to {address}.{VERSION_ATTRIBUTE}, but {address} has `publish = false`");
            let fix = format!("Set `publish = true` in {address}.");
            add(findings, &NOTHING_PUBLISHED, alias, *index, message, fix);
        }
        (VERSION_ATTRIBUTE, Some(value)) if planned.changes && planned.version_arn == Some(value) => {
            const NEW_PROVIDER: &str =
                "Use version 5.62.0 or later of the AWS provider, which plans the new version, or apply twice.";
            let (what, fix) = match planned.publish {
                Some(true) => (format!("publishes a new version of {address}"), NEW_PROVIDER.to_owned()),
                Some(false) => {
                    (format!("changes {address} without a new version"), format!("Set `publish = true` in {address}."))
                }
                None => return,
            };
            let message = format!("This apply {what}, but {own} stays `{value}`");
            add(findings, &ALIAS_BEHIND, alias, *index, message, fix);
        }
        _ => {}
    }
}

fn add<'t>(
    findings: &mut Findings<'_, 't>,
    rule: &'static Rule,
    alias: &Resource<'t>,
    index: usize,
    message: String,
    fix: String,
) {
    let finding = findings.create(rule, alias, &format!("Properties/RoutingConfiguration/{index}"), message);
    findings.items.push(ScenarioFinding { fix: Some(truncate_middle(fix)), ..finding });
}
