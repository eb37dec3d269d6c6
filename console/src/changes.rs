//! Which state machines changed, for the streams of open pages.

use serde::Serialize;
use serde_json::json;
use sfn_alias::Clock;
use sfn_alias_server::http::ChangeStream;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Maximum number of state machines whose changes are recorded separately.
const MAX_STATE_MACHINES: usize = 10_000;
/// Maximum number of state machines in a line. Above it, the page reads everything again.
const MAX_CHANGES: usize = 100;
/// The interval in which a page reads everything of a store that other servers change too.
const SHARED_INTERVAL: Duration = Duration::from_secs(3);

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    /// Starts and endings.
    Traffic,
    /// Executions.
    Execution,
    /// Aliases, and the history of their routings.
    Alias,
    /// Versions.
    Version,
    /// The state machine: its definition, tags or status.
    StateMachine,
    /// Reports of deployments.
    Deployment,
}

const KINDS: [ChangeKind; 6] = [
    ChangeKind::Traffic,
    ChangeKind::Execution,
    ChangeKind::Alias,
    ChangeKind::Version,
    ChangeKind::StateMachine,
    ChangeKind::Deployment,
];

/// The number of the last change of each kind.
type LastChanges = [u64; KINDS.len()];

/// The last change of each state machine and kind.
#[derive(Debug)]
pub struct ChangeLog {
    /// The number of the last change.
    last: AtomicU64,
    recorded: Mutex<Recorded>,
    is_shared: bool,
}

#[derive(Debug, Default)]
struct Recorded {
    state_machines: HashMap<Box<str>, LastChanges>,
    /// The number of the last change before those that are recorded.
    deleted: u64,
}

impl ChangeLog {
    /// Creates a log. `is_shared` is whether there are changes by other servers, which are not recorded.
    pub fn new(is_shared: bool) -> Self {
        Self { last: AtomicU64::new(0), recorded: Mutex::default(), is_shared }
    }

    /// Records a change.
    pub fn record(&self, arn: &str, kinds: &[ChangeKind]) {
        let mut recorded = self.lock();
        // While it is locked, so that a stream that has seen a number has seen all lower ones.
        let number = self.last.load(Ordering::Relaxed).saturating_add(1);
        self.last.store(number, Ordering::Release);
        if !recorded.state_machines.contains_key(arn) {
            recorded.make_room(number);
            recorded.state_machines.insert(arn.into(), LastChanges::default());
        }
        let Some(changes) = recorded.state_machines.get_mut(arn) else { return };
        for kind in kinds {
            if let Some(change) = changes.get_mut(*kind as usize) {
                *change = number;
            }
        }
    }

    /// Returns a number that increases with each change of a state machine. `None` if other servers change it too.
    pub fn last_change(&self, arn: &str) -> Option<u64> {
        if self.is_shared {
            return None;
        }
        let recorded = self.lock();
        let last = recorded.state_machines.get(arn).and_then(|changes| changes.iter().copied().max());
        Some(last.unwrap_or_default().max(recorded.deleted))
    }

    fn lock(&self) -> MutexGuard<'_, Recorded> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorded {
    fn make_room(&mut self, number: u64) {
        if self.state_machines.len() >= MAX_STATE_MACHINES {
            self.state_machines.clear();
            self.deleted = number.saturating_sub(1);
        }
    }
}

/// The changes of a scope for one page.
pub struct ScopeChanges {
    log: Arc<ChangeLog>,
    clock: Clock,
    arn_prefix: String,
    seen: u64,
    /// When the page was last asked to read everything, for a store that other servers change too.
    all_sent: Instant,
}

impl ScopeChanges {
    /// Creates a stream of the changes from now on.
    pub fn new(log: Arc<ChangeLog>, clock: Clock, arn_prefix: &str) -> Self {
        let seen = log.last.load(Ordering::Acquire);
        Self { log, clock, arn_prefix: arn_prefix.to_owned(), seen, all_sent: Instant::now() }
    }

