//! Events of a SAM state machine that has an alias.

use crate::draft::Found;
use crate::resolve::Selected;
use crate::resources::Resource;
use crate::rule::{EVENTS_BYPASS_ALIAS, EVENTS_ROLE};

const SWITCH: &str = "UseAliasAsEventTarget";

pub(crate) fn check<'t>(found: &mut Found<'_, 't>, machine: &Resource<'t>) {
    let Some(events) = found.view.property(machine, "Events").node().filter(|events| events.intrinsic().is_none())
    else {
        return;
    };
    let Some((first, _)) = events.members().first() else { return };
    match found.view.property(machine, SWITCH) {
        Selected::Unknown => {}
        Selected::Absent => bypass(found, machine, first),
        Selected::Node(node) => match node.scalar().as_deref() {
            Some("true") => roles(found, machine),
            Some("false") => bypass(found, machine, first),
            _ => {}
        },
    }
}

fn bypass<'t>(found: &mut Found<'_, 't>, machine: &Resource<'t>, first: &str) {
    let message = format!("Events start the state machine itself and not its alias, {first} for one");
    found.add(&EVENTS_BYPASS_ALIAS, machine, "Properties/Events", message, []);
}

/// Events for which SAM makes a role, which allows starting the alias's ARN.
fn roles<'t>(found: &mut Found<'_, 't>, machine: &Resource<'t>) {
    let view = found.view;
    for (name, event) in view.property(machine, "Events").node().map(|node| node.members()).unwrap_or_default() {
        let kind = view.text(view.member(Some(event), "Type"));
        let Some(kind) = kind.as_ref().and_then(|kind| kind.text()) else { continue };
        let properties = view.member(Some(event), "Properties");
        let role = view.member(properties.node(), "RoleArn");
        let bare = matches!(properties, Selected::Absent) || matches!(role, Selected::Absent);
        if ["Schedule", "ScheduleV2", "EventBridgeRule", "CloudWatchEvent"].contains(&kind) && bare {
            let message = format!("{name} has no RoleArn, and the role that SAM makes may start the alias's ARN alone");
            found.add(&EVENTS_ROLE, machine, &format!("Properties/Events/{name}"), message, []);
        }
    }
}
