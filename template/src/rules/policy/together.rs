//! What all policies of one role, user or group allow together: found once, however many of them ask.

use super::document::is_policy;
use super::grant::{Grant, Reach};
use super::grants_of;
use super::link::{Beside, beside};
use super::outside::may_allow_more;
use crate::resources::{Resource, Template, View};
use crate::scenarios::collect;
use crate::target::{Machine, Target};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// What policies allow to be started.
#[derive(Default)]
pub(crate) struct Allowed {
    /// Anything, or what is not known.
    anything: bool,
    resources: HashSet<String>,
    /// The last parts of ARNs: account and region may be those of the deploy.
    names: HashSet<String>,
    symbol: bool,
}

impl Allowed {
    fn of<'v, 't: 'v>(view: View<'v, 't>, policies: impl Iterator<Item = &'v Resource<'t>>) -> Self {
        let mut allowed = Self::default();
        for policy in policies {
            allowed.anything |= may_allow_more(view, policy);
            grants_of(view, policy).iter().for_each(|grant| allowed.add(grant));
        }
        allowed
    }

    pub fn of_grants(grants: &[Grant<'_>]) -> Self {
        let mut allowed = Self::default();
        grants.iter().for_each(|grant| allowed.add(grant));
        allowed
    }

    fn add(&mut self, grant: &Grant<'_>) {
        match &grant.reach {
            Reach::Any => self.anything = true,
            Reach::Machine(Machine::Resource(id)) => drop(self.resources.insert((*id).to_owned())),
            Reach::Machine(Machine::Arn(arn)) => drop(self.names.insert(last_part(arn).to_owned())),
            Reach::Machine(Machine::Symbol(_)) => self.symbol = true,
            Reach::Qualified(_) | Reach::Nothing => {}
        }
    }

    /// Whether this allows starting the state machine of a target, as far as can be known: two state machines of
    /// which one is not known may be the same, as [`Machine::differs`] has it.
    pub fn covers(&self, target: &Target<'_>) -> bool {
        let (resources, names) = (!self.resources.is_empty(), !self.names.is_empty());
        self.anything
            || self.symbol
            || match &target.machine {
                Some(Machine::Resource(id)) => names || self.resources.contains(*id),
                Some(Machine::Arn(arn)) => resources || self.names.contains(last_part(arn)),
                Some(Machine::Symbol(_)) | None => resources || names,
            }
    }
}

fn last_part(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

/// What is allowed beside a policy, by what it is attached to.
#[derive(Default)]
pub(crate) struct AllowedTogether(RefCell<HashMap<Beside, Rc<Allowed>>>);

/// What a policy and those beside it allow.
pub(super) fn allowed_together<'t>(view: View<'_, 't>, policy: &Resource<'t>) -> Rc<Allowed> {
    let template = view.template;
    let together = template.allowed.get(view.scenario, || conditions_of_policies(template), AllowedTogether::default);
    let (key, places) = beside(view, policy);
    if let Some(known) = together.0.borrow().get(&key) {
        return Rc::clone(known);
    }
    let policies = places().into_iter().filter_map(|place| template.resources.get(place));
    let allowed = Rc::new(Allowed::of(view, policies));
    together.0.borrow_mut().insert(key, Rc::clone(&allowed));
    allowed
}

/// The conditions that anything in a policy or a connector depends on.
fn conditions_of_policies<'t>(template: &Template<'t>) -> BTreeSet<&'t str> {
    let mut names = Vec::new();
    let of_policies = |resource: &&Resource<'_>| is_policy(resource) || resource.kind == super::outside::CONNECTOR;
    template.resources.iter().filter(of_policies).for_each(|policy| collect(policy.node, &mut names));
    names.into_iter().collect()
}
