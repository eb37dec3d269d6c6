//! HTTP requests received by `node:http` or another HTTP server.

use crate::js::{Js, JsException};
use bytes::Bytes;
use http::{Request, Response};
use sfn_alias_server::protocol::{App, HttpError};

/// An HTTP request, not yet validated.
pub struct HttpRequest {
    method: String,
    url: String,
    /// Alternating names and values.
    headers: Vec<String>,
    body: Vec<u8>,
}

impl HttpRequest {
    /// Reads an `http.IncomingMessage` or an object with the same members.
    pub fn from_js<'e>(request: Js<'e>, body: Js<'e>) -> Result<Self, JsException<'e>> {
        let headers = request.get_member("rawHeaders")?;
        Ok(Self {
            method: request.get_member("method")?.coerce_to_string(),
            url: request.get_member("url")?.coerce_to_string(),
            headers: (0..headers.array_length())
                .map(|index| headers.get_item(index).map(Js::coerce_to_string))
                .collect::<Result<_, _>>()?,
            body: body.copy_bytes().unwrap_or_else(|| body.coerce_to_string().into_bytes()),
        })
    }

    /// Handles the request.
    pub fn handle(self, service: &sfn_alias::StepFunctions) -> Response<Bytes> {
        let app = App::new(service.clone());
        // An invalid HTTP request gets the response of an unknown operation.
        self.build().map_or_else(|_| app.respond_error(HttpError::UnknownOperation).http, |request| app.handle(request))
    }

    fn build(self) -> http::Result<Request<Bytes>> {
        let (pairs, _) = self.headers.as_chunks::<2>();
        let builder = Request::builder().method(self.method.as_str()).uri(self.url);
        let builder = pairs.iter().fold(builder, |builder, [name, value]| builder.header(name, encode_latin1(value)));
        builder.body(self.body.into())
    }
}

/// Encodes a header value as Latin-1: Node represents each byte of a header as one character.
fn encode_latin1(value: &str) -> Vec<u8> {
    value.chars().map(|character| u8::try_from(character).unwrap_or(b'?')).collect()
}

/// Converts a response to a JavaScript object.
pub fn create_response<'e>(js: Js<'e>, response: &Response<Bytes>) -> Js<'e> {
    let length = response.body().len().to_string();
    let pairs = response.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default()));
    let texts: Vec<&str> =
        pairs.chain([("content-length", length.as_str())]).flat_map(|(name, value)| [name, value]).collect();
    let headers = js.create_array(texts.len());
    texts.iter().enumerate().for_each(|(index, text)| headers.set_item(index, js.create_string(text)));
    js.create_object()
        .with_member("status", js.create_number(f64::from(response.status().as_u16())))
        .with_member("headers", headers)
        .with_member("body", js.create_buffer(response.body()))
}
