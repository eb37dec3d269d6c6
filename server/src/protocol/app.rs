//! Responds to HTTP requests without a socket or threads.

use super::{AllowedHosts, Credential, HttpError, RequestTarget, check_origin, content_response, operation_response};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http::header::CONTENT_ENCODING;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use sfn_alias::{CallProgress, Error, Json, Operation, Scope, StepFunctions, generate_request_id};
use std::io::Read;

/// The endpoint as a function from request to response.
///
/// ```
/// use sfn_alias::StepFunctions;
/// use sfn_alias_server::protocol::App;
/// let app = App::new(StepFunctions::in_memory()?);
/// let request = http::Request::post("/").header("x-amz-target", "AWSStepFunctions.ListStateMachines");
/// let response = app.handle(request.body("{}".into()).unwrap());
/// assert_eq!((response.status().as_u16(), &response.body()[..]), (200, &br#"{"stateMachines":[]}"#[..]));
/// # Ok::<(), sfn_alias::Error>(())
/// ```
#[derive(Debug)]
pub struct App {
    service: StepFunctions,
    allowed_hosts: AllowedHosts,
}

/// The operations that are not of AWS, as in logs and metrics.
pub const RESET: &str = "reset";
/// See [`RESET`].
pub const BACKUP: &str = "backup";

/// Defines the text of `GET /`, with the line of the console if there is one.
macro_rules! index_text {
    ($console:literal) => {
        concat!(
            "sfn-alias ",
            env!("CARGO_PKG_VERSION"),
            ": an endpoint for AWS Step Functions state machine aliases

Use it with AWS clients: set AWS_ENDPOINT_URL_SFN to this URL.

",
            $console,
            "GET  /health          whether requests can succeed
GET  /health/live     whether the endpoint responds
GET  /metrics         metrics for Prometheus
POST /executions/end  set how an execution ends
POST /alarms          evaluate alarms
POST /reset           delete all state machines
POST /backup          write a copy of the data

Documentation: ",
            env!("CARGO_PKG_REPOSITORY"),
            "/blob/main/docs/README.md\n"
        )
    };
}

const INDEX: &str = index_text!("");
const INDEX_WITH_CONSOLE: &str = index_text!("GET  /console/        the console, a page for browsers\n");

/// A decoded request.
#[derive(Debug)]
pub struct Call {
    /// The service in the account and region of the request.
    pub service: StepFunctions,
    /// The operation.
    pub operation: Operation,
    /// The input as JSON.
    pub body: Bytes,
}

impl Call {
    /// Runs the operation and returns its output as JSON.
    ///
    /// # Errors
    /// The error of the service.
    pub fn run(&self) -> Result<Vec<u8>, HttpError> {
        Ok(self.service.call_from(self.operation.as_str(), &self.body[..], &Json)?)
    }

    /// Runs the operation without its callback.
    ///
    /// # Errors
    /// The error of the service.
    pub fn begin(&self) -> Result<CallProgress<Vec<u8>>, HttpError> {
        Ok(self.service.begin_call_from(self.operation.as_str(), &self.body[..], &Json)?)
    }

    /// Returns whether the operation may call the callback of the service.
    pub fn may_call_back(&self) -> bool {
        self.operation.starts_executions() && self.service.options().on_start.is_some()
    }
}

/// A response, with the values that logs and metrics record.
#[derive(Debug)]
pub struct Response<B = Bytes> {
    /// The HTTP response.
    pub http: http::Response<B>,
    /// The operation's name, or `unknown`.
    pub operation: &'static str,
    /// `OK`, or the error code.
    pub code: &'static str,
    /// The value of the header `x-amzn-RequestId`.
    pub request_id: String,
    /// The account and region of an accepted request.
    pub scope: Option<Scope>,
}

impl<B> Response<B> {
    /// Wraps a response that has no request id and is neither logged nor counted.
    pub const fn wrap_unrecorded(http: http::Response<B>) -> Self {
        Self { http, operation: "unknown", code: "OK", request_id: String::new(), scope: None }
    }

    /// Converts the body.
    pub fn map_body<T>(self, convert: impl FnOnce(B) -> T) -> Response<T> {
        let Self { http, operation, code, request_id, scope } = self;
        Response { http: http.map(convert), operation, code, request_id, scope }
    }
}

impl App {
    /// Creates an endpoint for a service, whose account and region apply to requests that specify none.
    pub fn new(service: StepFunctions) -> Self {
        Self { service, allowed_hosts: AllowedHosts::default() }
    }

    /// Sets the host names that [`App::handle`] and [`App::check_origin`] allow.
    #[must_use]
    pub fn with_allowed_hosts(self, allowed_hosts: AllowedHosts) -> Self {
        Self { allowed_hosts, ..self }
    }

    /// Returns the service in the account and region of requests that specify none.
    pub fn service(&self) -> &StepFunctions {
        &self.service
    }

    /// Rejects a request that a page of another origin may have caused.
    ///
    /// # Errors
    /// Those of [`check_origin`].
    pub fn check_origin(&self, head: &Parts) -> Result<(), HttpError> {
        check_origin(head, Some(&self.allowed_hosts))
    }

