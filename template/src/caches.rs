//! Caches values that depend only on some conditions and parameters. Scenarios in which these are equal share a value.

use super::operations::Operations;
use super::resolve::{Part, Scenario};
use super::target::StateMachineIdentity;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// What the rules compute once for all resources of a template.
#[derive(Default)]
pub(crate) struct Caches<'t> {
    /// The index of the first alias of each state machine.
    pub aliases: ScenarioCache<'t, HashMap<StateMachineIdentity<'t>, usize>>,
    /// The policies by the identity that they are attached to.
    pub policies: ScenarioCache<'t, Attachments>,
    /// The combined grants of policies with the same identity.
    pub allowed: ScenarioCache<'t, CombinedGrants>,
    /// The roles that a policy is attached to with `Ref`.
    pub extended_roles: ScenarioCache<'t, HashSet<String>>,
    /// The resources that get a policy from a SAM connector.
    pub connected: ScenarioCache<'t, ConnectorSources>,
    /// The number of versions of each state machine, or `None` if the state machine of a version is unknown.
    pub versions: OnceCell<Option<HashMap<StateMachineIdentity<'t>, usize>>>,
    /// The state machines by name.
    pub state_machines_by_name: ScenarioCache<'t, HashMap<Vec<Part<'t>>, &'t str>>,
}

/// The policies of a template by identity. Policies are indices of resources.
pub(crate) struct Attachments {
    pub identities: HashMap<String, Vec<usize>>,
    /// The managed policies that each resource attaches.
    pub attached: HashMap<usize, HashSet<String>>,
    /// The roles, users and groups that attach each managed policy.
    pub attached_by: HashMap<String, Vec<usize>>,
    /// Policies of a plan whose identity is unknown.
    pub unattached: Vec<usize>,
}

/// Identifies a group of related policies.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) enum AttachmentKey {
    /// All policies of a plan, because their identities are not always known.
    WholePlan,
    /// The roles, users and groups, or the policy itself if it has none.
    Identities(Vec<String>),
}

/// The operations that policies allow or deny, by state machine.
#[derive(Default)]
pub(crate) struct GrantSet {
    /// The operations on any state machine, or on an unknown one.
    pub anything: Operations,
    pub resources: MachineOperations,
    /// By the last part of the ARN: account and region can be those of the deployment.
    pub names: MachineOperations,
}

/// Operations by state machine.
#[derive(Default)]
pub(crate) struct MachineOperations {
    by_machine: HashMap<String, Operations>,
    any: Operations,
}

impl MachineOperations {
    pub fn add(&mut self, machine: &str, operations: Operations) {
        self.any |= operations;
        *self.by_machine.entry(machine.to_owned()).or_default() |= operations;
    }

    /// Returns the operations on one state machine.
    pub fn of(&self, machine: &str) -> Operations {
        self.by_machine.get(machine).copied().unwrap_or_default()
    }

    /// Returns the operations on at least one state machine.
    pub const fn any(&self) -> Operations {
        self.any
    }
}

/// The combined grants by group of policies.
#[derive(Default)]
pub(crate) struct CombinedGrants(pub RefCell<HashMap<AttachmentKey, Rc<GrantSet>>>);

/// The resources that get a policy from a SAM connector.
#[derive(Default)]
pub(crate) struct ConnectorSources {
    /// Whether one of them is unknown.
    pub any: bool,
    pub ids: HashSet<String>,
}

/// The cache is cleared when it has this many entries.
const MAX_ENTRIES: usize = 256;

pub(crate) struct ScenarioCache<'t, T> {
    /// The conditions and parameters that the value depends on.
    names: OnceCell<BTreeSet<&'t str>>,
    entries: RefCell<HashMap<Scenario<'t>, Rc<T>>>,
}

impl<T> Default for ScenarioCache<'_, T> {
    fn default() -> Self {
        Self { names: OnceCell::new(), entries: RefCell::default() }
    }
}

impl<'t, T> ScenarioCache<'t, T> {
    /// Returns the cached value, or computes it. `names` returns the conditions and parameters
    /// that the value depends on.
    pub fn get(
        &self,
        scenario: &Scenario<'t>,
        names: impl FnOnce() -> BTreeSet<&'t str>,
        compute: impl FnOnce() -> T,
    ) -> Rc<T> {
        let key = scenario.restrict_to(self.names.get_or_init(names));
        if let Some(entries) = self.entries.borrow().get(&key) {
            return Rc::clone(entries);
        }
        let computed = Rc::new(compute());
        let mut entries = self.entries.borrow_mut();
        if entries.len() >= MAX_ENTRIES {
            entries.clear();
        }
        entries.insert(key, Rc::clone(&computed));
        computed
    }
}
