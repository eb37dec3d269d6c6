//! A serde serializer that creates an [`OwnedValue`].

use super::owned_value::OwnedValue;
use serde::Serialize;
use serde::ser::{self, Impossible, Serializer};
use sfn_alias::{Error, SerializeResponse};
use std::borrow::Cow;
use std::fmt;

/// The core serializes a date as a newtype struct of this name, in seconds.
const TIMESTAMP: &str = "Timestamp";

/// A value that has no representation in JSON.
#[derive(Debug)]
pub struct SerializeError(String);

impl fmt::Display for SerializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SerializeError {}

impl ser::Error for SerializeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl OwnedValue {
    /// Serializes a value.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> sfn_alias::Result<Self> {
        value.serialize(ValueSerializer).map_err(|error| Error::Internal {
            detail: format!("the response cannot be converted to a JavaScript value: {error}"),
        })
    }
}

/// Serializes responses to [`OwnedValue`].
pub struct ToOwnedValue;

impl SerializeResponse for ToOwnedValue {
    type Output = OwnedValue;

    fn write<T: Serialize>(&self, answer: &T) -> sfn_alias::Result<OwnedValue> {
        OwnedValue::from_serialize(answer)
    }
}

/// Serializes a value.
pub struct ValueSerializer;

/// Serializes the items of a list.
pub struct ListSerializer(Vec<OwnedValue>);

/// Serializes the members of an object.
#[derive(Default)]
pub struct ObjectSerializer {
    members: Vec<(Cow<'static, str>, OwnedValue)>,
    name: Option<String>,
}

/// JavaScript numbers are exact up to 53 bits. Counts and weights never exceed that.
macro_rules! numbers {
    ($($method:ident($number:ty)),*) => {$(
        fn $method(self, value: $number) -> Result<OwnedValue, SerializeError> {
            #[allow(clippy::cast_precision_loss, clippy::cast_lossless, clippy::allow_attributes, reason = "one macro for all widths")]
            Ok(OwnedValue::Number(value as f64))
        }
    )*};
}

impl Serializer for ValueSerializer {
    type Ok = OwnedValue;
    type Error = SerializeError;
    type SerializeSeq = ListSerializer;
    type SerializeTuple = ListSerializer;
    type SerializeTupleStruct = ListSerializer;
    type SerializeTupleVariant = Impossible<OwnedValue, SerializeError>;
    type SerializeMap = ObjectSerializer;
    type SerializeStruct = ObjectSerializer;
    type SerializeStructVariant = Impossible<OwnedValue, SerializeError>;

    numbers!(
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_f32(f32),
        serialize_f64(f64)
    );

    fn serialize_bool(self, value: bool) -> Result<OwnedValue, SerializeError> {
        Ok(OwnedValue::Bool(value))
    }

    fn serialize_char(self, value: char) -> Result<OwnedValue, SerializeError> {
        Ok(OwnedValue::String(value.to_string().into()))
    }

    fn serialize_str(self, value: &str) -> Result<OwnedValue, SerializeError> {
        Ok(OwnedValue::String(value.to_owned().into()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<OwnedValue, SerializeError> {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result<OwnedValue, SerializeError> {
        Ok(OwnedValue::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<OwnedValue, SerializeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<OwnedValue, SerializeError> {
        Ok(OwnedValue::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<OwnedValue, SerializeError> {
        Ok(OwnedValue::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<OwnedValue, SerializeError> {
        Ok(OwnedValue::String(variant.into()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<OwnedValue, SerializeError> {
        match (name, value.serialize(self)?) {
            (TIMESTAMP, OwnedValue::Number(seconds)) => Ok(OwnedValue::Date((seconds * 1000.0).round())),
            (_, value) => Ok(value),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<OwnedValue, SerializeError> {
        Ok(OwnedValue::Object(vec![(variant.into(), value.serialize(self)?)]))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<ListSerializer, SerializeError> {
        Ok(ListSerializer(Vec::with_capacity(length.unwrap_or_default())))
    }

    fn serialize_tuple(self, length: usize) -> Result<ListSerializer, SerializeError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<ListSerializer, SerializeError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, SerializeError> {
        Err(SerializeError(format!("`{variant}` cannot be represented in JSON")))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<ObjectSerializer, SerializeError> {
        Ok(ObjectSerializer::default())
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<ObjectSerializer, SerializeError> {
        Ok(ObjectSerializer { members: Vec::with_capacity(length), name: None })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, SerializeError> {
        Err(SerializeError(format!("`{variant}` cannot be represented in JSON")))
    }
}

/// Sequences, tuples and tuple structs all become lists.
macro_rules! items {
    ($($kind:ident::$method:ident),*) => {$(
        impl ser::$kind for ListSerializer {
            type Ok = OwnedValue;
            type Error = SerializeError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerializeError> {
                self.0.push(value.serialize(ValueSerializer)?);
                Ok(())
            }

            fn end(self) -> Result<OwnedValue, SerializeError> {
                Ok(OwnedValue::List(self.0))
            }
        }
    )*};
}
items!(SerializeSeq::serialize_element, SerializeTuple::serialize_element, SerializeTupleStruct::serialize_field);

impl ser::SerializeStruct for ObjectSerializer {
    type Ok = OwnedValue;
    type Error = SerializeError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), SerializeError> {
        self.members.push((name.into(), value.serialize(ValueSerializer)?));
        Ok(())
    }

    fn end(self) -> Result<OwnedValue, SerializeError> {
        Ok(OwnedValue::Object(self.members))
    }
}

impl ser::SerializeMap for ObjectSerializer {
    type Ok = OwnedValue;
    type Error = SerializeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), SerializeError> {
        match key.serialize(ValueSerializer)? {
            OwnedValue::String(name) => self.name = Some(name.into_owned()),
            _ => return Err(SerializeError("expected a string as key of a map".to_owned())),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerializeError> {
        let name = self.name.take().unwrap_or_default();
        self.members.push((name.into(), value.serialize(ValueSerializer)?));
        Ok(())
    }

    fn end(self) -> Result<OwnedValue, SerializeError> {
        Ok(OwnedValue::Object(self.members))
    }
}
