//! Whole numbers, also where a template has them as text: the value of a parameter is always text. An error names
//! the member: serde does not.

use serde::de::{Deserializer, Error, Unexpected, Visitor};
use std::fmt;

/// `Percentage`: a whole number, or text of digits.
pub fn percentage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    deserializer.deserialize_any(Whole("Percentage"))
}

/// `Interval`, likewise.
pub fn interval<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    deserializer.deserialize_any(Whole("Interval"))
}

/// The member.
struct Whole(&'static str);

impl Visitor<'_> for Whole {
    type Value = Option<i64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number for {}", self.0)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Option<i64>, E> {
        Ok(Some(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Option<i64>, E> {
        let fits = i64::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))?;
        Ok(Some(fits))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<i64>, E> {
        let number = text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))?;
        Ok(Some(number))
    }

    fn visit_unit<E: Error>(self) -> Result<Option<i64>, E> {
        Ok(None)
    }
}
