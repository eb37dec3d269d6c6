//! Where calls go: a file, or an endpoint.

use super::args::TargetArgs;
use super::endpoint::{Caller, Endpoint, STATES};
use super::exit::Failure;
use sfn_alias::{Reply, Scope, StepFunctions};

/// A service that can be called.
#[derive(Debug)]
pub(super) enum Target {
    /// In a file.
    Data(StepFunctions),
    /// Behind a URL.
    Endpoint(Endpoint),
}

impl Target {
    /// Opens the file, or gets ready to ask the endpoint.
    ///
    /// # Errors
    /// [`Failure::Usage`] for an account, region or trust that cannot be, [`Failure::Failed`] for a file that
    /// cannot be opened.
    pub fn of(args: &TargetArgs) -> Result<Self, Failure> {
        let TargetArgs { data, endpoint_url, account, region } = args;
        let scope = scope(account, region)?;
        match data {
            Some(path) => Ok(Self::Data(StepFunctions::open(path)?.in_scope(scope))),
            None => {
                let caller = Caller::Account(account.clone());
                Ok(Self::Endpoint(Endpoint::new(endpoint_url, STATES, region, caller)?))
            }
        }
    }

    /// The answer to an operation.
    ///
    /// # Errors
    /// As [`Endpoint::call`].
    pub fn call(&self, operation: &str, body: &[u8]) -> Result<Reply, Failure> {
        match self {
            Self::Data(aliases) => Ok(aliases.call(operation, body)),
            Self::Endpoint(endpoint) => endpoint.call(operation, body),
        }
    }
}

/// The account and region of the flags.
///
/// # Errors
/// [`Failure::Usage`], naming the flag.
pub(super) fn scope(account: &str, region: &str) -> Result<Scope, Failure> {
    let scope = Scope::new(Scope::partition_of(region), account, region);
    scope.map_err(|error| Failure::Usage(format!("--{}: {error}", error.part())))
}
