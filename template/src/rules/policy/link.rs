//! Which policies belong to one role, user or group.

use super::document::is_policy;
use crate::resolve::{Part, Symbol};
use crate::resources::{Resource, View};
use crate::terraform;
use std::collections::HashSet;

/// Members that name a role, user or group.
const IDENTITIES: [&str; 7] = ["Roles", "Users", "Groups", "RoleName", "UserName", "GroupName", "Role"];
/// Members that name policies of their own.
const POLICIES: [&str; 2] = ["ManagedPolicyArns", "Policies"];

/// Other policies of the same role, user or group; in a plan, where these are often not known, all that may be.
pub(super) fn linked<'v, 't>(view: View<'v, 't>, resource: &Resource<'t>) -> Vec<&'v Resource<'t>> {
    let mut own = identities(view, resource);
    let policies = || view.template.resources.iter().filter(|other| is_policy(other));
    let itself = reference(resource.id);
    // Few resources name policies.
    let naming: Vec<(&Resource<'t>, HashSet<String>)> =
        policies().map(|role| (role, attached(view, role))).filter(|(_, attached)| !attached.is_empty()).collect();
    own.extend(naming.iter().filter(|(_, attached)| attached.contains(&itself)).map(|(role, _)| reference(role.id)));
    let roles = naming.iter().filter(|(role, _)| !own.is_disjoint(&identities(view, role)));
    let listed: HashSet<&String> = roles.flat_map(|(_, attached)| attached).collect();
    let is_linked = |other: &&Resource<'t>| {
        other.id != resource.id
            && (!own.is_disjoint(&identities(view, other))
                || listed.contains(&reference(other.id))
                || is_anywhere(view, resource)
                || is_anywhere(view, other))
    };
    policies().filter(is_linked).collect()
}

/// Whether this is of a plan that does not tell what it is attached to.
fn is_anywhere<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> bool {
    let known = |member: &&str| view.text(view.property(resource, member)).is_some_and(|name| name.text().is_some());
    terraform::pointer(resource.node).is_some() && !IDENTITIES.iter().any(known)
}

fn reference(id: &str) -> String {
    format!("${{{id}}}")
}

/// A resource's own name and the names of what it is attached to.
fn identities<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> HashSet<String> {
    let mut names = named(view, resource, &IDENTITIES);
    names.insert(reference(resource.id));
    if resource.kind.starts_with("AWS::Serverless::") {
        // The role that SAM makes.
        names.insert(reference(&format!("{}Role", resource.id)));
    }
    names
}

/// The managed policies of a role, user or group.
fn attached<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> HashSet<String> {
    named(view, resource, &POLICIES)
}

fn named<'t>(view: View<'_, 't>, resource: &Resource<'t>, members: &[&str]) -> HashSet<String> {
    let nodes = members.iter().flat_map(|member| view.known_items(view.property(resource, member)));
    let symbols = nodes.filter_map(|(_, node)| view.symbol(Some(node))).filter(Symbol::is_known);
    let name = |symbol: Symbol<'t>| match symbol.parts() {
        [Part::Attribute(id, _)] => reference(id),
        _ => symbol.shown(),
    };
    symbols.map(name).collect()
}
