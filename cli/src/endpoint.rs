//! A client for AWS JSON 1.0.

use crate::agent::{build_agent, connection_error, read_body};
use crate::exit::CliError;
use crate::profile;
use crate::signing::sign_request;
use http::{Request, Response};
use sfn_alias::Reply;
use ureq::{Agent, Body};

/// The default address of `sfn-alias serve`.
const DEFAULT_URL: &str = "http://127.0.0.1:8083";

/// The names of an AWS service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Service {
    /// The prefix of the operation in `x-amz-target`.
    pub target_prefix: &'static str,
    /// The service name in signatures.
    pub signing_name: &'static str,
    /// What to do if the connection fails.
    pub help: &'static str,
}

/// Step Functions.
pub(crate) const STEP_FUNCTIONS: Service = Service {
    target_prefix: "AWSStepFunctions",
    signing_name: "states",
    help: "; start `sfn-alias serve`, or use --endpoint-url or --data",
};
/// CloudWatch.
pub(crate) const CLOUDWATCH: Service =
    Service { target_prefix: "GraniteServiceVersion20100801", signing_name: "monitoring", help: "" };

/// The identity of the requests.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    /// This account, without a valid signature.
    Account(String),
    /// The user: signed with a profile of the credentials file, or by default with the environment's credentials.
    User(Option<String>),
}

/// A client for a service.
#[derive(Debug)]
pub(crate) struct Endpoint {
    url: String,
    service: Service,
    region: String,
    caller: Caller,
    agent: Agent,
}

impl Endpoint {
    /// # Errors
    /// See [`build_agent`].
    pub fn new(url: &str, service: Service, region: &str, caller: Caller) -> Result<Self, CliError> {
        // Treat an empty environment variable as unset.
        let url = if url.is_empty() { DEFAULT_URL } else { url };
        Ok(Self { url: url.to_owned(), service, region: region.to_owned(), caller, agent: build_agent()? })
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// [`CliError::Usage`] if there are no credentials, [`CliError::System`] if there is no response.
    pub fn call(&self, operation: &str, body: &[u8]) -> Result<Reply, CliError> {
        let request = Request::post(&self.url)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("{}.{operation}", self.service.target_prefix));
        let invalid = |error| CliError::Usage(format!("`{}` is not a valid URL: {error}", self.url));
        let request = self.authorize(request.body(body.to_vec()).map_err(invalid)?)?;
        let reply = self.agent.run(request).and_then(read_reply);
        reply.map_err(|error| connection_error(&self.url, &error, self.service.help))
    }

    /// Adds the header `Authorization`. Loads the credentials for each request, because temporary ones can change during a
    /// long command.
    fn authorize(&self, mut request: Request<Vec<u8>>) -> Result<Request<Vec<u8>>, CliError> {
        let name = self.service.signing_name;
        match &self.caller {
            Caller::Account(account) => {
                let credential = format!("{account}/20260101/{}/{name}/aws4_request", self.region);
                let value = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0");
                let invalid = |_| CliError::Usage(format!("invalid region `{}` or account `{account}`", self.region));
                request.headers_mut().insert(http::header::AUTHORIZATION, value.try_into().map_err(invalid)?);
            }
            Caller::User(profile) => {
                let none = || CliError::Usage(format!("no credentials to sign with; {}", profile::HELP));
                let credentials = profile::load_credentials(profile.as_deref())?.ok_or_else(none)?;
                sign_request(&mut request, &credentials, &self.region, name)?;
            }
        }
        Ok(request)
    }
}

fn read_reply(mut response: Response<Body>) -> Result<Reply, ureq::Error> {
    let body = read_body(response.body_mut())?;
    Ok(Reply { status: response.status().as_u16(), body })
}
