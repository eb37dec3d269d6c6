//! Limits the memory of all requests together. A slow body is aborted if another request needs its memory.

use crate::protocol::HttpError;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::Instant;

/// Bodies up to this many bytes have a pool of their own, so that larger bodies cannot block them.
pub(super) const SMALL: usize = 64 * 1024;

/// The pools of a server.
#[derive(Debug)]
pub(super) struct BodyPools {
    /// A quarter of the memory, for bodies up to [`SMALL`] bytes.
    pub small: BodyPool,
    /// The rest.
    pub large: BodyPool,
}

impl BodyPools {
    /// Creates pools of `bytes` in total. A body is never aborted within the `grace` period after its start.
    pub fn new(bytes: usize, grace: Duration) -> Self {
        let small = bytes.div_ceil(4);
        Self { small: BodyPool::new(small, grace), large: BodyPool::new(bytes.saturating_sub(small), grace) }
    }

    /// Returns the pool for a body of `size` bytes.
    pub fn for_size(&self, size: usize) -> &BodyPool {
        if size <= SMALL { &self.small } else { &self.large }
    }
}

/// The start of a body, and a unique number.
type Key = (Instant, u64);
/// Aborts a body. The sender inside is dropped once its memory is free.
type Abort = oneshot::Sender<oneshot::Sender<()>>;

/// Memory for bodies of one size class, and the bodies that are being received.
#[derive(Debug)]
pub(super) struct BodyPool {
    budget: MemoryBudget,
    grace: Duration,
    next_number: AtomicU64,
    receiving: Mutex<BTreeMap<Key, Abort>>,
}

impl BodyPool {
    fn new(bytes: usize, grace: Duration) -> Self {
        let budget = MemoryBudget::new(bytes);
        Self { budget, grace, next_number: AtomicU64::new(0), receiving: Mutex::default() }
    }

    /// Adds a body that started at `start`. The receiver completes if the body has to be aborted.
    pub fn add(&self, start: Instant) -> (IncomingBody<'_>, oneshot::Receiver<oneshot::Sender<()>>) {
        let key = (start, self.next_number.fetch_add(1, Ordering::Relaxed));
        let (abort, aborted) = oneshot::channel();
        self.lock().insert(key, abort);
        (IncomingBody { entry: Entry { pool: self, key }, reservation: None }, aborted)
    }

    /// Reserves memory for data that is already complete. May abort slow bodies, as [`IncomingBody::reserve`].
    pub async fn reserve(&self, bytes: usize) -> Result<Option<Reservation>, HttpError> {
        let mut reservation = None;
        self.extend(&mut reservation, bytes, None).await?;
        Ok(reservation)
    }

    async fn extend(
        &self,
        reservation: &mut Option<Reservation>,
        bytes: usize,
        own: Option<Key>,
    ) -> Result<(), HttpError> {
        while self.budget.extend(reservation, bytes).is_none() {
            let abort = self.remove_slowest(own).ok_or(OVER_BUDGET)?;
            let (freed, wait) = oneshot::channel();
            if abort.send(freed).is_ok() {
                // An error means that the sender was dropped, and the memory with it.
                wait.await.ok();
            }
        }
        Ok(())
    }

    /// Removes the oldest body if it has exceeded the grace period.
    fn remove_slowest(&self, own: Option<Key>) -> Option<Abort> {
        let latest = Instant::now().checked_sub(self.grace)?;
        let mut receiving = self.lock();
        let key = *receiving.keys().take(2).find(|key| Some(**key) != own)?;
        if key.0 <= latest { receiving.remove(&key) } else { None }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Abort>> {
        self.receiving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A body that is being received.
#[derive(Debug)]
pub(super) struct IncomingBody<'p> {
    entry: Entry<'p>,
    reservation: Option<Reservation>,
}

impl IncomingBody<'_> {
    /// Reserves memory for `bytes` in total. If too few are available, aborts the bodies that have exceeded the grace
    /// period, oldest first.
    ///
    /// # Errors
    /// [`OVER_BUDGET`] if that does not free enough.
    pub async fn reserve(&mut self, bytes: usize) -> Result<(), HttpError> {
        self.entry.pool.extend(&mut self.reservation, bytes, Some(self.entry.key)).await
    }

    /// Removes the complete body from the pool and returns its memory.
    pub fn complete(self) -> Option<Reservation> {
        self.reservation
    }
}

#[derive(Debug)]
struct Entry<'p> {
    pool: &'p BodyPool,
    key: Key,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.pool.lock().remove(&self.key);
    }
}

