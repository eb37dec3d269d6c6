//! From a caller's values to a request; and where that fails, which member is to blame.

use super::Structure;
use crate::constraint::{Member, Path, Rule};
use crate::error::{Error, Result};
use serde::Deserialize;
use serde_json::Value;
use std::fmt;

/// Where a request is read from: JSON bytes, or the values of another language. It may be read twice.
pub trait Source {
    /// What reading fails with.
    type Error: fmt::Display;

    /// Reads the request as a type; its strings may borrow from the source.
    ///
    /// # Errors
    /// When a value is not of the type.
    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, Self::Error>;

    /// Does the work between reading and answering. A language whose values one thread at a time may
    /// touch lets the others go on meanwhile.
    fn aside<R>(&self, work: impl FnOnce() -> R) -> R {
        work()
    }
}

/// A JSON text.
impl Source for [u8] {
    type Error = serde_json::Error;

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, Self::Error> {
        // Text as a whole is checked faster than string by string.
        match std::str::from_utf8(self) {
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_slice(self),
        }
    }
}

/// Reads a request.
///
/// # Errors
/// [`Error::Malformed`] for what is no structure, [`Error::WrongType`] for a member of the wrong type.
pub(crate) fn parse<'s, T: Deserialize<'s> + Structure>(source: &'s (impl Source + ?Sized)) -> Result<T> {
    source.read().map_err(|error| blame(source, T::MEMBERS, &error))
}

/// The cold path: the request is read a second time, without types, to find the member.
fn blame<S: Source + ?Sized>(source: &S, members: &[Member], error: &S::Error) -> Error {
    let malformed = |error: &dyn fmt::Display| Error::Malformed { fault: error.to_string() };
    match source.read::<Value>() {
        Err(untyped) => malformed(&untyped),
        Ok(Value::Object(object)) => {
            in_members(&Value::Object(object), members, None).unwrap_or_else(|| malformed(error))
        }
        Ok(other) => Error::Malformed { fault: format!("expected an object, found {}", kind(&other)) },
    }
}

fn in_members(value: &Value, members: &[Member], parent: Option<&Path<'_>>) -> Option<Error> {
    members.iter().find_map(|member| {
        let value = value.get(member.name).filter(|value| !value.is_null())?;
        in_value(value, &member.rule, &Path::member(parent, member.name))
    })
}

fn in_value(value: &Value, rule: &Rule, path: &Path<'_>) -> Option<Error> {
    let wrong = |expected| Some(Error::WrongType { path: path.to_string(), expected, found: kind(value) });
    match (rule, value) {
        (Rule::Text(_), Value::String(_)) | (Rule::Boolean, Value::Bool(_)) => None,
        (Rule::Integer { .. }, Value::Number(number)) if number.is_i64() => None,
        (Rule::List { item, .. }, Value::Array(items)) => {
            items.iter().enumerate().find_map(|(index, value)| in_value(value, item, &Path::item(path, index)))
        }
        (Rule::Structure(members), Value::Object(_)) => in_members(value, members, Some(path)),
        (Rule::Text(_), _) => wrong("a string"),
        (Rule::Boolean, _) => wrong("a boolean"),
        (Rule::Integer { .. }, _) => wrong("an integer"),
        (Rule::List { .. }, _) => wrong("a list"),
        (Rule::Structure(_), _) => wrong("a structure"),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_i64() => "an integer",
        Value::Number(number) if number.is_u64() => "an integer beyond 64 bits",
        Value::Number(_) => "a number with a fraction",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a structure",
    }
}
