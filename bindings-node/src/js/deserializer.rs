//! A serde deserializer for JavaScript values.
//!
//! A request is read by the members that the service model declares. Each member is read once, by name; other
//! members are not read. So deep, large or cyclic objects cost nothing beyond the members of the operation.

use super::deserialize_error::DeserializeError;
use super::value::{Js, JsException};
use napi::ValueType;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use sfn_alias::constraint::{Member, Rule};
use std::cell::Cell;

/// The first exception that was thrown while values were read.
pub type FirstException<'e> = Cell<Option<Js<'e>>>;

/// The members or items to read from a value.
#[derive(Clone, Copy)]
pub enum Shape {
    /// An object with these members.
    Structure(&'static [Member]),
    /// An array whose items have this rule.
    List(&'static Rule),
    /// A string, an integer or a boolean.
    Scalar,
    /// Any value. All own properties of an object are read, for example of options and outputs.
    Any,
}

impl Shape {
    /// Returns the shape of values that a constraint rule describes.
    pub fn from_rule(rule: &'static Rule) -> Self {
        match rule {
            Rule::Structure(members) => Self::Structure(members),
            Rule::List { item, .. } => Self::List(item),
            Rule::Text(_) | Rule::Integer { .. } | Rule::Boolean => Self::Scalar,
        }
    }
}

/// Deserializes one JavaScript value.
pub struct JsDeserializer<'r, 'e> {
    value: Js<'e>,
    value_type: ValueType,
    shape: Shape,
    exception: &'r FirstException<'e>,
}

/// Deserializes a value. All own properties of objects are read.
pub fn deserialize_value<'e, T: Deserialize<'e>>(
    value: Js<'e>,
    exception: &FirstException<'e>,
) -> Result<T, DeserializeError> {
    T::deserialize(JsDeserializer::new(value, Shape::Any, exception))
}

impl<'r, 'e> JsDeserializer<'r, 'e> {
    /// Creates a deserializer; exceptions thrown by getters and proxies are stored in `exception`.
    pub fn new(value: Js<'e>, shape: Shape, exception: &'r FirstException<'e>) -> Self {
        Self { value, value_type: value.value_type(), shape, exception }
    }

    fn child(&self, value: Js<'e>, shape: Shape) -> Self {
        Self::new(value, shape, self.exception)
    }

    fn record_exception(&self, JsException(exception): JsException<'e>) -> DeserializeError {
        if self.exception.get().is_none() {
            self.exception.set(Some(exception));
        }
        DeserializeError::new(format!("reading the value threw an exception: {}", exception.coerce_to_string()))
    }

    fn visit_string<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.value.read_string() {
            Ok(text) => visitor.visit_string(text),
            Err(_) => Err(DeserializeError::new(
                "the string is not valid Unicode: it contains a lone surrogate (half of a surrogate pair)",
            )),
        }
    }

    /// JavaScript has one number type: 50 and 50.0 are the same integer.
    fn visit_number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let number = self.value.as_f64();
        if !number.is_finite() {
            return Err(DeserializeError::new(format!("{} is not a valid JSON number", self.value.coerce_to_string())));
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole and within the range")]
        #[expect(clippy::cast_sign_loss, reason = "not negative")]
        if number.fract() != 0.0 {
            visitor.visit_f64(number)
        } else if (-(2_f64.powi(63))..2_f64.powi(63)).contains(&number) {
            visitor.visit_i64(number as i64)
        } else if (0.0..2_f64.powi(64)).contains(&number) {
            visitor.visit_u64(number as u64)
        } else {
            visitor.visit_f64(number)
        }
    }

    /// A value beyond 64 bits becomes `u64::MAX`, which is rejected with the same message.
    fn visit_bigint<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.value.as_i64() {
            Some(number) => visitor.visit_i64(number),
            None => visitor.visit_u64(self.value.as_u64().unwrap_or(u64::MAX)),
        }
    }

    fn visit_object<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.shape {
            Shape::Any => {
                let names = self.value.own_property_names().map_err(|thrown| self.record_exception(thrown))?;
                visitor.visit_map(OwnProperties { object: self, names: names.into_iter(), found: None })
            }
            Shape::Structure(members) => {
                visitor.visit_map(DeclaredMembers { object: self, members: members.iter(), found: None })
            }
            Shape::List(_) | Shape::Scalar => {
                visitor.visit_map(DeclaredMembers { object: self, members: [].iter(), found: None })
            }
        }
    }

    fn visit_array<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let (shape, length) = match self.shape {
            Shape::List(item) => (Shape::from_rule(item), self.value.array_length()),
            Shape::Any => (Shape::Any, self.value.array_length()),
            Shape::Structure(_) | Shape::Scalar => (Shape::Scalar, 0),
        };
        visitor.visit_seq(ArrayItems { list: self, shape, index: 0, length })
    }
}

