//! The store traits and their implementations.
//!
//! A store holds records and applies one decided [`Change`] atomically. It has no business rules: the
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
use crate::model::{Alias, Execution, Revision, StateMachine, Status, Timestamp, Version};
use std::borrow::Cow;
use std::sync::Arc;

/// A consistent snapshot of one state machine.
pub trait View {
    /// Returns the state machine, or `None` if it does not exist.
    ///
    /// # Errors
    /// Here and before: [`crate::Error::Store`] if the store cannot be read.
    fn state_machine(&self) -> Result<Option<Cow<'_, StateMachine>>>;

    /// Returns a revision.
    fn revision(&self, key: RevisionKey<'_>) -> Result<Option<Arc<Revision>>>;

    /// Returns a version.
    fn version(&self, number: u32) -> Result<Option<Cow<'_, Version>>>;

    /// Returns the number of versions.
    fn version_count(&self) -> Result<usize>;

    /// Versions with numbers before `before`, highest first, `take` at most.
    fn versions(&self, before: Option<u32>, limit: usize) -> Result<Vec<Version>>;

    /// Returns an alias.
    fn alias(&self, name: &str) -> Result<Option<Cow<'_, Alias>>>;

    /// Returns the number of aliases.
    fn alias_count(&self) -> Result<usize>;

    /// Aliases in order of creation date and name, behind `after`, `take` at most.
    fn aliases(&self, after: Option<(Timestamp, &str)>, limit: usize) -> Result<Vec<NamedAlias<'_>>>;

    /// Returns an execution.
    fn execution(&self, name: &str) -> Result<Option<Cow<'_, Execution>>>;

    /// Executions with sequence numbers before `before`, latest first, that match, `take` at most.
    fn executions(
        &self,
        before: Option<u64>,
        filter: ExecutionFilter<'_>,
        limit: usize,
    ) -> Result<Vec<(u64, Execution)>>;

    /// Returns the number of starts per version; `None` is the unqualified state machine.
    fn start_counts(&self) -> Result<Vec<(Option<u32>, u64)>>;
}

/// An alias and its name.
pub type NamedAlias<'v> = (Cow<'v, str>, Cow<'v, Alias>);

/// Selects a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevisionKey<'a> {
    /// The current revision.
    Current,
    /// A version.
    Version(u32),
    /// An execution, since it was started.
    Execution(&'a str),
}

/// Selects executions; `None` matches any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExecutionFilter<'a> {
    /// Those of a version.
    pub version: Option<u32>,
    /// Those started with an alias.
    pub alias: Option<&'a str>,
    /// Those of a status.
    pub status: Option<Status>,
}

impl ExecutionFilter<'_> {
    /// Returns whether an execution matches.
    pub fn matches(&self, execution: &Execution) -> bool {
        self.version.is_none_or(|version| execution.version == Some(version))
            && self.alias.is_none_or(|alias| execution.alias.as_deref() == Some(alias))
            && self.status.is_none_or(|status| execution.status() == status)
    }
}

/// A decision: looks through a view, and answers the change to make, if any.
///
/// It may be run more than once (a store with compare-and-swap runs it again when another writer
/// was faster), so it must depend on nothing but the view.
pub type DecideFn<'d> = &'d mut dyn FnMut(&dyn View) -> Result<Option<Change>>;

/// Reads and decided writes, each on one state machine, each atomic.
pub trait Transaction {
    /// Looks at a state machine, by its unqualified ARN.
    ///
    /// # Errors
    /// What `look` answers, or [`crate::Error::Store`].
    fn read(&self, machine: &str, look: &mut dyn FnMut(&dyn View) -> Result<()>) -> Result<()>;

    /// Decides on what is stored and applies the change. When this returns `Ok`, the change is as
    /// durable as the store makes it; when it returns an error, nothing changed.
    ///
    /// # Errors
    /// What `decide` answers, or [`crate::Error::Store`].
    fn update(&self, machine: &str, decide: DecideFn<'_>) -> Result<()>;

    /// State machines whose ARN begins with `prefix`, in order of ARN, behind `after`, `take` at most.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<(String, StateMachine)>>;

    /// ARNs of state machines whose deletion is over at a time, `take` at most.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>>;
}

/// A store.
pub trait Store: Transaction + Send + Sync {
    /// Runs many requests with one commit at the end, where the store can share one. When the
    /// commit fails, none of them changed anything.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    fn batch(&self, work: &mut dyn FnMut(&dyn Transaction)) -> Result<()>;

    /// Increments and returns a persistent counter, starting at 0, so that services with the same seed do
    /// not generate the same ids.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    fn next_session_number(&self) -> Result<u64>;

    /// Whether writes can succeed: looks at what is stored, and after a failure tries a write.
    ///
    /// # Errors
    /// [`crate::Error::Store`] with the reason why writes fail.
    fn check_health(&self) -> Result<()> {
        Ok(())
    }

    /// Returns the key for page tokens, which is the same for every process that opens the store.
    fn token_key(&self) -> [u8; 32];
}

/// The view of a state machine that is not there.
pub(crate) struct EmptyView;

impl View for EmptyView {
    fn state_machine(&self) -> Result<Option<Cow<'_, StateMachine>>> {
        Ok(None)
    }

    fn revision(&self, _: RevisionKey<'_>) -> Result<Option<Arc<Revision>>> {
        Ok(None)
    }

    fn version(&self, _: u32) -> Result<Option<Cow<'_, Version>>> {
        Ok(None)
    }

    fn version_count(&self) -> Result<usize> {
        Ok(0)
    }

    fn versions(&self, _: Option<u32>, _: usize) -> Result<Vec<Version>> {
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

    fn start_counts(&self) -> Result<Vec<(Option<u32>, u64)>> {
        Ok(Vec::new())
    }
}
