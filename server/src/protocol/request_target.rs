//! What a request addresses: its operation by method, path and `X-Amz-Target`, its account and region by its credential.

use super::HttpError;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method};
use sfn_alias::{Error, Json, Operation, Scope, StepFunctions};

/// The header that names the operation.
const TARGET: &str = "x-amz-target";
/// The prefix of an operation in `X-Amz-Target`.
const TARGET_PREFIX: &str = "AWSStepFunctions.";

/// What a request addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestTarget {
    /// An operation of the service.
    Operation(Operation),
    /// `GET /health`: whether the endpoint is ready: requests can succeed.
    Health,
    /// `GET /health/live`: the endpoint responds. Does not use the store.
    Live,
    /// `GET /metrics`: metrics for Prometheus.
    Metrics,
    /// `GET /` without an operation: what this endpoint is.
    Index,
    /// `POST /reset`: deletes all state machines.
    Reset,
    /// `POST /backup`: writes a copy of the data.
    Backup,
    /// A request with a JSON body to the service.
    Own(OwnOperation),
    /// A path below `/console`, which only a server with a console has.
    Console(ConsoleTarget),
}

/// A path below `/console`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsoleTarget {
    /// `GET /console`: redirects to the page.
    Root,
    /// `GET /console/...`: a file of the page.
    File,
    /// `/console/api`, with any method: the API.
    Api,
    /// `GET /console/api/stream`: changes, one per line.
    Stream,
}

impl ConsoleTarget {
    fn parse(method: &Method, path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/console")?;
        let is_read = matches!(*method, Method::GET | Method::HEAD);
        match rest {
            "/api/stream" if method == Method::GET => Some(Self::Stream),
            "/api" => Some(Self::Api),
            _ if rest.starts_with("/api/") => Some(Self::Api),
            "" if is_read => Some(Self::Root),
            _ if is_read && rest.starts_with('/') => Some(Self::File),
            _ => None,
        }
    }
}

/// An operation of the service that AWS does not have. Its request and response are JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnOperation {
    /// `POST /executions/end`: sets how an execution ends.
    EndExecution,
    /// `POST /alarms`: evaluates alarm rules.
    EvaluateAlarms,
}

impl OwnOperation {
    /// Returns the name in logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EndExecution => "endExecution",
            Self::EvaluateAlarms => "evaluateAlarms",
        }
    }

    /// Runs the operation and returns its response.
    ///
    /// # Errors
    /// The error of the service.
    pub fn run(self, service: &StepFunctions, body: &[u8]) -> Result<Vec<u8>, HttpError> {
        Ok(match self {
            Self::EndExecution => service.end_execution_from(body, &Json),
            Self::EvaluateAlarms => service.evaluate_alarms_from(body, &Json),
        }?)
    }
}

impl RequestTarget {
    /// Parses method, path and `X-Amz-Target`.
    ///
    /// # Errors
    /// [`Error::UnsupportedOperation`] for an operation of the service that sfn-alias does not implement,
    /// [`HttpError::UnknownOperation`] for anything else.
    pub fn from_head(head: &Parts) -> Result<Self, HttpError> {
        match (&head.method, head.uri.path()) {
            (&Method::POST, "/") => parse_operation(&head.headers).map(Self::Operation),
            (&Method::GET | &Method::HEAD, "/") if !head.headers.contains_key(TARGET) => Ok(Self::Index),
            (&Method::POST, "/reset") => Ok(Self::Reset),
            (&Method::POST, "/backup") => Ok(Self::Backup),
            (&Method::POST, "/executions/end") => Ok(Self::Own(OwnOperation::EndExecution)),
            (&Method::POST, "/alarms") => Ok(Self::Own(OwnOperation::EvaluateAlarms)),
            (&Method::GET | &Method::HEAD, "/health") => Ok(Self::Health),
            (&Method::GET | &Method::HEAD, "/health/live") => Ok(Self::Live),
            (&Method::GET | &Method::HEAD, "/metrics") => Ok(Self::Metrics),
            (method, path) => ConsoleTarget::parse(method, path).map(Self::Console).ok_or(HttpError::UnknownOperation),
        }
    }
}

fn parse_operation(headers: &HeaderMap) -> Result<Operation, HttpError> {
    let target = headers.get(TARGET).and_then(|target| target.to_str().ok());
    let name = target.and_then(|target| target.strip_prefix(TARGET_PREFIX)).ok_or(HttpError::UnknownOperation)?;
    name.parse().map_err(|error| match error {
        Error::UnsupportedOperation { .. } => error.into(),
        _ => HttpError::UnknownOperation,
    })
}

/// The credential of a signature, for example `AKID/20261122/eu-central-1/states/aws4_request`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credential<'h> {
    /// The access key id.
    pub access_key_id: &'h str,
    /// The date, for example `20261122`.
    pub date: &'h str,
    /// The region of the client.
    pub region: &'h str,
    /// The signing name of the service: `states`.
    pub service: &'h str,
}

impl<'h> Credential<'h> {
    /// Parses the header `Authorization`. Returns `None` if it is missing or has another scheme.
    pub fn from_headers(headers: &'h HeaderMap) -> Option<Self> {
        let authorization = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (_, credential) = authorization.split_once("Credential=")?;
        Self::parse(credential.split([',', ' ']).next()?)
    }

    fn parse(credential: &'h str) -> Option<Self> {
        let mut parts = credential.split('/');
        let mut part = || parts.next();
        Some(Self { access_key_id: part()?, date: part()?, region: part()?, service: part()? })
    }

    /// Returns the access key id if it is an account id (12 digits). moto and LocalStack use the same convention.
    ///
    /// This is the account only if signatures are not verified.
    pub fn account(&self) -> Option<&'h str> {
        Scope::is_account_id(self.access_key_id).then_some(self.access_key_id)
    }

    /// Returns the scope of this region and an account, or `None` if the region is not valid in an ARN.
    pub fn scope(&self, account: &str) -> Option<Scope> {
        Scope::new(Scope::partition_for_region(self.region), account, self.region).ok()
    }
}