/// The memory budget is exhausted.
pub(super) const OVER_BUDGET: HttpError =
    HttpError::Unavailable("too many large requests in flight; send the request again");

/// The budget is counted in units of this many bytes.
const UNIT: usize = 1024;

/// A number of bytes that requests can reserve. Reserving never waits: a waiting request would keep the memory that
/// others wait for.
#[derive(Debug)]
pub(super) struct MemoryBudget(Arc<Semaphore>);

impl MemoryBudget {
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes.div_ceil(UNIT).min(Semaphore::MAX_PERMITS))))
    }

    /// Reserves `bytes`. Returns `None` if fewer are available.
    pub fn reserve(&self, bytes: usize) -> Option<Reservation> {
        Arc::clone(&self.0).try_acquire_many_owned(units(bytes)).ok().map(Reservation)
    }

    /// Extends a reservation to at least `bytes`. Returns `None` if fewer are available.
    pub fn extend(&self, reservation: &mut Option<Reservation>, bytes: usize) -> Option<()> {
        let missing = units(bytes).saturating_sub(reservation.as_ref().map_or(0, Reservation::units));
        if missing > 0 {
            let permit = Arc::clone(&self.0).try_acquire_many_owned(missing).ok()?;
            match reservation {
                Some(reservation) => reservation.0.merge(permit),
                None => *reservation = Some(Reservation(permit)),
            }
        }
        Some(())
    }
}

/// Reserved bytes. Dropping it returns them to the budget.
#[derive(Debug)]
pub(super) struct Reservation(OwnedSemaphorePermit);

impl Reservation {
    /// Returns the same bytes, which own the reservation until the last clone is dropped.
    pub fn attach_to(self, bytes: Bytes) -> Bytes {
        Bytes::from_owner(ReservedBytes { bytes, _reservation: self })
    }

    fn units(&self) -> u32 {
        u32::try_from(self.0.num_permits()).unwrap_or(u32::MAX)
    }
}

struct ReservedBytes {
    bytes: Bytes,
    _reservation: Reservation,
}

impl AsRef<[u8]> for ReservedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{BodyPool, OVER_BUDGET};
    use std::time::Duration;
    use tokio::time::{Instant, advance};

    const GRACE: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn slowest_body_is_aborted_for_another_body() {
        let pool = BodyPool::new(3 << 10, GRACE);
        let (mut first, first_aborted) = pool.add(Instant::now());
        first.reserve(1 << 10).await.unwrap();
        advance(GRACE / 2).await;
        let (mut second, mut second_aborted) = pool.add(Instant::now());
        second.reserve(2 << 10).await.unwrap();
        let (mut third, _aborted) = pool.add(Instant::now());
        assert_eq!(third.reserve(1 << 10).await, Err(OVER_BUDGET));
        advance(GRACE / 2).await;
        let abort_first = async {
            let freed = first_aborted.await.unwrap();
            drop((first, freed));
        };
        assert_eq!(tokio::join!(third.reserve(1 << 10), abort_first).0, Ok(()));
        assert!(second_aborted.try_recv().is_err());
        assert_eq!(third.reserve(2 << 10).await, Err(OVER_BUDGET));
    }

    #[tokio::test(start_paused = true)]
    async fn complete_body_is_never_aborted() {
        let pool = BodyPool::new(1 << 10, GRACE);
        let (mut first, _aborted) = pool.add(Instant::now());
        first.reserve(1 << 10).await.unwrap();
        let reservation = first.complete();
        advance(GRACE * 2).await;
        assert_eq!(pool.reserve(1 << 10).await.unwrap_err(), OVER_BUDGET);
        drop(reservation);
        assert!(pool.reserve(1 << 10).await.unwrap().is_some());
    }
}
