//! Reads the numbers of state machines. Pages share what was read.

use crate::activity::Activity;
use crate::deployments::find_running;
use crate::query::Query;
use crate::summary::StateMachineJson;
use serde_json::{Value, json};
use sfn_alias::StepFunctions;
use sfn_alias::wire::input::ListStateMachinesInput;
use sfn_alias_server::protocol::HttpError;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The maximum age of numbers that are read again because executions end without a change of the store.
const MAX_AGE: Duration = Duration::from_secs(1);
/// Maximum number of state machines whose numbers are kept.
const MAX_CACHED: usize = 1000;

/// The numbers of state machines that were read last.
#[derive(Debug)]
pub struct Summaries {
    activity: Arc<Activity>,
    cache: Mutex<HashMap<String, Cached>>,
}

#[derive(Debug)]
struct Cached {
    read: Instant,
    last_change: Option<u64>,
    value: Arc<Value>,
}

impl Summaries {
    /// Creates an empty cache.
    pub fn new(activity: Arc<Activity>) -> Self {
        Self { activity, cache: Mutex::default() }
    }

    /// Reads one state machine, or a page of them.
    ///
    /// # Errors
    /// [`HttpError::Rejected`] for a query that is not valid, and those of the service.
    pub fn read(&self, service: &StepFunctions, query: &mut Query<'_>) -> Result<Value, HttpError> {
        let token = query.take("nextToken");
        let results = query.take_number("maxResults", 1..=100)?;
        let (arns, next_token) = match query.take_optional_state_machine(service.scope())? {
            Some(arn) => (vec![arn], None),
            None => {
                let input =
                    ListStateMachinesInput { max_results: results, next_token: token.as_deref().map(Into::into) };
                let page = service.without_faults().list_state_machines(&input)?;
                (page.state_machines.into_iter().map(|item| item.state_machine_arn).collect(), page.next_token)
            }
        };
        let mut state_machines = Vec::with_capacity(arns.len());
        for arn in arns {
            match self.read_state_machine(service, arn) {
                // Deleted meanwhile.
                Err(sfn_alias::Error::StateMachineDoesNotExist(_)) if next_token.is_some() => {}
                read => state_machines.push(read?),
            }
        }
        let state_machines: Vec<&Value> = state_machines.iter().map(|value| &**value).collect();
        Ok(json!({"stateMachines": state_machines, "nextToken": next_token}))
    }

    fn read_state_machine(&self, service: &StepFunctions, arn: String) -> sfn_alias::Result<Arc<Value>> {
        // Before it is read, so that a change meanwhile causes another read.
        let (read, last_change) = (Instant::now(), self.activity.changes.last_change(&arn));
        if let Some(value) = self.find(&arn, last_change) {
            return Ok(value);
        }
        let summary = service.summarize_state_machine(&arn)?;
        let find_deployment = |alias: &str| find_running(service, &format!("{arn}:{alias}")).ok().flatten();
        let value = Arc::new(json!(StateMachineJson::new(summary, find_deployment)));
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        cache.insert(arn, Cached { read, last_change, value: Arc::clone(&value) });
        Ok(value)
    }

    fn find(&self, arn: &str, last_change: Option<u64>) -> Option<Arc<Value>> {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let Cached { read, last_change: cached_change, value } = cache.get(arn)?;
        let is_current = last_change.is_some() && *cached_change == last_change;
        (read.elapsed() < MAX_AGE && (is_current || last_change.is_none())).then(|| Arc::clone(value))
    }
}