    /// Responds to a request without verifying its signature.
    pub fn handle(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let (head, body) = request.into_parts();
        if let Err(error) = self.check_origin(&head) {
            return self.respond_error(error).http;
        }
        match RequestTarget::from_head(&head) {
            Ok(RequestTarget::Operation(operation)) => {
                let result = self.decode(&head, body, None);
                let result = result.and_then(|(service, body)| Call { service, operation, body }.run());
                self.respond(operation.as_str(), result).http
            }
            Ok(RequestTarget::Own(operation)) => {
                let result = self.decode(&head, body, None);
                let result = result.and_then(|(service, body)| operation.run(&service, &body));
                self.respond(operation.as_str(), result).http
            }
            Ok(RequestTarget::Health) => Self::health_response(self.service.check_health().map_err(HttpError::from)),
            Ok(RequestTarget::Live) => Self::health_response(Ok(())),
            Ok(RequestTarget::Index) => Self::index_response(false),
            Ok(RequestTarget::Reset) => {
                let result = self.service.reset().map_err(HttpError::from);
                self.respond(RESET, result.map(|()| b"{}".to_vec())).http
            }
            // Only the HTTP server has metrics, a file and a console.
            Ok(RequestTarget::Metrics | RequestTarget::Backup | RequestTarget::Console(_)) => {
                self.respond_error(HttpError::UnknownOperation).http
            }
            Err(error) => self.respond_error(error).http,
        }
    }

    /// Decodes a request. Returns the service in its account and region, and its body. `verified` is the scope of a
    /// verified signature; without it, the account and region come from the unverified credential of the request.
    ///
    /// # Errors
    /// See [`decode_body`].
    pub fn decode(
        &self,
        head: &Parts,
        body: Bytes,
        verified: Option<Scope>,
    ) -> Result<(StepFunctions, Bytes), HttpError> {
        let body = decode_body(&head.headers, body, self.service.options().limits.request_bytes)?;
        let service = match verified {
            Some(scope) => self.service.in_scope(scope),
            None => self.select_service(&head.headers),
        };
        Ok((service, body))
    }

    /// Encodes the result of an operation, with a new request id.
    pub fn respond(&self, operation: &'static str, result: Result<Vec<u8>, HttpError>) -> Response {
        let code = result.as_ref().map_or_else(HttpError::code, |_| "OK");
        let request_id = generate_request_id();
        Response { http: operation_response(result, &request_id), operation, code, request_id, scope: None }
    }

    /// Encodes an error of a request without a supported operation.
    pub fn respond_error(&self, error: HttpError) -> Response {
        let operation = match error {
            HttpError::Service(Error::UnsupportedOperation(name)) => name,
            _ => "unknown",
        };
        self.respond(operation, Err(error))
    }

    /// Returns the response to `GET /`: what this endpoint is, and which paths it has.
    pub fn index_response(has_console: bool) -> http::Response<Bytes> {
        let text = if has_console { INDEX_WITH_CONSOLE } else { INDEX };
        content_response("text/plain; charset=utf-8", Bytes::from_static(text.as_bytes()))
    }

    /// Returns the response to `GET /health`: 200, or 503 with the reason why requests fail. For `GET /health/live`,
    /// `health` is `Ok`.
    pub fn health_response(health: Result<(), HttpError>) -> http::Response<Bytes> {
        const VERSION: &str = env!("CARGO_PKG_VERSION");
        let body = match &health {
            Ok(()) => concat!(r#"{"status":"ok","version":""#, env!("CARGO_PKG_VERSION"), r#""}"#).to_owned(),
            Err(error) => json!({"status": "failing", "reason": error.to_string(), "version": VERSION}).to_string(),
        };
        let mut response = content_response("application/json", body.into());
        if health.is_err() {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
        response
    }

    /// Returns the service in the account and region of the request's unverified credential.
    fn select_service(&self, headers: &HeaderMap) -> StepFunctions {
        let default = self.service.scope();
        let Some(credential) = Credential::from_headers(headers) else { return self.service.clone() };
        let account = credential.account().unwrap_or(default.account());
        if account == default.account() && credential.region == default.region() {
            return self.service.clone();
        }
        match credential.scope(account) {
            Some(scope) => self.service.in_scope(scope),
            None => self.service.clone(),
        }
    }
}

/// Decodes a body whose `Content-Encoding` is `gzip`, `identity` or absent.
///
/// # Errors
/// [`HttpError::ContentEncoding`] for another encoding or invalid data, and [`Error::TooLarge`] for more than
/// `limit` bytes before or after decoding.
pub fn decode_body(headers: &HeaderMap, body: Bytes, limit: usize) -> Result<Bytes, HttpError> {
    if body.len() > limit {
        return Err(Error::TooLarge { size: body.len(), limit }.into());
    }
    match headers.get(CONTENT_ENCODING).map(|encoding| encoding.as_bytes()) {
        None | Some(b"") => Ok(body),
        Some(identity) if identity.eq_ignore_ascii_case(b"identity") => Ok(body),
        Some(gzip) if gzip.eq_ignore_ascii_case(b"gzip") => decompress(&body, limit),
        Some(other) => Err(HttpError::ContentEncoding(format!(
            "unsupported content encoding `{}`; use gzip or none",
            other.escape_ascii()
        ))),
    }
}

fn decompress(compressed: &[u8], limit: usize) -> Result<Bytes, HttpError> {
    let mut body = Vec::new();
    // One more byte shows that the body exceeds the limit, without decompressing all of it.
    let readable = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut decoder = MultiGzDecoder::new(compressed).take(readable);
    decoder
        .read_to_end(&mut body)
        .map_err(|error| HttpError::ContentEncoding(format!("invalid gzip body: {error}")))?;
    if body.len() > limit {
        return Err(Error::TooLarge { size: body.len(), limit }.into());
    }
    Ok(body.into())
}
