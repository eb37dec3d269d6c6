//! A serde deserializer of Python values: `dict`, `list`, `tuple`, `str`, `int`, `float`, `bool` and `None`, and
//! `datetime` if the target is a date.
//!
//! The deserializer runs no Python code: it reads the data of these types, and of classes derived from them, directly
//! from memory. No value can change or be freed meanwhile, so values are borrowed without reference counting.

use crate::date;
use crate::deserialize_error::DeserializeError;
use crate::fork;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use sfn_alias::wire::DeserializeRequest;
use std::cell::RefCell;

/// The maximum depth, as in `serde_json`.
const MAX_DEPTH: u8 = 128;
/// The initial capacity for held strings; most requests have fewer.
const STRINGS_CAPACITY: usize = 16;

/// A Python value that the core deserializes. Strings are borrowed from it.
pub struct Input<'i, 'py> {
    value: &'i Bound<'py, PyAny>,
    /// References to all strings that were read, if Python code may run before the request is finished.
    held_strings: Option<RefCell<Vec<Bound<'py, PyString>>>>,
}

impl<'i, 'py> Input<'i, 'py> {
    /// Creates an input that is used only while this thread holds the GIL.
    pub fn new(value: &'i Bound<'py, PyAny>) -> Self {
        Self { value, held_strings: None }
    }

    /// Creates an input that is still used after the GIL is released. Other threads may then change the request, so
    /// the input holds a reference to each string.
    pub fn detached(value: &'i Bound<'py, PyAny>) -> Self {
        Self { value, held_strings: Some(RefCell::new(Vec::with_capacity(STRINGS_CAPACITY))) }
    }

    #[inline(always)]
    fn borrow_str<'s>(&'s self, string: &Bound<'py, PyString>) -> Result<&'s str, DeserializeError> {
        let text: *const str =
            string.to_str().map_err(|error| DeserializeError::from_exception(string.py(), &error))?;
        if let Some(strings) = &self.held_strings {
            strings.borrow_mut().push(string.clone());
        }
        // SAFETY: the text belongs to an immutable `str`. That `str` lives as long as `self`: either `held_strings` has
        // a reference to it, or the request has, and no other thread can change the request (see `new`).
        Ok(unsafe { &*text })
    }
}

/// Work of the core that uses no Python value.
struct AssertSend<T>(T);

// SAFETY: `detach` requires `Send` so that the closure cannot use Python objects without the GIL. The work comes from
// the core, which has no Python objects, and runs on this thread. The texts that it borrows belong to a
// `json_argument::JsonRequest`, or to strings that `Input::held_strings` keeps alive.
unsafe impl<T> Send for AssertSend<T> {}

impl<R, W: FnOnce() -> R> AssertSend<W> {
    fn run(self) -> AssertSend<R> {
        AssertSend((self.0)())
    }
}

/// Runs work of the core without the GIL, while no other thread forks.
pub fn detach<R>(py: Python<'_>, work: impl FnOnce() -> R) -> R {
    let work = AssertSend(work);
    py.detach(move || fork::with_fork_lock(|| work.run())).0
}

impl DeserializeRequest for Input<'_, '_> {
    type Error = DeserializeError;

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, DeserializeError> {
        T::deserialize(PyDeserializer { value: self.value.as_borrowed(), input: self, depth: 0 })
    }

    fn run_without_global_lock<R>(&self, work: impl FnOnce() -> R) -> R {
        if self.held_strings.is_none() {
            return work();
        }
        detach(self.value.py(), work)
    }
}

/// Deserializes one value.
struct PyDeserializer<'s, 'py> {
    value: Borrowed<'s, 'py, PyAny>,
    input: &'s Input<'s, 'py>,
    depth: u8,
}

impl<'s, 'py> PyDeserializer<'s, 'py> {
    /// Returns a deserializer of a value in this container.
    ///
    /// # Safety
    /// The container must have a reference to the value.
    unsafe fn nested(&self, value: *mut ffi::PyObject) -> Self {
        // SAFETY: the container keeps the value alive, and no code can change the container during deserialization.
        let value = unsafe { Borrowed::from_ptr(self.value.py(), value) };
        Self { value, input: self.input, depth: self.depth.saturating_add(1) }
    }

