//! Python values as a source of requests: a serde deserializer over `dict`, `list`, `tuple`, `str`,
//! `int`, `float`, `bool` and `None`, and over `datetime` where a date is wanted.
//!
//! No code of Python's runs while values are read: the data of these types, and of classes derived
//! from them, is taken as it lies in memory. So nothing that is read can change or vanish meanwhile,
//! and values are borrowed without counting references.

use crate::fork;
use crate::unreadable::Unreadable;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use sfn_alias::wire::DeserializeRequest;
use std::cell::RefCell;

/// As deep as the JSON door goes.
const DEEPEST: u8 = 128;
/// More strings than most requests have.
const STRINGS: usize = 16;

/// A request as a Python value, from which its strings are borrowed.
pub struct Input<'py> {
    value: Bound<'py, PyAny>,
    /// The strings that were read, when they must outlast the reading.
    held: Option<RefCell<Vec<Bound<'py, PyString>>>>,
}

impl<'py> Input<'py> {
    /// A request that is done with before any Python runs again.
    pub fn new(value: &Bound<'py, PyAny>) -> Self {
        Self { value: value.clone(), held: None }
    }

    /// A request that is worked on while other threads run Python, which may change it.
    pub fn lasting(value: &Bound<'py, PyAny>) -> Self {
        Self { value: value.clone(), held: Some(RefCell::new(Vec::with_capacity(STRINGS))) }
    }

    fn text<'s>(&'s self, string: &Bound<'py, PyString>) -> Result<&'s str, Unreadable> {
        let text: *const str = string.to_str().map_err(|error| Unreadable::python(string.py(), &error))?;
        if let Some(held) = &self.held {
            held.borrow_mut().push(string.clone());
        }
        // SAFETY: the text lies in an immutable object. Either `held` keeps that until `self` is
        // dropped, or the request does, which nobody can change: see `new`, and `aside`.
        Ok(unsafe { &*text })
    }
}

/// What the core does without Python: neither takes nor gives a Python value.
struct Apart<T>(T);

// SAFETY: asked for by `detach` so that nothing of Python's is used while other threads run Python.
// The work was made by the core, which knows nothing of Python, and runs on this very thread. The
// texts that it borrows lie in objects that `Input::held` keeps.
unsafe impl<T> Send for Apart<T> {}

impl<R, W: FnOnce() -> R> Apart<W> {
    fn run(self) -> Apart<R> {
        Apart((self.0)())
    }
}

impl DeserializeRequest for Input<'_> {
    type Error = Unreadable;

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, Unreadable> {
        T::deserialize(Reader { value: self.value.as_borrowed(), input: self, depth: 0 })
    }

    fn aside<R>(&self, work: impl FnOnce() -> R) -> R {
        if self.held.is_none() {
            return work();
        }
        let work = Apart(work);
        self.value.py().detach(move || fork::apart(|| work.run())).0
    }
}

/// One value on its way into a Rust type.
struct Reader<'s, 'py> {
    value: Borrowed<'s, 'py, PyAny>,
    input: &'s Input<'py>,
    depth: u8,
}

impl<'s, 'py> Reader<'s, 'py> {
    /// A value inside this one.
    ///
    /// # Safety
    /// It is one that this value has now.
    unsafe fn inside(&self, value: *mut ffi::PyObject) -> Self {
        // SAFETY: containers keep what they have, and nobody can change them while they are read.
        let value = unsafe { Borrowed::from_ptr(self.value.py(), value) };
        Self { value, input: self.input, depth: self.depth.saturating_add(1) }
    }

    fn deeper(&self) -> Result<(), Unreadable> {
        if self.depth < DEEPEST { Ok(()) } else { Err(de::Error::custom("is nested too deeply")) }
    }

    /// What the value is. Not of a visitor, so that there is one of it in the binary.
    fn kind(&self) -> Result<Kind<'s>, Unreadable> {
        Ok(if let Ok(string) = self.value.cast_exact::<PyString>() {
            Kind::Text(self.input.text(&string)?)
        } else if let Ok(integer) = self.value.cast_exact::<PyInt>() {
            Kind::of_integer(&integer)
        } else if self.value.is_exact_instance_of::<PyDict>() {
            Kind::Dict
        } else if let Ok(list) = self.value.cast_exact::<PyList>() {
            Kind::List(ffi::PyList_GetItem, list.len())
        } else if let Ok(boolean) = self.value.cast_exact::<PyBool>() {
            Kind::Bool(boolean.is_true())
        } else if self.value.is_none() {
            Kind::None
        } else {
            self.rare_kind()?
        })
    }

    /// What is rare: classes derived from the plain ones, and what is no plain value at all.
    #[cold]
    fn rare_kind(&self) -> Result<Kind<'s>, Unreadable> {
        Ok(if let Ok(string) = self.value.cast::<PyString>() {
            Kind::Text(self.input.text(&string)?)
        } else if let Ok(integer) = self.value.cast::<PyInt>() {
            Kind::of_integer(&integer)
        } else if let Ok(float) = self.value.cast::<PyFloat>() {
            // NaN and the infinities are no JSON numbers: to the core they are as any fraction.
            let number = float.value();
            Kind::Float(if number.is_finite() { number } else { 0.5 })
        } else if self.value.is_instance_of::<PyDict>() {
            Kind::Dict
        } else if let Ok(list) = self.value.cast::<PyList>() {
            Kind::List(ffi::PyList_GetItem, list.len())
        } else if let Ok(tuple) = self.value.cast::<PyTuple>() {
            Kind::List(ffi::PyTuple_GetItem, tuple.len())
        } else {
            return Err(Unreadable::no_json(&self.value));
        })
    }
}

