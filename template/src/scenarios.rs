//! The possible outcomes of the conditions that affect a resource.

use super::resolve::{MAX_COMBINATIONS, Scenario, referenced_names};
use super::resources::{ALIAS, Resource, SAM_STATE_MACHINE, STATE_MACHINE, Template, VERSION};
use super::tree::Node;
use std::collections::BTreeSet;

/// Properties that no rule reads.
const IGNORED_PROPERTIES: [&str; 8] = [
    "AssumeRolePolicyDocument",
    "EncryptionConfiguration",
    "LoggingConfiguration",
    "Path",
    "PermissionsBoundary",
    "Tags",
    "TagsPropagated",
    "TracingConfiguration",
];

/// Lists the possible scenarios in which the resource exists.
pub(crate) fn list_scenarios<'t>(template: &Template<'t>, resource: &Resource<'t>) -> Vec<Scenario<'t>> {
    list_scenarios_with(template, resource, &[])
}

/// Lists the scenarios, including the conditions of other resources. If there are too many, returns one scenario with
/// only the condition of the resource.
pub(crate) fn list_scenarios_with<'t>(
    template: &Template<'t>,
    resource: &Resource<'t>,
    others: &[&Resource<'t>],
) -> Vec<Scenario<'t>> {
    decide_scenarios(template, resource, others)
        .unwrap_or_else(|| template.conditions.list_outcomes(resource.condition(), &[], &[]).unwrap_or_default())
}

/// Lists the scenarios, or returns `None` if there are too many. Every scenario has values for the parameters that have
/// `AllowedValues`.
pub(crate) fn decide_scenarios<'t>(
    template: &Template<'t>,
    resource: &Resource<'t>,
    others: &[&Resource<'t>],
) -> Option<Vec<Scenario<'t>>> {
    let own = resource.condition();
    let (mut names, mut parameters) = (Vec::new(), Vec::new());
    let referenced = referenced_resources(template, resource);
    for read in std::iter::once(resource).chain(referenced) {
        walk_read_properties(read, &mut |properties| {
            collect_conditions(properties, &mut names);
            template.resolver.collect_parameters(properties, &mut parameters);
        });
    }
    names.extend(others.iter().filter_map(|other| other.condition()));
    for list in [&mut names, &mut parameters] {
        list.sort_unstable();
        list.dedup();
    }
    names.retain(|name| Some(*name) != own);
    list_combined_outcomes(template, own, &names, &parameters)
}

/// Lists the outcomes of conditions for all combinations of parameter values, up to [`MAX_COMBINATIONS`].
fn list_combined_outcomes<'t>(
    template: &Template<'t>,
    own: Option<&'t str>,
    names: &[&'t str],
    parameters: &[&'t str],
) -> Option<Vec<Scenario<'t>>> {
    let (combinations, is_complete) = template.resolver.list_combinations(parameters);
    let mut scenarios = Vec::new();
    let mut is_complete = is_complete;
    for choices in &combinations {
        let outcomes = template.conditions.list_outcomes(own, names, choices)?;
        if !scenarios.is_empty() && scenarios.len().saturating_add(outcomes.len()) > MAX_COMBINATIONS {
            is_complete = false;
            break;
        }
        scenarios.extend(outcomes);
    }
    if !is_complete {
        template.conditions.report_limit();
    }
    Some(scenarios)
}

/// Visits the properties that rules read.
fn walk_read_properties<'t>(resource: &Resource<'t>, visit: &mut impl FnMut(&'t Node<'t>)) {
    let Some(properties) = resource.node.get("Properties") else { return };
    if properties.intrinsic().is_some() {
        return visit(properties);
    }
    let read = properties.members().iter().filter(|(name, _)| !IGNORED_PROPERTIES.contains(&name.as_ref()));
    read.for_each(|(_, member)| visit(member));
}

/// Returns whether a resource belongs to Step Functions or refers to it.
pub(crate) fn is_related<'t>(template: &Template<'t>, resource: &Resource<'t>) -> bool {
    const KINDS: [&str; 4] = [ALIAS, VERSION, STATE_MACHINE, SAM_STATE_MACHINE];
    let mut found = KINDS.contains(&resource.kind);
    resource.node.walk(&mut |part| {
        let of_it = |id: &str| template.resource(id).is_some_and(|other| KINDS.contains(&other.kind));
        found = found
            || part.text().is_some_and(|text| text.contains("states:"))
            || referenced_ids(part).into_iter().any(of_it);
    });
    found
}

/// Collects the conditions of `Fn::If` in a node.
fn collect_conditions<'t>(node: &'t Node<'t>, names: &mut Vec<&'t str>) {
    node.walk(&mut |part| names.extend(part.call("Fn::If").and_then(|list| list.items().first()?.text())));
}

/// Collects what a node depends on: conditions, and everything that it refers to, including parameters.
pub(crate) fn collect_inputs<'t>(node: &'t Node<'t>, names: &mut Vec<&'t str>) {
    collect_conditions(node, names);
    node.walk(&mut |part| names.extend(referenced_names(part)));
}

/// Returns the conditions and parameters that these properties of all resources depend on.
pub(crate) fn inputs_of_members<'t>(template: &Template<'t>, members: &[&str]) -> BTreeSet<&'t str> {
    let mut names = Vec::new();
    for properties in template.resources.iter().filter_map(|resource| resource.node.get("Properties")) {
        match properties.intrinsic() {
            Some(_) => collect_inputs(properties, &mut names),
            None => {
                members.iter().filter_map(|name| properties.get(name)).for_each(|it| collect_inputs(it, &mut names))
            }
        }
    }
    names.into_iter().collect()
}

/// Returns the versions and aliases that a resource refers to, directly or indirectly.
fn referenced_resources<'v, 't>(template: &'v Template<'t>, resource: &Resource<'t>) -> Vec<&'v Resource<'t>> {
    const MAX_RESOURCES: usize = 16;
    let mut found: Vec<&Resource<'t>> = Vec::new();
    let mut open = vec![resource.node];
    while let Some(node) = open.pop() {
        node.walk(&mut |part| {
            for id in referenced_ids(part) {
                let resource = template.resource(id).filter(|resource| [ALIAS, VERSION].contains(&resource.kind));
                if let Some(new) =
                    resource.filter(|new| found.len() < MAX_RESOURCES && found.iter().all(|old| old.id != new.id))
                {
                    found.push(new);
                    open.push(new.node);
                }
            }
        });
    }
    found
}

/// Returns the logical ids that an intrinsic function refers to.
fn referenced_ids<'t>(node: &'t Node<'t>) -> Vec<&'t str> {
    let id = |text: &'t str| text.split('.').next().unwrap_or(text);
    match node.intrinsic() {
        Some(("Ref", name)) => name.text().map(id).into_iter().collect(),
        Some(("Fn::GetAtt", argument)) => {
            argument.text().or_else(|| argument.items().first()?.text()).map(id).into_iter().collect()
        }
        Some(("Fn::Sub", argument)) => {
            let pattern = argument.text().or_else(|| argument.items().first()?.text()).unwrap_or_default();
            pattern.split("${").skip(1).filter_map(|part| part.split('}').next()).map(id).collect()
        }
        _ => Vec::new(),
    }
}
