//! Combines the grants of all policies of one role, user or group, and caches the result.

use super::attachments::find_related_policies;
use super::document::is_policy;
use super::external_grants::{CONNECTOR, may_grant_more};
use super::grant::{Grant, ResourceMatch, resource_grants};
use crate::caches::{CombinedGrants, GrantSet};
use crate::resources::{Resource, Template, View};
use crate::scenarios::collect_inputs;
use crate::target::{ArnTarget, StateMachineIdentity};
use std::collections::BTreeSet;
use std::rc::Rc;

impl GrantSet {
    fn from_policies<'v, 't: 'v>(view: View<'v, 't>, policies: impl Iterator<Item = &'v Resource<'t>>) -> Self {
        let mut allowed = Self::default();
        for policy in policies {
            allowed.anything |= may_grant_more(view, policy);
            resource_grants(view, policy).iter().for_each(|grant| allowed.add(grant));
        }
        allowed
    }

    pub(super) fn from_grants(grants: &[Grant<'_>]) -> Self {
        let mut allowed = Self::default();
        grants.iter().for_each(|grant| allowed.add(grant));
        allowed
    }

    fn add(&mut self, grant: &Grant<'_>) {
        match &grant.resource_match {
            ResourceMatch::Unknown => self.anything = true,
            ResourceMatch::StateMachine(StateMachineIdentity::Resource(id)) => {
                self.resources.insert((*id).to_owned());
            }
            ResourceMatch::StateMachine(StateMachineIdentity::Arn(arn)) => {
                self.names.insert(last_part(arn).to_owned());
            }
            ResourceMatch::StateMachine(StateMachineIdentity::Symbolic(_)) => self.symbol = true,
            ResourceMatch::Qualified(_) | ResourceMatch::Nothing => {}
        }
    }

    /// Returns whether this allows starting the state machine of the target, as far as known. Two state machines can be
    /// the same if one of them is unknown, as in [`StateMachineIdentity::differs`].
    pub(super) fn covers(&self, target: &ArnTarget<'_>) -> bool {
        let (resources, names) = (!self.resources.is_empty(), !self.names.is_empty());
        self.anything
            || self.symbol
            || match &target.state_machine {
                Some(StateMachineIdentity::Resource(id)) => names || self.resources.contains(*id),
                Some(StateMachineIdentity::Arn(arn)) => resources || self.names.contains(last_part(arn)),
                Some(StateMachineIdentity::Symbolic(_)) | None => resources || names,
            }
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
