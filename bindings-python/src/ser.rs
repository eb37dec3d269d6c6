//! Answers as Python values: a serde serializer that makes `dict`, `list`, `str`, `int`, `float`,
//! `bool` and `None`, and aware `datetime`s of dates.

use crate::date;
use crate::metadata;
use crate::names;
use crate::unwritable::Unwritable;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde::ser::{self, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};
use sfn_alias::{Error, Result, SerializeResponse};

/// Where answers go: a `dict` with `ResponseMetadata`.
pub struct Answers<'py>(pub Python<'py>);

impl<'py> SerializeResponse for Answers<'py> {
    type Answer = Bound<'py, PyAny>;

    fn write<T: Serialize>(&self, answer: &T) -> Result<Bound<'py, PyAny>> {
        let write = || -> PyResult<_> {
            let answer = to_python(self.0, answer)?;
            answer.set_item(intern!(self.0, "ResponseMetadata"), metadata::response(self.0, 200)?)?;
            Ok(answer)
        };
        write().map_err(|error| Error::Internal { detail: format!("the response cannot be serialized: {error}") })
    }
}

/// Any value of the core's as a Python value.
pub fn to_python<'py, T: Serialize + ?Sized>(py: Python<'py>, value: &T) -> PyResult<Bound<'py, PyAny>> {
    Ok(value.serialize(Writer { py, date: false })?)
}

/// One value on its way to Python.
#[derive(Clone, Copy)]
struct Writer<'py> {
    py: Python<'py>,
    /// Whether a number is a date.
    date: bool,
}

/// What serde may ask for and answers never hold.
fn never<T>(what: &str) -> Result<T, Unwritable> {
    Err(ser::Error::custom(format_args!("answers hold no {what}")))
}

macro_rules! simple {
    ($($method:ident($type:ty))*) => {
        $(
            fn $method(self, value: $type) -> Result<Self::Ok, Unwritable> {
                Ok(value.into_pyobject(self.py).map_err(PyErr::from)?.into_any())
            }
        )*
    };
}

impl<'py> Serializer for Writer<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Unwritable;
    type SerializeSeq = Items<'py>;
    type SerializeTuple = Impossible<Self::Ok, Unwritable>;
    type SerializeTupleStruct = Impossible<Self::Ok, Unwritable>;
    type SerializeTupleVariant = Impossible<Self::Ok, Unwritable>;
    type SerializeMap = Members<'py>;
    type SerializeStruct = Members<'py>;
    type SerializeStructVariant = Impossible<Self::Ok, Unwritable>;

    simple! {
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64)
        serialize_f32(f32) serialize_str(&str)
    }

    // Not as the numbers: `True` and `False` are borrowed.
    fn serialize_bool(self, value: bool) -> Result<Self::Ok, Unwritable> {
        Ok(pyo3::types::PyBool::new(self.py, value).to_owned().into_any())
    }

    fn serialize_f64(self, value: f64) -> Result<Self::Ok, Unwritable> {
        if self.date {
            return Ok(date::from_seconds(self.py, value)?);
        }
        Ok(pyo3::types::PyFloat::new(self.py, value).into_any())
    }

    fn serialize_char(self, value: char) -> Result<Self::Ok, Unwritable> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Self::Ok, Unwritable> {
        Ok(pyo3::types::PyBytes::new(self.py, value).into_any())
    }

    fn serialize_none(self) -> Result<Self::Ok, Unwritable> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Self::Ok, Unwritable> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Self::Ok, Unwritable> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Self::Ok, Unwritable> {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Self::Ok, Unwritable> {
        self.serialize_str(variant)
    }

    /// The core writes dates as seconds under this name.
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Self::Ok, Unwritable> {
        value.serialize(Writer { date: name == "Timestamp", ..self })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Self::Ok, Unwritable> {
        never("variants")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'py>, Unwritable> {
        Ok(Items(PyList::empty(self.py)))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Unwritable> {
        never("tuples")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Unwritable> {
        never("tuples")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unwritable> {
        never("variants")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'py>, Unwritable> {
        Ok(Members { dict: PyDict::new(self.py), key: None })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Members<'py>, Unwritable> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unwritable> {
        never("variants")
    }
}

/// A `list` in the making.
struct Items<'py>(Bound<'py, PyList>);

impl<'py> SerializeSeq for Items<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Unwritable;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        Ok(self.0.append(to_python(self.0.py(), value)?)?)
    }

    fn end(self) -> Result<Self::Ok, Unwritable> {
        Ok(self.0.into_any())
    }
}

/// A `dict` in the making.
struct Members<'py> {
    dict: Bound<'py, PyDict>,
    key: Option<Bound<'py, PyAny>>,
}

impl<'py> SerializeMap for Members<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Unwritable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unwritable> {
        self.key = Some(to_python(self.dict.py(), key)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        let value = to_python(self.dict.py(), value)?;
        Ok(self.dict.set_item(self.key.take(), value)?)
    }

    fn end(self) -> Result<Self::Ok, Unwritable> {
        Ok(self.dict.into_any())
    }
}

impl<'py> SerializeStruct for Members<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Unwritable;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Unwritable> {
        let py = self.dict.py();
        Ok(self.dict.set_item(names::name(py, key), to_python(py, value)?)?)
    }

    fn end(self) -> Result<Self::Ok, Unwritable> {
        Ok(self.dict.into_any())
    }
}
