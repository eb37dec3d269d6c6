//! Stored executions: how they were started, how they ended, and their redrives.

use super::{Sensitive, Timestamp, VersionNumber};
use serde::{Deserialize, Serialize};

/// The status of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExecutionStatus {
    /// Started, and not ended yet.
    Running,
    /// Ended with an output.
    Succeeded,
    /// Ended with an error.
    Failed,
    /// Ended because it took too long.
    TimedOut,
    /// Stopped by StopExecution.
    Aborted,
    /// Waiting for a redrive. Only child executions of map runs have this status, and these are not emulated.
    PendingRedrive,
}

impl ExecutionStatus {
    /// All statuses.
    pub const ALL: [Self; 6] =
        [Self::Running, Self::Succeeded, Self::Failed, Self::TimedOut, Self::Aborted, Self::PendingRedrive];

    /// Returns the name in the AWS API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
            Self::PendingRedrive => "PENDING_REDRIVE",
        }
    }

    /// Returns the status with a name in the AWS API.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// An execution of a STANDARD state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// The name, unique among the stored executions of the state machine.
    pub name: Box<str>,
    /// The version that was started; `None` if the request had neither a version ARN nor an alias ARN.
    pub version: Option<VersionNumber>,
    /// The alias that was started.
    pub alias: Option<Box<str>>,
    /// The input in JSON.
    pub input: Sensitive,
    /// The X-Ray trace header, if specified.
    pub trace_header: Option<Box<str>>,
    /// The start time.
    pub started: Timestamp,
    /// How and when it ends, if that is known. The time may lie in the future.
    pub ending: Option<Box<Ending>>,
    /// The redrives, oldest first.
    pub redrives: Vec<Redrive>,
}

impl Execution {
    /// Returns the status at a time. It is RUNNING until the time of the ending.
    pub fn status_at(&self, now: Timestamp) -> ExecutionStatus {
        self.ending_at(now).map_or(ExecutionStatus::Running, |ending| ending.outcome.status())
    }

    /// Returns the ending if the execution has ended at a time.
    pub fn ending_at(&self, now: Timestamp) -> Option<&Ending> {
        self.ending.as_deref().filter(|ending| ending.stopped <= now)
    }

    /// Returns the time of the last redrive, or else of the start.
    pub fn last_started(&self) -> Timestamp {
        self.redrives.last().map_or(self.started, |redrive| redrive.redriven)
    }

    /// Returns the number of redrives.
    pub fn redrive_count(&self) -> u32 {
        u32::try_from(self.redrives.len()).unwrap_or(u32::MAX)
    }

    /// Returns the runs until a time, oldest first: one since the start, and one since each redrive.
    pub fn runs_at(&self, now: Timestamp) -> impl Iterator<Item = Run<'_>> {
        let starts = std::iter::once(self.started).chain(self.redrives.iter().map(|redrive| redrive.redriven));
        let previous = self.redrives.iter().map(|redrive| Some(&redrive.previous));
        let endings = previous.chain(std::iter::once(self.ending_at(now)));
        starts.zip(endings).map(|(started, ending)| Run { started, ending })
    }
}

/// A run of an execution: since its start or a redrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run<'e> {
    /// The time of the start or redrive.
    pub started: Timestamp,
    /// How it ended, unless it is RUNNING.
    pub ending: Option<&'e Ending>,
}

/// How and when an execution ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The time. Until then, the execution is RUNNING.
    pub stopped: Timestamp,
    /// The result.
    pub outcome: Outcome,
}

/// The result of an execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// SUCCEEDED, with the output in JSON.
    Succeeded(Sensitive),
    /// FAILED.
    Failed(Failure),
    /// TIMED_OUT.
    TimedOut(Failure),
    /// ABORTED.
    Aborted(Failure),
}

/// Why an execution did not succeed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The error code, if specified.
    pub error: Option<Sensitive>,
    /// The cause, if specified.
    pub cause: Option<Sensitive>,
}

impl Outcome {
    /// Returns the status of an execution with this outcome.
    pub const fn status(&self) -> ExecutionStatus {
        match self {
            Self::Succeeded(_) => ExecutionStatus::Succeeded,
            Self::Failed(_) => ExecutionStatus::Failed,
            Self::TimedOut(_) => ExecutionStatus::TimedOut,
            Self::Aborted(_) => ExecutionStatus::Aborted,
        }
    }

    /// Returns the output; `None` if the execution did not succeed.
    pub const fn output(&self) -> Option<&Sensitive> {
        match self {
            Self::Succeeded(output) => Some(output),
            Self::Failed(_) | Self::TimedOut(_) | Self::Aborted(_) => None,
        }
    }

    /// Returns why the execution did not succeed; `None` if it succeeded.
    pub const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Succeeded(_) => None,
            Self::Failed(failure) | Self::TimedOut(failure) | Self::Aborted(failure) => Some(failure),
        }
    }

    /// Returns the output, and why the execution did not succeed. One of them is empty.
    pub fn into_parts(self) -> (Option<Sensitive>, Failure) {
        match self {
            Self::Succeeded(output) => (Some(output), Failure::default()),
            Self::Failed(failure) | Self::TimedOut(failure) | Self::Aborted(failure) => (None, failure),
        }
    }

    /// Returns the outcome with a status, if an execution can end with it. `output` is used for SUCCEEDED only, and
    /// `failure` for the others.
    pub fn new(status: ExecutionStatus, output: impl FnOnce() -> Sensitive, failure: Failure) -> Option<Self> {
        match status {
            ExecutionStatus::Succeeded => Some(Self::Succeeded(output())),
            ExecutionStatus::Failed => Some(Self::Failed(failure)),
            ExecutionStatus::TimedOut => Some(Self::TimedOut(failure)),
            ExecutionStatus::Aborted => Some(Self::Aborted(failure)),
            ExecutionStatus::Running | ExecutionStatus::PendingRedrive => None,
        }
    }
}

/// A redrive of an execution that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redrive {
    /// The time of the redrive.
    pub redriven: Timestamp,
    /// The client token of the request, if specified.
    pub client_token: Option<Box<str>>,
    /// How the execution had ended before.
    pub previous: Ending,
}
