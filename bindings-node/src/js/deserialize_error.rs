//! The error of a value that cannot be deserialized.

use serde::de;
use std::fmt::{self, Write as _};

/// A value that cannot be deserialized. `Display` starts with the member as a JSON pointer, for example
/// `` `/routingConfiguration/0/weight` ``.
#[derive(Debug, Clone)]
pub struct DeserializeError {
    /// The path to the value, innermost step first.
    path: Vec<Step>,
    message: String,
}

#[derive(Debug, Clone)]
enum Step {
    Member(String),
    Index(u32),
}

impl DeserializeError {
    /// Creates an error without a path.
    pub fn new(message: impl Into<String>) -> Self {
        Self { path: Vec::new(), message: message.into() }
    }

    /// Prepends the name of the object's member that contains the value.
    pub fn prepend_member(mut self, name: &str) -> Self {
        self.path.push(Step::Member(name.to_owned()));
        self
    }

    /// Prepends the index of the array item that contains the value.
    pub fn prepend_item(mut self, index: u32) -> Self {
        self.path.push(Step::Index(index));
        self
    }
}

impl fmt::Display for DeserializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pointer = String::new();
        for step in self.path.iter().rev() {
            match step {
                // RFC 6901 escapes both characters.
                Step::Member(name) => write!(pointer, "/{}", name.replace('~', "~0").replace('/', "~1"))?,
                Step::Index(index) => write!(pointer, "/{index}")?,
            }
        }
        if pointer.is_empty() { f.write_str(&self.message) } else { write!(f, "`{pointer}`: {}", self.message) }
    }
}

impl std::error::Error for DeserializeError {}

impl de::Error for DeserializeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}
