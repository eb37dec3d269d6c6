//! The clock of a service: a Python function, or Python's `time`.

use crate::callbacks::Callbacks;
use crate::options;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyModule;
use sfn_alias::{Clock, Timestamp};
use std::cell::Cell;

thread_local! {
    /// The time of the current call on this thread. The threads of an endpoint have none.
    static NOW: Cell<Option<Timestamp>> = const { Cell::new(None) };
}

/// Returns the core's clock. It reads the time that `update_clock` stored on this thread, or the system's time.
pub fn core_clock() -> Clock {
    Clock::new(|| NOW.get().unwrap_or_else(Timestamp::now))
}

/// Asks Python for the time, and stores it for this thread. Called before each operation: if it raises, the operation raises
/// the same exception and changes nothing. Without a function, the time is `time.time_ns()`: libraries that freeze the time
/// replace it.
pub fn update_clock(py: Python<'_>, callbacks: Option<&Py<Callbacks>>) -> PyResult<()> {
    let now = match callbacks.and_then(|callbacks| callbacks.get().clock(py)) {
        Some(function) => options::clock_time(&function.call0()?)?,
        None => python_time(py)?,
    };
    NOW.set(Some(now));
    Ok(())
}

fn python_time(py: Python<'_>) -> PyResult<Timestamp> {
    static TIME: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let time = TIME.get_or_try_init(py, || py.import("time").map(Bound::unbind))?.bind(py);
    let nanos: i64 = time.call_method0(intern!(py, "time_ns"))?.extract()?;
    Ok(Timestamp::from_millis(nanos.div_euclid(1_000_000)))
}