    fn check_depth(&self) -> Result<(), DeserializeError> {
        if self.depth < MAX_DEPTH {
            Ok(())
        } else {
            Err(de::Error::custom("expected at most 128 levels of nesting, found more"))
        }
    }

    /// Returns the kind of the value. Not generic over the visitor, which keeps the binary small.
    fn kind(&self) -> Result<PyKind<'s>, DeserializeError> {
        Ok(if let Ok(string) = self.value.cast_exact::<PyString>() {
            PyKind::Text(self.input.borrow_str(&string)?)
        } else if let Ok(integer) = self.value.cast_exact::<PyInt>() {
            PyKind::from_integer(&integer)
        } else if self.value.is_exact_instance_of::<PyDict>() {
            PyKind::Dict
        } else if let Ok(list) = self.value.cast_exact::<PyList>() {
            PyKind::List(ffi::PyList_GetItem, list.len())
        } else if let Ok(boolean) = self.value.cast_exact::<PyBool>() {
            PyKind::Bool(boolean.is_true())
        } else if self.value.is_none() {
            PyKind::None
        } else {
            self.uncommon_kind()?
        })
    }

    /// Handles the rare cases: derived classes, floats, tuples and unsupported types.
    #[cold]
    fn uncommon_kind(&self) -> Result<PyKind<'s>, DeserializeError> {
        Ok(if let Ok(string) = self.value.cast::<PyString>() {
            PyKind::Text(self.input.borrow_str(&string)?)
        } else if let Ok(integer) = self.value.cast::<PyInt>() {
            PyKind::from_integer(&integer)
        } else if let Ok(float) = self.value.cast::<PyFloat>() {
            // JSON has no NaN and no infinity. 0.5 makes the core report a floating-point number.
            let number = float.value();
            PyKind::Float(if number.is_finite() { number } else { 0.5 })
        } else if self.value.is_instance_of::<PyDict>() {
            PyKind::Dict
        } else if let Ok(list) = self.value.cast::<PyList>() {
            PyKind::List(ffi::PyList_GetItem, list.len())
        } else if let Ok(tuple) = self.value.cast::<PyTuple>() {
            PyKind::List(ffi::PyTuple_GetItem, tuple.len())
        } else {
            return Err(DeserializeError::unsupported_type(&self.value));
        })
    }
}

type GetItem = unsafe extern "C" fn(*mut ffi::PyObject, ffi::Py_ssize_t) -> *mut ffi::PyObject;

/// The serde view of a Python value.
enum PyKind<'s> {
    Text(&'s str),
    Integer(i64),
    /// An integer that does not fit into 64 bits.
    BigInteger,
    Float(f64),
    Bool(bool),
    None,
    Dict,
    /// A list or a tuple: the function that returns an item, and the length.
    List(GetItem, usize),
}

impl PyKind<'_> {
    fn from_integer(integer: &Bound<'_, PyInt>) -> Self {
        integer.extract().map_or(Self::BigInteger, Self::Integer)
    }
}

// The methods for the types of requests only check for the expected type first. `deserialize_any` handles the rest.
impl<'s> Deserializer<'s> for PyDeserializer<'s, '_> {
    type Error = DeserializeError;

