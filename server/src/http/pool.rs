//! Memory for bodies, where a slow one is ended when others need what it has.

use super::budget::{MemoryBudget, Reservation};
use crate::protocol::HttpError;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// Bodies of at most so many bytes have a pool of their own, which larger ones cannot fill.
pub(super) const SMALL: usize = 64 * 1024;

/// Memory for all bodies.
#[derive(Debug)]
pub(super) struct Pools {
    /// A quarter, for bodies of at most [`SMALL`] bytes.
    pub small: Pool,
    /// The rest.
    pub large: Pool,
}

impl Pools {
    /// Of `bytes` together. `grace` is the time that a body always has to arrive.
    pub fn new(bytes: usize, grace: Duration) -> Self {
        let small = bytes.div_ceil(4);
        Self { small: Pool::new(small, grace), large: Pool::new(bytes.saturating_sub(small), grace) }
    }

    /// The pool for a body of a size.
    pub fn pool(&self, size: usize) -> &Pool {
        if size <= SMALL { &self.small } else { &self.large }
    }
}

/// Since when a body arrives, and a number that no other has.
type Key = (Instant, u64);
/// Ends a body. What is sent is dropped when its memory is free.
type End = oneshot::Sender<oneshot::Sender<()>>;

/// Memory for bodies of a kind, and those that are not complete yet.
#[derive(Debug)]
pub(super) struct Pool {
    room: MemoryBudget,
    grace: Duration,
    numbers: AtomicU64,
    arriving: Mutex<BTreeMap<Key, End>>,
}

impl Pool {
    fn new(bytes: usize, grace: Duration) -> Self {
        Self { room: MemoryBudget::new(bytes), grace, numbers: AtomicU64::new(0), arriving: Mutex::default() }
    }

    /// Adds a body that has been arriving since `began`, and returns as well what ends it.
    pub fn add(&self, began: Instant) -> (Arriving<'_>, oneshot::Receiver<oneshot::Sender<()>>) {
        let key = (began, self.numbers.fetch_add(1, Ordering::Relaxed));
        let (end, ended) = oneshot::channel();
        self.lock().insert(key, end);
        (Arriving { entry: Entry { pool: self, key }, taken: None }, ended)
    }

    /// Takes memory for something that does not arrive. May end slow bodies, as [`Arriving::grow`].
    pub async fn take(&self, bytes: usize) -> Result<Option<Reservation>, HttpError> {
        let mut taken = None;
        self.grow(&mut taken, bytes, None).await?;
        Ok(taken)
    }

    async fn grow(&self, taken: &mut Option<Reservation>, bytes: usize, own: Option<Key>) -> Result<(), HttpError> {
        while self.room.grow(taken, bytes).is_none() {
            let end = self.remove_slowest(own).ok_or(FULL)?;
            let (freed, wait) = oneshot::channel();
            if end.send(freed).is_ok() {
                // An error: it was dropped, and so is the memory.
                wait.await.ok();
            }
        }
        Ok(())
    }

    /// The body that has been arriving for the longest time, if that is more than the grace.
    fn remove_slowest(&self, own: Option<Key>) -> Option<End> {
        let latest = Instant::now().checked_sub(self.grace)?;
        let mut arriving = self.lock();
        let key = *arriving.keys().take(2).find(|key| Some(**key) != own)?;
        if key.0 <= latest { arriving.remove(&key) } else { None }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, End>> {
        self.arriving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A body that is not complete yet.
#[derive(Debug)]
pub(super) struct Arriving<'p> {
    entry: Entry<'p>,
    taken: Option<Reservation>,
}

impl Arriving<'_> {
    /// Takes memory for so many bytes in all. Where there is not enough, bodies that have been arriving for
    /// more than the grace are ended, the oldest first.
    ///
    /// # Errors
    /// [`FULL`] when there is not enough without them.
    pub async fn grow(&mut self, bytes: usize) -> Result<(), HttpError> {
        self.entry.pool.grow(&mut self.taken, bytes, Some(self.entry.key)).await
    }

    /// The memory of a body that is complete.
    pub fn complete(self) -> Option<Reservation> {
        self.taken
    }
}

#[derive(Debug)]
struct Entry<'p> {
    pool: &'p Pool,
    key: Key,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.pool.lock().remove(&self.key);
    }
}

/// What a request is told that finds no room.
pub(super) const FULL: HttpError = HttpError::Busy("too many large requests at once; send the request again");

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{FULL, Pool};
    use std::time::Duration;
    use tokio::time::{Instant, advance};

    const GRACE: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn the_slowest_body_is_ended_for_another_one() {
        let pool = Pool::new(3 << 10, GRACE);
        let (mut first, first_end) = pool.add(Instant::now());
        first.grow(1 << 10).await.unwrap();
        advance(GRACE / 2).await;
        let (mut second, mut second_end) = pool.add(Instant::now());
        second.grow(2 << 10).await.unwrap();
        let (mut third, _end) = pool.add(Instant::now());
        assert_eq!(third.grow(1 << 10).await, Err(FULL));
        advance(GRACE / 2).await;
        let ending = async {
            let freed = first_end.await.unwrap();
            drop((first, freed));
        };
        assert_eq!(tokio::join!(third.grow(1 << 10), ending).0, Ok(()));
        assert!(second_end.try_recv().is_err());
        assert_eq!(third.grow(2 << 10).await, Err(FULL));
    }

    #[tokio::test(start_paused = true)]
    async fn a_complete_body_is_never_ended() {
        let pool = Pool::new(1 << 10, GRACE);
        let (mut first, _end) = pool.add(Instant::now());
        first.grow(1 << 10).await.unwrap();
        let taken = first.complete();
        advance(GRACE * 2).await;
        assert_eq!(pool.take(1 << 10).await.unwrap_err(), FULL);
        drop(taken);
        assert!(pool.take(1 << 10).await.unwrap().is_some());
    }
}
