//! The traits of a store: transactions on one state machine, alone or in a batch.

use super::{Change, NamedStateMachine, View};
use crate::error::{Error, Result};
use crate::model::Timestamp;
use std::path::Path;

/// Reads one state machine.
pub trait ReadTransaction {
    /// Returns the state machine and its records, or `None` if it is not stored.
    ///
    /// The view includes every change that was committed before the transaction began, or
    /// [`ReadTransaction::check_current`] returns a conflict.
    fn view(&self) -> Option<&dyn View>;

    /// Checks that what the view has returned so far, including that the state machine is not stored, is current. After a
    /// conflict, the service reads again in a new transaction. Stores whose views are always current need not check.
    ///
    /// # Errors
    /// [`crate::Error::StoreUnavailable`].
    fn check_current(&self) -> Result<CommitOutcome> {
        Ok(CommitOutcome::Committed)
    }
}

/// Reads one state machine and changes it. Without [`WriteTransaction::commit`], nothing changes: dropping the
/// transaction rolls it back, also after a panic.
///
/// The view of a write transaction may be outdated, for example if it comes from a cache. What was decided on it is
/// valid only if the commit succeeds.
pub trait WriteTransaction: ReadTransaction {
    /// Applies the change if the view is still current, and otherwise returns [`CommitOutcome::Conflict`]. Without a
    /// change, only checks that the view is current: the service also commits after an error of the engine and after
    /// a request that changes nothing, because both depend on what the view contains and on what it lacks.
    ///
    /// Returns `Conflict` only if another transaction has changed the state machine. The service then begins a new
    /// transaction and decides again, up to 100 times. For fairness, a store should let the writers of one process
    /// wait for each other in [`Session::begin_write`], and wait for a short random time before it returns `Conflict`.
    /// Stores that lock the state machine, like those of this crate, never return it.
    ///
    /// # Errors
    /// [`crate::Error::Store`] and [`crate::Error::StoreUnavailable`]: the change was not applied.
    /// [`crate::Error::UnknownOutcome`]: it may have been applied.
    fn commit(self: Box<Self>, change: Option<Change>) -> Result<CommitOutcome>;
}

/// The result of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum CommitOutcome {
    /// The view was current and the change is applied.
    Committed,
    /// The view was outdated and nothing changed.
    Conflict,
}

/// Reads and writes of state machines, one at a time: the transactions of a store, which are committed one by one, or of a
/// batch, which share one commit. A transaction sees the changes of earlier ones. Dropping a batch rolls it back. All
/// methods return [`crate::Error::Store`] or [`crate::Error::StoreUnavailable`] if the store cannot be read or written.
pub trait Session {
    /// Begins to read the state machine with this unqualified ARN.
    fn begin_read<'t>(&'t mut self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>>;

    /// Begins to change the state machine with this unqualified ARN, or to create it.
    fn begin_write<'t>(&'t mut self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>>;

    /// Returns up to `limit` state machines with this ARN prefix after the ARN `after`, ordered by ARN.
    fn state_machines(&mut self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<NamedStateMachine>>;

    /// Returns the ARNs of up to `limit` state machines whose deletion has ended by `now`.
    fn expired_state_machines(&mut self, now: Timestamp, limit: usize) -> Result<Vec<String>>;

    /// Commits the transactions of a batch. If that fails, none of them changed anything.
    fn commit(self: Box<Self>) -> Result<()>;
}

/// A store of state machines that many threads share. The transactions that begin on the store itself are committed
/// one by one. The first four methods are those of [`Session`], so that a request does not allocate a session. All methods
/// return [`crate::Error::Store`] or [`crate::Error::StoreUnavailable`] if the store cannot be read or written.
///
/// A thread must end a transaction before it begins another one or calls another method of the store: the stores of this
/// crate wait for each other.
///
/// A store may delegate to another one, as the example `read_only_store` of this crate does.
pub trait Store: Send + Sync {
    /// Begins to read the state machine with this unqualified ARN.
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>>;

    /// Begins to change the state machine with this unqualified ARN, or to create it. Its commit is durable.
    fn begin_write<'t>(&'t self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>>;

    /// Returns up to `limit` state machines with this ARN prefix after the ARN `after`, ordered by ARN.
    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<NamedStateMachine>>;

    /// Returns the ARNs of up to `limit` state machines whose deletion has ended by `now`.
    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>>;

    /// Begins a batch of transactions that share one commit. A store without shared commits returns itself.
    fn begin_batch(&self) -> Result<Box<dyn Session + '_>>;

    /// Returns a persistent counter, which starts at 0, and increments it. Services with the same seed use
    /// it to generate different ids.
    fn next_session_number(&self) -> Result<u64>;

    /// Checks that writes can succeed. After a failed write, tries another one.
    ///
    /// # Errors
    /// [`crate::Error::Store`] with the reason why writes fail.
    fn check_health(&self) -> Result<()> {
        Ok(())
    }

    /// Writes a copy of all data to a new file.
    ///
    /// # Errors
    /// [`crate::Error::Store`] if the copy exists or cannot be written, and for a store without a file.
    fn back_up(&self, copy: &Path) -> Result<()> {
        Err(Error::Store(format!("cannot back up to `{}`: the data is not in a file", copy.display())))
    }

    /// Returns the key for page tokens, which is the same for every process that opens the store.
    fn token_key(&self) -> [u8; 32];
}

/// Maximum number of reads of a state machine, if each of them conflicts with another commit.
const MAX_READS: usize = 100;

/// Begins to read a state machine. The view is current, also of stores whose views may be outdated.
///
/// # Errors
/// Like [`Store::begin_read`], and [`crate::Error::StoreUnavailable`] if others change the state machine all the time.
pub fn begin_current_read<'t>(store: &'t dyn Store, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
    for _ in 0..MAX_READS {
        let transaction = store.begin_read(arn)?;
        if transaction.check_current()? == CommitOutcome::Committed {
            return Ok(transaction);
        }
    }
    Err(Error::StoreUnavailable(format!("`{arn}` was changed by others {MAX_READS} times in a row")))
}

impl<S: Store + ?Sized> Session for &S {
    fn begin_read<'t>(&'t mut self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        (**self).begin_read(arn)
    }

    fn begin_write<'t>(&'t mut self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        (**self).begin_write(arn)
    }

    fn state_machines(&mut self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<NamedStateMachine>> {
        (**self).state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&mut self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        (**self).expired_state_machines(now, limit)
    }

    fn commit(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
