//! Names of members as Python strings, each made once.

use pyo3::prelude::*;
use pyo3::types::PyString;
use std::cell::RefCell;

/// By place and length in this program, in that order: finding one is a few steps.
type Names = Vec<((usize, usize), Py<PyString>)>;

thread_local! {
    static NAMES: RefCell<Names> = const { RefCell::new(Vec::new()) };
}

/// The Python string of a name that is written in this program.
pub fn name<'py>(py: Python<'py>, name: &'static str) -> Bound<'py, PyString> {
    let key = (name.as_ptr().addr(), name.len());
    NAMES.with_borrow_mut(|names| {
        let place = names.binary_search_by_key(&key, |(key, _)| *key);
        match place.map(|place| names.get(place)) {
            Ok(Some((_, found))) => found.bind(py).clone(),
            Ok(None) => PyString::intern(py, name),
            Err(place) => {
                let made = PyString::intern(py, name);
                names.insert(place, (key, made.clone().unbind()));
                made
            }
        }
    })
}
