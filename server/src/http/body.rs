//! The body of a request, as it arrives.

use super::room::{Room, Taken};
use crate::protocol::Refusal;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use sfn_alias::Error;
use std::time::Duration;
use tokio::time::timeout;

/// So many times the largest body is read, and forgotten, before the connection is closed on a client that
/// is still sending: an answer is lost on one whose connection breaks while it sends.
const FORGOTTEN: u64 = 16;
/// A client that sends nothing for so long waits for its answer.
const QUIET: Duration = Duration::from_millis(250);

/// A whole body, and the room it takes until its request is answered.
#[derive(Debug)]
pub(super) struct Received {
    pub bytes: Bytes,
    pub room: Taken,
}

/// Receives a body of `limit` bytes at most. Room is taken for what has arrived, not for what is announced.
pub(super) async fn receive(body: &mut Incoming, limit: usize, room: &Room) -> Result<Received, Refusal> {
    let told = body.size_hint().lower();
    let size = usize::try_from(told).unwrap_or(usize::MAX);
    if size > limit {
        return Err(Error::TooLarge { size, limit }.into());
    }
    let mut taken = room.take(0).ok_or(FULL)?;
    let mut parts = Parts::default();
    while let Some(frame) = body.frame().await {
        // Trailers are read and not needed.
        let Ok(data) = frame.map_err(|_| CUT_OFF)?.into_data() else { continue };
        let size = parts.len().saturating_add(data.len());
        if size > limit {
            return Err(Error::TooLarge { size: limit.saturating_add(1), limit }.into());
        }
        room.grow(&mut taken, size).ok_or(FULL)?;
        parts.add(data);
    }
    Ok(Received { bytes: parts.join(), room: taken })
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

/// What a request is told that finds no room.
pub(super) const FULL: Refusal = Refusal::Busy("too many large requests at once; send the request again");
const CUT_OFF: Refusal = Refusal::Incomplete("the request's body ended before its end");
