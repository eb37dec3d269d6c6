//! Responses in AWS JSON 1.0.

mod serializer;

use crate::error::{Error, Result};
use serde::Serialize;
use serializer::JsonSerializer;

/// An HTTP response: status and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status: 200, or the status of the error.
    pub status: u16,
    /// The body, JSON.
    pub body: Vec<u8>,
}

/// Serializes a response: to JSON, or to values of another programming language.
pub trait SerializeResponse {
    /// The serialized response.
    type Output;

    /// Serializes a response. Dates are newtype structs named `Timestamp` with seconds, so that
    /// a language can create its own dates.
    ///
    /// # Errors
    /// [`Error::Internal`] if the response cannot be serialized.
    fn write<T: Serialize>(&self, response: &T) -> Result<Self::Output>;
}

/// Serializes responses to JSON bytes.
#[derive(Debug, Clone, Copy)]
pub struct Json;

impl SerializeResponse for Json {
    type Output = Vec<u8>;

    fn write<T: Serialize>(&self, response: &T) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(512);
        let to_error = |error| Error::Internal(format!("the response cannot be serialized as JSON: {error}"));
        response.serialize(JsonSerializer(&mut bytes)).map_err(to_error)?;
        Ok(bytes)
    }
}

#[derive(Serialize)]
struct ErrorBody {
    #[serde(rename = "__type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl Reply {
    /// Converts a result of [`crate::StepFunctions::call_from`] or [`crate::StepFunctions::call_batch`] to a response.
    pub fn from_result(result: Result<Vec<u8>>) -> Self {
        match result {
            Ok(body) => Self { status: 200, body },
            Err(error) => Self { status: error.kind().status(), body: error_body(&error) },
        }
    }
}

/// Serializes an error as AWS does: `{"__type": "...#Code", "message": "...", "reason": "..."}`.
pub fn error_body(error: &Error) -> Vec<u8> {
    let body = ErrorBody { kind: error.wire_type(), message: error.wire_message(), reason: error.reason() };
    // Cannot fail for strings.
    serde_json::to_vec(&body).unwrap_or_default()
}
