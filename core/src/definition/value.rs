//! Parses the values of a definition's structure, and skips all others.

use super::error::DefinitionErrors;
use super::location::Location;
use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// A value of the structure of a definition. Implements the methods of the JSON types that it accepts.
pub(super) trait Value<'de>: Sized {
    /// The type as AWS prints it.
    const TYPE: &'static str;

    fn from_text(_: Cow<'de, str>) -> Option<Self> {
        None
    }

    fn from_bool(_: bool) -> Option<Self> {
        None
    }

    fn parse_map<A: MapAccess<'de>>(map: A, _: &mut Parser<'_>) -> Result<Option<Self>, A::Error> {
        skip_map(map).map(|()| None)
    }

    fn parse_list<A: SeqAccess<'de>>(mut list: A, _: &mut Parser<'_>) -> Result<Option<Self>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

pub(super) fn skip_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

/// A parsed value.
pub(super) enum Parsed<T> {
    Null,
    /// A value of another type. The error is recorded.
    Invalid,
    Valid(T),
}

impl<T> Parsed<T> {
    pub fn valid(self) -> Option<T> {
        if let Self::Valid(value) = self { Some(value) } else { None }
    }

    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

/// The location of the value to parse, and the errors found so far.
pub(super) struct Parser<'p> {
    pub location: &'p Location<'p>,
    /// The number of workflows around the value.
    pub depth: usize,
    pub errors: &'p mut DefinitionErrors,
}

impl Parser<'_> {
    /// Parses the value of a field of a map.
    pub fn parse_field<'de, T: Value<'de>, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        map: &mut A,
    ) -> Result<Parsed<T>, A::Error> {
        let location = self.location.field(name);
        map.next_value_seed(ValueSeed::new(Parser { location: &location, depth: self.depth, errors: self.errors }))
    }

    /// Parses the next item of a list.
    pub fn parse_item<'de, T: Value<'de>, A: SeqAccess<'de>>(
        &mut self,
        index: usize,
        list: &mut A,
    ) -> Result<Option<Parsed<T>>, A::Error> {
        let location = self.location.item(index);
        list.next_element_seed(ValueSeed::new(Parser { location: &location, depth: self.depth, errors: self.errors }))
    }

    /// Records an error if fields are missing.
    pub fn require_fields(&mut self, fields: &[(&str, bool)]) {
        let missing: Vec<&str> = fields.iter().filter(|(_, is_present)| !is_present).map(|(name, _)| *name).collect();
        if !missing.is_empty() {
            let message = || format!("These fields are required: [{}]", missing.join(", "));
            self.errors.push_schema_error(self.location, message);
        }
    }

    /// Records an error if the map or list at the location is empty.
    pub fn require_items(&mut self, is_empty: bool) {
        if is_empty {
            self.errors.push_schema_error(self.location, || "Value cannot be empty".to_owned());
        }
    }
}

/// Parses one value, and records an error if it has another type.
pub(super) struct ValueSeed<'p, T> {
    parser: Parser<'p>,
    value: PhantomData<T>,
}

impl<'p, T> ValueSeed<'p, T> {
    pub const fn new(parser: Parser<'p>) -> Self {
        Self { parser, value: PhantomData }
    }
}

impl<'de, T: Value<'de>> ValueSeed<'_, T> {
    fn check_type(self, value: Option<T>) -> Parsed<T> {
        if let Some(value) = value {
            return Parsed::Valid(value);
        }
        let message = || format!("Expected value of type [{}]", T::TYPE);
        self.parser.errors.push_schema_error(self.parser.location, message);
        Parsed::Invalid
    }
}

impl<'de, T: Value<'de>> DeserializeSeed<'de> for ValueSeed<'_, T> {
    type Value = Parsed<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Parsed<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Value<'de>> Visitor<'de> for ValueSeed<'_, T> {
    type Value = Parsed<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::TYPE)
    }

    fn visit_unit<E>(self) -> Result<Parsed<T>, E> {
        Ok(Parsed::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Parsed<T>, E> {
        Ok(self.check_type(T::from_bool(value)))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Parsed<T>, E> {
        Ok(self.check_type(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Parsed<T>, E> {
        Ok(self.check_type(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Parsed<T>, E> {
        Ok(self.check_type(None))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Parsed<T>, E> {
        Ok(self.check_type(T::from_text(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Parsed<T>, E> {
        Ok(self.check_type(T::from_text(Cow::Owned(text.to_owned()))))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, map: A) -> Result<Parsed<T>, A::Error> {
        let value = T::parse_map(map, &mut self.parser)?;
        Ok(self.check_type(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, list: A) -> Result<Parsed<T>, A::Error> {
        let value = T::parse_list(list, &mut self.parser)?;
        Ok(self.check_type(value))
    }
}

impl<'de> Value<'de> for Cow<'de, str> {
    const TYPE: &'static str = "STRING";

    fn from_text(text: Cow<'de, str>) -> Option<Self> {
        Some(text)
    }
}

impl Value<'_> for bool {
    const TYPE: &'static str = "BOOLEAN";

    fn from_bool(value: bool) -> Option<Self> {
        Some(value)
    }
}
