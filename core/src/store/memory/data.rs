//! All state machines in memory.

use super::entry::Entry;
use crate::error::{Error, Result};
use crate::model::Timestamp;
use crate::store::{Change, NamedStateMachine};
use hashbrown::{DefaultHashBuilder, HashTable};
use std::collections::BTreeSet;
use std::hash::BuildHasher;
use std::sync::Arc;

#[derive(Default)]
pub(in crate::store) struct MemoryData {
    /// A table instead of a map, so that a transaction hashes its ARN once.
    entries: HashTable<(Arc<str>, Box<Entry>)>,
    hasher: DefaultHashBuilder,
    /// The keys of `entries` in order, for lists.
    arns: BTreeSet<Arc<str>>,
    /// The ARNs of state machines in status DELETING.
    deleting: BTreeSet<Arc<str>>,
}

impl FromIterator<(Arc<str>, Entry)> for MemoryData {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Entry)>>(entries: I) -> Self {
        let mut data = Self::default();
        entries.into_iter().for_each(|(arn, entry)| data.insert(arn, entry));
        data
    }
}

impl MemoryData {
    pub fn hash(&self, arn: &str) -> u64 {
        self.hasher.hash_one(arn)
    }

    /// Finds a state machine by its ARN and the hash of its ARN.
    pub fn find(&self, hash: u64, arn: &str) -> Option<&Entry> {
        self.entries.find(hash, |(key, _)| **key == *arn).map(|(_, entry)| &**entry)
    }

    pub fn get(&self, arn: &str) -> Option<&Entry> {
        self.find(self.hash(arn), arn)
    }

    /// Adds a state machine that is not stored.
    pub fn insert(&mut self, arn: Arc<str>, entry: Entry) {
        self.arns.insert(Arc::clone(&arn));
        if entry.state_machine.deleting_until.is_some() {
            self.deleting.insert(Arc::clone(&arn));
        }
        let (hash, hasher) = (self.hash(&arn), &self.hasher);
        self.entries.insert_unique(hash, (arn, Box::new(entry)), |(key, _)| hasher.hash_one(&**key));
    }

    fn remove(&mut self, hash: u64, arn: &str) {
        if let Ok(found) = self.entries.find_entry(hash, |(key, _)| **key == *arn) {
            found.remove();
        }
        self.arns.remove(arn);
        self.deleting.remove(arn);
    }

    pub fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Vec<NamedStateMachine> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let start = after.map_or(Included(prefix), Excluded);
        let arns = self.arns.range::<str, _>((start, Unbounded)).take_while(|arn| arn.starts_with(prefix));
        let found = arns.filter_map(|arn| Some((arn.to_string(), self.get(arn)?.state_machine.clone())));
        found.take(limit).collect()
    }

    pub fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Vec<String> {
        let until = |arn: &str| self.get(arn).and_then(|entry| entry.state_machine.deleting_until);
        let expired = self.deleting.iter().filter(|arn| until(arn).is_some_and(|until| until <= now));
        expired.take(limit).map(|arn| arn.to_string()).collect()
    }

    /// Applies a change to a state machine, found by its ARN and the hash of its ARN.
    pub fn apply(&mut self, hash: u64, arn: &str, change: Change) -> Result<()> {
        let change = match self.entries.find_mut(hash, |(key, _)| **key == *arn) {
            Some((_, entry)) => entry.apply(change),
            None => Some(change),
        };
        change.map_or(Ok(()), |change| self.apply_to_entries(hash, arn, change))
    }

    /// Applies a change that creates, marks or deletes a whole entry.
    fn apply_to_entries(&mut self, hash: u64, arn: &str, change: Change) -> Result<()> {
        match change {
            Change::CreateStateMachine { state_machine, revision, version } => {
                self.remove(hash, arn);
                let mut entry = Entry::new(*state_machine, revision.into(), 0);
                version.into_iter().for_each(|version| entry.put_version(version));
                self.insert(arn.into(), entry);
                Ok(())
            }
            Change::DeleteStateMachine => {
                self.remove(hash, arn);
                Ok(())
            }
            Change::MarkDeleting(until) => {
                if let Some((key, entry)) = self.entries.find_mut(hash, |(key, _)| **key == *arn) {
                    entry.state_machine.deleting_until = Some(until);
                    self.deleting.insert(Arc::clone(key));
                }
                Ok(())
            }
            _ => Err(Error::Store(format!("cannot change `{arn}`: the state machine is not stored"))),
        }
    }
}
