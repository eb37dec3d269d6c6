//! AWS JSON 1.0 over HTTP, without a socket.
//!
//! `request_target` finds the operation, account and region of a request. `app` decodes the body and calls the service.
//! `response` encodes the result.

mod app;
mod request_target;
mod response;

pub use app::{App, BACKUP, Call, RESET, Response, check_web_page, decode_body};
pub use request_target::{ConsoleTarget, Credential, OwnOperation, RequestTarget};
pub use response::{HttpError, content_response, operation_response};
