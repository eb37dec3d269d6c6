//! JSON with places, by `serde_json`: texts that it lends from the input tell by their address where
//! they stand. What is not lent, such as a number, stands where what was lent last did.

use super::limits::{Budget, MAX_DEPTH, count, distinct};
use crate::error::TemplateError;
use crate::tree::{Node, Place, Value};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

pub(super) fn read(text: &str) -> Result<Node<'_>, TemplateError> {
    let mut reader = Reader { text, budget: Budget::new(), refused: None, seen: 0, place: Place::START };
    let mut json = serde_json::Deserializer::from_str(text);
    let node = Seed(&mut reader, Place::START).deserialize(&mut json);
    let node = node.and_then(|node| json.end().map(|()| node));
    node.map_err(|error| reader.refused.take().unwrap_or_else(|| syntax(&error)))
}

fn syntax(error: &serde_json::Error) -> TemplateError {
    let (line, column) = (count(error.line()), count(error.column()));
    let fault = error.to_string();
    if fault.starts_with("recursion limit exceeded") {
        return TemplateError::TooDeep { line, column, most: MAX_DEPTH };
    }
    let fault = fault.split(" at line ").next().unwrap_or_default().to_owned();
    TemplateError::Syntax { format: "JSON", line, column, fault }
}

struct Reader<'t> {
    text: &'t str,
    budget: Budget,
    /// An error of ours, which serde cannot carry.
    refused: Option<TemplateError>,
    /// The bytes that `place` has been counted over.
    seen: usize,
    place: Place,
}

impl Reader<'_> {
    /// The place of the quote before a text that was lent from the input.
    fn place_of(&mut self, lent: &str) -> Place {
        let offset = (lent.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize).saturating_sub(1);
        for byte in self.text.as_bytes().get(self.seen..offset).unwrap_or_default() {
            match byte {
                b'\n' => self.place = Place { line: self.place.line.saturating_add(1), column: 1 },
                // What continues a character is not counted again.
                0x80..=0xBF => {}
                _ => self.place.column = self.place.column.saturating_add(1),
            }
        }
        self.seen = self.seen.max(offset);
        self.place
    }

    fn check<E: serde::de::Error>(&mut self, result: Result<(), TemplateError>) -> Result<(), E> {
        result.map_err(|error| {
            self.refused = Some(error);
            E::custom("refused")
        })
    }
}

/// Reads a value; its place is its key's where there is one.
struct Seed<'r, 't>(&'r mut Reader<'t>, Place);

impl<'t> DeserializeSeed<'t> for Seed<'_, 't> {
    type Value = Node<'t>;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<Node<'t>, D::Error> {
        let taken = self.0.budget.take(1);
        self.0.check(taken)?;
        deserializer.deserialize_any(self)
    }
}

impl<'t> Seed<'_, 't> {
    const fn node<E>(&self, value: Value<'t>) -> Result<Node<'t>, E> {
        Ok(Node { place: self.1, value })
    }
}

impl<'t> Visitor<'t> for Seed<'_, 't> {
    type Value = Node<'t>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'t>, E> {
        self.node(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'t>, E> {
        self.node(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node<'t>, E> {
        self.node(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node<'t>, E> {
        self.node(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node<'t>, E> {
        self.node(serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node<'t>, E> {
        self.node(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'t str) -> Result<Node<'t>, E> {
        self.node(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut list: A) -> Result<Node<'t>, A::Error> {
        let Self(reader, place) = self;
        let mut items: Vec<Node<'t>> = Vec::new();
        while let Some(mut item) = list.next_element_seed(Seed(reader, place))? {
            item.place = first_place(reader, &item).unwrap_or(place);
            items.push(item);
        }
        Ok(Node { place, value: Value::List(items) })
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Node<'t>, A::Error> {
        let Self(reader, place) = self;
        let mut members: Vec<(Cow<'t, str>, Node<'t>)> = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            let at = match &key {
                Cow::Borrowed(lent) => reader.place_of(lent),
                Cow::Owned(_) => reader.place,
            };
            let value = map.next_value_seed(Seed(reader, at))?;
            members.push((key, value));
        }
        let distinct = distinct(&members);
        reader.check(distinct)?;
        Ok(Node { place, value: Value::Map(members) })
    }
}

/// The place of a list's item: its own where it is a text, else that of the first key in it, as in YAML.
fn first_place(reader: &mut Reader<'_>, item: &Node<'_>) -> Option<Place> {
    match &item.value {
        Value::Map(members) => members.first().map(|(_, node)| node.place),
        Value::List(items) => items.first().map(|item| item.place),
        Value::Text(Cow::Borrowed(lent)) => Some(reader.place_of(lent)),
        _ => None,
    }
}

/// A key, lent where it has no escapes.
struct Key;

impl<'t> DeserializeSeed<'t> for Key {
    type Value = Cow<'t, str>;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<Cow<'t, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'t> Visitor<'t> for Key {
    type Value = Cow<'t, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'t, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_borrowed_str<E>(self, text: &'t str) -> Result<Cow<'t, str>, E> {
        Ok(Cow::Borrowed(text))
    }
}