type GetItem = unsafe extern "C" fn(*mut ffi::PyObject, ffi::Py_ssize_t) -> *mut ffi::PyObject;

/// What a value is to serde.
enum Kind<'s> {
    Text(&'s str),
    Integer(i64),
    /// Beyond 64 bits, and nobody asks how far.
    Huge,
    Float(f64),
    Bool(bool),
    None,
    Dict,
    /// A list or a tuple: its items, and how many.
    List(GetItem, usize),
}

impl Kind<'_> {
    fn of_integer(integer: &Bound<'_, PyInt>) -> Self {
        integer.extract().map_or(Self::Huge, Self::Integer)
    }
}

impl<'s> Deserializer<'s> for Reader<'s, '_> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'s>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.kind()? {
            Kind::Text(text) => visitor.visit_borrowed_str(text),
            Kind::Integer(number) => visitor.visit_i64(number),
            Kind::Huge => visitor.visit_u64(u64::MAX),
            Kind::Float(number) => visitor.visit_f64(number),
            Kind::Bool(boolean) => visitor.visit_bool(boolean),
            Kind::None => visitor.visit_unit(),
            Kind::Dict => {
                self.deeper()?;
                visitor.visit_map(Members { of: &self, place: 0, next: None })
            }
            Kind::List(item, length) => {
                self.deeper()?;
                visitor.visit_seq(Items { of: &self, item, next: 0, length })
            }
        }
    }

    fn deserialize_option<V: Visitor<'s>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.value.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'s>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    /// Dates are seconds to the core.
    fn deserialize_f64<V: Visitor<'s>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Ok(date) = self.value.cast::<PyDateTime>() else { return self.deserialize_any(visitor) };
        let seconds = crate::date::to_seconds(&date).map_err(|error| Unreadable::python(date.py(), &error))?;
        visitor.visit_f64(seconds)
    }

    /// What nobody asks for is not looked at.
    fn deserialize_ignored_any<V: Visitor<'s>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'s>>
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier
    }
}

/// The members of a `dict`.
struct Members<'r, 's, 'py> {
    of: &'r Reader<'s, 'py>,
    place: ffi::Py_ssize_t,
    next: Option<(&'s str, Reader<'s, 'py>)>,
}

impl<'s, 'py> Members<'_, 's, 'py> {
    /// The next name and its value. Not of a seed, so that there is one of it in the binary.
    fn member(&mut self) -> Result<Option<(&'s str, Reader<'s, 'py>)>, Unreadable> {
        let (mut key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: `of` is of a `dict`, and the pointers are to places of our own.
        if unsafe { ffi::PyDict_Next(self.of.value.as_ptr(), &raw mut self.place, &raw mut key, &raw mut value) } == 0 {
            return Ok(None);
        }
        // SAFETY: the dict has both now.
        let (key, value) = unsafe { (self.of.inside(key), self.of.inside(value)) };
        let name = key.value.cast::<PyString>().map_err(|_| Unreadable::no_name(&key.value))?;
        Ok(Some((self.of.input.text(&name)?, value)))
    }
}

impl<'s> MapAccess<'s> for Members<'_, 's, '_> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'s>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        self.next = self.member()?;
        let Some((name, _)) = &self.next else { return Ok(None) };
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'s>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        let Some((name, value)) = self.next.take() else { return Err(de::Error::custom("a value before its name")) };
        seed.deserialize(value).map_err(|error| error.within(name))
    }
}

/// The items of a `list` or a `tuple`.
struct Items<'r, 's, 'py> {
    of: &'r Reader<'s, 'py>,
    item: GetItem,
    next: ffi::Py_ssize_t,
    length: usize,
}

impl<'s> SeqAccess<'s> for Items<'_, 's, '_> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'s>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        let index = self.next;
        if index.unsigned_abs() >= self.length {
            return Ok(None);
        }
        self.next = self.next.saturating_add(1);
        // SAFETY: `of` is of the type that `item` is of, and has an item at this index now.
        let value = unsafe { self.of.inside((self.item)(self.of.value.as_ptr(), index)) };
        seed.deserialize(value).map(Some).map_err(|error| error.within(&index.to_string()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.length.saturating_sub(self.next.unsigned_abs()))
    }
}
