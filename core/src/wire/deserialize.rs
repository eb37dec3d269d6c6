//! Deserializes requests and, if that fails, finds the member with the wrong type.

use super::Structure;
use crate::constraint::{Member, Path, Rule};
use crate::error::{Error, Result};
use crate::limits::Limits;
use serde::Deserialize;
use serde::de::{self, Deserializer, Unexpected, Visitor};
use serde_json::value::RawValue;
use serde_json::{Number, Value};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Deserializes a request from JSON bytes or values of another programming language. May be called twice: the second
/// time to locate a type error.
pub trait DeserializeRequest {
    /// The error of a failed deserialization.
    type Error: fmt::Display;

    /// Deserializes the request; its strings may borrow from the source.
    ///
    /// # Errors
    /// If a value has the wrong type.
    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, Self::Error>;

    /// Returns the size of the request in bytes, if it is a JSON text.
    fn size(&self) -> Option<usize> {
        None
    }

    /// Returns the request if it is a JSON text, so that errors can have a line and column.
    fn text(&self) -> Option<&str> {
        None
    }

    /// Runs `work`. A binding whose language has a global lock releases the lock meanwhile.
    fn run_without_global_lock<R>(&self, work: impl FnOnce() -> R) -> R {
        work()
    }
}

/// A JSON text.
impl DeserializeRequest for [u8] {
    type Error = serde_json::Error;

    fn size(&self) -> Option<usize> {
        Some(self.len())
    }

    fn text(&self) -> Option<&str> {
        std::str::from_utf8(self).ok()
    }

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, Self::Error> {
        // Validating UTF-8 once is faster than for each string, and covers ignored members.
        match std::str::from_utf8(self) {
            Ok(text) => serde_json::from_str(text),
            Err(invalid) => Err(de::Error::custom(invalid)),
        }
    }
}

/// Deserializes a request.
///
/// # Errors
/// [`Error::TooLarge`] for more bytes than the limit, [`Error::Malformed`] for a body that is not a JSON object,
/// [`Error::WrongType`] for a member of the wrong type.
pub(crate) fn deserialize_request<'s, T>(source: &'s (impl DeserializeRequest + ?Sized), limits: &Limits) -> Result<T>
where
    T: Deserialize<'s> + Structure,
{
    check_size(source, limits)?;
    source.read().map_err(|error| locate_error(source, T::MEMBERS, &error))
}

fn check_size(source: &(impl DeserializeRequest + ?Sized), limits: &Limits) -> Result<()> {
    let limit = limits.request_bytes;
    let size = source.size().filter(|size| *size > limit);
    size.map_or(Ok(()), |size| Err(Error::TooLarge { size, limit }))
}

/// Returns a request as a JSON text: its own text, or its values in JSON with the members of objects in alphabetical order.
///
/// # Errors
/// [`Error::TooLarge`] for more bytes than the limit, [`Error::Malformed`] for a request that is not JSON.
pub(crate) fn read_json<'s>(source: &'s (impl DeserializeRequest + ?Sized), limits: &Limits) -> Result<Cow<'s, str>> {
    check_size(source, limits)?;
    if let Ok(raw) = source.read::<&RawValue>() {
        return Ok(raw.get().into());
    }
    let value: Value = source.read().map_err(|error| Error::Malformed(error.to_string()))?;
    Ok(value.to_string().into())
}

/// Deserializes the request a second time, without types, to find the member with the wrong type.
fn locate_error<S: DeserializeRequest + ?Sized>(source: &S, members: &[Member], error: &S::Error) -> Error {
    match source.read::<Value>() {
        Err(syntax_error) => Error::Malformed(syntax_error.to_string()),
        Ok(value @ Value::Object(_)) => {
            let first = find_wrong_types(&value, members).into_iter().next();
            first.unwrap_or_else(|| Error::Malformed(error.to_string()))
        }
        Ok(other) => Error::Malformed(format!("expected an object, found {}", describe_type(&other))),
    }
}

/// Maximum number of wrong types reported for one request.
const MAX_WRONG_TYPES: usize = 100;

/// Returns all members with a wrong type, in the model's order.
pub(crate) fn find_wrong_types(value: &Value, members: &[Member]) -> Vec<Error> {
    let mut found = Vec::new();
    check_members(value, members, None, &mut found);
    found
}

fn check_members(value: &Value, members: &[Member], parent: Option<&Path<'_>>, found: &mut Vec<Error>) {
    for member in members {
        if let Some(value) = value.get(member.name).filter(|value| !value.is_null()) {
            check_value(value, &member.rule, &Path::member(parent, member.name), found);
        }
    }
}

fn check_value(value: &Value, rule: &Rule, path: &Path<'_>, found: &mut Vec<Error>) {
    let expected = match (rule, value) {
        _ if found.len() == MAX_WRONG_TYPES => return,
        (Rule::Text(_), Value::String(_)) | (Rule::Boolean, Value::Bool(_)) => return,
        (Rule::Integer { .. }, Value::Number(number)) if number.is_i64() => return,
        (Rule::List { item, .. }, Value::Array(items)) => {
            let items = items.iter().enumerate();
            return items.for_each(|(index, value)| check_value(value, item, &Path::item(path, index), found));
        }
        (Rule::Structure(members), Value::Object(_)) => return check_members(value, members, Some(path), found),
        (Rule::Text(_), _) => "a string",
        (Rule::Boolean, _) => "a boolean",
        (Rule::Integer { .. }, _) => "an integer",
        (Rule::List { .. }, _) => "a list",
        (Rule::Structure(_), _) => "an object",
    };
    found.push(Error::WrongType { pointer: path.pointer(), expected, found: describe_type(value) });
}

fn describe_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_i64() => "an integer",
        Value::Number(number) if exceeds_64_bits(number) => "an integer beyond 64 bits",
        Value::Number(_) => "a floating-point number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn exceeds_64_bits(number: &Number) -> bool {
    number.is_u64() || number.as_f64().is_some_and(|number| number.fract() == 0.0 && number.abs() >= 2_f64.powi(63))
}

/// Deserializes an integer. Its error messages avoid Rust's type names, unlike serde's own. `expected` describes it in the error message, for example "an integer from 0 to 100".
///
/// # Errors
/// The error of the deserializer, also if the number is out of the range of `T`.
pub fn deserialize_integer<'de, T: TryFrom<i128>, D: Deserializer<'de>>(
    deserializer: D,
    expected: &str,
) -> Result<T, D::Error> {
    deserializer.deserialize_any(IntegerVisitor { expected, integer: PhantomData })
}

struct IntegerVisitor<'e, T> {
    expected: &'e str,
    integer: PhantomData<T>,
}

impl<T: TryFrom<i128>> Visitor<'_> for IntegerVisitor<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        T::try_from(number.into()).map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<T, E> {
        T::try_from(number.into()).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
}
