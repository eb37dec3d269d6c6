//! The interface of the web console: a page and its API.

use crate::protocol::HttpError;
use bytes::Bytes;
use http::Method;
use sfn_alias::{Operation, StepFunctions};
use std::fmt;

/// The web console that a server offers below `/console`.
///
/// The server receives the requests, checks their signatures and limits, and sends the responses. The console contains the
/// files and the API.
pub trait Console: Send + Sync + fmt::Debug {
    /// Returns the file of a path, for example `/console/app.js`. `/console/` is the page.
    fn find_file(&self, path: &str) -> Option<ConsoleFile>;

    /// Handles a request of the API, in the account and region of the service. May wait for the store.
    ///
    /// # Errors
    /// [`HttpError::UnknownOperation`] for an unknown path or method, [`HttpError::Rejected`] for a request that is not
    /// valid, and the errors of the service.
    fn handle(&self, service: &StepFunctions, request: &ConsoleRequest<'_>) -> Result<Vec<u8>, HttpError>;

    /// Returns the changes from now on in the account and region of the service.
    fn subscribe(&self, service: &StepFunctions) -> Box<dyn ChangeStream>;

    /// Records a successful operation that may have changed an alias. Does not wait.
    fn record_operation(&self, service: &StepFunctions, operation: Operation, body: &Bytes, user_agent: &str);
}

/// A request of the API of the console.
#[derive(Debug, Clone, Copy)]
pub struct ConsoleRequest<'r> {
    /// The method.
    pub method: &'r Method,
    /// The path after `/console/api`: empty, or for example `/summary`.
    pub path: &'r str,
    /// The query without `?`, not decoded.
    pub query: &'r str,
    /// The body.
    pub body: &'r [u8],
    /// Whether the client may see all accounts: without signatures.
    pub may_see_all_accounts: bool,
}

/// A static file.
#[derive(Debug, Clone)]
pub struct ConsoleFile {
    /// The content type.
    pub content_type: &'static str,
    /// The content.
    pub content: Bytes,
    /// The content, compressed with gzip.
    pub gzip: Bytes,
    /// The entity tag, with quotes.
    pub etag: String,
}

/// The changes that a page is informed about.
pub trait ChangeStream: Send {
    /// Returns the changes since the last call as lines of JSON, each with a line feed. `None` if there are none. Does not
    /// wait. The server calls it once per second.
    fn take_changes(&mut self) -> Option<Vec<u8>>;
}
