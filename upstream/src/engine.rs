//! Calls operations of the engine, and describes why a call failed.

use crate::transport::{Transport, UpstreamResponse};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt;
use std::time::{Duration, Instant};

/// Maximum number of characters of a body that is not valid which an error repeats.
const MAX_BODY_CHARACTERS: usize = 200;

/// The time until which the calls for one request must end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Instant);

/// The engine and how long requests may take.
#[derive(Debug)]
pub(crate) struct Engine {
    transport: Box<dyn Transport>,
    pub timeout: Duration,
}

impl Engine {
    pub fn new(transport: Box<dyn Transport>, timeout: Duration) -> Self {
        Self { transport, timeout }
    }

    /// Returns the deadline of a request that begins now.
    pub fn deadline(&self) -> Deadline {
        Self::deadline_after(self.timeout)
    }

    /// Returns the deadline of a request that takes longer than others.
    pub fn deadline_after(timeout: Duration) -> Deadline {
        let now = Instant::now();
        Deadline(now.checked_add(timeout).unwrap_or(now))
    }

    /// Calls an operation and parses its response.
    pub fn call<T: DeserializeOwned>(
        &self,
        region: &str,
        operation: &str,
        input: &Value,
        deadline: Deadline,
    ) -> Result<T, CallError> {
        let body = self.send(region, operation, input.to_string().as_bytes(), deadline)?;
        self.parse(operation, &body)
    }

    /// Calls an operation and returns the body of its response, which is a JSON object.
    pub fn send(&self, region: &str, operation: &str, body: &[u8], deadline: Deadline) -> Result<Vec<u8>, CallError> {
        let left = deadline.0.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(self.error(operation, &format_args!("no response within {:?}", self.timeout)));
        }
        let response = self.transport.send(region, operation, body, left);
        let response = response.map_err(|error| self.error(operation, &error))?;
        match response.status {
            200 => self.parse::<serde_json::Map<String, Value>>(operation, &response.body).map(|_| response.body),
            _ => Err(self.rejection(operation, response)),
        }
    }

    /// Parses a body of the engine.
    pub fn parse<T: DeserializeOwned>(&self, operation: &str, body: &[u8]) -> Result<T, CallError> {
        serde_json::from_slice(body).map_err(|error| {
            self.error(operation, &format_args!("the response is not valid: {error}: `{}`", describe_body(body)))
        })
    }

    /// Creates the error of a call.
    pub fn error(&self, operation: &str, detail: &dyn fmt::Display) -> CallError {
        CallError { text: format!("{operation} at {} failed: {detail}", self.transport.url()), rejection: None }
    }

    fn rejection(&self, operation: &str, response: UpstreamResponse) -> CallError {
        let status = response.status;
        let Ok(ErrorBody { kind, message }) = serde_json::from_slice(&response.body) else {
            return self.error(operation, &format_args!("status {status}: `{}`", describe_body(&response.body)));
        };
        let code = kind.rsplit('#').next().unwrap_or_default().to_owned();
        let message = message.map(|message| format!(": {message}")).unwrap_or_default();
        let CallError { text, .. } = self.error(operation, &format_args!("{code}{message} (status {status})"));
        CallError { text, rejection: Some(Rejection { code, response }) }
    }
}

/// An error in the format of AWS.
#[derive(Deserialize)]
struct ErrorBody {
    #[serde(rename = "__type", alias = "code")]
    kind: String,
    #[serde(alias = "Message")]
    message: Option<String>,
}

fn describe_body(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(MAX_BODY_CHARACTERS).collect()
}

/// Why a call of the engine failed. `Display` names the operation, the URL and the error.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{text}")]
pub(crate) struct CallError {
    text: String,
    rejection: Option<Rejection>,
}

/// An error response of the engine.
#[derive(Debug, Clone)]
pub(crate) struct Rejection {
    /// The error code, for example `InvalidDefinition`.
    pub code: String,
    pub response: UpstreamResponse,
}

impl CallError {
    /// Returns whether the engine responded with this error code.
    pub fn is(&self, code: &str) -> bool {
        self.rejection.as_ref().is_some_and(|rejection| rejection.code == code)
    }

    /// Returns the response for the client: that of the engine, or status 503 if there was none.
    pub fn into_response(self) -> UpstreamResponse {
        let unavailable = |text| {
            let body = json!({"__type": "com.amazon.coral.service#ServiceUnavailable", "message": text});
            UpstreamResponse { status: 503, body: body.to_string().into_bytes() }
        };
        self.rejection.map_or_else(|| unavailable(self.text), |rejection| rejection.response)
    }
}
