//! Why a Python value could not be read, and where it stands.

use pyo3::prelude::*;
use serde::de;
use std::fmt;

/// A fault, and a JSON pointer to it. Boxed, since what can be read is handed on faster beside a small error.
#[derive(Debug)]
pub struct Unreadable(Box<Place>);

#[derive(Debug)]
struct Place {
    pointer: String,
    fault: String,
}

impl Unreadable {
    /// What Python said, for example of a lone surrogate.
    pub fn python(py: Python<'_>, error: &PyErr) -> Self {
        de::Error::custom(error.value(py))
    }

    pub fn no_json(value: &Bound<'_, PyAny>) -> Self {
        de::Error::custom(format_args!("a value of the type {} has no JSON form", type_name(value)))
    }

    pub fn no_name(key: &Bound<'_, PyAny>) -> Self {
        de::Error::custom(format_args!("a member's name is a string, not of the type {}", type_name(key)))
    }

    /// The fault as seen from one level up.
    pub fn within(mut self, step: &str) -> Self {
        self.0.pointer.insert_str(0, step);
        self.0.pointer.insert(0, '/');
        self
    }
}

fn type_name(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "?".to_owned(), |name| format!("`{name}`"))
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { pointer, fault } = &*self.0;
        if pointer.is_empty() { f.write_str(fault) } else { write!(f, "`{pointer}`: {fault}") }
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(fault: T) -> Self {
        Self(Box::new(Place { pointer: String::new(), fault: fault.to_string() }))
    }
}
