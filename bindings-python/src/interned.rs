//! A cache of the Python strings of member names.

use pyo3::prelude::*;
use pyo3::types::PyString;
use std::cell::RefCell;
use std::mem::ManuallyDrop;

/// Sorted by address and length of the static string, so that a lookup compares no text.
///
/// The strings are never freed. A thread that ends would free them without the GIL, and for that pyo3 locks a mutex, which
/// another thread may copy with a fork.
type Names = Vec<((usize, usize), ManuallyDrop<Py<PyString>>)>;

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
                names.insert(index, (key, ManuallyDrop::new(string.clone().unbind())));
                string
            }
        }
    })
}
