//! A serde serializer that creates Python values: `dict`, `list`, `str`, `int`, `float`, `bool`, `None`, and aware
//! `datetime`s for dates.

use crate::date;
use crate::interned;
use crate::metadata;
use crate::serialize_error::SerializeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde::ser::{self, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};
use sfn_alias::{Error, Result, SerializeResponse};

/// Serializes a response to a `dict` with `ResponseMetadata`.
pub struct ResponseSerializer<'py>(pub Python<'py>);

impl<'py> SerializeResponse for ResponseSerializer<'py> {
    type Output = Bound<'py, PyAny>;

    fn write<T: Serialize>(&self, answer: &T) -> Result<Bound<'py, PyAny>> {
        let write = || -> PyResult<_> {
            let response = to_python(self.0, answer)?;
            response.set_item(intern!(self.0, "ResponseMetadata"), metadata::response_metadata(self.0, 200)?)?;
            Ok(response)
        };
        write().map_err(|error| Error::Internal(format!("the response cannot be serialized: {error}")))
    }
}

/// Serializes the response of a method that is not an operation of AWS.
pub struct ValueSerializer<'py>(pub Python<'py>);

impl<'py> SerializeResponse for ValueSerializer<'py> {
    type Output = Bound<'py, PyAny>;

    fn write<T: Serialize>(&self, answer: &T) -> Result<Bound<'py, PyAny>> {
        to_python(self.0, answer)
            .map_err(|error| Error::Internal(format!("the response cannot be serialized: {error}")))
    }
}

/// Converts a value of the core to a Python value.
pub fn to_python<'py, T: Serialize + ?Sized>(py: Python<'py>, value: &T) -> PyResult<Bound<'py, PyAny>> {
    Ok(value.serialize(PySerializer { py, is_date: false })?)
}

/// Serializes one value.
#[derive(Clone, Copy)]
struct PySerializer<'py> {
    py: Python<'py>,
    /// Whether a number is a date in seconds since 1970.
    is_date: bool,
}

/// Returns the error for a type that no response contains.
fn unsupported<T>(type_name: &str) -> Result<T, SerializeError> {
    Err(ser::Error::custom(format_args!("responses cannot contain {type_name}")))
}

macro_rules! serialize_scalars {
    ($($method:ident($type:ty))*) => {
        $(
            fn $method(self, value: $type) -> Result<Self::Ok, SerializeError> {
                Ok(value.into_pyobject(self.py).map_err(PyErr::from)?.into_any())
            }
        )*
    };
}

impl<'py> Serializer for PySerializer<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = SerializeError;
    type SerializeSeq = ListSerializer<'py>;
    type SerializeTuple = Impossible<Self::Ok, SerializeError>;
    type SerializeTupleStruct = Impossible<Self::Ok, SerializeError>;
    type SerializeTupleVariant = Impossible<Self::Ok, SerializeError>;
    type SerializeMap = DictSerializer<'py>;
    type SerializeStruct = DictSerializer<'py>;
    type SerializeStructVariant = Impossible<Self::Ok, SerializeError>;

    serialize_scalars! {
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64)
        serialize_f32(f32) serialize_str(&str)
    }

    // `into_pyobject` returns a borrowed `bool`, so the macro above does not fit.
    fn serialize_bool(self, value: bool) -> Result<Self::Ok, SerializeError> {
        Ok(pyo3::types::PyBool::new(self.py, value).to_owned().into_any())
    }

    fn serialize_f64(self, value: f64) -> Result<Self::Ok, SerializeError> {
        if self.is_date {
            return Ok(date::from_seconds(self.py, value)?);
        }
        Ok(pyo3::types::PyFloat::new(self.py, value).into_any())
    }

    fn serialize_char(self, value: char) -> Result<Self::Ok, SerializeError> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Self::Ok, SerializeError> {
        Ok(pyo3::types::PyBytes::new(self.py, value).into_any())
    }

    fn serialize_none(self) -> Result<Self::Ok, SerializeError> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Self::Ok, SerializeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Self::Ok, SerializeError> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Self::Ok, SerializeError> {
        self.serialize_none()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Self::Ok, SerializeError> {
        self.serialize_str(variant)
    }

    /// The core serializes a date as a newtype struct `Timestamp` of seconds.
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Self::Ok, SerializeError> {
        value.serialize(PySerializer { is_date: name == "Timestamp", ..self })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Self::Ok, SerializeError> {
        unsupported("variants")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<ListSerializer<'py>, SerializeError> {
        Ok(ListSerializer(PyList::empty(self.py)))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, SerializeError> {
        unsupported("tuples")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, SerializeError> {
        unsupported("tuples")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, SerializeError> {
        unsupported("variants")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<DictSerializer<'py>, SerializeError> {
        Ok(DictSerializer { dict: PyDict::new(self.py), key: None })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<DictSerializer<'py>, SerializeError> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, SerializeError> {
        unsupported("variants")
    }
}

/// Builds a `list`.
struct ListSerializer<'py>(Bound<'py, PyList>);

impl<'py> SerializeSeq for ListSerializer<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = SerializeError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerializeError> {
        Ok(self.0.append(to_python(self.0.py(), value)?)?)
    }

    fn end(self) -> Result<Self::Ok, SerializeError> {
        Ok(self.0.into_any())
    }
}

/// Builds a `dict`.
struct DictSerializer<'py> {
    dict: Bound<'py, PyDict>,
    key: Option<Bound<'py, PyAny>>,
}

impl<'py> SerializeMap for DictSerializer<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = SerializeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), SerializeError> {
        self.key = Some(to_python(self.dict.py(), key)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerializeError> {
        let value = to_python(self.dict.py(), value)?;
        Ok(self.dict.set_item(self.key.take(), value)?)
    }

    fn end(self) -> Result<Self::Ok, SerializeError> {
        Ok(self.dict.into_any())
    }
}

impl<'py> SerializeStruct for DictSerializer<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = SerializeError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), SerializeError> {
        let py = self.dict.py();
        Ok(self.dict.set_item(interned::intern_name(py, key), to_python(py, value)?)?)
    }

    fn end(self) -> Result<Self::Ok, SerializeError> {
        Ok(self.dict.into_any())
    }
}
