//! The responses of calls.

use bytes::Bytes;
use napi::bindgen_prelude::{Buffer, Either3};
use napi_derive::napi;
use sfn_alias::{Reply, Result};

/// The response of a call: of `call`, `callJson` or `handleHttpRequest`.
pub type Response = Either3<String, JsonReply, HttpReply>;

/// Status and body of an AWS JSON response.
#[napi(object)]
pub struct JsonReply {
    /// The HTTP status.
    pub status: u16,
    /// The JSON.
    pub body: String,
}

/// A response to an HTTP request.
#[napi(object)]
pub struct HttpReply {
    /// The HTTP status.
    pub status: u16,
    /// Alternating names and values.
    pub headers: Vec<String>,
    /// The body.
    pub body: Buffer,
}

impl JsonReply {
    /// Converts the result of a call; an error is a response too.
    pub fn respond(result: Result<Vec<u8>>) -> Result<Response> {
        let reply = Reply::from_result(result);
        Ok(Either3::B(Self { status: reply.status, body: String::from_utf8_lossy(&reply.body).into_owned() }))
    }
}

impl HttpReply {
    /// Converts an HTTP response.
    pub fn new(response: &http::Response<Bytes>) -> Self {
        let length = response.body().len().to_string();
        let pairs = response.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default()));
        let pairs = pairs.chain([("content-length", length.as_str())]);
        let headers = pairs.flat_map(|(name, value)| [name.to_owned(), value.to_owned()]).collect();
        Self { status: response.status().as_u16(), headers, body: response.body().to_vec().into() }
    }
}
