//! Receives the body of a request.

use super::memory::{BodyPool, BodyPools, IncomingBody, Reservation, SMALL};
use crate::protocol::HttpError;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use sfn_alias::Error;
use std::error::Error as _;
use std::io;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Maximum amount to drain, as a multiple of the largest body. Without draining, a client that is still sending would
/// get a reset connection instead of its response.
const DRAIN_FACTOR: u64 = 16;
/// Draining ends if nothing arrives for this long: the client is waiting for its response.
const DRAIN_IDLE_TIMEOUT: Duration = Duration::from_millis(250);

/// A complete body and its reserved memory.
#[derive(Debug)]
pub(super) struct ReceivedBody {
    pub bytes: Bytes,
    pub reservation: Option<Reservation>,
}

/// Receives a body of up to `limit` bytes. Reserves memory for the bytes that have arrived, not for those announced:
/// from the pool for small bodies until the body exceeds its size.
pub(super) async fn receive(body: &mut Incoming, limit: usize, pools: &BodyPools) -> Result<ReceivedBody, HttpError> {
    let size = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if size > limit {
        return Err(Error::TooLarge { size, limit }.into());
    }
    let start = Instant::now();
    let mut frames = Frames::default();
    for (pool, max) in [(&pools.small, limit.min(SMALL)), (&pools.large, limit)] {
        if size.max(frames.len()) > max {
            continue;
        }
        match receive_into(pool, body, start, frames, max).await? {
            Progress::Complete(received) => return Ok(received),
            Progress::TooLarge(received) => frames = received,
        }
    }
    Err(Error::TooLarge { size: limit.saturating_add(1), limit }.into())
}

/// What was received into one pool.
enum Progress {
    /// The whole body.
    Complete(ReceivedBody),
    /// More than the pool accepts.
    TooLarge(Frames),
}

/// Receives into a pool until the body is complete, exceeds `max` bytes, or is aborted by the pool.
async fn receive_into(
    pool: &BodyPool,
    body: &mut Incoming,
    start: Instant,
    frames: Frames,
    max: usize,
) -> Result<Progress, HttpError> {
    let (incoming, aborted) = pool.add(start);
    tokio::select! {
        result = read_frames(body, incoming, frames, max) => result,
        // Dropping `_freed` reports that the memory is free: the future above is dropped before it.
        Ok(_freed) = aborted => Err(ABORTED),
    }
}

async fn read_frames(
    body: &mut Incoming,
    mut incoming: IncomingBody<'_>,
    mut frames: Frames,
    max: usize,
) -> Result<Progress, HttpError> {
    incoming.reserve(frames.len()).await?;
    while let Some(frame) = body.frame().await {
        // Trailers are ignored.
        let Ok(data) = frame.map_err(|error| receive_error(&error))?.into_data() else { continue };
        let size = frames.len().saturating_add(data.len());
        if size <= max {
            incoming.reserve(size).await?;
        }
        frames.push(data);
        if size > max {
            return Ok(Progress::TooLarge(frames));
        }
    }
    Ok(Progress::Complete(ReceivedBody { bytes: frames.join(), reservation: incoming.complete() }))
}

/// Distinguishes invalid chunks (RFC 9112, section 7.1) from a closed connection.
fn receive_error(error: &hyper::Error) -> HttpError {
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    match io.map(io::Error::kind) {
        Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => INVALID_CHUNK,
        _ => INCOMPLETE,
    }
}

/// Reads and discards the rest of a body while it keeps arriving.
pub(super) async fn drain(body: &mut Incoming, limit: usize) {
    let mut left = DRAIN_FACTOR.saturating_mul(u64::try_from(limit).unwrap_or(u64::MAX));
    while let Ok(Some(Ok(frame))) = timeout(DRAIN_IDLE_TIMEOUT, body.frame()).await {
        let size = frame.data_ref().map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX));
        match left.checked_sub(size) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

/// The frames of a body. A single frame is used as it is. Several are copied, because a frame keeps hyper's whole
/// read buffer in memory.
#[derive(Default)]
struct Frames {
    first: Bytes,
    all: Vec<u8>,
}

impl Frames {
    fn len(&self) -> usize {
        self.first.len().max(self.all.len())
    }

    fn push(&mut self, data: Bytes) {
        if self.len() == 0 {
            self.first = data;
            return;
        }
        if self.all.is_empty() {
            self.all.extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.all.extend_from_slice(&data);
    }

    fn join(self) -> Bytes {
        if self.all.is_empty() { self.first } else { self.all.into() }
    }
}

const INCOMPLETE: HttpError =
    HttpError::RequestTimeout("the connection ended before the request body was complete; send the request again");
const ABORTED: HttpError = HttpError::RequestTimeout(
    "the request body arrived too slowly while other requests needed memory; send the request again",
);
const INVALID_CHUNK: HttpError = HttpError::Malformed {
    status: 400,
    message: "invalid chunked encoding of the request body; send chunks as in RFC 9112",
};
