//! The stream of changes that a page of the console reads.

use super::console::ChangeStream;
use super::settings::{Settings, SharedSettings};
use bytes::Bytes;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// Time between two lines with changes.
const INTERVAL: Duration = Duration::from_secs(1);
/// After this number of intervals without a line, the page gets one, so that it knows that the connection works.
const ALIVE_INTERVALS: u32 = 15;

const ALIVE: &[u8] = b"{\"type\":\"alive\"}\n";

type NextLines = Pin<Box<dyn Future<Output = Option<(Bytes, Events)>> + Send>>;

/// The lines of a stream.
pub(super) struct EventStream {
    /// `None` after the end.
    next: Option<NextLines>,
}

impl EventStream {
    /// Creates a stream that begins with a line.
    pub fn new(first: Bytes, events: Events) -> Self {
        Self { next: Some(Box::pin(async move { Some((first, events)) })) }
    }

    /// Returns the next lines, or `None` at the end.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let Some(next) = &mut self.next else { return Poll::Ready(None) };
        let lines = ready!(next.as_mut().poll(context));
        let (bytes, events) = lines.unzip();
        self.next = events.map(|events| Box::pin(events.wait()) as NextLines);
        Poll::Ready(bytes)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EventStream").finish_non_exhaustive()
    }
}

/// Where the lines of a stream come from, and when it ends.
pub(super) struct Events {
    changes: Box<dyn ChangeStream>,
    settings: SharedSettings,
    /// The settings with which the request was accepted.
    accepted_with: Arc<Settings>,
    ended: watch::Receiver<bool>,
    ticks: Interval,
    quiet_intervals: u32,
    /// One of the streams that a server allows.
    _place: OwnedSemaphorePermit,
}

impl Events {
    /// Creates events. The stream ends when `ended` is true, or when the settings are replaced: the client may no longer
    /// have access.
    ///
    /// All streams with the same `start` wake up at the same time, so that many cost little.
    pub fn new(
        changes: Box<dyn ChangeStream>,
        (settings, accepted_with): (SharedSettings, Arc<Settings>),
        ended: watch::Receiver<bool>,
        start: Instant,
        place: OwnedSemaphorePermit,
    ) -> Self {
        let now = Instant::now();
        let since_tick = Duration::from_nanos(now.duration_since(start).subsec_nanos().into());
        let first = now.checked_add(INTERVAL.saturating_sub(since_tick)).unwrap_or(now);
        let mut ticks = interval_at(first, INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        Self { changes, settings, accepted_with, ended, ticks, quiet_intervals: 0, _place: place }
    }

    /// Waits for the next lines.
    async fn wait(mut self) -> Option<(Bytes, Self)> {
        loop {
            tokio::select! {
                // Also if the server no longer exists.
                _ = self.ended.wait_for(|ended| *ended) => return None,
                _ = self.ticks.tick() => {}
            }
            if !Arc::ptr_eq(&self.accepted_with, &self.settings.get()) {
                return None;
            }
            if let Some(lines) = self.take_lines() {
                return Some((lines, self));
            }
        }
    }

    /// Returns the lines of an interval.
    fn take_lines(&mut self) -> Option<Bytes> {
        self.quiet_intervals = self.quiet_intervals.saturating_add(1);
        let lines = match self.changes.take_changes() {
            Some(lines) => lines.into(),
            None if self.quiet_intervals >= ALIVE_INTERVALS => Bytes::from_static(ALIVE),
            None => return None,
        };
        self.quiet_intervals = 0;
        Some(lines)
    }
}
