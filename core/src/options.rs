//! What a user can set: limits, delays, seed and clock.

use crate::model::Timestamp;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Quotas and sizes, with AWS's documented values as defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Aliases of one state machine (100).
    pub aliases_per_state_machine: usize,
    /// Versions of one state machine (1000).
    pub versions_per_state_machine: usize,
    /// Characters of a definition (1,048,576).
    pub definition_characters: usize,
    /// Characters of an execution input (262,144).
    pub input_characters: usize,
    /// Bytes of a request body (1,048,576).
    pub request_bytes: usize,
    /// Executions of one state machine that are kept, newest first (10,000). Older ones drop out,
    /// running or not, and remain only in the counts of starts.
    pub executions_per_state_machine: usize,
    /// Tags of one resource (50).
    pub tags_per_resource: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            aliases_per_state_machine: 100,
            versions_per_state_machine: 1000,
            definition_characters: 1_048_576,
            input_characters: 262_144,
            request_bytes: 1_048_576,
            executions_per_state_machine: 10_000,
            tags_per_resource: 50,
        }
    }
}

/// Where the time comes from.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Arc::new(Timestamp::from_system))
    }

    /// A clock of the caller's own, for example one that a test moves by hand.
    ///
    /// ```
    /// use sfn_alias::{Clock, Timestamp};
    /// let clock = Clock::new(|| Timestamp::from_millis(1_744_229_037_000));
    /// assert_eq!(clock.now().as_millis(), 1_744_229_037_000);
    /// ```
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// How a service behaves where a user may choose.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Quotas and sizes.
    pub limits: Limits,
    /// For how long after UpdateStateMachineAlias the previous routing still holds for
    /// StartExecution and DescribeStateMachineAlias (0: not at all). AWS is eventually consistent
    /// there, for seconds.
    pub update_delay: Duration,
    /// For how long DeleteStateMachine leaves a state machine in status DELETING (0: not at all).
    pub deletion_delay: Duration,
    /// Makes draws, revision ids and generated execution names repeatable. Draws begin anew with each
    /// service; ids go on with each service made on the same file, so that none comes twice. `None`:
    /// from the operating system's randomness.
    pub seed: Option<u64>,
    /// Where the time comes from.
    pub clock: Clock,
}
