//! Checks changes since the previous deployment.

use crate::findings::Findings;
use crate::previous::{MachineName, PreviousMachine, PreviousTemplate, alias_name_property, machine_properties};
use crate::resources::{ALIAS, Resource};
use crate::rule::{NAME_CHANGED, STATE_MACHINE_REPLACED};
use crate::target::StateMachineIdentity;
use crate::terraform;

pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>, previous: &PreviousTemplate) {
    let member = alias_name_property(alias);
    let Some(symbol) = findings.view.text(findings.view.property(alias, member)) else { return };
    let known = previous.aliases.get(alias.id);
    let before = terraform::previous_name(alias.node).or_else(|| known?.name.as_deref());
    let (Some(now), Some(before)) = (symbol.text(), before) else { return };
    if now == before {
        check_state_machine(findings, alias, now, previous);
    } else if alias.kind == ALIAS {
        let message = format!("Name changes from `{before}` to `{now}`: CloudFormation replaces the alias");
        findings.add(&NAME_CHANGED, alias, "Properties/Name", message, symbol.defaults.iter().copied());
    }
}

/// Checks that an alias with an unchanged name stays on its state machine.
fn check_state_machine<'t>(
    findings: &mut Findings<'_, 't>,
    alias: &Resource<'t>,
    name: &str,
    previous: &PreviousTemplate,
) {
    let view = findings.view;
    let Some(before) = previous.aliases.get(alias.id).and_then(|alias| alias.machine.as_deref()) else { return };
    let Some(StateMachineIdentity::Resource(now)) = view.state_machine_of(alias) else { return };
    let Some(machine) = view.template.resource(now).filter(|_| terraform::plan_pointer(alias.node).is_none()) else {
        return;
    };
    if now != before {
        let message =
            format!("The state machine of the alias changes from {before} to {now}, but the alias is not replaced");
        return findings.add(&STATE_MACHINE_REPLACED, alias, "Properties", message, []);
    }
    let Some(known) = previous.machines.get(now) else { return };
    if let Some((member, change)) = find_replacement(known, &PreviousMachine::read(view, machine), machine) {
        let message = format!(
            "{member} {change}: CloudFormation replaces the state machine, but not its alias `{name}`, whose name does not change",
        );
        findings.add(&STATE_MACHINE_REPLACED, machine, &format!("Properties/{member}"), message, []);
    }
}

/// Returns the first property whose change replaces the state machine, and describes the change.
fn find_replacement(
    before: &PreviousMachine,
    now: &PreviousMachine,
    machine: &Resource<'_>,
) -> Option<(&'static str, String)> {
    let [name, kind] = machine_properties(machine);
    let format_name = |name: &MachineName| match name {
        MachineName::Generated => "a generated name".to_owned(),
        MachineName::Given(name) => format!("`{name}`"),
    };
    match (&before.name, &now.name) {
        (Some(before), Some(now)) if before != now => {
            return Some((name, format!("changes from {} to {}", format_name(before), format_name(now))));
        }
        _ => {}
    }
    match (&before.kind, &now.kind) {
        (Some(before), Some(now)) if before != now => Some((kind, format!("changes from `{before}` to `{now}`"))),
        _ => None,
    }
}
