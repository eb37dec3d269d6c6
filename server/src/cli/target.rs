//! Where calls go: a file, or an endpoint.

use super::args::TargetArgs;
use super::exit::Failure;
use sfn_alias::{Aliases, Reply, Scope};
use std::time::Duration;
use ureq::Agent;

const TIMEOUT: Duration = Duration::from_secs(60);

/// A service that can be called.
#[derive(Debug)]
pub(super) enum Target {
    /// In a file.
    Data(Aliases),
    /// Behind a URL.
    Endpoint {
        url: String,
        agent: Agent,
        /// Tells account and region; signs nothing.
        authorization: String,
    },
}

impl Target {
    /// Opens the file, or gets ready to ask the endpoint.
    ///
    /// # Errors
    /// [`Failure::Usage`] for an account or region that cannot be, [`Failure::Failed`] for a file that
    /// cannot be opened.
    pub fn of(args: &TargetArgs) -> Result<Self, Failure> {
        let TargetArgs { data, endpoint_url, account, region } = args;
        let scope = scope(account, region)?;
        match data {
            Some(path) => Ok(Self::Data(Aliases::open(path)?.in_scope(scope))),
            None => {
                let config = Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false).build();
                let credential = format!("{account}/20260101/{region}/states/aws4_request");
                let authorization =
                    format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0");
                Ok(Self::Endpoint { url: or_default(endpoint_url), agent: config.into(), authorization })
            }
        }
    }

    /// The answer to an operation.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the endpoint cannot be reached.
    pub fn call(&self, operation: &str, body: &[u8]) -> Result<Reply, Failure> {
        match self {
            Self::Data(aliases) => Ok(aliases.call(operation, body)),
            Self::Endpoint { url, agent, authorization } => {
                let request = agent
                    .post(url)
                    .header("content-type", "application/x-amz-json-1.0")
                    .header("x-amz-target", format!("AWSStepFunctions.{operation}"))
                    .header("authorization", authorization);
                let unreachable = |error| {
                    Failure::Failed(format!(
                        "the endpoint {url} cannot be asked: {error}; start `sfn-alias serve`, or give --endpoint-url or --data"
                    ))
                };
                let mut response = request.send(body).map_err(unreachable)?;
                let body = response.body_mut().read_to_vec().map_err(unreachable)?;
                Ok(Reply { status: response.status().as_u16(), body })
            }
        }
    }
}

/// A variable that is set to nothing is as one that is not set.
fn or_default(url: &str) -> String {
    if url.is_empty() { "http://127.0.0.1:8083".to_owned() } else { url.to_owned() }
}

/// The account and region of the flags.
///
/// # Errors
/// [`Failure::Usage`], naming the flag.
pub(super) fn scope(account: &str, region: &str) -> Result<Scope, Failure> {
    let scope = Scope::new(Scope::partition_of(region), account, region);
    scope.map_err(|error| Failure::Usage(format!("--{}: {error}", error.part())))
}
