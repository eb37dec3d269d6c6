//! Encodes HTTP responses.

use super::HttpError;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Response, StatusCode};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const AWS_JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.0");

/// Encodes the result of an operation: status 200 with its JSON, or the error in AWS's format.
pub fn operation_response(result: Result<Vec<u8>, HttpError>, request_id: &str) -> Response<Bytes> {
    let (status, body, closes) = match result {
        Ok(body) => (200, body, false),
        Err(error) => (error.status(), error.body(), error.closes_connection()),
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

/// Returns a response with status 200, as used for `GET /health` and `GET /metrics`.
pub fn content_response(content_type: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
