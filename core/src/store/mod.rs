//! The store traits and their implementations.
//!
//! A store keeps records and applies one [`Change`] at a time, atomically. It has no business rules: the
//! engine has already validated the request against a [`View`].

#[cfg(feature = "sqlite")]
mod cached;
mod change;
mod memory;
#[cfg(feature = "sqlite")]
mod overlay;
#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(feature = "sqlite")]
pub use cached::CachedStore;
pub use change::Change;
pub use memory::MemoryStore;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;

use crate::error::Result;
use crate::model::{Alias, Execution, ExecutionStatus, Revision, StateMachine, Timestamp, Version, VersionNumber};
use std::borrow::Cow;
use std::sync::Arc;

/// A consistent snapshot of one state machine.
pub trait View {
    /// Returns the state machine, or `None` if it does not exist.
    ///
    /// # Errors
    /// All methods return [`crate::Error::Store`] if the store cannot be read.
    fn state_machine(&self) -> Result<Option<Cow<'_, StateMachine>>>;

    /// Returns a revision.
    fn revision(&self, key: RevisionKey<'_>) -> Result<Option<Arc<Revision>>>;

    /// Returns a version.
    fn version(&self, number: VersionNumber) -> Result<Option<Cow<'_, Version>>>;

    /// Returns the number of versions.
    fn version_count(&self) -> Result<usize>;

    /// Returns up to `limit` versions with numbers lower than `before`, highest first.
    fn versions(&self, before: Option<VersionNumber>, limit: usize) -> Result<Vec<Version>>;

    /// Returns an alias.
    fn alias(&self, name: &str) -> Result<Option<Cow<'_, Alias>>>;

    /// Returns the number of aliases.
    fn alias_count(&self) -> Result<usize>;

    /// Returns up to `limit` aliases after this creation date and name, ordered by both.
    fn aliases(&self, after: Option<(Timestamp, &str)>, limit: usize) -> Result<Vec<NamedAlias<'_>>>;

    /// Returns an execution.
    fn execution(&self, name: &str) -> Result<Option<Cow<'_, Execution>>>;

    /// Returns up to `limit` matching executions with sequence numbers lower than `before`, latest first.
    fn executions(
        &self,
        before: Option<u64>,
        filter: ExecutionFilter<'_>,
        limit: usize,
    ) -> Result<Vec<(u64, Execution)>>;

    /// Returns the number of starts per version. `None` is the unqualified state machine.
    fn start_counts(&self) -> Result<Vec<(Option<VersionNumber>, u64)>>;
}

/// An alias and its name.
pub type NamedAlias<'v> = (Cow<'v, str>, Cow<'v, Alias>);

/// Selects a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevisionKey<'a> {
    /// The current revision of the state machine.
    Current,
    /// The revision of a version.
    Version(VersionNumber),
    /// The revision that an execution was started with.
    Execution(&'a str),
}

/// Selects executions. A field that is `None` matches every execution.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExecutionFilter<'a> {
    /// Executions of this version.
    pub version: Option<VersionNumber>,
    /// Executions that were started with this alias.
    pub alias: Option<&'a str>,
    /// Executions with this status.
    pub status: Option<ExecutionStatus>,
}

impl ExecutionFilter<'_> {
    /// Returns whether an execution matches.
    pub fn matches(&self, execution: &Execution) -> bool {
        self.version.is_none_or(|version| execution.version == Some(version))
            && self.alias.is_none_or(|alias| execution.alias.as_deref() == Some(alias))
            && self.status.is_none_or(|status| execution.status() == status)
    }
}

/// A function that reads a view and returns the change to apply, or `None`.
///
/// A store may call it more than once (a store with compare-and-swap calls it again after a conflict), so
/// it must depend only on the view.
pub type DecideFn<'d> = &'d mut dyn FnMut(&dyn View) -> Result<Option<Change>>;

/// Atomic reads and writes of one state machine at a time.
///
/// On a [`Store`], each call is a transaction of its own. In [`Store::batch`], all calls share one.
pub trait Transaction {
    /// Calls `read` with a view of the state machine with this unqualified ARN.
    ///
    /// # Errors
    /// The error of `read`, or [`crate::Error::Store`].
    fn read(&self, arn: &str, read: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()>;

    /// Calls `decide` with a view of the state machine and applies the change that it returns. An error changes
    /// nothing. On a store, the change is committed before this method returns; in a batch, at the end of the batch.
    ///
    /// # Errors
    /// The error of `decide`, or [`crate::Error::Store`].
    fn update(&self, arn: &str, decide: DecideFn<'_>) -> Result<()>;

    /// Returns up to `limit` state machines with this ARN prefix after the ARN `after`, ordered by ARN.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>>;

    /// Returns the ARNs of up to `limit` state machines whose deletion has ended by `now`.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>>;
}

/// A store of state machines that many threads share.
pub trait Store: Transaction + Send + Sync {
    /// Calls `work` with a transaction and commits once at the end, if the store supports it. If the commit
    /// fails, nothing changed.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    fn batch(&self, work: &mut dyn FnMut(&dyn Transaction)) -> Result<()>;

    /// Returns a persistent counter, which starts at 0, and increments it. Services with the same seed use
    /// it to generate different ids.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    fn next_session_number(&self) -> Result<u64>;

    /// Checks that writes can succeed. After a failed write, tries another one.
    ///
    /// # Errors
    /// [`crate::Error::Store`] with the reason why writes fail.
    fn check_health(&self) -> Result<()> {
        Ok(())
    }

    /// Returns the key for page tokens, which is the same for every process that opens the store.
    fn token_key(&self) -> [u8; 32];
}

/// The view of a state machine that does not exist.
pub(crate) struct EmptyView;

impl View for EmptyView {
    fn state_machine(&self) -> Result<Option<Cow<'_, StateMachine>>> {
        Ok(None)
    }

    fn revision(&self, _: RevisionKey<'_>) -> Result<Option<Arc<Revision>>> {
        Ok(None)
    }

    fn version(&self, _: VersionNumber) -> Result<Option<Cow<'_, Version>>> {
        Ok(None)
    }

    fn version_count(&self) -> Result<usize> {
        Ok(0)
    }

    fn versions(&self, _: Option<VersionNumber>, _: usize) -> Result<Vec<Version>> {
        Ok(Vec::new())
    }

    fn alias(&self, _: &str) -> Result<Option<Cow<'_, Alias>>> {
        Ok(None)
    }

    fn alias_count(&self) -> Result<usize> {
        Ok(0)
    }

    fn aliases(&self, _: Option<(Timestamp, &str)>, _: usize) -> Result<Vec<NamedAlias<'_>>> {
        Ok(Vec::new())
    }

    fn execution(&self, _: &str) -> Result<Option<Cow<'_, Execution>>> {
        Ok(None)
    }

    fn executions(&self, _: Option<u64>, _: ExecutionFilter<'_>, _: usize) -> Result<Vec<(u64, Execution)>> {
        Ok(Vec::new())
    }

    fn start_counts(&self) -> Result<Vec<(Option<VersionNumber>, u64)>> {
        Ok(Vec::new())
    }
}
