//! Converts values of another programming language to JSON.

use super::DeserializeRequest;
use crate::error::{Error, Result};
use crate::limits::Limits;
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Returns a request as a JSON text: its own text, or its values in JSON.
///
/// # Errors
/// [`Error::TooLarge`] for more bytes than the limit, [`Error::Malformed`] for a request that is not JSON.
pub(crate) fn read_json<'s>(source: &'s (impl DeserializeRequest + ?Sized), limits: &Limits) -> Result<Cow<'s, str>> {
    let Some(size) = source.size() else {
        let JsonText(json) = source.read().map_err(|error| Error::Malformed(error.to_string()))?;
        return Ok(json.into());
    };
    let limit = limits.request_bytes;
    if size > limit {
        return Err(Error::TooLarge { size, limit });
    }
    let raw: &RawValue = source.read().map_err(|error| Error::Malformed(error.to_string()))?;
    Ok(raw.get().into())
}

/// A value in JSON. Members keep their order.
struct JsonText(String);

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut json = String::new();
        JsonWriter(&mut json).deserialize(deserializer)?;
        Ok(Self(json))
    }
}

/// Appends a value to a JSON text.
struct JsonWriter<'w>(&'w mut String);

impl JsonWriter<'_> {
    fn write<E: de::Error>(self, value: &impl Serialize) -> Result<(), E> {
        self.0.push_str(&serde_json::to_string(value).map_err(E::custom)?);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for JsonWriter<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for JsonWriter<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.write(&())
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.write(&())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        if value.is_finite() { self.write(&value) } else { Err(E::custom(format!("{value} is not a number of JSON"))) }
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        self.write(&value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut separator = '[';
        loop {
            let length = self.0.len();
            self.0.push(separator);
            if items.next_element_seed(JsonWriter(self.0))?.is_none() {
                self.0.truncate(length);
                break;
            }
            separator = ',';
        }
        self.0.push_str(if separator == '[' { "[]" } else { "]" });
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut separator = '{';
        while let Some(name) = members.next_key::<Cow<'de, str>>()? {
            self.0.push(separator);
            JsonWriter(self.0).write(&name)?;
            self.0.push(':');
            members.next_value_seed(JsonWriter(self.0))?;
            separator = ',';
        }
        self.0.push_str(if separator == '{' { "{}" } else { "}" });
        Ok(())
    }
}
