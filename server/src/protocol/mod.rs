//! AWS JSON 1.0 over HTTP, without a socket.
//!
//! `origin` rejects requests of pages of other origins, `host` those for other host names. `request_target` finds the
//! operation, account and region of a request. `app` decodes the body and calls the service. `response` encodes the result.

mod app;
mod host;
mod origin;
mod request_target;
mod response;

pub use app::{App, BACKUP, Call, RESET, Response, decode_body};
pub use host::{AllowedHosts, HostName, HostNameError};
pub use origin::check_origin;
pub use request_target::{ConsoleTarget, Credential, OwnOperation, RequestTarget};
pub use response::{HttpError, content_response, operation_response};
