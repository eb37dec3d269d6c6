//! AWS JSON 1.0 over HTTP, without a socket.
//!
//! `request_target` finds the operation of a request, `credential` its account and region, `content_encoding`
//! unpacks its body. `app` combines them and calls the service. `error` and `response` encode the result.

mod app;
mod content_encoding;
mod credential;
mod error;
mod request_target;
mod response;

pub use app::{App, Call, Response};
pub use content_encoding::decode_body;
pub use credential::Credential;
pub use error::HttpError;
pub use request_target::{RequestTarget, UNSUPPORTED_OPERATIONS};
pub use response::{content_response, operation_response};
