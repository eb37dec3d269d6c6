//! The sequential behavior of an alias: it has a value, or does not exist.

/// A call. Each value is written only once in a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Create(u32),
    Update(u32),
    Delete,
    Describe,
}

/// The result of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// The alias exists with another value.
    Conflict,
    /// The alias does not exist.
    Missing,
    Value(u32),
    /// No response, or an error that leaves open whether the call took effect.
    Unknown,
}

/// A call and its result. All clients share one clock.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    pub call: Call,
    pub outcome: Outcome,
    pub start: u64,
    /// If the outcome is unknown: the latest time at which the call can take effect.
    pub end: u64,
}

pub type Alias = Option<u32>;

impl Operation {
    pub fn is_known(&self) -> bool {
        self.outcome != Outcome::Unknown
    }

    /// Returns the possible states of the alias after the call: none if the outcome is impossible, and two if it is
    /// unknown whether the call took effect.
    pub fn apply(&self, alias: Alias) -> impl Iterator<Item = Alias> {
        let unchanged = (!self.is_known()).then_some(alias);
        unchanged.into_iter().chain(self.take_effect(alias))
    }

    fn take_effect(&self, alias: Alias) -> Option<Alias> {
        match (self.call, self.outcome, alias) {
            (Call::Create(value), Outcome::Done | Outcome::Unknown, None) => Some(Some(value)),
            (Call::Create(_), Outcome::Conflict, Some(_)) => Some(alias),
            (Call::Update(value), Outcome::Done | Outcome::Unknown, Some(_)) => Some(Some(value)),
            (Call::Update(_) | Call::Describe, Outcome::Missing, None) => Some(None),
            // Deleting a missing alias succeeds.
            (Call::Delete, Outcome::Done | Outcome::Unknown, _) => Some(None),
            (Call::Describe, Outcome::Value(value), Some(now)) if value == now => Some(alias),
            _ => None,
        }
    }
}
