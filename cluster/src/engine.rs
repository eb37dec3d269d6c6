//! The interface of an engine: what the store needs of a database.
//!
//! An engine has records: a key, a value, and a generation that each write changes. It has five abilities: linearizable reads of
//! several keys and ranges at one moment, atomic commits with guards, counters, ranges in the order of keys, and to
//! distinguish what was not done from what may have been done.

use std::fmt;
use std::time::Instant;

/// Identifies a write of a record. Only compared for equality: two writes of a key never have the same generation, not even
/// if the key was deleted meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Generation(pub u64);

/// A stored record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The key.
    pub key: Vec<u8>,
    /// The value. Empty if the read did not request it.
    pub value: Vec<u8>,
    /// The last write.
    pub generation: Generation,
}

/// What to read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Read {
    /// The record with this key, if it exists.
    Key(Vec<u8>),
    /// The same without its value.
    Generation(Vec<u8>),
    /// Up to `limit` records from `start` to before `end`, in the order of their keys.
    Range {
        /// The first key.
        start: Vec<u8>,
        /// The end of the range, which is not part of it.
        end: Vec<u8>,
        /// The maximum number of records.
        limit: usize,
        /// Whether to read the values.
        values: bool,
    },
    /// The number of records from `start` to before `end`.
    Count {
        /// The first key.
        start: Vec<u8>,
        /// The end of the range, which is not part of it.
        end: Vec<u8>,
    },
    /// The counters whose keys have this prefix.
    Counters(Vec<u8>),
}

/// What a [`Read`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Of [`Read::Key`], [`Read::Generation`] and [`Read::Range`].
    Records(Vec<Record>),
    /// Of [`Read::Count`].
    Count(u64),
    /// Of [`Read::Counters`]: the keys, in order, and how often each was incremented.
    Counters(Vec<(Vec<u8>, u64)>),
}

/// A condition of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// The key does not exist.
    Absent(Vec<u8>),
    /// The last write of the key is this one.
    At(Vec<u8>, Generation),
}

/// A write of a commit. A commit writes each key once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Creates or replaces a record.
    Put(Vec<u8>, Vec<u8>),
    /// Deletes a record, if it exists.
    Delete(Vec<u8>),
    /// Deletes the records and counters from the first key to before the second one.
    DeleteRange(Vec<u8>, Vec<u8>),
    /// Adds 1 to a counter, which starts at 0. Counters are not records. Never conflicts with other increments.
    Increment(Vec<u8>),
}

/// Writes that are applied all or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commit {
    /// The conditions: if one of them is not met, nothing is written.
    pub guards: Vec<Guard>,
    /// The writes.
    pub writes: Vec<Write>,
    /// What to read if a condition is not met.
    pub otherwise: Vec<Read>,
}

impl Commit {
    /// Returns the bytes of the keys and values.
    pub fn size(&self) -> usize {
        let guards = self.guards.iter().map(|(Guard::Absent(key) | Guard::At(key, _))| key.len());
        let writes = self.writes.iter().map(|write| match write {
            Write::Put(key, value) => key.len().saturating_add(value.len()),
            Write::DeleteRange(start, end) => start.len().saturating_add(end.len()),
            Write::Delete(key) | Write::Increment(key) => key.len(),
        });
        guards.chain(writes).fold(0, usize::saturating_add)
    }
}

/// The result of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// All writes were applied. Every record that was put has this generation.
    Done(Generation),
    /// A condition was not met and nothing was written. Contains what was found for [`Commit::otherwise`].
    Conflict(Vec<Found>),
}

/// The write that followed another write of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Successor {
    /// There was none.
    None,
    /// A put with this value.
    Put(Vec<u8>),
    /// The key was deleted.
    Deleted,
    /// The engine no longer knows it.
    Forgotten,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineError {
    /// Nothing was written, and the same call may succeed later. For example, no node is reachable.
    Unavailable(String),
    /// Nothing was written, and the same call fails again until somebody intervenes. For example, the database is full.
    Rejected(String),
    /// The call may have been applied, or may be applied later. For example, it timed out.
    Unknown(String),
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Unavailable(reason) | Self::Rejected(reason) | Self::Unknown(reason)) = self;
        f.write_str(reason)
    }
}

/// What an engine accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineLimits {
    /// Maximum number of bytes of keys and values in one commit.
    pub commit_bytes: usize,
    /// Maximum number of guards, and of writes, in one commit.
    pub commit_operations: usize,
}

/// A database that several stores share. All methods block the thread. Keys and values are bytes.
///
/// A call makes one attempt, which ends at `until`. The next call may use another node, so that the store can repeat a call.
pub trait Engine: Send + Sync + fmt::Debug {
    /// Reads at one moment, which is after the call began and includes every commit that was acknowledged before.
    ///
    /// # Errors
    /// [`EngineError`]. All reads can be repeated.
    fn read(&self, reads: &[Read], until: Instant) -> Result<Vec<Found>, EngineError>;

    /// Applies a commit.
    ///
    /// # Errors
    /// [`EngineError`].
    fn commit(&self, commit: &Commit, until: Instant) -> Result<Committed, EngineError>;

    /// Returns the write of a key that followed the write with this generation. Known for at least a minute.
    ///
    /// # Errors
    /// [`EngineError`].
    fn find_successor(&self, key: &[u8], generation: Generation, until: Instant) -> Result<Successor, EngineError>;

    /// Returns what the engine accepts.
    fn limits(&self) -> EngineLimits;
}
