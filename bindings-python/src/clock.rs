//! A Python function as the clock of a service.

use crate::date;
use pyo3::prelude::*;
use sfn_alias::{Clock, Timestamp};
use std::cell::Cell;

thread_local! {
    /// The time of the current call on this thread.
    static NOW: Cell<Timestamp> = const { Cell::new(Timestamp::from_millis(0)) };
}

/// A clock that calls a Python function once before each operation. If the function raises, the operation
/// raises the same exception and changes nothing.
pub struct PythonClock(pub Option<Py<PyAny>>);

impl PythonClock {
    /// Returns the core's clock. It reads the time that `update` stored on this thread.
    pub fn clock(&self) -> Clock {
        if self.0.is_some() { Clock::new(|| NOW.get()) } else { Clock::default() }
    }

    /// Calls the Python function and stores its time for this thread.
    pub fn update(&self, py: Python<'_>) -> PyResult<()> {
        let Some(now) = &self.0 else { return Ok(()) };
        NOW.set(date::to_timestamp(&now.bind(py).call0()?)?);
        Ok(())
    }
}
