//! Makes `os.fork` safe while other threads use a store.
//!
//! A fork copies only the thread that calls it. A lock that another thread holds would stay locked in the
//! child forever. Therefore a fork waits until no thread works in a store, and no thread starts to work in one
//! until the fork is over. Each child has a higher generation number. A handle on a file compares generations to
//! detect that its connections belong to a parent, and opens the file again.

use pyo3::prelude::*;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

static FORK_LOCK: RwLock<()> = RwLock::new(());
static GENERATION: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The guard of the thread that forks, from before to after the fork.
    static WRITE_GUARD: RefCell<Option<RwLockWriteGuard<'static, ()>>> = const { RefCell::new(None) };
}

/// Runs work that takes locks, at a time when no fork can happen. The work must not wait for the GIL.
pub fn with_fork_lock<R>(work: impl FnOnce() -> R) -> R {
    let _guard = FORK_LOCK.read().unwrap_or_else(PoisonError::into_inner);
    work()
}

/// Returns the lock that `with_fork_lock` takes for reading, for the threads of a server.
pub fn fork_lock() -> &'static RwLock<()> {
    &FORK_LOCK
}

/// Returns the number of forks between the first process and this one.
pub fn generation() -> u64 {
    GENERATION.load(Ordering::Relaxed)
}

fn lock_for_fork(py: Python<'_>) {
    py.detach(|| {
        let guard = FORK_LOCK.write().unwrap_or_else(PoisonError::into_inner);
        WRITE_GUARD.with(|held| held.replace(Some(guard)));
    });
}

fn unlock_after_fork() {
    WRITE_GUARD.with(|held| held.replace(None));
}

/// Registers the functions that run around every `os.fork`, including those of `multiprocessing`.
pub fn register(py: Python<'_>) -> PyResult<()> {
    #[pyfunction]
    fn before_fork(py: Python<'_>) {
        lock_for_fork(py);
    }
    #[pyfunction]
    fn after_fork_in_parent() {
        unlock_after_fork();
    }
    #[pyfunction]
    fn after_fork_in_child() {
        unlock_after_fork();
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
