//! The error of a Python value that cannot be deserialized.

use pyo3::prelude::*;
use serde::de;
use std::fmt;

/// A description of the error and a JSON pointer to the value. Boxed, so that `Result`s of the deserializer stay small.
#[derive(Debug)]
pub struct DeserializeError(Box<Located>);

#[derive(Debug)]
struct Located {
    pointer: String,
    detail: String,
}

impl DeserializeError {
    /// Creates an error from a Python exception, for example about a lone surrogate.
    #[cold]
    pub fn from_exception(py: Python<'_>, error: &PyErr) -> Self {
        de::Error::custom(error.value(py))
    }

    /// Creates the error of a value that has no JSON form.
    #[cold]
    pub fn unsupported_type(value: &Bound<'_, PyAny>) -> Self {
        de::Error::custom(format_args!("expected a JSON value, found an instance of {}", type_name(value)))
    }

    /// Creates the error of a `dict` key that is not a string.
    #[cold]
    pub fn key_type(key: &Bound<'_, PyAny>) -> Self {
        de::Error::custom(format_args!("expected a string as key, found an instance of {}", type_name(key)))
    }

    /// Returns the error with the key or index of the enclosing container in front of the pointer.
    #[cold]
    pub fn within(mut self, key_or_index: impl fmt::Display) -> Self {
        let key_or_index = key_or_index.to_string();
        let escaped = key_or_index.replace('~', "~0").replace('/', "~1");
        self.0.pointer.insert_str(0, &escaped);
        self.0.pointer.insert(0, '/');
        self
    }
}

fn type_name(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "?".to_owned(), |name| format!("`{name}`"))
}

impl fmt::Display for DeserializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Located { pointer, detail } = &*self.0;
        if pointer.is_empty() { f.write_str(detail) } else { write!(f, "`{pointer}`: {detail}") }
    }
}

impl std::error::Error for DeserializeError {}

impl de::Error for DeserializeError {
    fn custom<T: fmt::Display>(detail: T) -> Self {
        Self(Box::new(Located { pointer: String::new(), detail: detail.to_string() }))
    }
}
