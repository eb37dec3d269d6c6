//! The file or endpoint that a command uses: a client for AWS JSON 1.0.

use crate::agent::{TIMEOUT, build_agent, find_tls_help, send_request};
use crate::exit::CliError;
use crate::signing::{Caller, is_aws_url};
use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Arg, Args};
use http::{HeaderValue, Method, Request, Response, header};
use sfn_alias::{Json, Operation, Reply, Scope, StepFunctions};
use std::path::{Path, PathBuf};
use std::time::Duration;
use ureq::Agent;

/// The default address of `sfn-alias serve`.
const DEFAULT_URL: &str = "http://127.0.0.1:8083";

/// The account of unsigned requests.
pub(crate) const DEFAULT_ACCOUNT: &str = "000000000000";

/// Bodies over this size, AWS's maximum, are sent with `Expect: 100-continue`.
const LARGE: usize = 1 << 20;

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

/// How requests are signed, for the help of a command.
pub(crate) const SIGNING_HELP: &str = "

Requests are signed with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or with a profile of ~/.aws/credentials (AWS_SHARED_CREDENTIALS_FILE): --profile, AWS_PROFILE or `default`. Without credentials, requests to endpoints other than AWS are not signed. Users of IAM Identity Center (SSO) first run
  eval \"$(aws configure export-credentials --format env)\"";

/// Step Functions.
pub(crate) const STEP_FUNCTIONS: Service = Service {
    target_prefix: "AWSStepFunctions",
    signing_name: "states",
    help: "; start `sfn-alias serve`, or use --endpoint-url or --data",
};
/// CloudWatch.
pub(crate) const CLOUDWATCH: Service =
    Service { target_prefix: "GraniteServiceVersion20100801", signing_name: "monitoring", help: "" };

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
    pub fn new(url: &str, service: Service, region: &str, caller: Caller) -> Result<Self, CliError> {
        Ok(Self { url: url.to_owned(), service, region: region.to_owned(), caller, agent: build_agent(url, TIMEOUT)? })
    }

    /// Sets the time limit of a request.
    pub fn with_timeout(self, timeout: Duration) -> Result<Self, CliError> {
        Ok(Self { agent: build_agent(&self.url, timeout)?, ..self })
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// [`CliError::Usage`] if there are no credentials, [`CliError::System`] if there is no response.
    pub fn call(&self, operation: &str, body: &[u8]) -> Result<Reply, CliError> {
        let response = self.send(operation, body)?.map_err(|error| self.connection_error(&error))?;
        Ok(Reply { status: response.status().as_u16(), body: response.into_body() })
    }

    /// Sends a request. The inner error means that there is no response; [`Endpoint::connection_error`] describes it.
    ///
    /// # Errors
    /// [`CliError`] if there is no valid request.
    pub fn send(&self, operation: &str, body: &[u8]) -> Result<Result<Response<Vec<u8>>, ureq::Error>, CliError> {
        let request = Request::post(&self.url)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("{}.{operation}", self.service.target_prefix));
        let mut request = request.body(body.to_vec()).map_err(CliError::usage)?;
        self.caller.authorize(&mut request, &self.region, self.service.signing_name)?;
        if body.len() > LARGE {
            // Otherwise the response is lost if the endpoint rejects the length and closes the connection.
            let mut expecting = request.clone();
            expecting.headers_mut().insert(header::EXPECT, HeaderValue::from_static("100-continue"));
            match send_request(&self.agent, expecting) {
                // ureq does not send the body if the response 100 has headers, as that of hypercorn.
                Err(ureq::Error::Timeout(_)) => {}
                response => return Ok(response),
            }
        }
        Ok(send_request(&self.agent, request))
    }

    /// Sends a POST request to a path of `sfn-alias serve`.
    ///
    /// # Errors
    /// [`CliError::Usage`] if there are no credentials, [`CliError::System`] if there is no response.
    pub fn post(&self, path: &str, body: &[u8]) -> Result<Reply, CliError> {
        let response = self.request(&Method::POST, path, body)?.map_err(|error| self.connection_error(&error))?;
        Ok(Reply { status: response.status().as_u16(), body: response.into_body() })
    }

    /// Sends a request to a path of `sfn-alias serve`. The inner error means that there is no response.
    ///
    /// # Errors
    /// [`CliError::Usage`] if there are no credentials.
    pub fn request(
        &self,
        method: &Method,
        path: &str,
        body: &[u8],
    ) -> Result<Result<Response<Vec<u8>>, ureq::Error>, CliError> {
        let request = Request::builder().method(method).uri(self.path_url(path));
        let mut request = request.body(body.to_vec()).map_err(CliError::usage)?;
        self.caller.authorize(&mut request, &self.region, self.service.signing_name)?;
        Ok(send_request(&self.agent, request))
    }

    /// Sends an empty POST request to a path of `sfn-alias serve`. Returns the body of the response.
    ///
    /// # Errors
    /// Those of [`Endpoint::post`], and [`CliError::Rejected`] for a status other than 200.
    pub fn post_empty(&self, path: &str) -> Result<Vec<u8>, CliError> {
        let Reply { status, body } = self.post(path, b"")?;
        if status == 200 {
            return Ok(body);
        }
        let (url, body) = (self.path_url(path), String::from_utf8_lossy(&body));
        Err(CliError::Rejected(format!("{url} responds with status {status}: {}", body.trim_end())))
    }

    fn path_url(&self, path: &str) -> String {
        format!("{}{path}", self.url.trim_end_matches('/'))
    }

    /// Describes why there is no response, and what to do.
    pub fn connection_error(&self, error: &ureq::Error) -> CliError {
        let (url, error) = (&self.url, error.to_string());
        let help = find_tls_help(&error).unwrap_or(self.service.help);
        CliError::System(format!("cannot connect to {url}: {error}{help}"))
    }
}

