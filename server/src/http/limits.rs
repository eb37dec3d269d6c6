//! Bounds, so that no client takes the endpoint away from the others.

use std::time::Duration;

/// What one endpoint takes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once (16,384); further ones are answered 503 and closed.
    pub connections: usize,
    /// Bytes of bodies that are being received or worked on, at once (256 MiB); requests beyond are
    /// answered 503. A quarter of them is for bodies of at most 64 KiB.
    pub body_bytes: usize,
    /// Bytes of answers over 16 KiB, metrics included, that clients have not taken yet, at once (256 MiB); requests beyond are
    /// answered 503.
    pub answer_bytes: usize,
    /// Bytes of a request's head (64 KiB), and of the trailers behind a body; larger heads are answered 431.
    pub head_bytes: usize,
    /// Headers of a request (100); more are answered 431.
    pub headers: usize,
    /// For how long a connection may be without a complete head (60 seconds), idle or slow.
    pub head_timeout: Duration,
    /// For how long a body may take to arrive (30 seconds).
    pub body_timeout: Duration,
    /// For how long it may take where others need its memory (1 second).
    pub crowded_body_timeout: Duration,
    /// For how long a client may take no byte of an answer (30 seconds).
    pub write_timeout: Duration,
    /// For how long requests in progress may take after the endpoint was told to stop (10 seconds).
    pub stop_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 16_384,
            body_bytes: 256 * 1024 * 1024,
            answer_bytes: 256 * 1024 * 1024,
            head_bytes: 64 * 1024,
            headers: 100,
            head_timeout: Duration::from_secs(60),
            body_timeout: Duration::from_secs(30),
            crowded_body_timeout: Duration::from_secs(1),
            write_timeout: Duration::from_secs(30),
            stop_timeout: Duration::from_secs(10),
        }
    }
}
