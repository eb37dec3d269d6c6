//! The numbers of a store on other machines, which are collected seldom: that reads all state machines and executions.

use sfn_alias::{Error, Result, Statistics, StepFunctions, catch_panic};
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// Minimum time between two collections.
const MIN_INTERVAL: Duration = Duration::from_secs(300);
/// Collections take up to 1/20 of the time.
const PAUSE_FACTOR: u32 = 20;
/// How long a page waits for the first collection.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// Numbers, and when they were collected.
#[derive(Debug, Clone)]
pub(super) struct Collected {
    pub statistics: Arc<Statistics>,
    pub time: Instant,
}

#[derive(Debug)]
struct State {
    last: Option<Collected>,
    running: bool,
    /// The earliest time of the next collection.
    next: Instant,
}

/// The numbers of the last collection.
#[derive(Debug)]
pub(super) struct StatisticsCache(Arc<watch::Sender<State>>);

impl StatisticsCache {
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(State { last: None, running: false, next: Instant::now() })))
    }

    /// Returns the numbers of the last collection, and starts the next one if it is time. `None` if no collection has
    /// succeeded yet.
    pub async fn get(&self, service: &StepFunctions) -> Option<Collected> {
        self.start_if_due(service);
        let mut state = self.0.subscribe();
        timeout(FIRST_WAIT, state.wait_for(|state| state.last.is_some() || !state.running)).await.ok();
        state.borrow().last.clone()
    }

    /// On a thread that nothing waits for, because it may take minutes.
    fn start_if_due(&self, service: &StepFunctions) {
        let begin = |state: &mut State| {
            let is_due = !state.running && state.next <= Instant::now();
            state.running |= is_due;
            is_due
        };
        if !self.0.send_if_modified(begin) {
            return;
        }
        let (sender, service) = (Arc::clone(&self.0), service.clone());
        let collect = move || {
            let begin = Instant::now();
            let result = catch_panic(Error::Internal, || service.statistics());
            finish(&sender, begin, result);
        };
        if let Err(error) = Builder::new().name("statistics".to_owned()).spawn(collect) {
            let result = Err(Error::Internal(error.to_string()));
            finish(&self.0, Instant::now(), result);
        }
    }
}

fn finish(sender: &watch::Sender<State>, begin: Instant, result: Result<Statistics>) {
    let pause = begin.elapsed().saturating_mul(PAUSE_FACTOR);
    let pause = match &result {
        Ok(_) => pause.max(MIN_INTERVAL),
        Err(error) => {
            const TEXT: &str = "the numbers of state machines and executions were not collected";
            match error {
                // Requests report it.
                Error::StoreUnavailable(_) => tracing::debug!(%error, "{TEXT}"),
                _ => tracing::warn!(%error, "{TEXT}"),
            }
            pause
        }
    };
    sender.send_modify(|state| {
        state.running = false;
        let now = Instant::now();
        state.next = now.checked_add(pause).unwrap_or(now);
        if let Ok(statistics) = result {
            state.last = Some(Collected { statistics: Arc::new(statistics), time: begin });
        }
    });
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{Collected, Duration, MIN_INTERVAL, StatisticsCache, StepFunctions};
    use tokio::time::advance;

    const CREATE: &str = r#"{"name": "orders", "roleArn": "arn:aws:iam::123456789012:role/orders",
        "definition": "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}"}"#;

    /// Waits for the thread, whose time is not paused.
    async fn get(cache: &StatisticsCache, service: &StepFunctions) -> Collected {
        cache.get(service).await;
        while cache.0.borrow().running {
            std::thread::sleep(Duration::from_millis(1));
        }
        cache.0.borrow().last.clone().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn numbers_are_collected_at_most_every_five_minutes() {
        let (cache, service) = (StatisticsCache::new(), StepFunctions::in_memory().unwrap());
        assert_eq!(get(&cache, &service).await.statistics.state_machines, 0);
        assert_eq!(service.call("CreateStateMachine", CREATE.as_bytes()).status, 200);
        advance(MIN_INTERVAL / 2).await;
        assert_eq!(get(&cache, &service).await.statistics.state_machines, 0);
        advance(MIN_INTERVAL).await;
        get(&cache, &service).await;
        assert_eq!(get(&cache, &service).await.statistics.state_machines, 1);
    }
}
