//! A cache of the Python strings of member names.

use pyo3::prelude::*;
use pyo3::types::PyString;
use std::cell::RefCell;

/// Sorted by address and length of the static string, so that a lookup compares no text.
type Names = Vec<((usize, usize), Py<PyString>)>;

thread_local! {
    static NAMES: RefCell<Names> = const { RefCell::new(Vec::new()) };
}

/// Returns the Python string of a static name.
pub fn intern_name<'py>(py: Python<'py>, name: &'static str) -> Bound<'py, PyString> {
    let key = (name.as_ptr().addr(), name.len());
    NAMES.with_borrow_mut(|names| {
        let position = names.binary_search_by_key(&key, |(key, _)| *key);
        match position.map(|index| names.get(index)) {
            Ok(Some((_, cached))) => cached.bind(py).clone(),
            Ok(None) => PyString::intern(py, name),
            Err(index) => {
                let string = PyString::intern(py, name);
                names.insert(index, (key, string.clone().unbind()));
                string
            }
        }
    })
}
