//! Text that the service model marks sensitive: it stays out of `Debug`.

use std::fmt;
use std::ops::Deref;

/// A sensitive text: a description, a definition, an input. `Debug` shows its length only.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Redacted(Box<str>);

impl Deref for Redacted {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Redacted {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Redacted {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}
