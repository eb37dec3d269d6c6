//! Python values as a source of requests: a serde deserializer over `dict`, `list`, `tuple`, `str`,
//! `int`, `float`, `bool` and `None`, and over `datetime` where a date is wanted.
//!
//! No code of Python's runs while values are read: the data of these types, and of classes derived
//! from them, is taken as it lies in memory.

use crate::fork;
use crate::unreadable::Unreadable;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use sfn_alias::wire::Source;
use std::cell::RefCell;

/// As deep as the JSON door goes.
const DEEPEST: u8 = 128;
/// More strings than most requests have.
const STRINGS: usize = 16;

/// A request as a Python value. Strings are borrowed from it, and kept alive as long as it is there.
pub struct Input<'py> {
    value: Bound<'py, PyAny>,
    strings: RefCell<Vec<Bound<'py, PyString>>>,
}

impl<'py> Input<'py> {
    pub fn new(value: &Bound<'py, PyAny>) -> Self {
        Self { value: value.clone(), strings: RefCell::new(Vec::with_capacity(STRINGS)) }
    }

    fn keep(&self, string: Bound<'py, PyString>) -> Result<&str, Unreadable> {
        let text: *const str = string.to_str().map_err(|error| Unreadable::python(string.py(), &error))?;
        self.strings.borrow_mut().push(string);
        // SAFETY: the text lies in a `str`, which is immutable. `strings` holds that object until
        // `self` is dropped, since nothing is ever taken out of it.
        Ok(unsafe { &*text })
    }
}

/// What the core does without Python: neither takes nor gives a Python value.
struct Apart<T>(T);

// SAFETY: asked for by `detach` so that nothing of Python's is used while other threads run Python.
// The work was made by the core, which knows nothing of Python, and runs on this very thread. The
// texts that it borrows lie in objects that `Input::strings` holds.
unsafe impl<T> Send for Apart<T> {}

impl<R, W: FnOnce() -> R> Apart<W> {
    fn run(self) -> Apart<R> {
        Apart((self.0)())
    }
}

impl Source for Input<'_> {
    type Error = Unreadable;

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, Unreadable> {
        T::deserialize(Reader { value: self.value.clone(), input: self, depth: 0 })
    }

    fn aside<R>(&self, work: impl FnOnce() -> R) -> R {
        let work = Apart(work);
        self.value.py().detach(move || fork::apart(|| work.run())).0
    }
}

/// One value on its way into a Rust type.
struct Reader<'s, 'py> {
    value: Bound<'py, PyAny>,
    input: &'s Input<'py>,
    depth: u8,
}

impl<'s, 'py> Reader<'s, 'py> {
    fn inside(&self, value: Bound<'py, PyAny>) -> Self {
        Self { value, input: self.input, depth: self.depth + 1 }
    }

    fn deeper(&self) -> Result<(), Unreadable> {
        if self.depth < DEEPEST { Ok(()) } else { Err(de::Error::custom("is nested too deeply")) }
    }

    fn dict<V: Visitor<'s>>(&self, dict: &Bound<'py, PyDict>, visitor: V) -> Result<V::Value, Unreadable> {
        self.deeper()?;
        visitor.visit_map(Members { items: dict.iter(), left: dict.len(), dict, of: self, next: None })
    }

    fn items<V: Visitor<'s>>(
        &self,
        items: impl Iterator<Item = Bound<'py, PyAny>>,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deeper()?;
        visitor.visit_seq(Items { items: items.enumerate(), of: self })
    }

    fn integer<V: Visitor<'s>>(&self, integer: &Bound<'py, PyInt>, visitor: V) -> Result<V::Value, Unreadable> {
        match integer.extract::<i64>() {
            Ok(number) => visitor.visit_i64(number),
            // Beyond 64 bits, and nobody asks how far.
            Err(_) => visitor.visit_u64(u64::MAX),
        }
    }

    fn other<V: Visitor<'s>>(&self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.value.is_none() {
            visitor.visit_unit()
        } else if let Ok(float) = self.value.cast::<PyFloat>() {
            // NaN and the infinities are no JSON numbers, but as far from an integer as any fraction.
            let number = float.value();
            visitor.visit_f64(if number.is_finite() { number } else { f64::MAX })
        } else if let Ok(tuple) = self.value.cast::<PyTuple>() {
            self.items(tuple.iter(), visitor)
        } else {
            Err(Unreadable::no_json(&self.value))
        }
    }
}

impl<'s> Deserializer<'s> for Reader<'s, '_> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'s>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if let Ok(string) = self.value.cast::<PyString>() {
            visitor.visit_borrowed_str(self.input.keep(string.clone())?)
        } else if let Ok(boolean) = self.value.cast::<PyBool>() {
            visitor.visit_bool(boolean.is_true())
        } else if let Ok(integer) = self.value.cast::<PyInt>() {
            self.integer(integer, visitor)
        } else if let Ok(dict) = self.value.cast::<PyDict>() {
            self.dict(dict, visitor)
        } else if let Ok(list) = self.value.cast::<PyList>() {
            self.items(list.iter(), visitor)
        } else {
            self.other(visitor)
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
        let seconds = date.call_method0("timestamp").and_then(|seconds| seconds.extract());
        visitor.visit_f64(seconds.map_err(|error| Unreadable::python(date.py(), &error))?)
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
    items: pyo3::types::dict::BoundDictIterator<'py>,
    left: usize,
    dict: &'r Bound<'py, PyDict>,
    of: &'r Reader<'s, 'py>,
    next: Option<(&'s str, Bound<'py, PyAny>)>,
}

impl<'s> MapAccess<'s> for Members<'_, 's, '_> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'s>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        // An iterator of a dict that was changed meanwhile panics; the garbage collector's finalizers could.
        if self.left == 0 || self.dict.len() < self.left {
            return Ok(None);
        }
        self.left -= 1;
        let Some((key, value)) = self.items.next() else { return Ok(None) };
        let key = key.cast_into::<PyString>().map_err(|error| Unreadable::no_name(&error.into_inner()))?;
        let name = self.of.input.keep(key)?;
        self.next = Some((name, value));
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'s>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        let Some((name, value)) = self.next.take() else { return Err(de::Error::custom("a value before its name")) };
        seed.deserialize(self.of.inside(value)).map_err(|error| error.within(name))
    }
}

/// The items of a `list` or a `tuple`.
struct Items<'r, 's, 'py, I> {
    items: std::iter::Enumerate<I>,
    of: &'r Reader<'s, 'py>,
}

impl<'s, 'py, I: Iterator<Item = Bound<'py, PyAny>>> SeqAccess<'s> for Items<'_, 's, 'py, I> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'s>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        let Some((index, value)) = self.items.next() else { return Ok(None) };
        seed.deserialize(self.of.inside(value)).map(Some).map_err(|error| error.within(&index.to_string()))
    }
}
