//! Exit codes, and why a command failed.

use sfn_alias_deployment::{DeploymentError, Provenance};

/// Done, and nothing is wrong.
pub(super) const OK: u8 = 0;
/// The request is refused, or has problems.
pub(super) const REFUSED: u8 = 1;
/// The command line or its input cannot be used; nothing was done. clap's own code.
pub(super) const USAGE: u8 = 2;
/// A file, an endpoint or the system failed.
pub(super) const FAILED: u8 = 3;

/// A failure, with its exit code.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// See [`USAGE`].
    #[error("{0}")]
    Usage(String),
    /// See [`REFUSED`].
    #[error("{0}")]
    Refused(String),
    /// See [`FAILED`].
    #[error("{0}")]
    Failed(String),
    /// The output cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

impl Failure {
    pub const fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => USAGE,
            Self::Refused(_) => REFUSED,
            Self::Failed(_) | Self::Output(_) => FAILED,
        }
    }
}

/// What a command ends with.
pub(super) type Outcome = Result<u8, Failure>;

/// Refusals of the core end up here only where they are no answer: the store, an unknown operation.
impl From<sfn_alias::Error> for Failure {
    fn from(error: sfn_alias::Error) -> Self {
        match error {
            sfn_alias::Error::Store { .. }
            | sfn_alias::Error::Internal { .. }
            | sfn_alias::Error::Closed
            | sfn_alias::Error::Entropy { .. } => Self::Failed(error.to_string()),
            _ => Self::Usage(error.to_string()),
        }
    }
}

/// What AWS or CloudFormation's provider refuses ends with 1; what cannot be read at all is the command line's.
impl From<DeploymentError> for Failure {
    fn from(error: DeploymentError) -> Self {
        match &error {
            // Nobody but us refuses our own steps.
            DeploymentError::InvalidPreference(problems)
                if problems.iter().all(|refusal| refusal.basis() == Provenance::Own) =>
            {
                Self::Refused(error.to_string())
            }
            DeploymentError::InvalidPreference(_) | DeploymentError::TwoRoutes { .. } | DeploymentError::Refused(_) => {
                Self::Refused(format!("{}: {error}", error.code()))
            }
            DeploymentError::Environment { .. } | DeploymentError::Internal { .. } => Self::Failed(error.to_string()),
            _ => Self::Usage(error.to_string()),
        }
    }
}
