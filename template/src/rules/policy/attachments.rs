//! Finds the policies that are attached to the same role, user or group.

use super::document::is_policy;
use crate::caches::{AttachmentKey, Attachments};
use crate::resolve::{Part, SymbolicText};
use crate::resources::{Resource, Template, View};
use crate::scenarios::collect_inputs;
use crate::terraform;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Properties that name a role, user or group.
const IDENTITIES: [&str; 7] = ["Roles", "Users", "Groups", "RoleName", "UserName", "GroupName", "Role"];
/// Properties that name policies.
const POLICIES: [&str; 2] = ["ManagedPolicyArns", "Policies"];

impl Attachments {
    fn collect(view: View<'_, '_>) -> Self {
        let (identities, attached, attached_by) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut attachments = Self { identities, attached, attached_by, unattached: Vec::new() };
        for (index, policy) in view.template.resources.iter().enumerate().filter(|(_, resource)| is_policy(resource)) {
            for identity in collect_identities(view, policy) {
                attachments.identities.entry(identity).or_default().push(index);
            }
            let attached = collect_names(view, policy, &POLICIES);
            for name in &attached {
                attachments.attached_by.entry(name.clone()).or_default().push(index);
            }
            attachments.attached.insert(index, attached);
            attachments.unattached.extend(has_unknown_attachment(view, policy).then_some(index));
        }
        attachments
    }

    /// Returns the roles, users and groups of a policy. Includes the policy itself if others refer to it or if it has
    /// no identity.
    fn identities<'t>(&self, view: View<'_, 't>, resource: &Resource<'t>) -> HashSet<String> {
        let id = |index: &usize| view.template.resources.get(*index).map(|role| format_reference(role.id));
        let mut names = collect_identities(view, resource);
        let own = format_reference(resource.id);
        let attached_by = self.attached_by.get(&own).into_iter().flatten();
        let is_alone = self.identities.get(&own).is_none_or(|indices| indices.len() <= 1);
        names.extend(attached_by.filter_map(id));
        if is_alone && names.len() > 1 {
            names.remove(&own);
        }
        names
    }

    /// Returns all policies that may belong to these identities.
    fn related(&self, own: &HashSet<String>) -> BTreeSet<usize> {
        let mut indices: BTreeSet<usize> = self.policies_of(own).collect();
        let listed: HashSet<String> =
            indices.iter().filter_map(|index| self.attached.get(index)).flatten().cloned().collect();
        indices.extend(self.policies_of(&listed).chain(self.unattached.iter().copied()));
        indices
    }

    fn policies_of<'l>(&'l self, names: &'l HashSet<String>) -> impl Iterator<Item = usize> + 'l {
        names.iter().filter_map(|name| self.identities.get(name)).flatten().copied()
    }
}

/// Returns the key of the related policies, and a function that returns their indices. Policies with the same key have
/// the same related policies. In a plan with unknown identities these are all policies.
pub(super) fn find_related_policies<'v, 't: 'v>(
    view: View<'v, 't>,
    resource: &Resource<'t>,
) -> (AttachmentKey, Box<dyn FnOnce() -> BTreeSet<usize> + 'v>) {
    let all = &view.template.resources;
    if has_unknown_attachment(view, resource) {
        let policies =
            || all.iter().enumerate().filter(|(_, other)| is_policy(other)).map(|(index, _)| index).collect();
        return (AttachmentKey::WholePlan, Box::new(policies));
    }
    let attachments = view.template.caches.policies.get(
        view.scenario,
        || attachment_inputs(view.template),
        || Attachments::collect(view),
    );
    let names = attachments.identities(view, resource);
    let mut key: Vec<String> = names.iter().cloned().collect();
    key.sort_unstable();
    (AttachmentKey::Identities(key), Box::new(move || attachments.related(&names)))
}

/// Collects the conditions and parameters that attachments depend on.
fn attachment_inputs<'t>(template: &Template<'t>) -> BTreeSet<&'t str> {
    let mut names = Vec::new();
    for properties in template.resources.iter().filter(|it| is_policy(it)).filter_map(|it| it.node.get("Properties")) {
        match properties.intrinsic() {
            Some(_) => collect_inputs(properties, &mut names),
            None => {
                let members = IDENTITIES.iter().chain(&POLICIES).filter_map(|member| properties.get(member));
                members.for_each(|it| collect_inputs(it, &mut names));
            }
        }
    }
    names.into_iter().collect()
}

/// Returns whether the plan does not contain the identity of this policy.
fn has_unknown_attachment<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> bool {
    let known = |member: &&str| view.text(view.property(resource, member)).is_some_and(|name| name.text().is_some());
    terraform::plan_pointer(resource.node).is_some() && !IDENTITIES.iter().any(known)
}

fn format_reference(id: &str) -> String {
    format!("${{{id}}}")
}

/// Returns the resource itself and the identities that it is attached to.
fn collect_identities<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> HashSet<String> {
    let mut names = collect_names(view, resource, &IDENTITIES);
    names.insert(format_reference(resource.id));
    if resource.kind.starts_with("AWS::Serverless::") {
        // The role that SAM creates.
        names.insert(format_reference(&format!("{}Role", resource.id)));
    }
    names
}

fn collect_names<'t>(view: View<'_, 't>, resource: &Resource<'t>, members: &[&str]) -> HashSet<String> {
    let nodes = members.iter().flat_map(|member| view.known_items(view.property(resource, member)));
    let symbols = nodes.filter_map(|(_, node)| view.symbol(Some(node))).filter(SymbolicText::is_known);
    let name = |symbol: SymbolicText<'t>| match symbol.parts() {
        [Part::Attribute(id, _)] => format_reference(id),
        _ => symbol.to_sub_pattern(),
    };
    symbols.map(name).collect()
}
