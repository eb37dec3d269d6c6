//! Members that are of another type than CloudFormation's schema takes: nothing else is asked about those.

use super::alias::MAX_ROUTES;
use crate::findings::Findings;
use crate::resolve::Selected;
use crate::resources::{ALIAS, Resource};
use crate::rule::{ALIAS_MEMBER, PREFERENCE_MEMBER, Rule};
use crate::tree::{Node, Value};

/// What a member has to be.
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
        // A list that is too long is one finding.
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
    for (name, wanted) in names {
        let Selected::Node(member) = findings.view.member(node, name) else { continue };
        let Some(given) = value_type(member).filter(|given| given != wanted) else { continue };
        let message = format!("{name} is {}, and CloudFormation takes {}", describe(given), describe(*wanted));
        findings.add(rule, resource, &format!("{path}/{name}"), message, []);
    }
}

/// What a member is, where nothing in it is made at the deploy.
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
