//! Which policies belong to one role, user or group.

use super::document::is_policy;
use crate::resolve::{Part, Symbol};
use crate::resources::{Resource, Template, View};
use crate::scenarios::collect;
use crate::terraform;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Members that name a role, user or group.
const IDENTITIES: [&str; 7] = ["Roles", "Users", "Groups", "RoleName", "UserName", "GroupName", "Role"];
/// Members that name policies of their own.
const POLICIES: [&str; 2] = ["ManagedPolicyArns", "Policies"];

/// The policies of a template by what they belong to; places in its resources.
pub(crate) struct Links {
    identities: HashMap<String, Vec<usize>>,
    /// The managed policies of the resources that name some.
    attached: HashMap<usize, HashSet<String>>,
    /// By managed policy, the roles, users and groups that name it.
    naming: HashMap<String, Vec<usize>>,
    /// Those of which a plan does not tell what they belong to.
    anywhere: Vec<usize>,
}

impl Links {
    fn of(view: View<'_, '_>) -> Self {
        let (identities, attached, naming) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut links = Self { identities, attached, naming, anywhere: Vec::new() };
        for (place, policy) in view.template.resources.iter().enumerate().filter(|(_, resource)| is_policy(resource)) {
            for identity in identities_of(view, policy) {
                links.identities.entry(identity).or_default().push(place);
            }
            let attached = named(view, policy, &POLICIES);
            for name in &attached {
                links.naming.entry(name.clone()).or_default().push(place);
            }
            links.attached.insert(place, attached);
            links.anywhere.extend(is_anywhere(view, policy).then_some(place));
        }
        links
    }

    /// The roles, users and groups of a policy; its own name where others name it, or it has nothing else.
    fn names<'t>(&self, view: View<'_, 't>, resource: &Resource<'t>) -> HashSet<String> {
        let id = |place: &usize| view.template.resources.get(*place).map(|role| reference(role.id));
        let mut names = identities_of(view, resource);
        let own = reference(resource.id);
        let naming = self.naming.get(&own).into_iter().flatten();
        let is_alone = self.identities.get(&own).is_none_or(|places| places.len() <= 1);
        names.extend(naming.filter_map(id));
        if is_alone && names.len() > 1 {
            names.remove(&own);
        }
        names
    }

    /// The places of all policies that may belong to these.
    fn beside(&self, own: &HashSet<String>) -> BTreeSet<usize> {
        let mut places: BTreeSet<usize> = self.named(own).collect();
        let listed: HashSet<String> =
            places.iter().filter_map(|place| self.attached.get(place)).flatten().cloned().collect();
        places.extend(self.named(&listed).chain(self.anywhere.iter().copied()));
        places
    }

    fn named<'l>(&'l self, names: &'l HashSet<String>) -> impl Iterator<Item = usize> + 'l {
        names.iter().filter_map(|name| self.identities.get(name)).flatten().copied()
    }
}

/// What the policies that belong together have in common.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) enum Beside {
    /// All of a plan, which does not always tell what they belong to.
    All,
    /// The roles, users and groups, or the policy itself where it has none.
    Of(Vec<String>),
}

/// A policy and the others of the same role, user or group, as places; in a plan, where these are often not known,
/// all that may be. Policies with one key have the same.
pub(super) fn beside<'v, 't: 'v>(
    view: View<'v, 't>,
    resource: &Resource<'t>,
) -> (Beside, Box<dyn FnOnce() -> BTreeSet<usize> + 'v>) {
    let all = &view.template.resources;
    if is_anywhere(view, resource) {
        let policies =
            || all.iter().enumerate().filter(|(_, other)| is_policy(other)).map(|(place, _)| place).collect();
        return (Beside::All, Box::new(policies));
    }
    let links = view.template.policies.get(view.scenario, || conditions_of_links(view.template), || Links::of(view));
    let names = links.names(view, resource);
    let mut key: Vec<String> = names.iter().cloned().collect();
    key.sort_unstable();
    (Beside::Of(key), Box::new(move || links.beside(&names)))
}

/// The conditions that links depend on.
fn conditions_of_links<'t>(template: &Template<'t>) -> BTreeSet<&'t str> {
    let mut names = Vec::new();
    for properties in template.resources.iter().filter(|it| is_policy(it)).filter_map(|it| it.node.get("Properties")) {
        match properties.intrinsic() {
            Some(_) => collect(properties, &mut names),
            None => {
                let members = IDENTITIES.iter().chain(&POLICIES).filter_map(|member| properties.get(member));
                members.for_each(|it| collect(it, &mut names));
            }
        }
    }
    names.into_iter().collect()
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
fn identities_of<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> HashSet<String> {
    let mut names = named(view, resource, &IDENTITIES);
    names.insert(reference(resource.id));
    if resource.kind.starts_with("AWS::Serverless::") {
        // The role that SAM makes.
        names.insert(reference(&format!("{}Role", resource.id)));
    }
    names
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
