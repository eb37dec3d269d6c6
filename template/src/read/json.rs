//! Reads JSON with positions. `serde_json` borrows strings from the input, and the address of a borrowed string gives
//! its position. Other values, for example numbers, get the position of the last borrowed string.

use super::limits::{Budget, MAX_BYTES, MAX_DEPTH, check_unique_keys, to_u32};
use crate::error::TemplateError;
use crate::tree::{Node, Position, Value};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

pub(super) fn read(text: &str) -> Result<Node<'_>, TemplateError> {
    let mut reader =
        Reader { text, budget: Budget::new(MAX_BYTES), error: None, counted: 0, position: Position::START };
    let mut json = serde_json::Deserializer::from_str(text);
    let node = Seed(&mut reader, Position::START).deserialize(&mut json);
    let node = node.and_then(|node| json.end().map(|()| node));
    node.map_err(|error| reader.error.take().unwrap_or_else(|| syntax_error(&error)))
}

fn syntax_error(error: &serde_json::Error) -> TemplateError {
    let (line, column) = (to_u32(error.line()), to_u32(error.column()));
    let detail = error.to_string();
    if detail.starts_with("recursion limit exceeded") {
        return TemplateError::TooDeep { line, column, max: MAX_DEPTH };
    }
    let detail = detail.split(" at line ").next().unwrap_or_default().to_owned();
    TemplateError::Syntax { format: "JSON", line, column, detail }
}

struct Reader<'t> {
    text: &'t str,
    budget: Budget,
    /// Our own error, which a serde error cannot contain.
    error: Option<TemplateError>,
    /// Number of bytes up to `position`.
    counted: usize,
    position: Position,
}

impl Reader<'_> {
    /// Returns the position of the opening quote of a borrowed string.
    fn position_of(&mut self, borrowed: &str) -> Position {
        let offset = (borrowed.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize).saturating_sub(1);
        for byte in self.text.as_bytes().get(self.counted..offset).unwrap_or_default() {
            match byte {
                b'\n' => self.position = Position { line: self.position.line.saturating_add(1), column: 1 },
                // A continuation byte of UTF-8 is not a new column.
                0x80..=0xBF => {}
                _ => self.position.column = self.position.column.saturating_add(1),
            }
        }
        self.counted = self.counted.max(offset);
        self.position
    }

    fn check<E: serde::de::Error>(&mut self, result: Result<(), TemplateError>) -> Result<(), E> {
        result.map_err(|error| {
            self.error = Some(error);
            E::custom("see Reader::error")
        })
    }
}

/// Deserializes a value. The second field is the position of its key.
struct Seed<'r, 't>(&'r mut Reader<'t>, Position);

impl<'t> DeserializeSeed<'t> for Seed<'_, 't> {
    type Value = Node<'t>;

    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<Node<'t>, D::Error> {
        let consumed = self.0.budget.consume(1);
        self.0.check(consumed)?;
        deserializer.deserialize_any(self)
    }
}

impl<'t> Seed<'_, 't> {
    const fn node<E>(&self, value: Value<'t>) -> Result<Node<'t>, E> {
        Ok(Node { position: self.1, value })
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
        let Self(reader, position) = self;
        let mut items: Vec<Node<'t>> = Vec::new();
        while let Some(mut item) = list.next_element_seed(Seed(reader, position))? {
            item.position = first_position(reader, &item).unwrap_or(position);
            items.push(item);
        }
        Ok(Node { position, value: Value::List(items) })
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Node<'t>, A::Error> {
        let Self(reader, own_position) = self;
        let mut members: Vec<(Cow<'t, str>, Node<'t>)> = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            let position = match &key {
                Cow::Borrowed(borrowed) => reader.position_of(borrowed),
                Cow::Owned(_) => reader.position,
            };
            let value = map.next_value_seed(Seed(reader, position))?;
            members.push((key, value));
        }
        let distinct = check_unique_keys(&members);
        reader.check(distinct)?;
        Ok(Node { position: own_position, value: Value::Map(members) })
    }
}

/// Returns the position of a list item: its own if it is a string, else that of its first key, as in YAML.
fn first_position(reader: &mut Reader<'_>, item: &Node<'_>) -> Option<Position> {
    match &item.value {
        Value::Map(members) => members.first().map(|(_, node)| node.position),
        Value::List(items) => items.first().map(|item| item.position),
        Value::Text(Cow::Borrowed(borrowed)) => Some(reader.position_of(borrowed)),
        _ => None,
    }
}

/// Deserializes a key. It is borrowed if it contains no escapes.
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
