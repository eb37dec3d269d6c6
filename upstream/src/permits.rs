//! A limit for requests at the same time.

use crate::engine::Deadline;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A number of permits, each for one request at a time.
#[derive(Debug)]
pub(crate) struct Permits {
    free: Mutex<usize>,
    released: Condvar,
}

/// A permit. Dropping it releases it.
#[derive(Debug)]
pub(crate) struct Permit<'p>(&'p Permits);

impl Permits {
    pub fn new(count: usize) -> Self {
        Self { free: Mutex::new(count), released: Condvar::new() }
    }

    /// Waits for a permit until the deadline.
    pub fn acquire(&self, deadline: Deadline) -> Option<Permit<'_>> {
        let waited = self.released.wait_timeout_while(self.lock(), deadline.remaining(), |free| *free == 0);
        let (free, _) = waited.unwrap_or_else(PoisonError::into_inner);
        self.take(free)
    }

    /// Returns a permit if one is free.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.take(self.lock())
    }

    fn take(&self, mut free: MutexGuard<'_, usize>) -> Option<Permit<'_>> {
        *free = free.checked_sub(1)?;
        Some(Permit(self))
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut free = self.0.lock();
        *free = free.saturating_add(1);
        self.0.released.notify_one();
    }
}
