//! Answers queries for traffic: from what was recorded, or from the executions of a store that other servers change too.

use crate::activity::Activity;
use crate::query::{Query, reject};
use crate::traffic::{Buckets, RETENTION, Run, Traffic, TrafficQuery};
use serde_json::{Value, json};
use sfn_alias::StepFunctions;
use sfn_alias::model::Timestamp;
use sfn_alias_server::protocol::HttpError;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long the buckets of a shared store are used before its executions are read again.
const MAX_AGE: Duration = Duration::from_secs(3);
/// Maximum number of state machines of a shared store whose buckets are kept.
const MAX_CACHED: usize = 20;
/// The default length of a query.
const DEFAULT_LENGTH: Duration = Duration::from_secs(60 * 60);
/// The default length of a bucket.
const BUCKET_SECONDS: u64 = 10;

/// Reads traffic.
#[derive(Debug)]
pub struct TrafficReader {
    activity: Arc<Activity>,
    /// The buckets of a shared store, and when they were read.
    shared: Mutex<HashMap<String, (Instant, Arc<Buckets>)>>,
}

impl TrafficReader {
    /// Creates a reader.
    pub fn new(activity: Arc<Activity>) -> Self {
        Self { activity, shared: Mutex::default() }
    }

    /// Reads the buckets of a state machine.
    ///
    /// # Errors
    /// [`HttpError::Rejected`] for a query that is not valid, and those of the service.
    pub fn read(&self, service: &StepFunctions, query: &mut Query<'_>) -> Result<Value, HttpError> {
        let arn = query.take_state_machine(service.scope())?;
        let alias = query.take("alias");
        let now = service.options().clock.now();
        let oldest = now.saturating_sub(RETENTION).as_millis();
        let time = |millis: Option<i64>, default: Timestamp| {
            Timestamp::from_millis(millis.unwrap_or(default.as_millis()).clamp(oldest, now.as_millis()))
        };
        let from = time(query.take_number("fromMillis", 0..=MAX_MILLIS)?, now.saturating_sub(DEFAULT_LENGTH));
        let until = time(query.take_number("untilMillis", 0..=MAX_MILLIS)?, now);
        let bucket_seconds = match query.take("bucketSeconds").as_deref() {
            None => BUCKET_SECONDS,
            Some("10") => 10,
            Some("60") => 60,
            Some("600") => 600,
            Some(other) => return Err(reject(format!("bucketSeconds: expected 10, 60 or 600, found `{other}`"))),
        };
        let traffic_query = TrafficQuery { alias: alias.as_deref(), from, until, bucket_seconds };
        let buckets = match &self.activity.traffic {
            Some(traffic) => {
                load(traffic, service, &arn, now)?;
                traffic.collect(&arn, &traffic_query)
            }
            None => self.read_shared(service, &arn, now)?.collect(&traffic_query),
        };
        Ok(json!({"bucketSeconds": bucket_seconds, "fromMillis": from.as_millis(), "buckets": buckets}))
    }

    fn read_shared(&self, service: &StepFunctions, arn: &str, now: Timestamp) -> Result<Arc<Buckets>, HttpError> {
        let lock = || self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let cached =
            lock().get(arn).filter(|(read, _)| read.elapsed() < MAX_AGE).map(|(_, buckets)| Arc::clone(buckets));
        if let Some(buckets) = cached {
            return Ok(buckets);
        }
        let (read, mut buckets) = (Instant::now(), Buckets::default());
        for run in read_runs(service, arn, now)? {
            buckets.add(&run);
        }
        let buckets = Arc::new(buckets);
        let mut shared = lock();
        if shared.len() >= MAX_CACHED {
            shared.clear();
        }
        shared.insert(arn.to_owned(), (read, Arc::clone(&buckets)));
        Ok(buckets)
    }
}

/// The end of the year 9999.
const MAX_MILLIS: i64 = 253_402_300_799_999;

/// Adds the stored executions, which were started before this program or before the first change.
fn load(traffic: &Traffic, service: &StepFunctions, arn: &str, now: Timestamp) -> Result<(), HttpError> {
    // Also checks that the state machine exists, so that no memory is used for others.
    if traffic.is_loaded(arn) {
        return Ok(());
    }
    traffic.load_runs(arn, &read_runs(service, arn, now)?);
    Ok(())
}

fn read_runs(service: &StepFunctions, arn: &str, now: Timestamp) -> Result<Vec<Run>, HttpError> {
    let mut runs = Vec::new();
    service.visit_executions(arn, now.saturating_sub(RETENTION), &mut |execution| {
        runs.extend(Run::of_execution(execution))
    })?;
    Ok(runs)
}
