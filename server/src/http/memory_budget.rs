//! A limit on the memory of all requests together.

use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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
