//! The routes of the API.

use crate::files;
use bytes::Bytes;
use http::Method;
use serde::Serialize;
use serde_json::json;
use sfn_alias::{Operation, StepFunctions};
use sfn_alias_server::http::{ChangeStream, Console, ConsoleFile, ConsoleRequest};
use sfn_alias_server::protocol::HttpError;

/// Where the data of the endpoint is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StorageKind {
    /// In memory.
    Memory,
    /// In a file.
    File,
    /// In etcd, which other servers use too.
    Etcd,
}

/// What the page shows about the endpoint.
#[derive(Debug, Clone, Copy)]
pub struct ConsoleOptions {
    /// Where the data is stored.
    pub storage: StorageKind,
    /// Whether requests must be signed.
    pub signed: bool,
    /// Whether the data is that of the demo.
    pub demo: bool,
    /// Whether executions run in another endpoint.
    pub upstream: bool,
}

/// The web console.
#[derive(Debug)]
pub struct WebConsole {
    options: ConsoleOptions,
}

impl WebConsole {
    /// Creates a console.
    pub const fn new(options: ConsoleOptions) -> Self {
        Self { options }
    }

    fn describe_endpoint(&self, service: &StepFunctions) -> Vec<u8> {
        let ConsoleOptions { storage, signed, demo, upstream } = self.options;
        let scope = service.scope();
        json!({
            "version": env!("CARGO_PKG_VERSION"), "account": scope.account(), "region": scope.region(),
            "storage": storage, "signed": signed, "demo": demo, "upstream": upstream,
            "timeMillis": service.options().clock.now().as_millis(),
        })
        .to_string()
        .into_bytes()
    }
}

impl Console for WebConsole {
    fn find_file(&self, path: &str) -> Option<ConsoleFile> {
        files::find_file(path)
    }

    fn handle(&self, service: &StepFunctions, request: &ConsoleRequest<'_>) -> Result<Vec<u8>, HttpError> {
        match (request.method, request.path) {
            (&Method::GET, "") => Ok(self.describe_endpoint(service)),
            _ => Err(HttpError::UnknownOperation),
        }
    }

    fn subscribe(&self, _service: &StepFunctions) -> Box<dyn ChangeStream> {
        Box::new(NoChanges)
    }

    fn record_operation(&self, _: &StepFunctions, _: Operation, _: &Bytes, _: &str) {}
}

struct NoChanges;

impl ChangeStream for NoChanges {
    fn take_changes(&mut self) -> Option<Vec<u8>> {
        None
    }
}
