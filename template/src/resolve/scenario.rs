//! A possible outcome of the conditions of a template.

use std::collections::BTreeSet;

/// Conditions and their values. Conditions that are not listed are undecided.
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

    /// Returns the conditions that have the same value in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        Self(self.conditions().filter(|(name, value)| other.get(name) == Some(*value)).collect())
    }

    /// Returns the union, or `None` if the two contradict each other.
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

    /// Returns the values of these conditions only, sorted.
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
