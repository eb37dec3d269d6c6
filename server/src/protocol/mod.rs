//! AWS JSON 1.0 over HTTP, without a socket: a request in, a reply out.
//!
//! `target` finds the operation, `credential` whose request it is, `body` its JSON; `app` puts them
//! together and asks the core; `refusal` and `reply` are what goes back.

mod app;
mod body;
mod credential;
mod error;
mod reply;
mod target;

pub use app::{Answered, App, Call};
pub use body::decoded;
pub use credential::Credential;
pub use error::HttpError;
pub use reply::{Reply, respond};
pub use target::{Target, UNSUPPORTED};
