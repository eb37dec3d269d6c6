//! A service behind a URL that speaks AWS JSON 1.0.

use super::agent::{agent, read_body, unanswered};
use super::exit::Failure;
use super::profile;
use super::signature::signed;
use http::{Request, Response};
use sfn_alias::Reply;
use ureq::{Agent, Body};

/// Where `sfn-alias serve` listens.
const LOCAL: &str = "http://127.0.0.1:8083";

/// A service as AWS names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    /// Before the operation in `x-amz-target`.
    pub target: &'static str,
    /// What requests are signed for.
    pub signing_name: &'static str,
    /// What to do where it does not answer.
    pub help: &'static str,
}

/// Step Functions.
pub(super) const STATES: Service = Service {
    target: "AWSStepFunctions",
    signing_name: "states",
    help: "; start `sfn-alias serve`, or give --endpoint-url or --data",
};
/// CloudWatch.
pub(super) const CLOUDWATCH: Service =
    Service { target: "GraniteServiceVersion20100801", signing_name: "monitoring", help: "" };

/// As whom it is asked.
#[derive(Debug, Clone)]
pub(super) enum Caller {
    /// As this account; nothing is signed.
    Account(String),
    /// As the user: with a profile of the credentials file, or else with what the environment has.
    User(Option<String>),
}

/// Where requests go, and as whose.
#[derive(Debug)]
pub(super) struct Endpoint {
    url: String,
    service: Service,
    region: String,
    caller: Caller,
    agent: Agent,
}

impl Endpoint {
    /// # Errors
    /// As [`agent`].
    pub fn new(url: &str, service: Service, region: &str, caller: Caller) -> Result<Self, Failure> {
        // A variable that is set to nothing is as one that is not set.
        let url = if url.is_empty() { LOCAL } else { url };
        Ok(Self { url: url.to_owned(), service, region: region.to_owned(), caller, agent: agent()? })
    }

    /// The answer to an operation.
    ///
    /// # Errors
    /// [`Failure::Usage`] where there are no credentials, [`Failure::Failed`] where there is no answer.
    pub fn call(&self, operation: &str, body: &[u8]) -> Result<Reply, Failure> {
        let request = Request::post(&self.url)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("{}.{operation}", self.service.target));
        let unusable = |error| Failure::Usage(format!("`{}` cannot be asked: {error}", self.url));
        let request = self.authorized(request.body(body.to_vec()).map_err(unusable)?)?;
        let answered = self.agent.run(request).and_then(read);
        answered.map_err(|error| unanswered(&self.url, &error, self.service.help))
    }

    /// Credentials are read anew for each request: those of a session are replaced while a long command runs.
    fn authorized(&self, mut request: Request<Vec<u8>>) -> Result<Request<Vec<u8>>, Failure> {
        let name = self.service.signing_name;
        match &self.caller {
            Caller::Account(account) => {
                let credential = format!("{account}/20260101/{}/{name}/aws4_request", self.region);
                let value = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0");
                let unusable = |_| Failure::Usage(format!("`{}` is no region, or `{account}` no account", self.region));
                request.headers_mut().insert(http::header::AUTHORIZATION, value.try_into().map_err(unusable)?);
            }
            Caller::User(profile) => {
                let none = || Failure::Usage(format!("there are no credentials to sign with; {}", profile::HELP));
                let credentials = profile::credentials(profile.as_deref())?.ok_or_else(none)?;
                signed(&mut request, &credentials, &self.region, name)?;
            }
        }
        Ok(request)
    }
}

fn read(mut response: Response<Body>) -> Result<Reply, ureq::Error> {
    let body = read_body(response.body_mut())?;
    Ok(Reply { status: response.status().as_u16(), body })
}
