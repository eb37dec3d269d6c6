//! The callback of started executions, and what it receives and returns.

use crate::error::{Error, catch_panic};
use crate::limits::Limits;
use crate::model::{Failure, Outcome, Revision, Sensitive, StateMachineType, Timestamp, VersionNumber};
use crate::outcomes::{MAX_CAUSE_CHARACTERS, MAX_ERROR_CHARACTERS, check_ending, parse_ending};
use crate::wire::{DeserializeRequest, read_json};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The error of an execution whose callback panicked or returned a result that is not valid.
pub const CALLBACK_ERROR: &str = "SfnAlias.CallbackError";

/// An execution that was started or redriven, as [`StartCallback`] receives it.
///
/// Serialized as an object with the members of AWS: `executionArn`, `stateMachineArn`, `stateMachineVersionArn` and
/// `stateMachineAliasArn` (if it was started with them), `name`, `input` and `definition` (JSON texts), `roleArn`, `type`
/// (STANDARD or EXPRESS), `startDate`, `redriveCount` and `traceHeader`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedExecution {
    /// The ARN of the execution.
    pub execution_arn: String,
    /// The unqualified ARN of the state machine.
    pub state_machine_arn: String,
    /// The creation time of the state machine. One that is deleted and created again has the same ARN.
    pub state_machine_created: Timestamp,
    /// The version that was started; `None` if the request had neither a version ARN nor an alias ARN.
    pub version: Option<VersionNumber>,
    /// The name of the alias that was started.
    pub alias: Option<String>,
    /// The name of the execution.
    pub name: String,
    /// The input, a JSON text.
    pub input: Sensitive,
    /// The type of the state machine. Executions of EXPRESS state machines are not stored.
    pub kind: StateMachineType,
    /// The time of the start or redrive.
    pub start_date: Timestamp,
    /// The number of redrives: 0 at the start.
    pub redrive_count: u32,
    /// The X-Ray trace header, if specified.
    pub trace_header: Option<String>,
    /// The definition and role that were started.
    pub(crate) revision: Arc<Revision>,
}

impl StartedExecution {
    /// Returns the ARN of the version that was started.
    pub fn state_machine_version_arn(&self) -> Option<String> {
        self.version.map(|number| format!("{}:{number}", self.state_machine_arn))
    }

    /// Returns the ARN of the alias that was started.
    pub fn state_machine_alias_arn(&self) -> Option<String> {
        self.alias.as_ref().map(|alias| format!("{}:{alias}", self.state_machine_arn))
    }

    /// Returns the definition that was started, in Amazon States Language.
    pub fn definition(&self) -> &str {
        &self.revision.definition
    }

    /// Returns the ARN of the IAM role.
    pub fn role_arn(&self) -> &str {
        &self.revision.role_arn
    }
}

impl Serialize for StartedExecution {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("StartedExecution", 12)?;
        object.serialize_field("executionArn", &self.execution_arn)?;
        object.serialize_field("stateMachineArn", &self.state_machine_arn)?;
        serialize_option(&mut object, "stateMachineVersionArn", self.state_machine_version_arn().as_deref())?;
        serialize_option(&mut object, "stateMachineAliasArn", self.state_machine_alias_arn().as_deref())?;
        object.serialize_field("name", &self.name)?;
        object.serialize_field("input", &self.input)?;
        object.serialize_field("definition", self.definition())?;
        object.serialize_field("roleArn", self.role_arn())?;
        object.serialize_field("type", self.kind.as_str())?;
        object.serialize_field("startDate", &self.start_date)?;
        object.serialize_field("redriveCount", &self.redrive_count)?;
        serialize_option(&mut object, "traceHeader", self.trace_header.as_deref())?;
        object.end()
    }
}

fn serialize_option<S: SerializeStruct>(
    object: &mut S,
    name: &'static str,
    value: Option<&str>,
) -> Result<(), S::Error> {
    match value {
        Some(value) => object.serialize_field(name, value),
        None => object.skip_field(name),
    }
}

