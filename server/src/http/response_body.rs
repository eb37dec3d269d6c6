//! The body of a response.

use super::event_stream::EventStream;
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The body of a response.
#[derive(Debug)]
pub(super) enum ResponseBody {
    /// All bytes.
    Complete(Bytes),
    /// Events until the stream ends.
    Events(EventStream),
}

impl ResponseBody {
    /// Returns the number of bytes in memory.
    pub fn len(&self) -> usize {
        match self {
            Self::Complete(bytes) => bytes.len(),
            Self::Events(_) => 0,
        }
    }

    /// Converts the bytes of a complete body.
    pub fn map_bytes(self, convert: impl FnOnce(Bytes) -> Bytes) -> Self {
        match self {
            Self::Complete(bytes) => Self::Complete(convert(bytes)),
            Self::Events(events) => Self::Events(events),
        }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = match self.get_mut() {
            Self::Complete(bytes) => Poll::Ready(Some(std::mem::take(bytes)).filter(|bytes| !bytes.is_empty())),
            Self::Events(events) => events.poll_next(context),
        };
        frame.map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Complete(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Complete(bytes) => SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX)),
            Self::Events(_) => SizeHint::default(),
        }
    }
}