    fn deserialize_any<V: Visitor<'s>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.kind()? {
            PyKind::Text(text) => visitor.visit_borrowed_str(text),
            PyKind::Integer(number) => visitor.visit_i64(number),
            PyKind::BigInteger => visitor.visit_u64(u64::MAX),
            PyKind::Float(number) => visitor.visit_f64(number),
            PyKind::Bool(boolean) => visitor.visit_bool(boolean),
            PyKind::None => visitor.visit_unit(),
            PyKind::Dict => {
                self.check_depth()?;
                visitor.visit_map(DictAccess { dict: &self, position: 0, next: None })
            }
            PyKind::List(get_item, length) => {
                self.check_depth()?;
                visitor.visit_seq(ItemsAccess { sequence: &self, get_item, next: 0, length })
            }
        }
    }

    fn deserialize_str<V: Visitor<'s>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.value.cast_exact::<PyString>() {
            Ok(text) => visitor.visit_borrowed_str(self.input.borrow_str(&text)?),
            Err(_) => self.deserialize_any(visitor),
        }
    }

    fn deserialize_i64<V: Visitor<'s>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.value.cast_exact::<PyInt>().map(|integer| integer.extract()) {
            Ok(Ok(number)) => visitor.visit_i64(number),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_map<V: Visitor<'s>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        if !self.value.is_exact_instance_of::<PyDict>() {
            return self.deserialize_any(visitor);
        }
        self.check_depth()?;
        visitor.visit_map(DictAccess { dict: &self, position: 0, next: None })
    }

    fn deserialize_seq<V: Visitor<'s>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let Ok(list) = self.value.cast_exact::<PyList>() else { return self.deserialize_any(visitor) };
        self.check_depth()?;
        visitor.visit_seq(ItemsAccess { sequence: &self, get_item: ffi::PyList_GetItem, next: 0, length: list.len() })
    }

    fn deserialize_option<V: Visitor<'s>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        if self.value.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'s>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        visitor.visit_newtype_struct(self)
    }

    /// The core expects a date as seconds since 1970.
    fn deserialize_f64<V: Visitor<'s>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        let Some(date) = date::as_datetime(&self.value) else { return self.deserialize_any(visitor) };
        let seconds = date::to_seconds(date).map_err(|error| DeserializeError::from_exception(date.py(), &error))?;
        visitor.visit_f64(seconds)
    }

    /// Skips unknown members without reading them.
    fn deserialize_ignored_any<V: Visitor<'s>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'s>>
        bool i8 i16 i32 u8 u16 u32 u64 f32 char string bytes byte_buf unit unit_struct tuple tuple_struct struct enum
        identifier
    }
}

/// Iterates over the members of a `dict`.
struct DictAccess<'r, 's, 'py> {
    dict: &'r PyDeserializer<'s, 'py>,
    position: ffi::Py_ssize_t,
    next: Option<(&'s str, PyDeserializer<'s, 'py>)>,
}

impl<'s, 'py> DictAccess<'_, 's, 'py> {
    /// Returns the next name and its value.
    #[inline(always)]
    fn next_member(&mut self) -> Result<Option<(&'s str, PyDeserializer<'s, 'py>)>, DeserializeError> {
        let (mut key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: `self.dict` is a `dict`, and all pointers point to variables of this function or of `self`.
        let found =
            unsafe { ffi::PyDict_Next(self.dict.value.as_ptr(), &raw mut self.position, &raw mut key, &raw mut value) };
        if found == 0 {
            return Ok(None);
        }
        // SAFETY: the dict has references to both.
        let (key, value) = unsafe { (self.dict.nested(key), self.dict.nested(value)) };
        let name = match key.value.cast_exact::<PyString>() {
            Ok(name) => name,
            Err(_) => key.value.cast::<PyString>().map_err(|_| DeserializeError::key_type(&key.value))?,
        };
        Ok(Some((self.dict.input.borrow_str(&name)?, value)))
    }
}

impl<'s> MapAccess<'s> for DictAccess<'_, 's, '_> {
    type Error = DeserializeError;

    fn next_key_seed<K: DeserializeSeed<'s>>(&mut self, seed: K) -> Result<Option<K::Value>, DeserializeError> {
        self.next = self.next_member()?;
        let Some((name, _)) = &self.next else { return Ok(None) };
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'s>>(&mut self, seed: V) -> Result<V::Value, DeserializeError> {
        let Some((name, value)) = self.next.take() else {
            return Err(de::Error::custom("expected a name before a value"));
        };
        seed.deserialize(value).map_err(|error| error.within(name))
    }
}

/// Iterates over the items of a `list` or a `tuple`.
struct ItemsAccess<'r, 's, 'py> {
    sequence: &'r PyDeserializer<'s, 'py>,
    get_item: GetItem,
    next: ffi::Py_ssize_t,
    length: usize,
}

impl<'s> SeqAccess<'s> for ItemsAccess<'_, 's, '_> {
    type Error = DeserializeError;

    fn next_element_seed<T: DeserializeSeed<'s>>(&mut self, seed: T) -> Result<Option<T::Value>, DeserializeError> {
        let index = self.next;
        if index.unsigned_abs() >= self.length {
            return Ok(None);
        }
        self.next = self.next.saturating_add(1);
        // SAFETY: `get_item` belongs to the type of `sequence`, and the index is less than its length.
        let value = unsafe { self.sequence.nested((self.get_item)(self.sequence.value.as_ptr(), index)) };
        seed.deserialize(value).map(Some).map_err(|error| error.within(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.length.saturating_sub(self.next.unsigned_abs()))
    }
}
