//! Reads JavaScript values as serde reads JSON.
//!
//! A request is read by the members that the service model declares: each is looked up once by its name,
//! and nothing else is touched. So neither the depth nor the size of what a caller hands over matters
//! beyond what the operation takes, and cycles are harmless.

use super::fault::Fault;
use super::value::{Js, Thrown};
use napi::ValueType;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use sfn_alias::constraint::{Member, Rule};
use std::cell::Cell;

/// Keeps the first exception that reading met.
pub type Exception<'e> = Cell<Option<Js<'e>>>;

/// What a place of a request may hold.
#[derive(Clone, Copy)]
pub enum Shape {
    /// These members.
    Structure(&'static [Member]),
    /// Items of this rule.
    List(&'static Rule),
    /// Text, an integer or a boolean.
    Plain,
    /// Anything: options and answers, read by the names that they have.
    Any,
}

impl Shape {
    pub fn of(rule: &'static Rule) -> Self {
        match rule {
            Rule::Structure(members) => Self::Structure(members),
            Rule::List { item, .. } => Self::List(item),
            Rule::Text(_) | Rule::Integer { .. } | Rule::Boolean => Self::Plain,
        }
    }
}

/// One value, about to be read.
pub struct Reader<'r, 'e> {
    value: Js<'e>,
    kind: ValueType,
    shape: Shape,
    exception: &'r Exception<'e>,
}

/// Reads a value by the names that it has itself.
pub fn read_own<'e, T: Deserialize<'e>>(value: Js<'e>, exception: &Exception<'e>) -> Result<T, Fault> {
    T::deserialize(Reader::new(value, Shape::Any, exception))
}

impl<'r, 'e> Reader<'r, 'e> {
    pub fn new(value: Js<'e>, shape: Shape, exception: &'r Exception<'e>) -> Self {
        Self { value, kind: value.kind(), shape, exception }
    }

    fn inner(&self, value: Js<'e>, shape: Shape) -> Self {
        Self::new(value, shape, self.exception)
    }

    fn thrown(&self, Thrown(exception): Thrown<'e>) -> Fault {
        if self.exception.get().is_none() {
            self.exception.set(Some(exception));
        }
        Fault::new(format!("reading it threw {}", exception.described()))
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value.text() {
            Ok(text) => visitor.visit_string(text),
            Err(_) => Err(Fault::new("half of a surrogate pair by itself is no text")),
        }
    }

    /// JavaScript has one kind of number: 50 and 50.0 are the same integer.
    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let number = self.value.number();
        if !number.is_finite() {
            return Err(Fault::new(format!("{} is not a number that JSON has", self.value.described())));
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

    /// One beyond 64 bits becomes the greatest: it is refused as an integer beyond 64 bits all the same.
    fn big<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value.signed() {
            Some(number) => visitor.visit_i64(number),
            None => visitor.visit_u64(self.value.unsigned().unwrap_or(u64::MAX)),
        }
    }

    fn object<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.shape {
            Shape::Any => {
                let names = self.value.names().map_err(|thrown| self.thrown(thrown))?;
                visitor.visit_map(OwnMembers { object: self, names: names.into_iter(), found: None })
            }
            Shape::Structure(members) => {
                visitor.visit_map(Members { object: self, members: members.iter(), found: None })
            }
            Shape::List(_) | Shape::Plain => {
                visitor.visit_map(Members { object: self, members: [].iter(), found: None })
            }
        }
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let (shape, length) = match self.shape {
            Shape::List(item) => (Shape::of(item), self.value.length()),
            Shape::Any => (Shape::Any, self.value.length()),
            Shape::Structure(_) | Shape::Plain => (Shape::Plain, 0),
        };
        visitor.visit_seq(Items { list: self, shape, index: 0, length })
    }
}

impl<'de> Deserializer<'de> for Reader<'_, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind {
            ValueType::Undefined | ValueType::Null => visitor.visit_unit(),
            ValueType::Boolean => visitor.visit_bool(self.value.boolean()),
            ValueType::Number => self.number(visitor),
            ValueType::String => self.text(visitor),
            ValueType::BigInt => self.big(visitor),
            ValueType::Object if self.value.is_array() => self.list(visitor),
            ValueType::Object => self.object(visitor),
            ValueType::Function => Err(Fault::new("a function is not a value that JSON has")),
            ValueType::Symbol => Err(Fault::new("a symbol is not a value that JSON has")),
            ValueType::External | ValueType::Unknown => Err(Fault::new("it is not a value that JSON has")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind {
            ValueType::Undefined | ValueType::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    /// Dates are seconds on the wire, and a Date in JavaScript.
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value.date() {
            Some(millis) => visitor.visit_f64(millis / 1000.0),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct enum identifier
    }
}

/// The declared members that an object has.
struct Members<'r, 'e> {
    object: Reader<'r, 'e>,
    members: std::slice::Iter<'static, Member>,
    found: Option<(&'static str, Reader<'r, 'e>)>,
}

impl<'de> MapAccess<'de> for Members<'_, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        for member in self.members.by_ref() {
            let value = self.object.value.member(member.name);
            let value = value.map_err(|thrown| self.object.thrown(thrown).in_member(member.name))?;
            let found = self.object.inner(value, Shape::of(&member.rule));
            if found.kind != ValueType::Undefined {
                self.found = Some((member.name, found));
                return seed.deserialize(BorrowedStrDeserializer::new(member.name)).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let (name, value) = self.found.take().ok_or_else(|| Fault::new("a value without a name"))?;
        seed.deserialize(value).map_err(|fault| fault.in_member(name))
    }
}

/// All members that an object has itself.
struct OwnMembers<'r, 'e> {
    object: Reader<'r, 'e>,
    names: std::vec::IntoIter<Js<'e>>,
    found: Option<(String, Reader<'r, 'e>)>,
}

impl<'de> MapAccess<'de> for OwnMembers<'_, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        for key in self.names.by_ref() {
            let name = key.described();
            let value = self.object.value.at(key);
            let value = value.map_err(|thrown| self.object.thrown(thrown).in_member(&name))?;
            let found = self.object.inner(value, Shape::Any);
            if found.kind != ValueType::Undefined {
                let read = seed.deserialize(serde::de::value::StrDeserializer::new(&name)).map(Some);
                self.found = Some((name, found));
                return read;
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let (name, value) = self.found.take().ok_or_else(|| Fault::new("a value without a name"))?;
        seed.deserialize(value).map_err(|fault| fault.in_member(&name))
    }
}

/// The items of an array, up to the first that cannot be what it should: one is enough to refuse.
struct Items<'r, 'e> {
    list: Reader<'r, 'e>,
    shape: Shape,
    index: u32,
    length: u32,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let index = self.index;
        if index >= self.length {
            return Ok(None);
        }
        self.index = self.index.saturating_add(1);
        let value = self.list.value.item(index).map_err(|thrown| self.list.thrown(thrown).in_item(index))?;
        let item = self.list.inner(value, self.shape);
        if matches!(item.kind, ValueType::Undefined | ValueType::Null) {
            self.length = self.index;
        }
        seed.deserialize(item).map(Some).map_err(|fault| fault.in_item(index))
    }
}
