//! Exit codes and the error of a command.

use sfn_alias_deployment::{DeploymentError, DeploymentOutcome, RuleSource};

/// Success.
pub(crate) const OK: u8 = 0;
/// The request was rejected, or problems were found.
pub(crate) const REJECTED: u8 = 1;
/// The command line or its input is invalid, and nothing was done. clap uses the same code.
pub(crate) const USAGE_ERROR: u8 = 2;
/// An I/O or network error.
pub(crate) const SYSTEM_ERROR: u8 = 3;

/// Returns the exit code of an outcome.
pub(crate) const fn outcome_exit_code(outcome: &DeploymentOutcome) -> u8 {
    match outcome {
        DeploymentOutcome::Succeeded => OK,
        DeploymentOutcome::RolledBack { .. } | DeploymentOutcome::Drifted { .. } => REJECTED,
        DeploymentOutcome::Failed { .. } => SYSTEM_ERROR,
    }
}

/// The error of a command, which determines its exit code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// See [`USAGE_ERROR`].
    #[error("{0}")]
    Usage(String),
    /// See [`REJECTED`].
    #[error("{0}")]
    Rejected(String),
    /// See [`SYSTEM_ERROR`].
    #[error("{0}")]
    System(String),
    /// Standard output or a file cannot be written.
    #[error("cannot write the output: {0}")]
    Output(#[from] std::io::Error),
}

impl CliError {
    /// Returns the error of an invalid command line.
    pub fn usage(error: impl ToString) -> Self {
        Self::Usage(error.to_string())
    }

    /// Returns an I/O or network error.
    pub fn system(error: impl ToString) -> Self {
        Self::System(error.to_string())
    }

    /// Returns an error of AWS, with its code.
    pub fn rejected(error: &sfn_alias::Error) -> Self {
        Self::Rejected(format!("{}: {error}", error.code()))
    }

    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => USAGE_ERROR,
            Self::Rejected(_) => REJECTED,
            Self::System(_) | Self::Output(_) => SYSTEM_ERROR,
        }
    }
}

/// The exit code of a command, or its error.
pub(crate) type CommandResult = Result<u8, CliError>;

/// Commands handle the errors that AWS would return themselves. The rest are invalid input, or internal.
impl From<sfn_alias::Error> for CliError {
    fn from(error: sfn_alias::Error) -> Self {
        match error.kind().status() {
            500.. => Self::System(error.to_string()),
            _ => Self::Usage(error.to_string()),
        }
    }
}

impl From<DeploymentError> for CliError {
    fn from(error: DeploymentError) -> Self {
        match &error {
            // No code: CloudFormation has none for rules of our own.
            DeploymentError::InvalidPreference(problems)
                if problems.iter().all(|problem| problem.source == RuleSource::Own) =>
            {
                Self::Rejected(error.to_string())
            }
            DeploymentError::InvalidPreference(_)
            | DeploymentError::SplitAlias { .. }
            | DeploymentError::Rejected(_) => Self::Rejected(format!("{}: {error}", error.code())),
            DeploymentError::Call { failure, .. } => match failure.status {
                Some(400..500) => Self::Rejected(error.to_string()),
                _ if failure.is_credentials() => Self::Usage(failure.message.clone()),
                _ => Self::System(error.to_string()),
            },
            DeploymentError::AliasNotFound { .. }
            | DeploymentError::VersionNotFound { .. }
            | DeploymentError::HasEnded { .. }
            | DeploymentError::OtherRouting { .. } => Self::Rejected(error.to_string()),
            DeploymentError::StateFile { .. }
            | DeploymentError::Environment { .. }
            | DeploymentError::Internal { .. } => Self::System(error.to_string()),
            _ => Self::Usage(error.to_string()),
        }
    }
}
