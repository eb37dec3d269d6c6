//! The errors of this crate.

use super::failure::CallFailure;
use super::preference::PreferenceProblem;
use super::routing::short_name;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sfn_alias::{Error, catch_panic};
use std::path::PathBuf;

/// Longer JSON documents are rejected before they are parsed.
const MAX_BYTES: usize = 1 << 20;

/// Why there is no plan, or no next action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeploymentError {
    /// The preference has problems. The list is never empty.
    #[error("{}", join_messages(.0))]
    InvalidPreference(Vec<PreferenceProblem>),
    /// AWS would reject a routing, an ARN or the description. The text is AWS's.
    #[error("{0}")]
    Rejected(#[from] Error),
    /// The alias already splits its traffic. The text is the provider's.
    #[error(
        "Failed to start deployment of type '{deployment_type}', invalid initial state detected. Expected the alias to be routing 100% of traffic towards one version, but it is currently routing traffic towards two. Update the alias to route 100% of traffic towards one version and try the deployment again."
    )]
    SplitAlias {
        /// The type of the preference.
        deployment_type: &'static str,
    },
    /// The request is invalid: the shorthand form of a preference, conflicting members, a rate or the name of a method.
    #[error("{0}")]
    InvalidRequest(String),
    /// A JSON document or an event is invalid.
    #[error("invalid {input}: {detail}")]
    InvalidInput {
        /// What was parsed.
        input: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// The checkpoint was not written by this release, or was modified.
    #[error("invalid checkpoint: {0}; delete it to start over")]
    InvalidCheckpoint(String),
    /// The checkpoint belongs to another deployment, which is still running.
    #[error(
        "the checkpoint belongs to another running deployment ({deployment_type} of {target} to {alias}): `{member}` differs; use the same options to resume it, or another state file"
    )]
    OtherDeployment {
        /// The type of its preference.
        deployment_type: &'static str,
        /// The version that it deploys.
        target: String,
        /// The alias that it updates.
        alias: String,
        /// The first member that differs. Its value is omitted: descriptions are sensitive.
        member: &'static str,
    },
    /// The observation does not answer the last action.
    #[error("unexpected observation `{observed}`: expected `{expected}`; send `start` to resynchronize")]
    UnexpectedObservation {
        /// What was observed.
        observed: &'static str,
        /// The observation that answers the last action.
        expected: &'static str,
    },
    /// A state file cannot be read, written or locked.
    #[error("state file `{}`: {detail}", .path.display())]
    StateFile {
        /// The file, its lock file or its temporary file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
        /// The error number of the system. `None` on Windows, and if the file is too large.
        errno: Option<i32>,
    },
    /// A state file does not contain a checkpoint of this deployment.
    #[error("state file `{}`: {detail}", .path.display())]
    InvalidStateFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// A call of an operation failed.
    #[error("{}", describe_call(.operation, .failure))]
    Call {
        /// The operation.
        operation: &'static str,
        /// Its failure.
        failure: CallFailure,
    },
    /// The alias does not exist.
    #[error("the alias `{alias}` does not exist{}", describe_create_option(.version.as_deref()))]
    AliasNotFound {
        /// The alias.
        alias: String,
        /// The version that an alias could be created with.
        version: Option<String>,
    },
    /// The version does not exist.
    #[error("the version `{version}` does not exist; publish it first, or use the number of an existing version")]
    VersionNotFound {
        /// The version.
        version: String,
    },
    /// Neither a record nor a version was specified for a rollback.
    #[error("found no record of a deployment of `{alias}`; specify its state file, or the version to route to")]
    NoRecord {
        /// The alias.
        alias: String,
    },
    /// The record belongs to another alias.
    #[error("the record belongs to the alias `{found}`; use the state file of the requested alias")]
    OtherRecord {
        /// The alias of the record.
        found: String,
    },
    /// A deployment cannot be aborted because it has ended.
    #[error("the deployment has ended ({outcome}); use a rollback to route to its previous version")]
    HasEnded {
        /// How it ended.
        outcome: &'static str,
    },
    /// Someone else set the routing of the alias.
    #[error("expected a routing of the recorded deployment, found {found}; specify the version to route to")]
    OtherRouting {
        /// The routing.
        found: String,
    },
    /// An [`Environment`](super::Environment) failed, with its error message.
    #[error("{0}")]
    Environment(String),
    /// A panic with this message: a bug of this library, independent of the input.
    #[error("internal error in sfn-alias (please report): {0}")]
    Internal(String),
}

fn describe_call(operation: &str, failure: &CallFailure) -> String {
    let CallFailure { code, message, .. } = failure;
    // Without a request or response, the message is complete.
    if failure.has_no_response() { message.clone() } else { format!("{operation}: {code}: {message}") }
}

fn describe_create_option(version: Option<&str>) -> String {
    version.map_or_else(String::new, |version| {
        let version = short_name(version);
        format!(
            "; --create-alias (create_alias in Python, createAlias in Node) creates it with all traffic on `{version}`"
        )
    })
}

fn join_messages(problems: &[PreferenceProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl DeploymentError {
    /// Returns the AWS error code: `ValidationException` for an error of the provider, the code of an
    /// [`Error`] or of a failed call, or `DeploymentError` for an error of sfn-alias.
    pub fn code(&self) -> &str {
        match self {
            Self::Call { failure, .. } => &failure.code,
            Self::InvalidPreference(_) | Self::SplitAlias { .. } => "ValidationException",
            Self::Rejected(error) => error.code(),
            _ => "DeploymentError",
        }
    }

    /// Returns the problems of the preference, or an empty slice for any other error.
    pub fn problems(&self) -> &[PreferenceProblem] {
        if let Self::InvalidPreference(problems) = self { problems } else { &[] }
    }

    /// Returns `code`, `message` and `problems` as JSON, and for [`Self::StateFile`] and [`Self::Call`] also
    /// other members.
    pub fn to_value(&self) -> Value {
        let (code, message, problems) = (self.code(), self.to_string(), self.problems());
        match self {
            Self::StateFile { path, detail, errno } => json!({
                "code": code, "message": message, "problems": problems,
                "path": path.to_string_lossy(), "detail": detail, "errno": errno,
            }),
            Self::Call { operation, .. } => {
                json!({"code": code, "message": message, "problems": problems, "operation": operation})
            }
            _ => json!({"code": code, "message": message, "problems": problems}),
        }
    }

    pub(super) const fn call(operation: &'static str, failure: CallFailure) -> Self {
        Self::Call { operation, failure }
    }

    /// Runs one call. A panic becomes [`Self::Internal`].
    pub(super) fn catch_panic<T>(work: impl FnOnce() -> Result<T, Self>) -> Result<T, Self> {
        catch_panic(Self::Internal, work)
    }

    pub(super) fn parse<T: DeserializeOwned>(input: &'static str, json: &[u8]) -> Result<T, Self> {
        if json.len() > MAX_BYTES {
            let detail = format!("it has {} bytes; the maximum is {MAX_BYTES}", json.len());
            return Err(Self::InvalidInput { input, detail });
        }
        let invalid = |error: serde_json::Error| Self::InvalidInput { input, detail: error.to_string() };
        // Through a value: deserializers that read bytes would add a hundred kilobytes of code to each binding.
        Self::from_value(input, serde_json::from_slice(json).map_err(invalid)?)
    }

    pub(super) fn from_value<T: DeserializeOwned>(input: &'static str, value: Value) -> Result<T, Self> {
        T::deserialize(value).map_err(|error| Self::InvalidInput { input, detail: error.to_string() })
    }
}
