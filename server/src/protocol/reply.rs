//! Replies as HTTP.

use super::HttpError;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Response, StatusCode};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const AWS_JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");

/// A body with its content type: what `GET /health` and `GET /metrics` answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The body.
    pub body: Bytes,
    /// The header `Content-Type`.
    pub content_type: &'static str,
}

/// The answer of an operation: 200 with its JSON, or the refusal as AWS writes it.
pub fn respond(result: Result<Vec<u8>, HttpError>, request_id: &str) -> Response<Bytes> {
    let (status, body, closes) = match result {
        Ok(body) => (200, body, false),
        Err(refusal) => (refusal.status(), refusal.body(), refusal.closes()),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, AWS_JSON);
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    if closes {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

impl Reply {
    /// The reply as HTTP, with status 200.
    pub fn respond(self) -> Response<Bytes> {
        let mut response = Response::new(self.body);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        response
    }
}
