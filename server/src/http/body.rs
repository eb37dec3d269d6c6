//! The body of a request, as it arrives.

use super::budget::Reservation;
use super::pool::{Arriving, Pool, Pools, SMALL};
use crate::protocol::HttpError;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use sfn_alias::Error;
use std::error::Error as _;
use std::io;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// So many times the largest body is read, and forgotten, before the connection is closed on a client that
/// is still sending: an answer is lost on one whose connection breaks while it sends.
const FORGOTTEN: u64 = 16;
/// A client that sends nothing for so long waits for its answer.
const QUIET: Duration = Duration::from_millis(250);

/// A whole body, and the memory it takes until its request is answered.
#[derive(Debug)]
pub(super) struct Received {
    pub bytes: Bytes,
    pub room: Option<Reservation>,
}

/// Receives a body of `limit` bytes at most. Memory is taken for what has arrived, not for what is announced: from
/// the pool for small bodies as long as it may be one.
pub(super) async fn receive(body: &mut Incoming, limit: usize, pools: &Pools) -> Result<Received, HttpError> {
    let size = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if size > limit {
        return Err(Error::TooLarge { size, limit }.into());
    }
    let began = Instant::now();
    let mut parts = Parts::default();
    for (pool, most) in [(&pools.small, limit.min(SMALL)), (&pools.large, limit)] {
        if size.max(parts.len()) > most {
            continue;
        }
        match receive_part(body, pool, began, parts, most).await? {
            Part::Complete(received) => return Ok(received),
            Part::Larger(received) => parts = received,
        }
    }
    Err(Error::TooLarge { size: limit.saturating_add(1), limit }.into())
}

/// What a pool has received of a body.
enum Part {
    /// All of it.
    Complete(Received),
    /// More than the pool is for.
    Larger(Parts),
}

/// Receives into a pool, until the body is complete, has more than `most` bytes, or the pool ends it.
async fn receive_part(
    body: &mut Incoming,
    pool: &Pool,
    began: Instant,
    parts: Parts,
    most: usize,
) -> Result<Part, HttpError> {
    let (arriving, ended) = pool.add(began);
    tokio::select! {
        result = read_frames(body, arriving, parts, most) => result,
        // What was received is dropped by now; then `freed` is, which says so.
        Ok(_freed) = ended => Err(TOO_SLOW),
    }
}

async fn read_frames(
    body: &mut Incoming,
    mut arriving: Arriving<'_>,
    mut parts: Parts,
    most: usize,
) -> Result<Part, HttpError> {
    arriving.grow(parts.len()).await?;
    while let Some(frame) = body.frame().await {
        // Trailers are read and not needed.
        let Ok(data) = frame.map_err(|error| name_fault(&error))?.into_data() else { continue };
        let size = parts.len().saturating_add(data.len());
        if size <= most {
            arriving.grow(size).await?;
        }
        parts.add(data);
        if size > most {
            return Ok(Part::Larger(parts));
        }
    }
    Ok(Part::Complete(Received { bytes: parts.join(), room: arriving.complete() }))
}

/// RFC 9112, section 7.1: chunks that cannot be read are the client's fault; else it went away.
fn name_fault(error: &hyper::Error) -> HttpError {
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    match io.map(io::Error::kind) {
        Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => BAD_CHUNK,
        _ => CUT_OFF,
    }
}

/// Reads what is left of a body, as long as it goes on arriving.
pub(super) async fn forget(body: &mut Incoming, limit: usize) {
    let mut left = FORGOTTEN.saturating_mul(u64::try_from(limit).unwrap_or(u64::MAX));
    while let Ok(Some(Ok(frame))) = timeout(QUIET, body.frame()).await {
        let size = frame.data_ref().map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX));
        match left.checked_sub(size) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

/// A body that comes whole is taken as it is; of one that comes in parts each is copied, as a part keeps
/// all that was read with it in memory.
#[derive(Default)]
struct Parts {
    first: Bytes,
    all: Vec<u8>,
}

impl Parts {
    fn len(&self) -> usize {
        self.first.len().max(self.all.len())
    }

    fn add(&mut self, data: Bytes) {
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

const CUT_OFF: HttpError = HttpError::Incomplete("the request's body ended before its end");
const TOO_SLOW: HttpError = HttpError::Incomplete(
    "the request's body arrived too slowly while others needed its memory; send the request again",
);
const BAD_CHUNK: HttpError =
    HttpError::Malformed { status: 400, message: "the request's body is not valid in the transfer coding chunked" };
