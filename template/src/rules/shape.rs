//! Members that are of another type than CloudFormation's schema takes: nothing else is asked about those.

use super::alias::MOST_ROUTES;
use crate::draft::Found;
use crate::resolve::Selected;
use crate::resources::{ALIAS, Resource};
use crate::rule::{ALIAS_MEMBER, PREFERENCE_MEMBER, Rule};
use crate::tree::{Node, Value};

/// What a member has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Scalar,
    List,
    Map,
}

const ROUTE: [(&str, Shape); 2] = [("StateMachineVersionArn", Shape::Scalar), ("Weight", Shape::Scalar)];
const PREFERENCE: [(&str, Shape); 5] = [
    ("StateMachineVersionArn", Shape::Scalar),
    ("Type", Shape::Scalar),
    ("Percentage", Shape::Scalar),
    ("Interval", Shape::Scalar),
    ("Alarms", Shape::List),
];

pub(crate) fn check<'t>(found: &mut Found<'_, 't>, resource: &Resource<'t>) {
    let properties = resource.node.get("Properties");
    let own: &[_] = if resource.kind == ALIAS {
        &[("Name", Shape::Scalar), ("Description", Shape::Scalar), ("RoutingConfiguration", Shape::List)]
    } else {
        &[("AutoPublishAlias", Shape::Scalar)]
    };
    members(found, resource, "Properties", properties, own, &ALIAS_MEMBER);
    members(found, resource, "Properties", properties, &[("DeploymentPreference", Shape::Map)], &PREFERENCE_MEMBER);
    let view = found.view;
    if resource.kind == ALIAS {
        let routes = view.list(view.property(resource, "RoutingConfiguration")).unwrap_or_default();
        // A list that is too long is one finding.
        for (index, route) in Some(routes).filter(|routes| routes.len() <= MOST_ROUTES).into_iter().flatten() {
            let path = format!("Properties/RoutingConfiguration/{index}");
            members(found, resource, &path, Some(route), &ROUTE, &ALIAS_MEMBER);
        }
    }
    let preference = view.property(resource, "DeploymentPreference").node();
    members(found, resource, "Properties/DeploymentPreference", preference, &PREFERENCE, &PREFERENCE_MEMBER);
}

fn members<'t>(
    found: &mut Found<'_, 't>,
    resource: &Resource<'t>,
    path: &str,
    node: Option<&'t Node<'t>>,
    names: &[(&str, Shape)],
    rule: &'static Rule,
) {
    for (name, wanted) in names {
        let Selected::Node(member) = found.view.member(node, name) else { continue };
        let Some(given) = shape(member).filter(|given| given != wanted) else { continue };
        let message = format!("{name} is {}, and CloudFormation takes {}", word(given), word(*wanted));
        found.add(rule, resource, &format!("{path}/{name}"), message, []);
    }
}

/// What a member is, where nothing in it is made at the deploy.
fn shape(node: &Node<'_>) -> Option<Shape> {
    match &node.value {
        Value::Null => None,
        Value::List(_) => Some(Shape::List),
        Value::Map(members)
            if node.intrinsic().is_none() && !members.iter().any(|(name, _)| name.starts_with("Fn::")) =>
        {
            Some(Shape::Map)
        }
        Value::Map(_) => None,
        _ => Some(Shape::Scalar),
    }
}

const fn word(shape: Shape) -> &'static str {
    match shape {
        Shape::Scalar => "a single value",
        Shape::List => "a list",
        Shape::Map => "a map",
    }
}
