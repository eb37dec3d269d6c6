//! HTTP requests that somebody else received, `node:http` for example.

use crate::js::{Js, Thrown};
use bytes::Bytes;
use http::{Request, Response};
use sfn_alias_server::protocol::{App, HttpError};

/// A request as it was received.
pub struct Received {
    method: String,
    url: String,
    /// Names and values in turn.
    headers: Vec<String>,
    body: Vec<u8>,
}

impl Received {
    /// Reads the members that Node's requests have.
    pub fn read<'e>(request: Js<'e>, body: Js<'e>) -> Result<Self, Thrown<'e>> {
        let headers = request.member("rawHeaders")?;
        Ok(Self {
            method: request.member("method")?.described(),
            url: request.member("url")?.described(),
            headers: (0..headers.length()).map(|at| headers.item(at).map(Js::described)).collect::<Result<_, _>>()?,
            body: body.bytes().unwrap_or_else(|| body.described().into_bytes()),
        })
    }

    /// The answer.
    ///
    /// # Errors
    /// Where the operating system has no randomness.
    pub fn answer(self, aliases: &sfn_alias::StepFunctions) -> sfn_alias::Result<Response<Bytes>> {
        let app = App::new(aliases.clone());
        // What is no request of HTTP's is none for an operation.
        Ok(self
            .request()
            .map_or_else(|_| app.respond_error(HttpError::UnknownOperation).http, |request| app.handle(request)))
    }

    fn request(self) -> http::Result<Request<Bytes>> {
        let (pairs, _) = self.headers.as_chunks::<2>();
        let start = Request::builder().method(self.method.as_str()).uri(self.url);
        let all = pairs.iter().fold(start, |request, [name, value]| request.header(name, latin1(value)));
        all.body(self.body.into())
    }
}

/// The bytes of a header, which Node gives as the characters of the same numbers.
fn latin1(value: &str) -> Vec<u8> {
    value.chars().map(|character| u8::try_from(character).unwrap_or(b'?')).collect()
}

/// The answer in JavaScript.
pub fn into_js<'e>(any: Js<'e>, answer: &Response<Bytes>) -> Js<'e> {
    let length = answer.body().len().to_string();
    let told = answer.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default()));
    let told: Vec<&str> =
        told.chain([("content-length", length.as_str())]).flat_map(|(name, value)| [name, value]).collect();
    let headers = any.make_list(told.len());
    told.iter().enumerate().for_each(|(at, text)| headers.set_item(at, any.make_text(text)));
    any.make_object()
        .with("status", any.make_number(f64::from(answer.status().as_u16())))
        .with("headers", headers)
        .with("body", any.make_buffer(answer.body()))
}
