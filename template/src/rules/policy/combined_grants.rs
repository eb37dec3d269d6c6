//! Combines the grants of all policies of one role, user or group, and caches the result.

use super::attachments::find_related_policies;
use super::document::is_policy;
use super::external_grants::{CONNECTOR, find_external_operations};
use super::grant::{Effect, Grant, ResourceMatch, resource_grants};
use crate::caches::{CombinedGrants, GrantSet};
use crate::operations::Operations;
use crate::resources::{Resource, Template, View};
use crate::scenarios::collect_inputs;
use crate::target::{ArnTarget, StateMachineIdentity};
use std::collections::BTreeSet;
use std::rc::Rc;

impl GrantSet {
    fn from_policies<'v, 't: 'v>(view: View<'v, 't>, policies: impl Iterator<Item = &'v Resource<'t>>) -> Self {
        let mut allowed = Self::default();
        for policy in policies {
            allowed.anything |= find_external_operations(view, policy);
            resource_grants(view, policy)
                .iter()
                .filter(|grant| grant.effect == Effect::Allow)
                .for_each(|grant| allowed.add(grant));
        }
        allowed
    }

    pub(super) fn from_grants<'g, 't: 'g>(grants: impl Iterator<Item = &'g Grant<'t>>) -> Self {
        let mut set = Self::default();
        grants.for_each(|grant| set.add(grant));
        set
    }

    fn add(&mut self, grant: &Grant<'_>) {
        let operations = grant.certain | grant.possible;
        match &grant.resource_match {
            ResourceMatch::Unknown | ResourceMatch::StateMachine(StateMachineIdentity::Symbolic(_)) => {
                self.anything |= operations;
            }
            ResourceMatch::StateMachine(StateMachineIdentity::Resource(id)) => self.resources.add(id, operations),
            ResourceMatch::StateMachine(StateMachineIdentity::Arn(arn)) => self.names.add(last_part(arn), operations),
            ResourceMatch::Qualified(_) | ResourceMatch::Nothing => {}
        }
    }

    /// Returns the operations on the state machine of the target, as far as known. Two state machines can be the same if
    /// one of them is unknown, as in [`StateMachineIdentity::differs`].
    pub(super) fn operations_on(&self, target: &ArnTarget<'_>) -> Operations {
        let of_machine = match &target.state_machine {
            Some(StateMachineIdentity::Resource(id)) => self.names.any() | self.resources.of(id),
            Some(StateMachineIdentity::Arn(arn)) => self.resources.any() | self.names.of(last_part(arn)),
            Some(StateMachineIdentity::Symbolic(_)) | None => self.resources.any() | self.names.any(),
        };
        self.anything | of_machine
    }
}

fn last_part(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

/// Returns the combined grants of a policy and its related policies.
pub(super) fn combine_grants<'t>(view: View<'_, 't>, policy: &Resource<'t>) -> Rc<GrantSet> {
    let template = view.template;
    let combined = template.caches.allowed.get(view.scenario, || policy_inputs(template), CombinedGrants::default);
    let (key, indices) = find_related_policies(view, policy);
    if let Some(known) = combined.0.borrow().get(&key) {
        return Rc::clone(known);
    }
    let policies = indices().into_iter().filter_map(|index| template.resources.get(index));
    let allowed = Rc::new(GrantSet::from_policies(view, policies));
    combined.0.borrow_mut().insert(key, Rc::clone(&allowed));
    allowed
}

/// Collects the conditions and parameters that policies and connectors depend on.
fn policy_inputs<'t>(template: &Template<'t>) -> BTreeSet<&'t str> {
    let mut names = Vec::new();
    let of_policies = |resource: &&Resource<'_>| is_policy(resource) || resource.kind == CONNECTOR;
    template.resources.iter().filter(of_policies).for_each(|policy| collect_inputs(policy.node, &mut names));
    names.into_iter().collect()
}
