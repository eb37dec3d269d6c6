//! What is wrong with a value that could not be read, and where.

use serde::de;
use std::fmt::{self, Write as _};

/// A value that cannot be read. `Display` names the member as AWS does: `routingConfiguration.1.member.weight`.
#[derive(Debug, Clone)]
pub struct Fault {
    /// From the innermost step outwards.
    path: Vec<Step>,
    words: String,
}

#[derive(Debug, Clone)]
enum Step {
    Member(String),
    Item(u32),
}

impl Fault {
    pub fn new(words: impl Into<String>) -> Self {
        Self { path: Vec::new(), words: words.into() }
    }

    pub fn in_member(mut self, name: &str) -> Self {
        self.path.push(Step::Member(name.to_owned()));
        self
    }

    pub fn in_item(mut self, index: u32) -> Self {
        self.path.push(Step::Item(index));
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut path = String::new();
        for step in self.path.iter().rev() {
            let dot = if path.is_empty() { "" } else { "." };
            match step {
                Step::Member(name) => write!(path, "{dot}{name}")?,
                Step::Item(index) => write!(path, "{dot}{}.member", u64::from(*index) + 1)?,
            }
        }
        if path.is_empty() { f.write_str(&self.words) } else { write!(f, "'{path}': {}", self.words) }
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(words: T) -> Self {
        Self::new(words.to_string())
    }
}
