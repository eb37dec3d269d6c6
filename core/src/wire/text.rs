//! Strings of requests. They borrow from the request unless its JSON contains escapes.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

/// A string of a request. `Debug` prints only the length of a sensitive string.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Text<'a, const SENSITIVE: bool = false>(Cow<'a, str>);

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

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
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

impl<const SENSITIVE: bool> From<Text<'_, SENSITIVE>> for String {
    fn from(text: Text<'_, SENSITIVE>) -> Self {
        text.0.into_owned()
    }
}

impl<'a, const SENSITIVE: bool> From<Text<'a, SENSITIVE>> for Cow<'a, str> {
    fn from(text: Text<'a, SENSITIVE>) -> Self {
        text.0
    }
}

impl<const SENSITIVE: bool> AsRef<str> for Text<'_, SENSITIVE> {
    fn as_ref(&self) -> &str {
        self
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl<const SENSITIVE: bool> Serialize for Text<'_, SENSITIVE> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

// serde never borrows a Cow inside an Option.
impl<'de: 'a, 'a, const SENSITIVE: bool> Deserialize<'de> for Text<'a, SENSITIVE> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor<const SENSITIVE: bool>;

impl<'de, const SENSITIVE: bool> de::Visitor<'de> for TextVisitor<SENSITIVE> {
    type Value = Text<'de, SENSITIVE>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(text.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.to_owned().into())
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(text.into())
    }
}