    /// Returns the changed state machines. `None` if they are not known or too many.
    fn collect(&mut self) -> Option<BTreeMap<String, Vec<ChangeKind>>> {
        let log = &self.log;
        if log.last.load(Ordering::Acquire) == self.seen {
            return Some(BTreeMap::new());
        }
        let recorded = log.lock();
        let since = std::mem::replace(&mut self.seen, log.last.load(Ordering::Acquire));
        let in_scope = recorded.state_machines.iter().filter(|(arn, _)| arn.starts_with(&self.arn_prefix));
        let changed = in_scope.filter_map(|(arn, numbers)| {
            let kinds = KINDS.iter().zip(numbers).filter(|(_, number)| **number > since);
            let kinds: Vec<_> = kinds.map(|(kind, _)| *kind).collect();
            (!kinds.is_empty()).then(|| (arn.to_string(), kinds))
        });
        let changed: BTreeMap<_, _> = changed.take(MAX_CHANGES.saturating_add(1)).collect();
        (changed.len() <= MAX_CHANGES && recorded.deleted <= since).then_some(changed)
    }
}

impl ChangeStream for ScopeChanges {
    fn take_changes(&mut self) -> Option<Vec<u8>> {
        let is_due = self.log.is_shared && self.all_sent.elapsed() >= SHARED_INTERVAL;
        let time = self.clock.now().as_millis();
        let line = match self.collect() {
            Some(changes) if !is_due => {
                let change = |(arn, kinds)| json!({"stateMachineArn": arn, "kinds": kinds});
                let changes: Vec<_> = changes.into_iter().map(change).collect();
                (!changes.is_empty()).then(|| json!({"type": "changes", "timeMillis": time, "changes": changes}))?
            }
            _ => {
                self.all_sent = Instant::now();
                json!({"type": "changes", "timeMillis": time, "all": true})
            }
        };
        Some(format!("{line}\n").into_bytes())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const PREFIX: &str = "arn:aws:states:us-east-1:000000000000:";

    fn take(stream: &mut ScopeChanges) -> Option<serde_json::Value> {
        stream.take_changes().map(|line| serde_json::from_slice(&line).unwrap())
    }

    fn stream(log: &Arc<ChangeLog>) -> ScopeChanges {
        let clock = Clock::new(|| sfn_alias::Timestamp::from_millis(7));
        ScopeChanges::new(Arc::clone(log), clock, PREFIX)
    }

    #[test]
    fn changes_of_the_scope_are_reported_once() {
        let log = Arc::new(ChangeLog::new(false));
        let mut stream = stream(&log);
        assert_eq!(take(&mut stream), None);
        let orders = format!("{PREFIX}stateMachine:orders");
        log.record(&orders, &[ChangeKind::Execution, ChangeKind::Traffic]);
        log.record(&orders, &[ChangeKind::Alias]);
        log.record("arn:aws:states:eu-west-1:000000000000:stateMachine:a", &[ChangeKind::Alias]);
        let changes = json!([{"stateMachineArn": orders, "kinds": ["traffic", "execution", "alias"]}]);
        assert_eq!(take(&mut stream), Some(json!({"type": "changes", "timeMillis": 7, "changes": changes})));
        assert_eq!(take(&mut stream), None);
        assert_eq!(log.last_change(&orders), Some(2));
    }

    #[test]
    fn many_changes_are_reported_as_one() {
        let log = Arc::new(ChangeLog::new(false));
        let mut stream = stream(&log);
        for number in 0..=MAX_CHANGES {
            log.record(&format!("{PREFIX}stateMachine:{number}"), &[ChangeKind::Alias]);
        }
        assert_eq!(take(&mut stream), Some(json!({"type": "changes", "timeMillis": 7, "all": true})));
    }

    #[test]
    fn number_of_recorded_state_machines_is_limited() {
        let log = ChangeLog::new(false);
        for number in 0..MAX_STATE_MACHINES * 2 {
            log.record(&number.to_string(), &[ChangeKind::Alias]);
        }
        assert!(log.lock().state_machines.len() <= MAX_STATE_MACHINES);
        assert!(log.last_change("0").unwrap() > 0);
    }
}
