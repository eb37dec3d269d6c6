//! What rules look up again and again, found once for each way in which the conditions that it depends
//! on turn out.

use super::resolve::Scenario;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// More than these are not kept.
const MAX_KEPT: usize = 256;

pub(crate) struct Memo<'t, T> {
    /// The conditions that it depends on.
    names: OnceCell<BTreeSet<&'t str>>,
    kept: RefCell<HashMap<Scenario<'t>, Rc<T>>>,
}

impl<T> Default for Memo<'_, T> {
    fn default() -> Self {
        Self { names: OnceCell::new(), kept: RefCell::default() }
    }
}

impl<'t, T> Memo<'t, T> {
    /// What `make` makes in a scenario, of which nothing but the conditions of these names matters to it.
    pub fn get(
        &self,
        scenario: &Scenario<'t>,
        names: impl FnOnce() -> BTreeSet<&'t str>,
        make: impl FnOnce() -> T,
    ) -> Rc<T> {
        let key = scenario.only(self.names.get_or_init(names));
        if let Some(kept) = self.kept.borrow().get(&key) {
            return Rc::clone(kept);
        }
        let made = Rc::new(make());
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(key, Rc::clone(&made));
        made
    }
}
