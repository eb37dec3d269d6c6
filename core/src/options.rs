//! Options of a service: limits, delays, seed and clock.

use crate::model::Timestamp;
use crate::outcomes::Outcomes;
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
    /// Bytes of an execution input in UTF-8 (262,144).
    pub input_bytes: usize,
    /// Bytes of a request body (1,048,576).
    pub request_bytes: usize,
    /// Stored executions per state machine (10,000). The oldest are deleted, running or not, and remain
    /// only in the counts of starts.
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
            input_bytes: 262_144,
            request_bytes: 1_048_576,
            executions_per_state_machine: 10_000,
            tags_per_resource: 50,
        }
    }
}

/// The source of the current time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// Creates a clock from a function, for example one that a test advances.
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

/// The system's clock.
impl Default for Clock {
    fn default() -> Self {
        Self::new(Timestamp::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// Options of a service.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Quotas and sizes.
    pub limits: Limits,
    /// Time after UpdateStateMachineAlias during which StartExecution and DescribeStateMachineAlias
    /// still use the previous routing (default 0). AWS is eventually consistent for some seconds.
    pub update_delay: Duration,
    /// Time that a deleted state machine stays in status DELETING (default 0). On AWS, about 23 seconds and some minutes
    /// were observed.
    pub deletion_delay: Duration,
    /// Makes routing, revision ids and generated execution names repeatable. Routing restarts with each
    /// service; ids continue across services on the same file, so that no id repeats. `None`: seeded by
    /// the operating system.
    pub seed: Option<u64>,
    /// The source of the current time.
    pub clock: Clock,
    /// Rules that decide how executions end. `None`: they are RUNNING until they are ended by a request.
    pub outcomes: Option<Outcomes>,
}
