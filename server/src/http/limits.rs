//! Resource limits of a server.

use std::time::Duration;

/// Resource limits of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Maximum number of connections (16,384). Further ones get a 503 and are closed.
    pub connections: usize,
    /// Maximum total size of the request bodies in flight, in bytes (256 MiB). Further requests get a 503. A quarter
    /// is reserved for bodies of up to 64 KiB.
    pub body_bytes: usize,
    /// Maximum total size of the pending responses over 16 KiB, in bytes (256 MiB). Further requests get a 503.
    pub response_bytes: usize,
    /// Maximum size of a request head, and of the trailers after a body, in bytes (64 KiB). Larger heads get a 431.
    pub head_bytes: usize,
    /// Maximum number of headers of a request (100). More get a 431.
    pub headers: usize,
    /// Maximum time until a connection sends a complete head, including idle time (60 seconds).
    pub head_timeout: Duration,
    /// Maximum time to receive a body (30 seconds).
    pub body_timeout: Duration,
    /// Maximum time to receive a body if other requests need its memory (1 second).
    pub body_timeout_when_full: Duration,
    /// Maximum time without a byte of a response accepted by the client (30 seconds).
    pub write_timeout: Duration,
    /// Number of threads for calls that wait for a callback or for another endpoint (512). Further calls wait for a thread.
    pub blocking_threads: u32,
    /// Maximum number of calls that wait for such a thread (4,096). Further ones get a 503.
    pub waiting_calls: usize,
    /// Maximum time that a call waits for such a thread (60 seconds). Then it gets a 503.
    pub call_wait_timeout: Duration,
    /// Maximum time to finish the requests in flight when the server stops (10 seconds).
    pub stop_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 16_384,
            body_bytes: 256 * 1024 * 1024,
            response_bytes: 256 * 1024 * 1024,
            head_bytes: 64 * 1024,
            headers: 100,
            head_timeout: Duration::from_secs(60),
            body_timeout: Duration::from_secs(30),
            body_timeout_when_full: Duration::from_secs(1),
            write_timeout: Duration::from_secs(30),
            blocking_threads: 512,
            waiting_calls: 4096,
            call_wait_timeout: Duration::from_secs(60),
            stop_timeout: Duration::from_secs(10),
        }
    }
}
