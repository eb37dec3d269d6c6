//! Checks property types. Properties with a wrong type are not checked further.

use super::alias::MAX_ROUTES;
use crate::findings::Findings;
use crate::resolve::Selected;
use crate::resources::{ALIAS, Resource};
use crate::rule::{ALIAS_MEMBER, PREFERENCE_MEMBER, Rule};
use crate::tree::{Node, Value};

/// The type of a property in the schema of CloudFormation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ValueType {
    Scalar,
    List,
    Map,
}

const ROUTE: [(&str, ValueType); 2] = [("StateMachineVersionArn", ValueType::Scalar), ("Weight", ValueType::Scalar)];
const PREFERENCE: [(&str, ValueType); 5] = [
    ("StateMachineVersionArn", ValueType::Scalar),
    ("Type", ValueType::Scalar),
    ("Percentage", ValueType::Scalar),
    ("Interval", ValueType::Scalar),
    ("Alarms", ValueType::List),
];

pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, resource: &Resource<'t>) {
    let properties = resource.node.get("Properties");
    let own: &[_] = if resource.kind == ALIAS {
        &[("Name", ValueType::Scalar), ("Description", ValueType::Scalar), ("RoutingConfiguration", ValueType::List)]
    } else {
        &[("AutoPublishAlias", ValueType::Scalar)]
    };
    check_members(findings, resource, "Properties", properties, own, &ALIAS_MEMBER);
    check_members(
        findings,
        resource,
        "Properties",
        properties,
        &[("DeploymentPreference", ValueType::Map)],
        &PREFERENCE_MEMBER,
    );
    let view = findings.view;
    if resource.kind == ALIAS {
        let routes = view.list(view.property(resource, "RoutingConfiguration")).unwrap_or_default();
        // A list that is too long has one finding only.
        for (index, route) in Some(routes).filter(|routes| routes.len() <= MAX_ROUTES).into_iter().flatten() {
            let path = format!("Properties/RoutingConfiguration/{index}");
            check_members(findings, resource, &path, Some(route), &ROUTE, &ALIAS_MEMBER);
        }
    }
    let preference = view.property(resource, "DeploymentPreference").node();
    check_members(findings, resource, "Properties/DeploymentPreference", preference, &PREFERENCE, &PREFERENCE_MEMBER);
}

fn check_members<'t>(
    findings: &mut Findings<'_, 't>,
    resource: &Resource<'t>,
    path: &str,
    node: Option<&'t Node<'t>>,
    names: &[(&str, ValueType)],
    rule: &'static Rule,
) {
    for (name, expected) in names {
        let Selected::Node(member) = findings.view.member(node, name) else { continue };
        let Some(found) = value_type(member).filter(|found| found != expected) else { continue };
        let message = format!("{name}: expected {}, found {}", describe(*expected), describe(found));
        findings.add(rule, resource, &format!("{path}/{name}"), message, []);
    }
}

/// Returns the type of a value, or `None` if an intrinsic function creates it.
fn value_type(node: &Node<'_>) -> Option<ValueType> {
    match &node.value {
        Value::Null => None,
        Value::List(_) => Some(ValueType::List),
        Value::Map(members)
            if node.intrinsic().is_none() && !members.iter().any(|(name, _)| name.starts_with("Fn::")) =>
        {
            Some(ValueType::Map)
        }
        Value::Map(_) => None,
        _ => Some(ValueType::Scalar),
    }
}

const fn describe(shape: ValueType) -> &'static str {
    match shape {
        ValueType::Scalar => "a single value",
        ValueType::List => "a list",
        ValueType::Map => "a map",
    }
}
