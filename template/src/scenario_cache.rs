//! Caches values that depend only on some conditions. Scenarios in which these conditions are equal share a value.

use super::resolve::Scenario;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// The cache is cleared when it has this many entries.
const MAX_ENTRIES: usize = 256;

pub(crate) struct ScenarioCache<'t, T> {
    /// The conditions that the value depends on.
    names: OnceCell<BTreeSet<&'t str>>,
    entries: RefCell<HashMap<Scenario<'t>, Rc<T>>>,
}

impl<T> Default for ScenarioCache<'_, T> {
    fn default() -> Self {
        Self { names: OnceCell::new(), entries: RefCell::default() }
    }
}

impl<'t, T> ScenarioCache<'t, T> {
    /// Returns the cached value, or computes it. `names` returns the conditions that the value depends on.
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
