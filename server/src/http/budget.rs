//! MemoryBudget: how many bytes may be in memory for all requests together.

use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes are counted in units of this size.
const UNIT: usize = 1024;

/// MemoryBudget that requests share. Nobody waits for it: who is waiting holds what others wait for.
#[derive(Debug)]
pub(super) struct MemoryBudget(Arc<Semaphore>);

impl MemoryBudget {
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes.div_ceil(UNIT).min(Semaphore::MAX_PERMITS))))
    }

    /// MemoryBudget for so many bytes, until it is dropped; `None` when there is not so much left.
    pub fn take(&self, bytes: usize) -> Option<Reservation> {
        Arc::clone(&self.0).try_acquire_many_owned(units(bytes)).ok().map(Reservation)
    }

    /// Makes what was taken enough for so many bytes; `None` when there is not so much left.
    pub fn grow(&self, taken: &mut Option<Reservation>, bytes: usize) -> Option<()> {
        let more = units(bytes).saturating_sub(taken.as_ref().map_or(0, Reservation::units));
        if more > 0 {
            let permit = Arc::clone(&self.0).try_acquire_many_owned(more).ok()?;
            match taken {
                Some(taken) => taken.0.merge(permit),
                None => *taken = Some(Reservation(permit)),
            }
        }
        Some(())
    }
}

/// MemoryBudget that is taken until this is dropped.
#[derive(Debug)]
pub(super) struct Reservation(OwnedSemaphorePermit);

impl Reservation {
    /// The same bytes, which give the room back when the last of them was sent.
    pub fn with(self, bytes: Bytes) -> Bytes {
        Bytes::from_owner(Held { bytes, _taken: self })
    }

    fn units(&self) -> u32 {
        u32::try_from(self.0.num_permits()).unwrap_or(u32::MAX)
    }
}

struct Held {
    bytes: Bytes,
    _taken: Reservation,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}
