//! A clock that is a Python function.

use crate::date;
use pyo3::prelude::*;
use sfn_alias::{Clock, Timestamp};
use std::cell::Cell;

thread_local! {
    /// The time of the call that this thread is in.
    static NOW: Cell<Timestamp> = const { Cell::new(Timestamp::from_millis(0)) };
}

/// Asks a Python function for the time before each call, so that its exception is the call's, and
/// nothing has happened yet.
pub struct PythonClock(pub Option<Py<PyAny>>);

impl PythonClock {
    /// The clock for the core: what was asked for before, on this thread.
    pub fn clock(&self) -> Clock {
        if self.0.is_some() { Clock::new(|| NOW.get()) } else { Clock::system() }
    }

    /// Before each call.
    pub fn ask(&self, py: Python<'_>) -> PyResult<()> {
        let Some(now) = &self.0 else { return Ok(()) };
        NOW.set(date::to_timestamp(&now.bind(py).call0()?)?);
        Ok(())
    }
}
