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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::auth::Access;
    use tokio::sync::Semaphore;

    struct Changes(Vec<Option<Vec<u8>>>);

    impl ChangeStream for Changes {
        fn take_changes(&mut self) -> Option<Vec<u8>> {
            self.0.pop().flatten()
        }
    }

    fn create_events(changes: Vec<Option<Vec<u8>>>, start: Instant) -> (Events, watch::Sender<bool>) {
        let settings: SharedSettings = Settings::new(Access::Anonymous).into();
        let (accepted_with, ended) = (settings.get(), watch::Sender::new(false));
        let place = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let changes = Box::new(Changes(changes));
        (Events::new(changes, (settings, accepted_with), ended.subscribe(), start, place), ended)
    }

    #[tokio::test(start_paused = true)]
    async fn page_gets_a_line_every_15_seconds() {
        let start = Instant::now();
        let (mut events, _ended) = create_events(vec![None, Some(b"changes".to_vec())], start);
        for (line, seconds) in [(&b"changes"[..], 1), (ALIVE, 16), (ALIVE, 31)] {
            let (bytes, next) = events.wait().await.unwrap();
            assert_eq!((&*bytes, start.elapsed().as_secs()), (line, seconds));
            events = next;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn streams_wake_up_at_the_same_time() {
        let start = Instant::now();
        for delay in [300, 1500, 250] {
            tokio::time::advance(Duration::from_millis(delay)).await;
            let (events, _ended) = create_events(vec![Some(b"changes".to_vec())], start);
            events.wait().await.unwrap();
            // A timer of tokio is accurate to a millisecond.
            assert!(start.elapsed().subsec_millis() <= 1, "{:?}", start.elapsed());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn stream_that_begins_while_the_server_stops_ends() {
        let (events, ended) = create_events(Vec::new(), Instant::now());
        ended.send_replace(true);
        assert!(events.wait().await.is_none());
    }
}
