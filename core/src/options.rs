//! Options of a service: delays, seed, clock and rules.

use crate::limits::Limits;
use crate::model::Timestamp;
use crate::outcomes::Outcomes;
use crate::start_callback::StartCallback;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

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
    /// Makes routing, revision ids, generated execution names, outcomes and faults repeatable. Routing restarts with each
    /// service; ids continue across services on the same file, so that no id repeats. `None`: seeded by
    /// the operating system.
    pub seed: Option<u64>,
    /// The source of the current time.
    pub clock: Clock,
    /// Rules that decide how executions end, and faults of operations. `None`: executions are RUNNING until they are ended by
    /// a request, and there are no faults.
    pub outcomes: Option<Outcomes>,
    /// Called with each execution that was started and that no rule ends. `None`: such an execution is RUNNING until it is
    /// ended by a request.
    ///
    /// Version 2 of each state machine fails:
    ///
    /// ```
    /// use sfn_alias::{DelayedOutcome, Options, StartCallback, StepFunctions};
    /// use sfn_alias::model::{Failure, Outcome};
    ///
    /// let on_start = StartCallback::new(|execution| {
    ///     Some(match execution.version.map(|version| version.get()) {
    ///         Some(2) => DelayedOutcome::from_exception("Orders.Broken", "version 2 fails"),
    ///         _ => Outcome::Succeeded(execution.input.clone()).into(),
    ///     })
    /// });
    /// let sfn = StepFunctions::in_memory_with(Options { on_start: Some(on_start), ..Options::default() })?;
    /// # let definition = r#"{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}"#;
    /// # let create = format!(r#"{{"name": "orders", "publish": true, "roleArn": "arn:aws:iam::123456789012:role/orders", "definition": "{definition}"}}"#);
    /// # assert_eq!(sfn.call("CreateStateMachine", create.as_bytes()).status, 200);
    /// let start = br#"{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:orders:1", "name": "a", "input": "[7]"}"#;
    /// assert_eq!(sfn.call("StartExecution", start).status, 200);
    /// let describe = br#"{"executionArn": "arn:aws:states:us-east-1:000000000000:execution:orders:a"}"#;
    /// let described = sfn.call("DescribeExecution", describe);
    /// assert!(String::from_utf8_lossy(&described.body).contains(r#""output":"[7]""#));
    /// # Ok::<(), sfn_alias::Error>(())
    /// ```
    pub on_start: Option<StartCallback>,
}
