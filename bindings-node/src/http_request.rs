//! HTTP requests of another server, and the host names under which it is reached.

use crate::error::create_argument_error;
use crate::reply::HttpReply;
use bytes::Bytes;
use http::Request;
use napi::bindgen_prelude::Env;
use napi_derive::napi;
use sfn_alias::generate_request_id;
use sfn_alias_server::protocol::{AllowedHosts, HostName, check_origin, operation_response};

/// A request without its body.
#[napi(object)]
pub struct HttpHead {
    /// The method.
    pub method: String,
    /// The request target.
    pub url: String,
    /// Alternating names and values.
    pub headers: Vec<String>,
    /// The host names of the endpoint.
    pub allow_hosts: Vec<String>,
}

impl HttpHead {
    /// Builds a request.
    ///
    /// # Errors
    /// An error for an invalid method, URL or header.
    pub fn build_request(&self, body: Vec<u8>) -> http::Result<Request<Bytes>> {
        let (pairs, _) = self.headers.as_chunks::<2>();
        let builder = Request::builder().method(&*self.method).uri(&*self.url);
        let builder = pairs.iter().fold(builder, |builder, [name, value]| builder.header(name, encode_latin1(value)));
        builder.body(body.into())
    }
}

/// Encodes a header value as Latin-1: Node represents each byte of a header as one character.
fn encode_latin1(value: &str) -> Vec<u8> {
    value.chars().map(|character| u8::try_from(character).unwrap_or(b'?')).collect()
}

/// Parses the option `allowHosts`.
pub fn parse_allowed_hosts(env: &Env, names: &[String]) -> napi::Result<AllowedHosts> {
    let parse = |(index, name): (usize, &String)| {
        let invalid = |error| create_argument_error(env, format!("options: `/allowHosts/{index}`: {error}"));
        name.parse::<HostName>().map_err(invalid)
    };
    names.iter().enumerate().map(parse).collect()
}

/// Throws the error of an option `allowHosts` that is not valid.
#[napi(catch_unwind)]
pub fn check_allowed_hosts(env: &Env, names: Vec<String>) -> napi::Result<()> {
    parse_allowed_hosts(env, &names).map(drop)
}

/// Returns the response to a request that a page of another origin may have caused, before its body is read.
#[napi(catch_unwind)]
pub fn reject_http_request(env: &Env, head: HttpHead) -> napi::Result<Option<HttpReply>> {
    let allowed_hosts = parse_allowed_hosts(env, &head.allow_hosts)?;
    // An invalid request is rejected later.
    let Ok(request) = head.build_request(Vec::new()) else { return Ok(None) };
    let checked = check_origin(&request.into_parts().0, Some(&allowed_hosts));
    let respond = |error| HttpReply::new(&operation_response(Err(error), &generate_request_id()));
    Ok(checked.err().map(respond))
}
