//! Integers whose error messages avoid Rust's type names, unlike serde's own.

use serde::de::{Deserializer, Error, Unexpected, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// Deserializes an integer. `expected` describes it in the error message, for example "an integer from 0 to 100".
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

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        T::try_from(number.into()).map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        T::try_from(number.into()).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
}
