//! AWS JSON 1.0 over HTTP, without a socket.
//!
//! `request_target` finds the operation of a request, `credential` its account and region. `app` decodes the body and calls
//! the service. `response` encodes the result.

mod app;
mod credential;
mod request_target;
mod response;

pub use app::{App, Call, Response, decode_body};
pub use credential::Credential;
pub use request_target::{RequestTarget, UNSUPPORTED_OPERATIONS};
pub use response::{HttpError, content_response, operation_response};