impl<'de> Deserializer<'de> for JsDeserializer<'_, '_> {
    type Error = DeserializeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.value_type {
            ValueType::Undefined | ValueType::Null => visitor.visit_unit(),
            ValueType::Boolean => visitor.visit_bool(self.value.as_bool()),
            ValueType::Number => self.visit_number(visitor),
            ValueType::String => self.visit_string(visitor),
            ValueType::BigInt => self.visit_bigint(visitor),
            ValueType::Object if self.value.is_array() => self.visit_array(visitor),
            ValueType::Object => self.visit_object(visitor),
            ValueType::Function => Err(DeserializeError::new("a function is not a valid JSON value")),
            ValueType::Symbol => Err(DeserializeError::new("a symbol is not a valid JSON value")),
            ValueType::External | ValueType::Unknown => Err(DeserializeError::new("not a valid JSON value")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.value_type {
            ValueType::Undefined | ValueType::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    /// The core expects a date in seconds.
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.value.as_date_millis() {
            Some(millis) => visitor.visit_f64(millis / 1000.0),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct enum identifier
    }
}

/// The declared members of an object.
struct DeclaredMembers<'r, 'e> {
    object: JsDeserializer<'r, 'e>,
    members: std::slice::Iter<'static, Member>,
    found: Option<(&'static str, JsDeserializer<'r, 'e>)>,
}

impl<'de> MapAccess<'de> for DeclaredMembers<'_, '_> {
    type Error = DeserializeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DeserializeError> {
        for member in self.members.by_ref() {
            let value = self.object.value.get_member(member.name);
            let value = value.map_err(|thrown| self.object.record_exception(thrown).prepend_member(member.name))?;
            let found = self.object.child(value, Shape::from_rule(&member.rule));
            if found.value_type != ValueType::Undefined {
                self.found = Some((member.name, found));
                return seed.deserialize(BorrowedStrDeserializer::new(member.name)).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DeserializeError> {
        let (name, value) =
            self.found.take().ok_or_else(|| DeserializeError::new("a value was requested before its key"))?;
        seed.deserialize(value).map_err(|error| error.prepend_member(name))
    }
}

/// All own properties of an object.
struct OwnProperties<'r, 'e> {
    object: JsDeserializer<'r, 'e>,
    names: std::vec::IntoIter<Js<'e>>,
    found: Option<(String, JsDeserializer<'r, 'e>)>,
}

impl<'de> MapAccess<'de> for OwnProperties<'_, '_> {
    type Error = DeserializeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DeserializeError> {
        for key in self.names.by_ref() {
            let name = key.coerce_to_string();
            let value = self.object.value.get_property(key);
            let value = value.map_err(|thrown| self.object.record_exception(thrown).prepend_member(&name))?;
            let found = self.object.child(value, Shape::Any);
            if found.value_type != ValueType::Undefined {
                let read = seed.deserialize(serde::de::value::StrDeserializer::new(&name)).map(Some);
                self.found = Some((name, found));
                return read;
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DeserializeError> {
        let (name, value) =
            self.found.take().ok_or_else(|| DeserializeError::new("a value was requested before its key"))?;
        seed.deserialize(value).map_err(|error| error.prepend_member(&name))
    }
}

/// The items of an array, up to the first `undefined` or `null`: one is enough to reject the request.
struct ArrayItems<'r, 'e> {
    list: JsDeserializer<'r, 'e>,
    shape: Shape,
    index: u32,
    length: u32,
}

impl<'de> SeqAccess<'de> for ArrayItems<'_, '_> {
    type Error = DeserializeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DeserializeError> {
        let index = self.index;
        if index >= self.length {
            return Ok(None);
        }
        self.index = self.index.saturating_add(1);
        let value =
            self.list.value.get_item(index).map_err(|thrown| self.list.record_exception(thrown).prepend_item(index))?;
        let item = self.list.child(value, self.shape);
        if matches!(item.value_type, ValueType::Undefined | ValueType::Null) {
            self.length = self.index;
        }
        seed.deserialize(item).map(Some).map_err(|error| error.prepend_item(index))
    }
}
