//! The file or endpoint that a command uses.

use crate::args::BackendArgs;
use crate::endpoint::{Endpoint, STEP_FUNCTIONS};
use crate::exit::CliError;
use crate::signing::Caller;
use sfn_alias::{Reply, Scope, StepFunctions};

/// A service that a command can call.
#[derive(Debug)]
pub(crate) enum Backend {
    /// A service in a file.
    File(StepFunctions),
    /// A service behind a URL.
    Endpoint(Endpoint),
}

impl Backend {
    /// Opens the file, or creates a client for the endpoint.
    ///
    /// # Errors
    /// [`CliError::Usage`] for an invalid account, region or certificate file, [`CliError::System`] for a file that
    /// cannot be opened.
    pub fn open(args: &BackendArgs) -> Result<Self, CliError> {
        let BackendArgs { data, endpoint_url, account, region } = args;
        let scope = parse_scope(account, region)?;
        match data {
            Some(path) => Ok(Self::File(StepFunctions::open(path)?.in_scope(scope))),
            None => {
                let caller = Caller::Account(account.clone());
                Ok(Self::Endpoint(Endpoint::new(endpoint_url, STEP_FUNCTIONS, region, caller)?))
            }
        }
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// See [`Endpoint::call`].
    pub fn call(&self, operation: &str, body: &[u8]) -> Result<Reply, CliError> {
        match self {
            Self::File(sfn) => Ok(sfn.call(operation, body)),
            Self::Endpoint(endpoint) => endpoint.call(operation, body),
        }
    }
}

/// Parses the flags `--account` and `--region`.
///
/// # Errors
/// [`CliError::Usage`], which names the flag.
pub(crate) fn parse_scope(account: &str, region: &str) -> Result<Scope, CliError> {
    let scope = Scope::new(Scope::partition_for_region(region), account, region);
    scope.map_err(|error| {
        let found = if error.part() == "account" { account } else { region };
        CliError::Usage(format!("--{}: expected {}, found `{found}`", error.part(), error.expected()))
    })
}