/// A service that a command can call.
#[derive(Debug)]
pub(crate) enum Backend {
    /// A service in a file.
    File(StepFunctions),
    /// A service behind a URL.
    Endpoint(Endpoint),
}

impl Backend {
    /// Opens a file, which must exist unless `may_create`.
    pub fn open_file(path: &Path, scope: Scope, may_create: bool) -> Result<Self, CliError> {
        if !may_create {
            let cannot_read = |error| CliError::System(format!("cannot read `{}`: {error}", path.display()));
            std::fs::metadata(path).map_err(cannot_read)?;
        }
        Ok(Self::File(StepFunctions::open(path)?.in_scope(scope)))
    }

    /// Calls an operation.
    pub fn call(&self, operation: &str, body: &[u8]) -> Result<Reply, CliError> {
        match self {
            Self::File(sfn) => Ok(sfn.call(operation, body)),
            Self::Endpoint(endpoint) => endpoint.call(operation, body),
        }
    }

    /// Sets how an execution ends.
    pub fn end_execution(&self, body: &[u8]) -> Result<Reply, CliError> {
        match self {
            Self::File(sfn) => Ok(Reply::from_result(sfn.end_execution_from(body, &Json))),
            Self::Endpoint(endpoint) => endpoint.post("/executions/end", body),
        }
    }

    /// Evaluates alarm rules.
    pub fn evaluate_alarms(&self, body: &[u8]) -> Result<Reply, CliError> {
        match self {
            Self::File(sfn) => Ok(Reply::from_result(sfn.evaluate_alarms_from(body, &Json))),
            Self::Endpoint(endpoint) => endpoint.post("/alarms", body),
        }
    }
}

/// The endpoint that a command calls.
#[derive(Debug, Args)]
pub(crate) struct EndpointArgs {
    /// URL of the endpoint: `sfn-alias serve`, another emulator or AWS
    #[arg(
        long,
        visible_alias = "endpoint",
        value_name = "URL",
        env = "AWS_ENDPOINT_URL_SFN",
        default_value = "http://127.0.0.1:8083"
    )]
    pub endpoint_url: String,
    /// Profile of the shared credentials file, instead of the credentials in the environment
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
}

impl EndpointArgs {
    pub fn url(&self) -> &str {
        // Treat an empty environment variable as unset.
        if self.endpoint_url.is_empty() { DEFAULT_URL } else { &self.endpoint_url }
    }

    /// Returns whether the endpoint is AWS itself.
    pub fn is_aws(&self) -> Result<bool, CliError> {
        is_aws_url("--endpoint-url", self.url())
    }

