//! AWS JSON 1.0: a status and a body.

mod writer;

use crate::error::{Error, Result};
use serde::Serialize;
use writer::Writer;

/// A response on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status: 200, or the error's.
    pub status: u16,
    /// JSON.
    pub body: Vec<u8>,
}

/// Serializes a response: to JSON, or to a host language's values.
pub trait SerializeResponse {
    /// The serialized response.
    type Answer;

    /// Serializes a response. Dates are newtype structs named `Timestamp` around seconds, so that a
    /// language can create its own dates.
    ///
    /// # Errors
    /// [`Error::Internal`] if the response cannot be serialized.
    fn write<T: Serialize>(&self, answer: &T) -> Result<Self::Answer>;
}

/// Serializes responses to JSON bytes.
pub(crate) struct Json;

impl SerializeResponse for Json {
    type Answer = Vec<u8>;

    fn write<T: Serialize>(&self, answer: &T) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(512);
        let failed = |error| Error::Internal { detail: format!("the response cannot be serialized as JSON: {error}") };
        answer.serialize(Writer(&mut bytes)).map_err(failed)?;
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
    /// Converts a result of [`crate::StepFunctions::try_call`] to a response.
    pub fn of(result: Result<Vec<u8>>) -> Self {
        match result {
            Ok(body) => Self { status: 200, body },
            Err(error) => Self { status: error.kind().status(), body: error_body(&error) },
        }
    }
}

/// The error as AWS writes it: `{"__type": "...#Code", "message": "...", "reason": "..."}`.
pub fn error_body(error: &Error) -> Vec<u8> {
    let body = ErrorBody { kind: error.wire_type(), message: error.wire_message(), reason: error.reason() };
    // Strings alone always have a JSON form.
    serde_json::to_vec(&body).unwrap_or_default()
}
