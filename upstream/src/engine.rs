//! Calls operations of the engine, and describes why a call failed.

use crate::transport::{Transport, TransportError, UpstreamResponse};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use sfn_alias::catch_panic;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Maximum number of characters of a body that is not valid which an error repeats.
const MAX_BODY_CHARACTERS: usize = 200;

/// Maximum number of characters of an error, which can contain a text of the engine.
const MAX_CHARACTERS: usize = 4000;

/// The time until which the calls for one request must end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub fn after(timeout: Duration) -> Self {
        let now = Instant::now();
        Self(now.checked_add(timeout).unwrap_or(now))
    }

    pub fn is_over(self) -> bool {
        self.remaining().is_zero()
    }

    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

/// The engine and how long requests may take.
#[derive(Debug)]
pub(crate) struct Engine {
    transport: Box<dyn Transport>,
    pub timeout: Duration,
    contact: Mutex<Contact>,
}

/// When the engine responded.
#[derive(Debug)]
struct Contact {
    last_response: Instant,
    failure: Option<LackOfResponses>,
}

/// Calls in a row without a response.
#[derive(Debug, Clone)]
struct LackOfResponses {
    since: Instant,
    /// When the last call failed.
    last: Instant,
    error: CallError,
}

impl Engine {
    pub fn new(transport: Box<dyn Transport>, timeout: Duration) -> Self {
        Self { transport, timeout, contact: Mutex::new(Contact { last_response: Instant::now(), failure: None }) }
    }

    /// Returns the deadline of a request that begins now.
    pub fn deadline(&self) -> Deadline {
        Deadline::after(self.timeout)
    }

    /// Returns the last error if the engine has not responded for the timeout.
    pub fn lasting_failure(&self) -> Option<CallError> {
        let LackOfResponses { since, last, error } = self.lock().failure.clone()?;
        // If the last call was long ago, the engine may respond now.
        let is_lasting = self.is_lasting(last.duration_since(since)) && last.elapsed() < self.timeout;
        is_lasting.then_some(error)
    }

    /// Returns whether a failure of this duration is not retried. A call that used all of its time took slightly less than the timeout.
    pub fn is_lasting(&self, failure: Duration) -> bool {
        failure >= self.timeout.mul_f32(0.9)
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
        if deadline.is_over() {
            return Err(self.no_response(operation, &format_args!("no time is left of {:?}", self.timeout)));
        }
        let begin = Instant::now();
        let send = || self.transport.send(region, operation, body, deadline.remaining());
        let response = catch_panic(TransportError::NoResponse, send).map_err(|error| match error {
            TransportError::NoResponse(reason) => self.no_response(operation, &reason),
            TransportError::TooLarge(_) => self.too_large(operation, &error),
        });
        self.lock().record(begin, response.as_ref().err().filter(|error| error.has_no_response()));
        let response = response?;
        match response.status {
            200 => self.parse::<BTreeMap<String, IgnoredAny>>(operation, &response.body).map(|_| response.body),
            _ => Err(self.rejection(operation, response)),
        }
    }

    /// Parses a body of the engine.
    pub fn parse<'b, T: Deserialize<'b>>(&self, operation: &str, body: &'b [u8]) -> Result<T, CallError> {
        serde_json::from_slice(body).map_err(|error| {
            self.error(operation, &format_args!("the response is not valid: {error}: `{}`", describe_body(body)))
        })
    }

    /// Creates the error of a call.
    pub fn error(&self, operation: &str, detail: &dyn fmt::Display) -> CallError {
        let text = format!("{operation} at {} failed: {detail}", self.transport.url());
        CallError { text: text.chars().take(MAX_CHARACTERS).collect(), has_response: true, rejection: None }
    }

    /// Creates the error of a call without a response in time.
    pub fn no_response(&self, operation: &str, reason: &dyn fmt::Display) -> CallError {
        CallError { has_response: false, ..self.error(operation, reason) }
    }

