//! What keeps `os.fork` from doing harm.
//!
//! A fork copies one thread only: a lock that another thread holds stays locked in the child for
//! ever. So a fork waits until no thread is at work in a store, and none begins before it is over.
//! Children count up a generation, by which a handle on a file knows that its connections are its
//! parent's, and opens the file anew.

use pyo3::prelude::*;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

static GATE: RwLock<()> = RwLock::new(());
static GENERATION: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// Held by the thread that forks, from before to after.
    static CLOSED: RefCell<Option<RwLockWriteGuard<'static, ()>>> = const { RefCell::new(None) };
}

/// Does work that takes locks, at a time when no fork can happen. It must not wait for the GIL.
pub fn apart<R>(work: impl FnOnce() -> R) -> R {
    let _open = GATE.read().unwrap_or_else(PoisonError::into_inner);
    work()
}

/// What `apart` holds for reading, for threads of others.
pub fn gate() -> &'static RwLock<()> {
    &GATE
}

/// How many forks lie between the first process and this one.
pub fn generation() -> u64 {
    GENERATION.load(Ordering::Relaxed)
}

fn before(py: Python<'_>) {
    py.detach(|| {
        let gate = GATE.write().unwrap_or_else(PoisonError::into_inner);
        CLOSED.with(|closed| closed.replace(Some(gate)));
    });
}

fn after() {
    CLOSED.with(|closed| closed.replace(None));
}

/// Registers what runs around every `os.fork`, also that of `multiprocessing`.
pub fn register(py: Python<'_>) -> PyResult<()> {
    #[pyfunction]
    fn before_fork(py: Python<'_>) {
        before(py);
    }
    #[pyfunction]
    fn after_fork_in_parent() {
        after();
    }
    #[pyfunction]
    fn after_fork_in_child() {
        after();
        GENERATION.fetch_add(1, Ordering::Relaxed);
        sfn_alias::reseed_request_ids();
    }
    let os = py.import("os")?;
    let Ok(register) = os.getattr("register_at_fork") else { return Ok(()) };
    let hooks = pyo3::types::PyDict::new(py);
    hooks.set_item("before", wrap_pyfunction!(before_fork, py)?)?;
    hooks.set_item("after_in_parent", wrap_pyfunction!(after_fork_in_parent, py)?)?;
    hooks.set_item("after_in_child", wrap_pyfunction!(after_fork_in_child, py)?)?;
    register.call((), Some(&hooks)).map(drop)
}
