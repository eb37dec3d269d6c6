//! Checks the alarms of deployment preferences.

use crate::findings::{Findings, ScenarioFinding, truncate_middle};
use crate::resolve::{Part, Selected, SymbolicText};
use crate::resources::{Resource, View};
use crate::rule::ALARM_BY_ARN;
use crate::tree::Node;

const MEMBER: &str = "DeploymentPreference";
const ALARMS: [&str; 2] = ["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"];

/// Reports alarms that are specified by their ARN.
pub(super) fn check<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>, preference: &'t Node<'t>) {
    let view = findings.view;
    let alarms = view.member(Some(preference), "Alarms");
    if !matches!(alarms, Selected::Node(_)) {
        return;
    }
    for (index, node) in view.known_items(alarms) {
        let Some(symbol) = view.symbol(Some(node)) else { continue };
        let (Some(name), Some(index)) = (find_alarm_name(view, &symbol), index) else { continue };
        let message = format!("Alarms: expected the name of an alarm, found its ARN, `{}`", symbol.to_sub_pattern());
        let finding = findings.create(&ALARM_BY_ARN, alias, &format!("Properties/{MEMBER}/Alarms/{index}"), message);
        findings.items.push(ScenarioFinding {
            fix: Some(truncate_middle(format!("Use the name of the alarm: `{name}`."))),
            defaults: symbol.defaults,
            ..finding
        });
    }
}

/// Returns the name of an alarm whose ARN is specified.
fn find_alarm_name<'t>(view: View<'_, 't>, symbol: &SymbolicText<'t>) -> Option<String> {
    const KIND: &str = ":alarm:";
    match symbol.parts() {
        [Part::Attribute(id, attribute)] => {
            let is_alarm = view.template.resource(id).is_some_and(|resource| ALARMS.contains(&resource.kind));
            (attribute == "Arn" && is_alarm).then(|| format!("!Ref {id}"))
        }
        [Part::Text(start), ..] if start.starts_with("arn:") => {
            let pattern = symbol.to_sub_pattern();
            let (before, name) = pattern.split_once(KIND)?;
            let is_known = before.contains(":cloudwatch:") && !name.is_empty() && symbol.is_known();
            is_known.then(|| if name.contains("${") { format!("!Sub {name}") } else { name.to_owned() })
        }
        _ => None,
    }
}
