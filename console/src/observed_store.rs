//! A store that reports its changes, for live pages.

use crate::activity::{Activity, Event};
use sfn_alias::model::Timestamp;
use sfn_alias::store::{
    Change, CommitOutcome, NamedStateMachine, ReadTransaction, Session, Store, View, WriteTransaction,
};
use sfn_alias::{Clock, Result};
use std::path::Path;
use std::sync::Arc;

/// A store that reports each committed change to an [`Activity`].
pub struct ObservedStore {
    store: Box<dyn Store>,
    activity: Arc<Activity>,
    clock: Clock,
}

impl ObservedStore {
    /// Wraps a store.
    pub fn new(store: Box<dyn Store>, activity: Arc<Activity>, clock: Clock) -> Self {
        Self { store, activity, clock }
    }
}

impl Store for ObservedStore {
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        self.store.begin_read(arn)
    }

    fn begin_write<'t>(&'t self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        let transaction = self.store.begin_write(arn)?;
        let target = Target::Activity(&self.activity);
        Ok(Box::new(ObservedWrite { transaction, arn, activity: &self.activity, clock: &self.clock, target }))
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<NamedStateMachine>> {
        self.store.state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.store.expired_state_machines(now, limit)
    }

    fn begin_batch(&self) -> Result<Box<dyn Session + '_>> {
        let session = self.store.begin_batch()?;
        Ok(Box::new(ObservedBatch { session, activity: &self.activity, clock: &self.clock, events: Vec::new() }))
    }

    fn next_session_number(&self) -> Result<u64> {
        self.store.next_session_number()
    }

    fn check_health(&self) -> Result<()> {
        self.store.check_health()
    }

    fn back_up(&self, copy: &Path) -> Result<()> {
        self.store.back_up(copy)
    }

    fn token_key(&self) -> [u8; 32] {
        self.store.token_key()
    }
}

/// A batch, which reports its changes after its commit.
struct ObservedBatch<'s> {
    session: Box<dyn Session + 's>,
    activity: &'s Activity,
    clock: &'s Clock,
    events: Vec<(Arc<str>, Event)>,
}

impl Session for ObservedBatch<'_> {
    fn begin_read<'t>(&'t mut self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        self.session.begin_read(arn)
    }

    fn begin_write<'t>(&'t mut self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        let Self { session, activity, clock, events } = self;
        let transaction = session.begin_write(arn)?;
        Ok(Box::new(ObservedWrite { transaction, arn, activity, clock, target: Target::Batch(events) }))
    }

    fn state_machines(&mut self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<NamedStateMachine>> {
        self.session.state_machines(prefix, after, limit)
    }

    fn expired_state_machines(&mut self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.session.expired_state_machines(now, limit)
    }

    fn commit(self: Box<Self>) -> Result<()> {
        let Self { session, activity, events, .. } = *self;
        session.commit()?;
        events.into_iter().for_each(|(arn, event)| activity.record(&arn, event));
        Ok(())
    }
}

/// Where the event of a committed transaction goes.
enum Target<'t> {
    Activity(&'t Activity),
    Batch(&'t mut Vec<(Arc<str>, Event)>),
}

struct ObservedWrite<'t> {
    transaction: Box<dyn WriteTransaction + 't>,
    arn: &'t str,
    activity: &'t Activity,
    clock: &'t Clock,
    target: Target<'t>,
}

impl ReadTransaction for ObservedWrite<'_> {
    fn view(&self) -> Option<&dyn View> {
        self.transaction.view()
    }

    fn check_current(&self) -> Result<CommitOutcome> {
        self.transaction.check_current()
    }
}

impl WriteTransaction for ObservedWrite<'_> {
    fn commit(self: Box<Self>, change: Option<Change>) -> Result<CommitOutcome> {
        let Self { transaction, arn, activity, clock, target } = *self;
        let Some(change) = change else { return transaction.commit(None) };
        let now = clock.now();
        // Before the commit: the view does not contain the change yet.
        activity.load(arn, transaction.view(), now)?;
        let event = Event::new(&change, transaction.view(), now)?;
        let outcome = transaction.commit(Some(change))?;
        if outcome == CommitOutcome::Committed {
            match target {
                Target::Activity(activity) => activity.record(arn, event),
                Target::Batch(events) => events.push((arn.into(), event)),
            }
        }
        Ok(outcome)
    }
}