    /// Creates an error that clients do not retry: the response would be the same.
    fn too_large(&self, operation: &str, error: &TransportError) -> CallError {
        let help = match operation {
            "GetExecutionHistory" => {
                "; help: with an engine that has pages, use a smaller `maxResults` or `includeExecutionData` false"
            }
            _ => "",
        };
        let CallError { text, .. } = self.error(operation, &format_args!("{error}{help}"));
        let code = "ValidationException";
        let body = json!({"__type": format!("com.amazon.coral.validate#{code}"), "message": text});
        let response = UpstreamResponse { status: 400, body: body.to_string().into_bytes() };
        let rejection = Rejection { code: code.to_owned(), message: text.clone(), response };
        CallError { text, has_response: true, rejection: Some(rejection) }
    }

    fn lock(&self) -> MutexGuard<'_, Contact> {
        self.contact.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rejection(&self, operation: &str, response: UpstreamResponse) -> CallError {
        let status = response.status;
        let is_error = (400..600).contains(&status);
        let parsed: Option<ErrorBody> = serde_json::from_slice(&response.body).ok().filter(|_| is_error);
        let Some((kind, message)) =
            parsed.map(|body| (body.kind.unwrap_or_default(), body.message.unwrap_or_default()))
        else {
            return self.error(operation, &format_args!("status {status}: `{}`", describe_body(&response.body)));
        };
        let code = kind.rsplit('#').next().unwrap_or_default().to_owned();
        let separator = if code.is_empty() { "" } else { ", " };
        let CallError { text, .. } =
            self.error(operation, &format_args!("status {status}{separator}{code}: {message}"));
        CallError { text, has_response: true, rejection: Some(Rejection { code, message, response }) }
    }
}

impl Contact {
    /// Records a call that began at a time, and its error if there was no response.
    fn record(&mut self, begin: Instant, error: Option<&CallError>) {
        match error {
            None => *self = Self { last_response: Instant::now(), failure: None },
            // Other calls may have had responses since this one began.
            Some(error) => {
                let since = self.failure.as_ref().map_or(begin.max(self.last_response), |failure| failure.since);
                self.failure = Some(LackOfResponses { since, last: Instant::now(), error: error.clone() });
            }
        }
    }
}

/// An error in the format of AWS.
#[derive(Deserialize)]
struct ErrorBody {
    /// moto sends null for an invalid definition.
    #[serde(rename = "__type", alias = "code")]
    kind: Option<String>,
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
    has_response: bool,
    rejection: Option<Rejection>,
}

/// An error response of the engine.
#[derive(Debug, Clone)]
pub(crate) struct Rejection {
    /// The error code, for example `InvalidDefinition`.
    pub code: String,
    pub message: String,
    pub response: UpstreamResponse,
}

impl CallError {
    /// Returns whether the engine responded with this error code.
    pub fn is(&self, code: &str) -> bool {
        self.rejection.as_ref().is_some_and(|rejection| rejection.code == code)
    }

    /// Returns the message of an error response with status 400 that has no error code.
    pub fn message_without_code(&self) -> Option<&str> {
        let rejection = self.rejection.as_ref()?;
        (rejection.code.is_empty() && rejection.response.status == 400).then_some(&rejection.message)
    }

    /// Replaces the texts, the error message and the body.
    pub fn replace_texts(self, replace: impl Fn(Vec<u8>) -> Vec<u8>) -> Self {
        let replace_text = |text: String| String::from_utf8_lossy(&replace(text.into_bytes())).into_owned();
        let rejection =
            self.rejection.map(|Rejection { code, message, response: UpstreamResponse { status, body } }| {
                let response = UpstreamResponse { status, body: replace(body) };
                Rejection { code, message: replace_text(message), response }
            });
        Self { text: replace_text(self.text), rejection, ..self }
    }

    /// Returns whether the engine did not respond in time.
    pub fn has_no_response(&self) -> bool {
        !self.has_response
    }

    /// Returns whether the engine responded with an error of AWS.
    pub fn is_rejection(&self) -> bool {
        self.rejection.is_some()
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
