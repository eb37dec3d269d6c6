//! Why there is no plan, or no next step.

use super::contain::contain_panic;
use super::preference::PreferenceProblem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sfn_alias::Error;

/// Longer documents are refused unread.
const LONGEST: usize = 1 << 20;

/// What this module returns when something is refused. `Display` is the sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeploymentError {
    /// What is wrong with the preference; never empty.
    #[error("{}", sentences(.0))]
    InvalidPreference(Vec<PreferenceProblem>),
    /// A routing, an ARN or a description that AWS would refuse, with its text.
    #[error("{0}")]
    Refused(#[from] Error),
    /// The alias already splits its traffic; the text is the provider's.
    #[error(
        "Failed to start deployment of type '{kind}', invalid initial state detected. Expected the alias to be routing 100% of traffic towards one version, but it is currently routing traffic towards two. Update the alias to route 100% of traffic towards one version and try the deployment again."
    )]
    TwoRoutes {
        /// The type of the preference.
        kind: &'static str,
    },
    /// The short form of a preference that cannot be read.
    #[error("{fault}")]
    Short {
        /// What is wrong, and how to write it.
        fault: String,
    },
    /// Two versions to deploy that are not the same.
    #[error("the version to deploy is given as `{given}`, and in the preference as `{preference}`: give one of them")]
    TwoVersions {
        /// As given beside the preference.
        given: String,
        /// As the preference has it.
        preference: String,
    },
    /// Not one of a preference and its short form.
    #[error("give one of `preference` and `shorthand`")]
    OnePreference,
    /// A document that is not JSON of the shape asked for.
    #[error("{what} cannot be read: {fault}")]
    Unreadable {
        /// What was to be read.
        what: &'static str,
        /// What is wrong with it.
        fault: String,
    },
    /// A checkpoint that no deployment of this version wrote.
    #[error("the checkpoint of the deployment makes no sense: {fault}; start a new deployment")]
    Checkpoint {
        /// What is wrong with it.
        fault: String,
    },
    /// A checkpoint of another deployment than the one that is asked for, which is under way.
    #[error(
        "the checkpoint is of another deployment that is under way, {kind} of {target} to {alias}: its {member} is not the same; give the same again to go on with it, or keep the checkpoint of this one in another file"
    )]
    Another {
        /// The type of its preference.
        kind: &'static str,
        /// The version that it deploys.
        target: String,
        /// The alias that it updates.
        alias: String,
        /// The first member that is not the same. Its value is left out: descriptions are sensitive.
        member: &'static str,
    },
    /// Alarms given twice.
    #[error("alarms are given beside the preference and in it: give them once")]
    TwoAlarms,
    /// An observation that is no answer to the last action.
    #[error(
        "the deployment waits for {awaited}, and was told `{observed}`; tell it `start` to begin at the alias again"
    )]
    Unexpected {
        /// What was told.
        observed: &'static str,
        /// What is waited for.
        awaited: &'static str,
    },
    /// A number of starts a second that is no number of starts.
    #[error("`{given}` is no number of starts a second; use 0 to 1000000")]
    Rate {
        /// As specified.
        given: String,
    },
    /// A door that there is not.
    #[error("there is no `{given}`; use one of {}", super::json_api::Method::names())]
    Method {
        /// As specified.
        given: String,
    },
    /// What a caller's own part of a driver could not do.
    #[error("{fault}")]
    Environment {
        /// What it said.
        fault: String,
    },
    /// A panic: a bug of this library, not of the input.
    #[error("a bug of sfn-alias, please report it: {fault}")]
    Internal {
        /// The message of the panic.
        fault: String,
    },
}

fn sentences(problems: &[PreferenceProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// One problem, as the languages show it.
#[derive(Serialize)]
struct Shown<'r> {
    path: String,
    code: &'static str,
    source: super::preference::Provenance,
    message: &'r str,
}

impl DeploymentError {
    /// The AWS error code, `ValidationException` for what the provider refuses; `DeploymentError` for ours.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidPreference(_) | Self::TwoRoutes { .. } => "ValidationException",
            Self::Refused(error) => error.code(),
            _ => "DeploymentError",
        }
    }

    /// The problems of the preference; empty for any other refusal.
    pub fn problems(&self) -> &[PreferenceProblem] {
        match self {
            Self::InvalidPreference(problems) => problems,
            _ => &[],
        }
    }

    /// Code, sentence and problems as JSON.
    pub fn to_value(&self) -> Value {
        let problems: Vec<Value> = self.problems().iter().map(shown).collect();
        serde_json::json!({"code": self.code(), "message": self.to_string(), "problems": problems})
    }

    /// Runs the work of one call; a panic in it becomes [`Self::Internal`].
    pub(super) fn contain<T>(work: impl FnOnce() -> Result<T, Self>) -> Result<T, Self> {
        contain_panic(|fault| Self::Internal { fault }, work)
    }

    pub(super) fn read<T: DeserializeOwned>(what: &'static str, json: &[u8]) -> Result<T, Self> {
        if json.len() > LONGEST {
            return Err(Self::Unreadable {
                what,
                fault: format!("it has {} bytes; {LONGEST} are the most", json.len()),
            });
        }
        let unreadable = |error: serde_json::Error| Self::Unreadable { what, fault: error.to_string() };
        // Through a value: reading each type from bytes as well would be a hundred kilobytes of code in every binding.
        let value: Value = serde_json::from_slice(json).map_err(unreadable)?;
        T::deserialize(value).map_err(unreadable)
    }
}

fn shown(refusal: &PreferenceProblem) -> Value {
    let message = refusal.to_string();
    let shown = Shown { path: refusal.path(), code: refusal.code(), source: refusal.basis(), message: &message };
    serde_json::to_value(shown).unwrap_or_default()
}
