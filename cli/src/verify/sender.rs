//! Sends requests to the endpoint, after the safety guard has checked them.

use super::safety_guard::{CREATE_STATE_MACHINE, SafetyGuard};
use crate::endpoint::Endpoint;
use crate::exit::CliError;
use crate::signals::Interrupt;
use serde::Serialize;
use serde_json::{Map, Value};
use std::io::ErrorKind;
use std::thread::sleep;
use std::time::Duration;

/// Maximum number of retries of a throttled request.
const MAX_RETRIES: u32 = 10;
const FIRST_DELAY: Duration = Duration::from_millis(500);
const MAX_DELAY: Duration = Duration::from_secs(20);

/// Number of requests in a row without a response after which the run ends.
const MAX_UNANSWERED: u32 = 3;

/// Headers to record.
const RECORDED_HEADERS: [&str; 4] = ["content-type", "x-amzn-errortype", "x-amzn-requestid", "content-encoding"];

/// A response of the endpoint.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Response {
    pub status: u16,
    pub headers: Map<String, Value>,
    /// The JSON, or a string if the body is not JSON.
    pub body: Value,
}

/// An error that ends a vector or the run.
#[derive(Debug, thiserror::Error)]
pub(super) enum VerifyError {
    /// The vector cannot be run, for this reason.
    #[error("{0}")]
    Skip(String),
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// An error that ends the run.
    #[error("{0}")]
    Fatal(CliError),
}

/// Sends requests, and retries throttled ones.
#[derive(Debug)]
pub(super) struct Sender {
    endpoint: Endpoint,
    guard: SafetyGuard,
    interrupt: Interrupt,
    /// Whether a state machine may exist that no response reported.
    may_have_orphans: bool,
    /// Number of requests without a response since the last response.
    unanswered: u32,
}

impl Sender {
    pub const fn new(endpoint: Endpoint, guard: SafetyGuard, interrupt: Interrupt) -> Self {
        Self { endpoint, guard, interrupt, may_have_orphans: false, unanswered: 0 }
    }

    pub const fn guard(&self) -> &SafetyGuard {
        &self.guard
    }

    /// Returns whether a state machine may exist that no response reported.
    pub const fn may_have_orphans(&self) -> bool {
        self.may_have_orphans
    }

    /// Returns whether the last request got a response.
    pub const fn is_answered(&self) -> bool {
        self.unanswered == 0
    }

    /// Calls an operation. The status is 0 if there is no response.
    ///
    /// # Errors
    /// [`VerifyError::Skip`] for a request that would change resources of others, [`VerifyError::Interrupted`], and
    /// [`VerifyError::Fatal`] if the endpoint cannot be reached, or did not respond to [`MAX_UNANSWERED`] requests in a row.
    pub fn call(&mut self, operation: &str, body: &[u8]) -> Result<Response, VerifyError> {
        self.call_with(operation, body, |sender, delay| sender.interrupt.wait(delay))
    }

    /// Like [`Sender::call`], also after the interrupt.
    pub fn call_uninterrupted(&mut self, operation: &str, body: &[u8]) -> Result<Response, VerifyError> {
        self.call_with(operation, body, |_, delay| {
            sleep(delay);
            false
        })
    }

    /// Calls an operation. `wait` waits before each attempt, and returns whether the call is interrupted.
    fn call_with(
        &mut self,
        operation: &str,
        body: &[u8],
        wait: fn(&Self, Duration) -> bool,
    ) -> Result<Response, VerifyError> {
        let foreign = |name: String| {
            let name: String = name.chars().take(80).collect();
            VerifyError::Skip(format!("would change a resource that this run did not create: `{name}`"))
        };
        self.guard.check(operation, body).map_err(foreign)?;
        let mut delay = Duration::ZERO;
        for attempt in 0.. {
            if wait(self, delay) {
                break;
            }
            let response = self.send(operation, body).map_err(VerifyError::Fatal)?;
            if !response.is_throttled() || attempt == MAX_RETRIES {
                return Ok(response);
            }
            delay = delay.saturating_mul(2).clamp(FIRST_DELAY, MAX_DELAY);
        }
        Err(VerifyError::Interrupted)
    }

    fn send(&mut self, operation: &str, body: &[u8]) -> Result<Response, CliError> {
        let response = self.endpoint.send(operation, body)?.map(read_response).or_else(missing_response);
        self.may_have_orphans |= operation == CREATE_STATE_MACHINE
            && response.as_ref().map_or_else(may_have_arrived, Response::may_have_succeeded);
        let response = response.map_err(|error| self.endpoint.connection_error(&error))?;
        self.unanswered = if response.status == 0 { self.unanswered.saturating_add(1) } else { 0 };
        if self.unanswered < MAX_UNANSWERED {
            return Ok(response);
        }
        let (count, body) = (self.unanswered, response.body);
        Err(CliError::System(format!(
            "{count} requests in a row have no response; the last one is {operation}: {body}"
        )))
    }
}

fn read_response(response: http::Response<Vec<u8>>) -> Response {
    let body = response.body();
    let text = || Value::String(String::from_utf8_lossy(body).into_owned());
    let header = |name: &&str| Some(((*name).to_owned(), response.headers().get(*name)?.to_str().ok()?.into()));
    let headers = RECORDED_HEADERS.iter().filter_map(header).collect();
    let status = response.status().as_u16();
    Response { status, headers, body: serde_json::from_slice(body).unwrap_or_else(|_| text()) }
}

/// Converts a missing response to one with status 0, because it can be a behaviour of the endpoint. If the endpoint has
/// ended, the next request fails.
fn missing_response(error: ureq::Error) -> Result<Response, ureq::Error> {
    let closed = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset, ErrorKind::UnexpectedEof];
    let body = match &error {
        ureq::Error::Timeout(_) => "no response within the time limit".to_owned(),
        ureq::Error::Io(error) if closed.contains(&error.kind()) => {
            format!("the connection was closed without a response: {error}")
        }
        _ => return Err(error),
    };
    Ok(Response { status: 0, headers: Map::new(), body: Value::String(body) })
}

/// Returns whether the endpoint may have received a failed request.
fn may_have_arrived(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Io(error) => error.kind() != ErrorKind::ConnectionRefused,
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => false,
        _ => true,
    }
}

/// Removes the namespace of the error code in a body. SDKs ignore it.
pub(super) fn remove_error_namespace(body: &mut Value) {
    if let Some(Value::String(code)) = body.get_mut("__type") {
        *code = strip_namespace(code).to_owned();
    }
}

fn strip_namespace(code: &str) -> &str {
    code.rsplit('#').next().unwrap_or_default()
}

impl Response {
    pub const fn is_ok(&self) -> bool {
        self.status == 200
    }

    /// Returns whether the request may have succeeded although there is no response, or an internal error.
    const fn may_have_succeeded(&self) -> bool {
        self.status == 0 || self.status >= 500
    }

    /// Returns the error code without its namespace.
    pub fn error_code(&self) -> &str {
        strip_namespace(self.string_member("__type").unwrap_or_default())
    }

    /// Returns a string member of the body.
    pub fn string_member(&self, member: &str) -> Option<&str> {
        self.body.get(member)?.as_str()
    }

    fn is_throttled(&self) -> bool {
        let codes = ["ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"];
        self.status == 429 || codes.contains(&self.error_code())
    }
}
