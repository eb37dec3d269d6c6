//! One alias: it is there with a value, or it is not.

/// What a client asked for. A value is one that is written once in a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Create(u32),
    Update(u32),
    Delete,
    Describe,
}

/// What it was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Another one is there.
    Conflict,
    /// There is none.
    Missing,
    Value(u32),
    /// No answer, or one that promises nothing: it may have happened or not.
    Unknown,
}

/// A call and its answer; times from a clock that all clients share.
#[derive(Debug, Clone, Copy)]
pub struct Record {
    pub call: Call,
    pub outcome: Outcome,
    pub began: u64,
    /// Where the outcome is unknown: when it cannot happen any more.
    pub ended: u64,
}

pub type Alias = Option<u32>;

impl Record {
    pub fn is_known(&self) -> bool {
        self.outcome != Outcome::Unknown
    }

    /// What the alias may be afterwards: nothing where it cannot have been so, and both where it is unknown
    /// whether it happened.
    pub fn apply(&self, alias: Alias) -> impl Iterator<Item = Alias> {
        let unchanged = (!self.is_known()).then_some(alias);
        unchanged.into_iter().chain(self.happened(alias))
    }

    fn happened(&self, alias: Alias) -> Option<Alias> {
        match (self.call, self.outcome, alias) {
            (Call::Create(value), Outcome::Done | Outcome::Unknown, None) => Some(Some(value)),
            (Call::Create(_), Outcome::Conflict, Some(_)) => Some(alias),
            (Call::Update(value), Outcome::Done | Outcome::Unknown, Some(_)) => Some(Some(value)),
            (Call::Update(_) | Call::Describe, Outcome::Missing, None) => Some(None),
            // One that is not there is deleted as well.
            (Call::Delete, Outcome::Done | Outcome::Unknown, _) => Some(None),
            (Call::Describe, Outcome::Value(value), Some(now)) if value == now => Some(alias),
            _ => None,
        }
    }
}
