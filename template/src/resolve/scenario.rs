//! One way in which a template's conditions can turn out.

use std::collections::BTreeSet;

/// Conditions and what they are; those not named are undecided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Scenario<'t>(Vec<(&'t str, bool)>);

impl<'t> Scenario<'t> {
    pub fn get(&self, condition: &str) -> Option<bool> {
        self.0.iter().find(|(name, _)| *name == condition).map(|(_, value)| *value)
    }

    #[must_use]
    pub fn with(&self, condition: &'t str, value: bool) -> Self {
        let mut conditions = self.0.clone();
        conditions.push((condition, value));
        Self(conditions)
    }

    pub fn conditions(&self) -> impl Iterator<Item = (&'t str, bool)> {
        self.0.iter().copied()
    }

    /// What both say alike.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        Self(self.conditions().filter(|(name, value)| other.get(name) == Some(*value)).collect())
    }

    /// Both at once; `None` where they contradict each other.
    pub fn combine(&self, other: &Self) -> Option<Self> {
        let mut both = self.clone();
        for (name, value) in other.conditions() {
            match self.get(name) {
                Some(own) if own != value => return None,
                Some(_) => {}
                None => both.0.push((name, value)),
            }
        }
        Some(both)
    }

    /// What it says of these conditions, in their order.
    #[must_use]
    pub fn restrict_to(&self, names: &BTreeSet<&'t str>) -> Self {
        let mut conditions: Vec<_> = self.conditions().filter(|(name, _)| names.contains(name)).collect();
        conditions.sort_unstable();
        Self(conditions)
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
