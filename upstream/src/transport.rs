//! Sends requests to the engine.

use std::fmt;
use std::time::Duration;

/// A response of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamResponse {
    /// The HTTP status.
    pub status: u16,
    /// The body, JSON if the engine works.
    pub body: Vec<u8>,
}

/// Why there is no response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The engine did not respond, with the reason.
    #[error("{0}")]
    NoResponse(String),
    /// The engine responded with a body of more than this number of bytes.
    #[error("expected a response of up to {0} bytes, found a larger one")]
    TooLarge(u64),
}

/// Sends requests in AWS JSON 1.0 to the engine. The signature is that of the program, never that of a client.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Returns the URL of the engine, for error texts.
    fn url(&self) -> &str;

    /// Sends a request and returns the response, whatever its status is. Blocks for up to `timeout`, and reads up to a
    /// limited number of bytes.
    ///
    /// # Errors
    /// Why there is no response.
    fn send(
        &self,
        region: &str,
        operation: &str,
        body: &[u8],
        timeout: Duration,
    ) -> Result<UpstreamResponse, TransportError>;
}
