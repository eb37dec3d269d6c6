//! A possible outcome of the conditions of a template, and the values of some parameters.

use std::collections::BTreeSet;

/// An allowed value of a parameter, by its index in `AllowedValues`.
pub(crate) type Choice<'t> = (&'t str, usize);

/// Conditions and parameters with their values. Conditions that are not listed are undecided; parameters that are not
/// listed have their defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Scenario<'t> {
    conditions: Vec<(&'t str, bool)>,
    choices: Vec<Choice<'t>>,
}

impl<'t> Scenario<'t> {
    pub fn get(&self, condition: &str) -> Option<bool> {
        self.conditions.iter().find(|(name, _)| *name == condition).map(|(_, value)| *value)
    }

    /// Returns the index of the value of a parameter.
    pub fn choice(&self, parameter: &str) -> Option<usize> {
        self.choices.iter().find(|(name, _)| *name == parameter).map(|(_, index)| *index)
    }

    #[must_use]
    pub fn with(mut self, condition: &'t str, value: bool) -> Self {
        self.conditions.push((condition, value));
        self
    }

    /// Replaces the values of parameters.
    #[must_use]
    pub fn with_choices(self, choices: &[Choice<'t>]) -> Self {
        Self { choices: choices.to_vec(), ..self }
    }

    pub fn conditions(&self) -> impl Iterator<Item = (&'t str, bool)> {
        self.conditions.iter().copied()
    }

    pub fn choices(&self) -> &[Choice<'t>] {
        &self.choices
    }

    /// Returns the number of conditions and parameters.
    pub const fn len(&self) -> usize {
        self.conditions.len().saturating_add(self.choices.len())
    }

    /// Returns the conditions and parameters that have the same value in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        Self {
            conditions: self.conditions().filter(|(name, value)| other.get(name) == Some(*value)).collect(),
            choices: self.choices.iter().copied().filter(|(name, index)| other.choice(name) == Some(*index)).collect(),
        }
    }

    /// Returns the union, or `None` if the two contradict each other.
    pub fn combine(&self, other: &Self) -> Option<Self> {
        let mut both = self.clone();
        for (name, value) in other.conditions() {
            match self.get(name) {
                Some(own) if own != value => return None,
                Some(_) => {}
                None => both.conditions.push((name, value)),
            }
        }
        for (name, index) in &other.choices {
            match self.choice(name) {
                Some(own) if own != *index => return None,
                Some(_) => {}
                None => both.choices.push((name, *index)),
            }
        }
        Some(both)
    }

    /// Returns whether the other scenario has all values of this one.
    pub fn is_part_of(&self, other: &Self) -> bool {
        self.conditions().all(|(name, value)| other.get(name) == Some(value))
            && self.choices.iter().all(|(name, index)| other.choice(name) == Some(*index))
    }

    /// Removes the value of a parameter.
    #[must_use]
    pub fn without_choice(&self, parameter: &str) -> Self {
        let choices = self.choices.iter().copied().filter(|(name, _)| *name != parameter).collect();
        Self { conditions: self.conditions.clone(), choices }
    }

    /// Returns the values of these conditions and parameters only, sorted.
    #[must_use]
    pub fn restrict_to(&self, names: &BTreeSet<&'t str>) -> Self {
        let mut conditions: Vec<_> = self.conditions().filter(|(name, _)| names.contains(name)).collect();
        let mut choices: Vec<_> = self.choices.iter().copied().filter(|(name, _)| names.contains(name)).collect();
        conditions.sort_unstable();
        choices.sort_unstable();
        Self { conditions, choices }
    }

    /// Returns whether the scenario depends on no condition.
    pub const fn is_unconditional(&self) -> bool {
        self.conditions.is_empty()
    }
}