/// How an execution ends, and after which time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelayedOutcome {
    /// The result.
    pub outcome: Outcome,
    /// The time until the end. Until then, the execution is RUNNING.
    pub after: Duration,
}

impl DelayedOutcome {
    /// Creates the FAILED outcome of an exception: `error` is its class, `cause` its message. Longer texts than AWS's limits
    /// of 256 and 32,768 characters are cut.
    pub fn from_exception(error: &str, cause: &str) -> Self {
        let cut = |text: &str, limit| Some(text.chars().take(limit).collect::<String>().into());
        let failure = Failure { error: cut(error, MAX_ERROR_CHARACTERS), cause: cut(cause, MAX_CAUSE_CHARACTERS) };
        Outcome::Failed(failure).into()
    }

    /// Parses the result of a callback, as JSON bytes or values of another programming language: null if the execution
    /// stays RUNNING, or an object with the members `status`, `output`, `error`, `cause` and `after` of
    /// [`crate::StepFunctions::end_execution_from`]. An invalid result is FAILED with the error [`CALLBACK_ERROR`] and
    /// a cause that says what is wrong.
    pub fn from_result(result: &(impl DeserializeRequest + ?Sized), limits: &Limits) -> Option<Self> {
        let parsed = read_json(result, limits).map_err(|error| match error {
            Error::Malformed(text) => text,
            Error::TooLarge { size, limit } => format!("it has {size} bytes; the limit is {limit} bytes"),
            other => other.to_string(),
        });
        match parsed.and_then(|json| parse_ending(&json, limits).map_err(|error| error.describe())) {
            Ok(parsed) => parsed.map(|(outcome, after)| Self { outcome, after }),
            Err(error) => Some(Self::invalid(&error)),
        }
    }

    /// Returns this outcome if it is valid, or else one that says what is wrong.
    pub(crate) fn check(self, limits: &Limits) -> Self {
        match check_ending(&self.outcome, self.after, limits) {
            Ok(()) => self,
            Err(error) => Self::invalid(&error),
        }
    }

    fn invalid(error: &str) -> Self {
        Self::from_exception(CALLBACK_ERROR, &format!("the result of the callback is not valid: {error}"))
    }
}

/// An outcome now.
impl From<Outcome> for DelayedOutcome {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, after: Duration::ZERO }
    }
}

/// A function that is called with each execution that was started or redriven and that no rule ends
/// ([`crate::Options::on_start`]).
///
/// It is called after the commit, without a lock, on the thread of the call, by several threads at once. It may call the
/// service and may be slow: only the call that started the execution waits. It returns how the execution ends, or `None` to
/// leave it RUNNING. An execution that is stopped, ended, redriven or deleted meanwhile stays as it is. A panic ends the
/// execution as FAILED. It is not called for replays, which start nothing.
///
/// The start of another execution calls it again, on the same stack. A callback that starts executions must therefore end
/// its own recursion.
#[derive(Clone)]
pub struct StartCallback(Arc<CallbackFunction>);

type CallbackFunction = dyn Fn(&StartedExecution) -> Option<DelayedOutcome> + Send + Sync;

impl StartCallback {
    /// Creates a callback from a function.
    pub fn new(function: impl Fn(&StartedExecution) -> Option<DelayedOutcome> + Send + Sync + 'static) -> Self {
        Self(Arc::new(function))
    }

    /// Calls the function. A panic is a FAILED outcome with the error [`CALLBACK_ERROR`].
    pub fn run(&self, execution: &StartedExecution) -> Option<DelayedOutcome> {
        let panicked =
            |message| DelayedOutcome::from_exception(CALLBACK_ERROR, &format!("the callback panicked: {message}"));
        catch_panic(panicked, || Ok((self.0)(execution))).unwrap_or_else(Some)
    }
}

impl fmt::Debug for StartCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StartCallback")
    }
}
