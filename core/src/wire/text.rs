//! Strings of requests. They borrow from the request unless its JSON contains escapes.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

/// A string of a request. `Debug` prints only the length of a sensitive string.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text<'a, const SENSITIVE: bool = false>(#[serde(borrow)] Cow<'a, str>);

/// A string that the service model marks as sensitive.
pub type SensitiveText<'a> = Text<'a, true>;

impl<const SENSITIVE: bool> Deref for Text<'_, SENSITIVE> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const SENSITIVE: bool> fmt::Debug for Text<'_, SENSITIVE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if SENSITIVE { write!(f, "<{} bytes>", self.0.len()) } else { fmt::Debug::fmt(&self.0, f) }
    }
}

impl<'a, T: AsRef<str> + ?Sized, const SENSITIVE: bool> From<&'a T> for Text<'a, SENSITIVE> {
    fn from(text: &'a T) -> Self {
        Self(Cow::Borrowed(text.as_ref()))
    }
}

impl<const SENSITIVE: bool> From<String> for Text<'_, SENSITIVE> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl<'a, const SENSITIVE: bool> From<Text<'a, SENSITIVE>> for Cow<'a, str> {
    fn from(text: Text<'a, SENSITIVE>) -> Self {
        text.0
    }
}
