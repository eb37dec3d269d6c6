//! What rules look up again and again, found once for each way in which the conditions that it depends
//! on turn out.

use super::resolve::Scenario;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// More than these are not entries.
const MAX_ENTRIES: usize = 256;

pub(crate) struct ScenarioCache<'t, T> {
    /// The conditions that it depends on.
    names: OnceCell<BTreeSet<&'t str>>,
    entries: RefCell<HashMap<Scenario<'t>, Rc<T>>>,
}

impl<T> Default for ScenarioCache<'_, T> {
    fn default() -> Self {
        Self { names: OnceCell::new(), entries: RefCell::default() }
    }
}

impl<'t, T> ScenarioCache<'t, T> {
    /// What `compute` makes in a scenario, of which nothing but the conditions of these names matters to it.
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