    /// Checks that the endpoint is not AWS, which does not have the routes of `sfn-alias serve`.
    ///
    /// # Errors
    /// [`CliError::Usage`] for a URL of AWS and for an invalid URL.
    pub fn check_own(&self) -> Result<(), CliError> {
        match self.is_aws()? {
            true => Err(CliError::Usage("--endpoint-url: expected a URL of `sfn-alias serve`, found AWS".to_owned())),
            false => Ok(()),
        }
    }

    /// Returns the identity of the requests. See [`Caller::select`].
    pub fn caller(&self, account: &str) -> Result<Caller, CliError> {
        Ok(Caller::select(self.profile.as_deref(), self.is_aws()?, account))
    }
}

/// Describes `--endpoint-url` of a command that only `sfn-alias serve` supports.
pub(crate) fn describe_own_url(argument: Arg) -> Arg {
    argument.help("URL of `sfn-alias serve`")
}

/// Describes `--data` of a command that does not create the file.
pub(crate) fn describe_own_file(argument: Arg) -> Arg {
    argument.help("Use this SQLite file instead of an endpoint")
}

/// Creates a parser for the option `--data`, which rejects the URL of a store: it is not the path of a file.
pub(crate) fn create_file_parser() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match is_store_url(&path) {
        true => {
            Err("expected a file, found the URL of a store; start `sfn-alias serve --store URL`, and use its endpoint")
        }
        false => Ok(path),
    })
}

/// Returns whether an argument is the URL of a store.
pub(crate) fn is_store_url(argument: &Path) -> bool {
    ["etcd:", "etcds:"].iter().any(|scheme| argument.to_string_lossy().starts_with(scheme))
}

/// The file or endpoint that a command uses.
#[derive(Debug, Args)]
#[command(next_help_heading = "Service")]
pub(crate) struct BackendArgs {
    /// Use this SQLite file instead of an endpoint; CreateStateMachine creates it
    #[arg(long, value_name = "FILE", value_parser = create_file_parser())]
    pub data: Option<PathBuf>,
    #[command(flatten)]
    pub endpoint: EndpointArgs,
    /// Account of the request, which is then not signed [default without credentials: 000000000000]
    #[arg(long, value_name = "12 DIGITS", conflicts_with = "profile")]
    pub account: Option<String>,
    /// Region of the request
    #[arg(long, default_value = "us-east-1", env = "AWS_REGION")]
    pub region: String,
}

impl BackendArgs {
    /// Opens the file, or creates a client for the endpoint. No operation except CreateStateMachine finds anything in a
    /// new file, so only this one may create it: the name would be a typo.
    ///
    /// # Errors
    /// [`CliError::Usage`] for an invalid option or certificate file, [`CliError::System`] for a file that cannot be
    /// opened.
    pub fn open(&self, operation: Operation) -> Result<Backend, CliError> {
        self.open_backend(operation == Operation::CreateStateMachine)
    }

    /// Opens the file, or creates a client for an endpoint of `sfn-alias serve`.
    ///
    /// # Errors
    /// Like [`BackendArgs::open`], and [`CliError::Usage`] if the endpoint is AWS.
    pub fn open_own(&self) -> Result<Backend, CliError> {
        if self.data.is_none() {
            self.endpoint.check_own()?;
        }
        self.open_backend(false)
    }

    fn open_backend(&self, may_create: bool) -> Result<Backend, CliError> {
        let Self { data, endpoint, account, region } = self;
        let scope = parse_scope(account.as_deref().unwrap_or(DEFAULT_ACCOUNT), region)?;
        if let Some(path) = data {
            return Backend::open_file(path, scope, may_create);
        }
        let caller = match account {
            Some(account) => Caller::Account(account.clone()),
            None => endpoint.caller(DEFAULT_ACCOUNT)?,
        };
        Ok(Backend::Endpoint(Endpoint::new(endpoint.url(), STEP_FUNCTIONS, region, caller)?))
    }
}

/// Parses the options `--account` and `--region`. The error names the option.
pub(crate) fn parse_scope(account: &str, region: &str) -> Result<Scope, CliError> {
    let scope = Scope::new(Scope::partition_for_region(region), account, region);
    scope.map_err(|error| {
        let found = if error.part() == "account" { account } else { region };
        CliError::Usage(format!("--{}: expected {}, found `{found}`", error.part(), error.expected()))
    })
}
